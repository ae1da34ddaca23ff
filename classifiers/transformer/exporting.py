"""From a checkpoint to a folder that ONNX Runtime runs without torch and transformers."""

from __future__ import annotations

import io
import logging
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from classifiers.errors import BackendUnavailable
from classifiers.extras import required
from classifiers.label_maps import built_in_maps
from classifiers.text import said
from classifiers.transformer.checkpoint import Checkpoint, load_checkpoint, quiet
from classifiers.transformer.folders import TOKENIZER, ModelFolder, checksum
from classifiers.transformer.manifest import Manifest, write_manifest
from classifiers.transformer.naming import OWN_MAP, Naming, outputs_of
from classifiers.transformer.parity import (
    SAMPLES,
    TOLERANCE,
    Agreement,
    agreement,
    probabilities,
)
from classifiers.transformer.runners import LOGITS, OnnxRunner, Runner, TorchRunner
from classifiers.transformer.tokens import Padding, Tokens, padding_of

log = logging.getLogger(__name__)

MODEL: Final = "model.onnx"
ONE_FILE: Final = 1_800_000_000
"""Bytes of weights that fit into one ONNX file; protobuf ends at two gigabytes."""

COPIED: Final = ("config.json", "tokenizer_config.json", "special_tokens_map.json", "README.md")
EXAMPLE_SHAPE: Final = (2, 8)


@dataclass(frozen=True, slots=True)
class ExportJob:
    """What is exported, and where to.

    Attributes:
        folder: The checkpoint.
        out: The folder to write; it exists and is empty.
        naming: What is told of the labels; checked before the long work begins.
        source: What the manifest names as its origin.
        revision: The commit of a hub id, or nothing.
        languages: What the model was made for.
        quantise: ``none`` or ``int8``.
        opset: The version of ONNX's operators; ``None`` leaves it to torch.
    """

    folder: ModelFolder
    out: Path
    naming: Naming
    source: str
    revision: str
    languages: tuple[str, ...]
    quantise: str = "none"
    opset: int | None = None


@dataclass(frozen=True, slots=True)
class ExportReport:
    """How an export went.

    Attributes:
        manifest: What was written beside the model.
        exact: How far the graph in 32-bit floats is from torch.
        quantised: How far the 8-bit one is, if there is one.
        failed: The ways that were tried before, each with the kind of its error.
    """

    manifest: Manifest
    exact: Agreement
    quantised: Agreement | None
    failed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Graph:
    """A graph that agrees with torch."""

    proto: Any
    way: str
    exact: Agreement
    failed: tuple[str, ...]


class _WrongNumbers(Exception):
    """A graph was made, and does not compute what torch does."""


class _Judge:
    """Knows what torch says of the samples, and compares."""

    def __init__(self, checkpoint: Checkpoint, folder: ModelFolder, *, multi_label: bool) -> None:
        longest = min(folder.longest(), 64)
        self._tokens = Tokens(checkpoint.tokenizer, _padding(checkpoint, folder), longest)
        self._labels = int(checkpoint.model.config.num_labels)
        self._multi_label = multi_label
        self._truth = self._ask(TorchRunner(checkpoint.model, checkpoint.inputs))

    def compare(self, path: Path) -> Agreement:
        """Run an ONNX file on the samples."""
        return agreement(self._truth, self._ask(OnnxRunner(path)))

    def _ask(self, runner: Runner) -> NDArray[np.float64]:
        texts = [said(sample) for sample in SAMPLES]
        return probabilities(
            runner, self._tokens, texts, self._labels, multi_label=self._multi_label
        )


def export(job: ExportJob) -> ExportReport:
    """Write ``model.onnx``, ``tokenizer.json``, the settings and a manifest.

    The graph is made by torch's exporter with a free number of texts and of tokens, then compared
    with torch on sample texts: a difference above ``TOLERANCE`` counts as a failure. Where the
    exporter fails it is tried with plain attention, and then with the older exporter.

    Raises:
        BackendUnavailable: The checkpoint is refused, or every way to export it failed.
        LabelMapError: Nobody knows what its labels mean.
    """
    for package in ("onnx", "onnxscript", "onnxruntime"):
        required(package, "torch")
    checkpoint = load_checkpoint(job.folder)
    outputs = outputs_of(job.folder.config)
    projection = job.naming.projection(outputs)
    with quiet(), _silenced():
        judge = _Judge(checkpoint, job.folder, multi_label=projection.multi_label)
        graph = _first_that_works(checkpoint, job, judge)
        quantised = _quantised(job.out, judge) if job.quantise == "int8" else None
    checkpoint.tokenizer.no_truncation()
    checkpoint.tokenizer.no_padding()
    checkpoint.tokenizer.save(str(job.out / TOKENIZER))
    for name in COPIED:
        if (job.folder.path / name).is_file():
            shutil.copyfile(job.folder.path / name, job.out / name)
    manifest = Manifest(
        labels=outputs.labels,
        multi_label=outputs.multi_label,
        table=None,
        source=job.source,
        revision=job.revision,
        licence=job.folder.licence,
        languages=job.languages,
        quantise=job.quantise,
        longest=job.folder.longest(),
        weights=checksum(job.folder.weights),
        exporter=graph.way,
        difference=(quantised or graph.exact).difference,
        files={path.name: checksum([path]) for path in sorted(job.out.iterdir())},
    )
    write_manifest(job.out, manifest)
    return ExportReport(manifest, graph.exact, quantised, graph.failed)


def name_labels(folder: Path, manifest: Manifest, naming: Naming) -> Manifest:
    """Write into a manifest what was told of the labels, so that nobody has to tell it again.

    Raises:
        LabelMapError: No map fits.
    """
    projection = naming.projection(manifest.outputs)
    table = {label: projection.label_map.table[label] for label in projection.labels}
    named = replace(
        manifest,
        labels=projection.labels,
        multi_label=projection.multi_label,
        table=table,
        map_name=_map_name(projection.label_map.name),
    )
    write_manifest(folder, named)
    return named


def _map_name(name: str) -> str:
    """Return the name of a built-in map; a file's name says nothing to whoever gets the folder."""
    return name if name in built_in_maps() else OWN_MAP


def _first_that_works(checkpoint: Checkpoint, job: ExportJob, judge: _Judge) -> _Graph:
    failed: list[str] = []
    path = job.out / MODEL
    for way, make in _ways(checkpoint, job.opset):
        try:
            proto = make(path)
            exact = judge.compare(path)
            if not exact.difference <= TOLERANCE:
                msg = f"the largest difference from torch is {exact.difference:.1e}"
                raise _WrongNumbers(msg)
        except Exception as error:
            # The boundary to exporters, which fail in any way; the next one may succeed.
            log.debug("the export by %s failed", way, exc_info=True)
            failed.append(f"{way} ({type(error).__name__})")
            for leftover in job.out.iterdir():
                leftover.unlink()
        else:
            return _Graph(proto, way, exact, tuple(failed))
    msg = (
        f"{job.folder.name} cannot be exported to ONNX: {', '.join(failed)} failed; run it by "
        "runtime=torch"
    )
    raise BackendUnavailable(msg)


def _ways(checkpoint: Checkpoint, opset: int | None) -> Iterator[tuple[str, Callable[[Path], Any]]]:
    yield "torch.export", partial(_by_dynamo, checkpoint, opset)
    checkpoint.model.set_attn_implementation("eager")
    yield "torch.export with plain attention", partial(_by_dynamo, checkpoint, opset)
    yield "TorchScript", partial(_by_tracing, checkpoint, opset)


def _by_dynamo(checkpoint: Checkpoint, opset: int | None, path: Path) -> Any:  # noqa: ANN401
    torch = required("torch", "torch")
    free = torch.export.Dim.DYNAMIC
    program = torch.onnx.export(
        checkpoint.model,
        (),
        kwargs=_example(checkpoint.inputs),
        dynamo=True,
        dynamic_shapes={name: {0: free, 1: free} for name in checkpoint.inputs},
        input_names=list(checkpoint.inputs),
        output_names=[LOGITS],
        opset_version=opset,
        verbose=False,
    )
    proto = program.model_proto
    # Shapes noted for the example's sizes make the quantiser fail.
    del proto.graph.value_info[:]
    _save(proto, path, sum(each.nbytes for each in checkpoint.model.parameters()))
    return proto


def _by_tracing(checkpoint: Checkpoint, opset: int | None, path: Path) -> Any:  # noqa: ANN401
    torch, onnx = required("torch", "torch"), required("onnx", "torch")
    torch.onnx.export(
        _Positional.around(checkpoint),
        tuple(_example(checkpoint.inputs).values()),
        str(path),
        dynamo=False,
        dynamic_axes={name: {0: "texts", 1: "tokens"} for name in checkpoint.inputs}
        | {LOGITS: {0: "texts"}},
        input_names=list(checkpoint.inputs),
        output_names=[LOGITS],
        opset_version=opset,
    )
    return onnx.load(str(path))


class _Positional:
    """Builds a module that takes its arrays by position, for the older exporter."""

    @staticmethod
    def around(checkpoint: Checkpoint) -> Any:  # noqa: ANN401 - a torch.nn.Module
        torch = required("torch", "torch")

        class Positional(torch.nn.Module):  # type: ignore[misc, name-defined]
            def __init__(self) -> None:
                super().__init__()
                self.inner = checkpoint.model

            def forward(self, *arrays: Any) -> Any:  # noqa: ANN401
                return self.inner(**dict(zip(checkpoint.inputs, arrays, strict=True))).logits

        return Positional().eval()


def _save(proto: Any, path: Path, weights: int) -> None:  # noqa: ANN401
    onnx = required("onnx", "torch")
    if weights < ONE_FILE:
        onnx.save_model(proto, str(path))
    else:
        beside = f"{path.name}.data"
        onnx.save_model(proto, str(path), save_as_external_data=True, location=beside)


def _quantised(out: Path, judge: _Judge) -> Agreement:
    """Replace the model by one whose weights are 8-bit integers."""
    quantisation = required("onnxruntime.quantization", "torch")
    path, small = out / MODEL, out / "small.onnx"
    quantisation.quantize_dynamic(
        str(path), str(small), weight_type=quantisation.QuantType.QInt8, per_channel=True
    )
    (out / f"{MODEL}.data").unlink(missing_ok=True)
    small.replace(path)
    return judge.compare(path)


def _example(inputs: Sequence[str]) -> dict[str, Any]:
    torch = required("torch", "torch")
    example = {name: torch.ones(EXAMPLE_SHAPE, dtype=torch.long) for name in inputs}
    if "token_type_ids" in example:
        example["token_type_ids"] *= 0
    return example


def _padding(checkpoint: Checkpoint, folder: ModelFolder) -> Padding:
    if folder.tokenizer.is_file():
        return padding_of(folder)
    told = checkpoint.model.config.pad_token_id
    return Padding(told if isinstance(told, int) else 0)


@contextmanager
def _silenced() -> Iterator[None]:
    """Keep exporters from writing advice and whole graphs; they log to the root as well."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with redirect_stdout(io.StringIO()):
            yield
    finally:
        logging.disable(before)
