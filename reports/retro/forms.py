"""The usual forms of a retrospective, as keys; ``reports.wording.retro`` names them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

FREE: Final = "free"
"""The form of a text without headings, and the section of what stands under none."""

DEFAULT_FORM: Final = "4l"


@dataclass(frozen=True, slots=True)
class Form:
    """One form.

    Attributes:
        key: Never translated, never changed: it is stored.
        sections: Keys of its sections, in their usual order; at most five, as many as a dialog of
            Discord has fields.
    """

    key: str
    sections: tuple[str, ...]


_ALL: Final = (
    Form("4l", ("liked", "learned", "lacked", "longed_for")),
    Form("5f", ("fact", "feeling", "finding", "future", "feedback")),
    Form("kpt", ("keep", "problem", "try")),
    Form("well", ("good", "shortfall", "learned", "next")),
    Form("improve", ("did_well", "improve")),
    Form("til", ("did", "learned", "difficult", "feeling", "next")),
    Form("ssc", ("start", "stop", "continue")),
    Form("msg", ("mad", "sad", "glad")),
    Form("rbt", ("rose", "bud", "thorn")),
    Form("daki", ("drop", "add", "keep", "improve")),
    Form("sailboat", ("wind", "anchor", "rock", "island")),
    Form("pmi", ("plus", "minus", "interesting")),
    Form(FREE, (FREE,)),
)

FORMS: Final[Mapping[str, Form]] = MappingProxyType({form.key: form for form in _ALL})
"""By key, the most usual first."""

SECTIONS: Final = tuple(dict.fromkeys(key for form in _ALL for key in form.sections))
"""Every section once, in the order in which a report lists them."""


def form_of(key: str | None) -> Form:
    """Return a form, or the default one for a key that is not known."""
    return FORMS.get(key or DEFAULT_FORM, FORMS[DEFAULT_FORM])
