"""The model card: what a model is, what it learnt from, how well it does, what it is not for.

The header is that of the Hugging Face hub (https://huggingface.co/docs/hub/model-cards).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from classifiers.evaluation.metrics import Evaluation
from classifiers.label_maps import is_understood
from classifiers.language import detect
from classifiers.training.transformer.base import Base
from classifiers.training.transformer.material import Material, Part
from classifiers.training.transformer.settings import FineTuning, Task

COMMON: Final = 0.05
"""Share of the training texts from which on a language is named."""

NAMELESS: Final = "und"
UNTOLD: Final = "not stated"


@dataclass(frozen=True, slots=True)
class Measured:
    """Figures and what they were measured on.

    Attributes:
        part: ``test``, or ``dev`` where no test data were given.
        evaluation: The figures.
    """

    part: str
    evaluation: Evaluation


def card_of(
    task: Task, settings: FineTuning, base: Base, material: Material, measured: Measured
) -> str:
    """Return the card as Markdown; it names files, not where they lie."""
    blocks = [
        _header(task, base, material.train),
        f"# {task.out.resolve().name}",
        _summary(base, material),
        "## Labels\n\n" + _labels(material),
        "## Intended use\n\n" + _use(material.labels),
        "## Data\n\n" + _data(task, material),
        "## Figures\n\n" + _figures(measured),
        "![Learning curves](learning-curves.png)",
        "## Settings\n\n" + _settings(settings),
        "## Licence\n\n" + _licence(task, base),
    ]
    return "\n\n".join(blocks) + "\n"


def _summary(base: Base, material: Material) -> str:
    count = f"{'any' if material.multi_label else 'one'} of {len(material.labels)} labels"
    how = "fine-tuned with `nunchi train transformer`"
    return f"`{base.name}`{_at(base)}, {how} to give a text {count}."


def _header(task: Task, base: Base, train: Part) -> str:
    # JSON strings are YAML strings, whatever they hold.
    lines = ["---", "library_name: transformers", "pipeline_tag: text-classification"]
    if base.revision is not None:
        lines.append(f"base_model: {json.dumps(base.name)}")
    if task.licence:
        lines.append(f"license: {json.dumps(task.licence)}")
    languages = _languages(train)
    if languages:
        lines += ["language:", *(f"- {json.dumps(code)}" for code in languages)]
    return "\n".join([*lines, "tags:", "- emotion", "- nunchi", "---"])


def _at(base: Base) -> str:
    return "" if base.revision is None else f" (revision `{base.revision}`)"


def _languages(train: Part) -> list[str]:
    found = Counter(detect(example.text) for example in train)
    return [
        code
        for code, count in found.most_common()
        if code != NAMELESS and count >= COMMON * len(train)
    ]


def _labels(material: Material) -> str:
    rows = zip(material.labels, material.counts(), strict=True)
    return _table(("label", "training texts"), ((_cell(name), str(count)) for name, count in rows))


def _use(labels: Sequence[str]) -> str:
    text = (
        "It estimates what short messages express, to be counted over many messages and many "
        "people. A single estimate is often wrong. It is not for judging, ranking or moderating a "
        "person, nor for medical or hiring decisions. It knows the language, the people and the "
        "subjects of its training data only; texts of another kind can come out quite differently."
    )
    if is_understood(labels):
        return text
    return (
        f"{text}\n\nNunchi cannot tell what these labels mean: to use the model in the bot, "
        "write a JSON file `{label: emotion or null}` and name it with the option `map`."
    )


def _data(task: Task, material: Material) -> str:
    sources = {"training": task.data, "dev": task.dev, "test": task.test}
    named = [f"{kind}: `{_short(name)}`" for kind, name in sources.items() if name]
    sizes = f"{len(material.train)} texts to learn from, {len(material.dev)} to choose the epoch"
    tested = f", {len(material.test)} to measure on" if material.test else ""
    mapped = f"\n\nLabels were mapped with `{_short(task.label_map)}`." if task.label_map else ""
    notes = "".join(f"\n- {note}" for note in material.notes)
    return (
        f"{', '.join(named)}: {sizes}{tested}.{mapped}\n\nMarkup, links and mentions were removed "
        f"from the texts, as the bot does.{notes and chr(10)}{notes}"
    )


def _short(name: str) -> str:
    """Return a name without the folders that it lies in."""
    return Path(name).name if Path(name).exists() else name


def _figures(measured: Measured) -> str:
    figures = measured.evaluation
    warning = (
        ""
        if measured.part == "test"
        else "\n\nThere were no test data. The dev data chose the epoch, so that these figures "
        "flatter the model."
    )
    rows = [
        (
            _cell(name),
            *(f"{share:.3f}" for share in (each.precision, each.recall, each.f1)),
            str(each.support),
        )
        for name, each in figures.per_class.items()
    ]
    several = (
        ""
        if figures.confusion is not None
        else " A text counts as right when all its labels are; from which probability a label "
        "counts was chosen on the dev data."
    )
    return (
        f"Measured on {figures.n} {measured.part} texts with the saved model: accuracy "
        f"{figures.accuracy:.3f}, macro-F1 {figures.macro_f1:.3f}.{several}{warning}\n\n"
        + _table(("label", "precision", "recall", "F1", "texts"), rows)
        + "\n\nEverything that was measured stands in `evaluation.json`."
    )


def _settings(settings: FineTuning) -> str:
    chosen: Mapping[str, Any] = asdict(settings) | {"rate": settings.highest_rate}
    return _table(("setting", "value"), ((name, str(value)) for name, value in chosen.items()))


def _licence(task: Task, base: Base) -> str:
    return (
        f"Licence of `{base.name}`: {task.licence or UNTOLD}. The fine-tuned weights are derived "
        "from it and from the training data; both may restrict what you may do with them."
    )


def _table(head: Sequence[str], rows: Iterator[Sequence[str]] | Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
