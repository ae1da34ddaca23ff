"""Run in a process of its own: loads again what ``train_everything.py`` wrote.

    python load_everything.py FOLDER

Networks are loaded by Keras alone, without any code of this project; bundles by the backend.
Writes ``forms.json`` (how far the answers are from those in memory), ``bundles.json`` (answers of
each bundle), ``memory.json`` (what became of batches that did not fit into memory) and
``strange.txt`` (what was said of a network with code of its own).
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np

TEXTS = ["이건 정말 좋아요 love", "very angry 짜증", "", "👍", "happy " * 20_000, "눈물 sad"]
ROOM = 300 * 2**20


def differences(folder: Path) -> dict[str, float]:
    """Return for each network the largest difference to its answers in memory."""
    found = {}
    for form in sorted(folder.iterdir()):
        model = keras.saving.load_model(form / "model.keras", compile=False)
        with np.load(form / "seen.npz") as seen:
            inputs = [seen[each.name] for each in model.inputs]
            found[form.name] = float(np.abs(model.predict_on_batch(inputs) - seen["answers"]).max())
    return found


async def answers(specification: str) -> list[list[float]]:
    """Return the head's probabilities of some texts."""
    from classifiers.classifier import load
    from classifiers.keras import KerasClassifier

    classifier = load(specification)
    assert isinstance(classifier, KerasClassifier)
    await classifier.start()
    try:
        rows = await classifier.classify_head(next(iter(classifier.heads())), TEXTS)
        return [[float(value) for value in row] for row in rows]
    finally:
        await classifier.close()


async def cramped(path: Path, runtime: str) -> dict[str, Any]:
    """Judge more than fits into memory: a full text needs 5 MB, one of 256 texts 1.2 GB."""
    from classifiers.classifier import load
    from classifiers.keras.bundle import TOKENIZER, open_bundle

    classifier = load(f"keras?path={path}&runtime={runtime}")
    await classifier.start()
    full = " ".join(json.loads(open_bundle(path).read(TOKENIZER))["terms"])
    await classifier.classify([full])
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + ROOM, before[1]))
    try:
        judged = await classifier.classify([full] * 128)
        rows = await classifier.classify_head("stars", [full] * 256)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
        await classifier.close()
    return {"judged": len(judged), "rows": len(rows), "largest": classifier._largest}


def refusal(path: Path) -> str:
    """Return what is said of a network with code of its own in it."""
    from classifiers.keras.errors import BundleDamaged
    from classifiers.keras.runtimes import KerasRuntime

    try:
        KerasRuntime(path.read_bytes())
    except BundleDamaged as error:
        return str(error)
    return "it was loaded"


async def main(folder: Path) -> None:
    """Load everything."""
    (folder / "forms.json").write_text(json.dumps(differences(folder / "forms")))
    (folder / "strange.txt").write_text(refusal(folder / "strange.keras"))
    found = {
        f"{path.name} {runtime}": await answers(f"keras?path={path}&runtime={runtime}")
        for path in sorted((folder / "bundles").iterdir())
        for runtime in ("onnx", "keras")
    }
    (folder / "bundles.json").write_text(json.dumps(found))
    wide = folder / "bundles" / "plain.nunchi"
    memory = {runtime: await cramped(wide, runtime) for runtime in ("onnx", "keras")}
    (folder / "memory.json").write_text(json.dumps(memory))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
