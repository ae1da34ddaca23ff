"""Message components: numbering, limits, attachment references, and finding one."""

from __future__ import annotations

import copy
from itertools import count
from typing import TYPE_CHECKING

from bot.sandbox.api_error import invalid_form

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bot.sandbox.jsontypes import JsonObject

# Limits of the developer documentation, "Component Reference".
MAX_COMPONENTS = 40
MAX_TEXT = 4000
MAX_ROWS = 5
MAX_ROW_BUTTONS = 5
MAX_LABEL = 80
MAX_OPTIONS = 25
MAX_GALLERY_ITEMS = 10
MAX_ALT_TEXT = 1024
MAX_CUSTOM_ID = 100

_ATTACHMENT = "attachment://"


class ComponentType:
    """The component types that the sandbox treats specially."""

    ACTION_ROW = 1
    BUTTON = 2
    STRING_SELECT = 3
    TEXT_INPUT = 4
    USER_SELECT = 5
    ROLE_SELECT = 6
    MENTIONABLE_SELECT = 7
    CHANNEL_SELECT = 8
    SECTION = 9
    TEXT_DISPLAY = 10
    MEDIA_GALLERY = 12
    LABEL = 18
    RADIO_GROUP = 21
    CHECKBOX_GROUP = 22
    CHECKBOX = 23


SELECTS = frozenset(range(ComponentType.USER_SELECT, ComponentType.SECTION)) | {
    ComponentType.STRING_SELECT
}


def walk(components: Iterable[JsonObject]) -> Iterator[JsonObject]:
    """Every component, parents before children, in reading order."""
    for component in components:
        yield component
        yield from walk(component.get("components") or ())
        for key in ("component", "accessory"):
            if component.get(key):
                yield from walk((component[key],))


def texts_of(components: Iterable[JsonObject]) -> list[str]:
    """The contents of all text displays, in reading order."""
    return [
        part["content"] for part in walk(components) if part["type"] == ComponentType.TEXT_DISPLAY
    ]


def media_of(components: Iterable[JsonObject]) -> Iterator[JsonObject]:
    """Every media object (thumbnails, galleries, files), with its `url`."""
    for component in walk(components):
        holders = [component, *(component.get("items") or ())]
        for holder in holders:
            for key in ("media", "file"):
                if isinstance(holder.get(key), dict):
                    yield holder[key]


def attachment_names(components: Iterable[JsonObject]) -> set[str]:
    """File names that the components refer to as `attachment://name`."""
    urls = (media["url"] for media in media_of(components))
    return {url.removeprefix(_ATTACHMENT) for url in urls if url.startswith(_ATTACHMENT)}


def settle(components: list[JsonObject], urls: Mapping[str, str]) -> list[JsonObject]:
    """A numbered copy whose `attachment://` references point at `urls` by file name."""
    settled = copy.deepcopy(components)
    taken = {part["id"] for part in walk(settled) if part.get("id")}
    fresh = (number for number in count(1) if number not in taken)
    for part in walk(settled):
        if not part.get("id"):
            part["id"] = next(fresh)
    for media in media_of(settled):
        url = urls.get(media["url"].removeprefix(_ATTACHMENT), media["url"])
        media.update(url=url, proxy_url=url, loading_state=2)
    return settled


def validate(components: list[JsonObject], *, v2: bool) -> None:
    """Refuse what Discord refuses.

    Raises:
        ApiError: 400 with code 50035.
    """
    parts = list(walk(components))
    if v2:
        _require(len(parts) <= MAX_COMPONENTS, "components", f"Must be {MAX_COMPONENTS} or fewer")
        text = sum(map(len, texts_of(components)))
        _require(text <= MAX_TEXT, "components", f"Text must be {MAX_TEXT} or fewer in length")
    else:
        rows = all(part["type"] == ComponentType.ACTION_ROW for part in components)
        _require(rows, "components", "Only action rows without the IS_COMPONENTS_V2 flag")
        _require(len(components) <= MAX_ROWS, "components", f"Must be {MAX_ROWS} or fewer")
    custom_ids = [part["custom_id"] for part in parts if part.get("custom_id")]
    _require(len(custom_ids) == len(set(custom_ids)), "components", "Duplicated custom id")
    for part in parts:
        _validate_part(part)


def _validate_part(part: JsonObject) -> None:
    check = _CHECKS.get(part["type"])
    _require(len(part.get("custom_id") or "") <= MAX_CUSTOM_ID, "custom_id", "Too long")
    if check is not None:
        check(part)


def _check_row(row: JsonObject) -> None:
    children = row.get("components") or []
    _require(1 <= len(children) <= MAX_ROW_BUTTONS, "components", "A row holds 1 to 5 buttons")
    selects = [child for child in children if child["type"] in SELECTS]
    _require(not selects or len(children) == 1, "components", "A select fills its row")


def _check_button(button: JsonObject) -> None:
    _require(len(button.get("label") or "") <= MAX_LABEL, "label", "Must be 80 or fewer")
    targets = [key for key in ("custom_id", "url", "sku_id") if button.get(key)]
    _require(len(targets) == 1, "custom_id", "A button has a custom id or a url")
    face = button.get("label") or button.get("emoji") or button.get("sku_id")
    _require(bool(face), "label", "A button needs a label or an emoji")


def _check_string_select(select: JsonObject) -> None:
    options = select.get("options") or []
    _require(1 <= len(options) <= MAX_OPTIONS, "options", "Must be 1 to 25 in number")
    values = {option["value"] for option in options}
    _require(len(values) == len(options), "options", "The specified option value is already used")


def _check_section(section: JsonObject) -> None:
    _require(1 <= len(section["components"]) <= 3, "components", "A section holds 1 to 3 texts")
    _require(bool(section.get("accessory")), "accessory", "This field is required")


def _check_text(display: JsonObject) -> None:
    _require(bool(display.get("content")), "content", "This field is required")


def _check_gallery(gallery: JsonObject) -> None:
    items = gallery.get("items") or []
    _require(1 <= len(items) <= MAX_GALLERY_ITEMS, "items", "Must be 1 to 10 in number")
    for item in items:
        alt_text = item.get("description") or ""
        _require(len(alt_text) <= MAX_ALT_TEXT, "description", "Must be 1024 or fewer in length")


_CHECKS = {
    ComponentType.ACTION_ROW: _check_row,
    ComponentType.BUTTON: _check_button,
    ComponentType.STRING_SELECT: _check_string_select,
    ComponentType.SECTION: _check_section,
    ComponentType.TEXT_DISPLAY: _check_text,
    ComponentType.MEDIA_GALLERY: _check_gallery,
}


def _require(condition: bool, field: str, reason: str) -> None:
    if not condition:
        raise invalid_form(field, reason)
