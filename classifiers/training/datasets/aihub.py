"""AI Hub's Korean emotional dialogue corpus (감성대화말뭉치), as JSON.

Its terms bind each user to fetch it there, so it never comes with the project. A dialogue carries
``profile.emotion.type`` from E10 to E69, whose tens are six emotions, and ``talk.content`` with
the person's turns HS01 to HS03 and the system's SS01 to SS03. Only the person's turns are read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from classifiers.training.datasets.errors import DatasetUnreadable
from classifiers.training.datasets.example import Example

EMOTION_OF_TENS: Final = ("분노", "슬픔", "불안", "상처", "당황", "기쁨")
"""The six emotions in the order of their codes: E10 to E19 is 분노, E60 to E69 is 기쁨."""

TYPE: Final = re.compile("E([1-6])[0-9]")
TURNS: Final = ("HS01", "HS02", "HS03")


def read_aihub(path: Path, *, first_turn_only: bool = False) -> Iterator[Example]:
    """Yield an example for each turn of a person; the label is one of ``EMOTION_OF_TENS``.

    Args:
        path: A JSON file of the corpus: a list of dialogues.
        first_turn_only: Leave out the later turns, which say less of the emotion.

    Raises:
        DatasetUnreadable: The file is missing, or does not have the form above.
    """
    turns = TURNS[:1] if first_turn_only else TURNS
    for number, dialogue in enumerate(_dialogues(path), start=1):
        try:
            label, content = _emotion(dialogue), dialogue["talk"]["content"]
            texts = [str(content.get(turn) or "").strip() for turn in turns]
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            msg = f"{path}, dialogue {number} does not have the form of the corpus: {error!r}"
            raise DatasetUnreadable(msg) from error
        yield from (Example(text, (label,)) for text in texts if text)


def _dialogues(path: Path) -> list[Mapping[str, Any]]:
    try:
        content = json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        # The text of an OSError would name the file a second time.
        reason = getattr(error, "strerror", None) or error
        msg = f"cannot read {path} as JSON: {reason}"
        raise DatasetUnreadable(msg) from error
    if not isinstance(content, list):
        msg = f"{path} must hold a list of dialogues"
        raise DatasetUnreadable(msg)
    return content


def _emotion(dialogue: Mapping[str, Any]) -> str:
    code = dialogue["profile"]["emotion"]["type"]
    found = TYPE.fullmatch(code)
    if found is None:
        msg = f"no emotion type is called {code!r}"
        raise ValueError(msg)
    return EMOTION_OF_TENS[int(found[1]) - 1]
