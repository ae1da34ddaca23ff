"""Installed packages with classifiers of their own, made in a test."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

GOOD = """
from classifiers.plugins import Emotion, LocalClassifier, ModelInfo, Prediction

class Sunny(LocalClassifier):
    {body}
    def load(self):
        pass

    def predict(self, texts):
        return [
            Prediction.of({{Emotion.JOY: 1.0}}, valence=0.9, language="en", model=self.info.model)
            for _ in texts
        ]

def create(options):
    return Sunny(ModelInfo("sunny", "1", ("en",), (Emotion.JOY,)))
"""


@dataclass
class Site:
    """A folder on the path that packages are installed into."""

    folder: Path
    patch: pytest.MonkeyPatch

    def install(
        self, package: str, version: str = "1.0", *, name: str = "sunny", code: str | None = None
    ) -> None:
        """Install a package that brings one classifier, by default one that works."""
        module = package.replace("-", "_")
        metadata = self.folder / f"{module}-{version}.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n"
        )
        (metadata / "entry_points.txt").write_text(
            f"[nunchi.classifiers]\n{name} = {module}:create\n"
        )
        (self.folder / f"{module}.py").write_text(good() if code is None else code)
        self.patch.delitem(sys.modules, module, raising=False)


def good(body: str = "pass") -> str:
    """Return the module of a classifier that works, with something in its class's body."""
    return GOOD.format(body=body)


def site(folder: Path, patch: pytest.MonkeyPatch) -> Site:
    """Return an empty folder that is on the path during a test."""
    patch.syspath_prepend(str(folder))
    return Site(folder, patch)


POLAR = '''
from classifiers.plugins import LocalClassifier, ModelInfo, Prediction, detect

class Polar(LocalClassifier):
    """Knows sentiments only: pleasant with a heart or a laugh, unpleasant with tears."""

    def load(self):
        pass

    def predict(self, texts):
        return [
            Prediction.of(
                {}, valence=self.valence(text), language=detect(text), model=self.info.model
            )
            for text in texts
        ]

    def valence(self, text):
        pleasant = any(sign in text for sign in ("ㅎ", "love", "great", "happy", "행복"))
        unpleasant = any(sign in text for sign in ("ㅠ", "hate", "sad", "awful", "화가"))
        return 0.75 * pleasant - 0.5 * unpleasant

def create(options):
    return Polar(ModelInfo("polar", "3", ("ko", "en"), ()))
'''
