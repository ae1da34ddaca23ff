"""From the text of a post to its sections: which form it follows, and what stands where."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.retro.headings import Heading, heading_of
from bot.retro.sentences import sentences
from reports.retro.forms import FORMS, FREE

_LINES: Final = re.compile(r"[^\n]*\n|[^\n]+\Z")
_FENCE: Final = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)

_TITLED, _CARRIED, _CHOSEN, _FIRST = 2.5, 3.0, 0.4, 0.1
"""What counts beside a heading that fits a form: a title, the message before, the channel's form,
and that the form is the most usual one with such a heading."""


@dataclass(frozen=True, slots=True)
class Part:
    """A run of a post.

    Attributes:
        start: Index of its first character.
        end: Index after its last one.
        section: Key of the section that the text belongs to; ``None`` for a heading.
    """

    start: int
    end: int
    section: str | None


@dataclass(frozen=True, slots=True)
class Carried:
    """Where the message before, which this one continues, left off."""

    form: str
    section: str


@dataclass(frozen=True, slots=True)
class Post:
    """A post, or a message of one, taken apart.

    Attributes:
        text: As it was written.
        form: Key of the form that it follows; ``free`` where it has no headings.
        parts: Headings and texts in order; joined, they are the text.
        headings: How many headings name a section.
        certain: Whether headings make it a retrospective beyond doubt.
    """

    text: str
    form: str
    parts: tuple[Part, ...]
    headings: int
    certain: bool

    @property
    def ends_in(self) -> Carried:
        """Return where a message that continues this one goes on."""
        sections = [part.section for part in self.parts if part.section is not None]
        return Carried(self.form, sections[-1] if sections else FREE)

    def sentences(self) -> list[tuple[str, str]]:
        """Return (section, sentence) in order, without what holds no letter."""
        found = []
        for part in self.parts:
            if part.section is not None:
                text = self.text[part.start : part.end]
                pieces = (text[a:b].strip() for a, b in sentences(text))
                found += [(part.section, each) for each in pieces if each]
        return found


@dataclass(frozen=True, slots=True)
class _Found:
    """A heading of a post: where its line begins, and where its text does."""

    heading: Heading
    start: int
    end: int


def parse(text: str, *, hint: str | None = None, carried: Carried | None = None) -> Post:
    """Take a post apart; any text is taken.

    Args:
        text: As it was written.
        hint: Key of the form that the channel has.
        carried: Where the message before left off, if this one continues it.
    """
    found = _headings(text)
    named = [each for each in found if each.heading.sections]
    form = _form([each.heading for each in found], hint, carried) if named else None
    form = form or (carried.form if carried else FREE)
    titled = any(each.heading.strong and each.heading.form is not None for each in found)
    certain = titled or _certain(named)
    return Post(text, form, tuple(_parts(text, found, form, carried)), len(named), certain)


def _certain(named: Sequence[_Found]) -> bool:
    """Tell whether headings are more than a word that a sentence happens to begin with."""
    different = {each.heading.sections for each in named}
    return len(different) > 1 or any(
        each.heading.strong or (each.heading.alone and len(named) == 1) for each in named
    )


def _headings(text: str) -> list[_Found]:
    fences = [fence.span() for fence in _FENCE.finditer(text)]
    found = []
    for line in _LINES.finditer(text):
        if any(a <= line.start() < b for a, b in fences):
            continue
        heading = heading_of(line.group().rstrip("\n"))
        if heading is not None:
            end = line.end() if heading.alone else line.start() + heading.end
            found.append(_Found(heading, line.start(), end))
    return found


def _form(headings: Sequence[Heading], hint: str | None, carried: Carried | None) -> str | None:
    """Return the form that explains most headings; the more usual one of equals."""
    titles = {heading.form for heading in headings if heading.form}
    names = list(dict.fromkeys(each.sections for each in headings if each.sections))
    best, most = None, 0.0
    for key, form in FORMS.items():
        fit = sum(any(each in form.sections for each in sections) for sections in names)
        if not fit:
            continue
        score = fit + sum(_FIRST for sections in names if sections[0] in form.sections)
        score += _TITLED * (key in titles) + _CHOSEN * (key == hint)
        score += _CARRIED * (carried is not None and key == carried.form)
        if score > most + 1e-9:
            best, most = key, score
    return best


def _parts(text: str, found: Sequence[_Found], form: str, carried: Carried | None) -> list[Part]:
    parts: list[Part] = []
    place, section = 0, carried.section if carried else FREE
    for each in found:
        if each.start > place:
            parts.append(Part(place, each.start, section))
        parts.append(Part(each.start, each.end, None))
        section, place = _section(each.heading, form, section), each.end
    if place < len(text):
        parts.append(Part(place, len(text), section))
    return parts


def _section(heading: Heading, form: str, before: str) -> str:
    """Return the section that follows a heading."""
    if heading.sections:
        usual = FORMS[form].sections if form in FORMS else ()
        return next((each for each in heading.sections if each in usual), heading.sections[0])
    return before if heading.form is not None else FREE
