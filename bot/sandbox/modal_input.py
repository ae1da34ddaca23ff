"""Filling a modal: fields by label or custom id, answered as Discord sends them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.components import ComponentType
from bot.sandbox.errors import CommandInputError, ComponentNotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.sandbox.command_input import Resolved
    from bot.sandbox.jsontypes import JsonObject

_WITH_OPTIONS = frozenset(
    {
        ComponentType.STRING_SELECT,
        ComponentType.RADIO_GROUP,
        ComponentType.CHECKBOX_GROUP,
    }
)


class ModalForm:
    """One modal being filled with `values`; what is not given keeps its default."""

    def __init__(self, modal: JsonObject, values: Mapping[str, object], resolved: Resolved) -> None:
        self._modal = modal
        self._values = dict(values)
        self._resolved = resolved

    def submission(self) -> JsonObject:
        """The data of the modal's interaction.

        Raises:
            ComponentNotFoundError: A value names no field of the modal.
            CommandInputError: A choice is not offered.
        """
        components = [self._fill(part) for part in self._modal["components"]]
        if self._values:
            raise ComponentNotFoundError(f"the modal has no fields {sorted(self._values)}")
        data = {"custom_id": self._modal["custom_id"], "components": components}
        return data | self._resolved.part()

    def _fill(self, part: JsonObject) -> JsonObject:
        base: JsonObject = {"type": part["type"], "id": part.get("id", 0)}
        if part["type"] == ComponentType.ACTION_ROW:
            return base | {"components": [self._fill(child) for child in part["components"]]}
        if part["type"] == ComponentType.LABEL:
            child = part["component"] | {"label": part["label"]}
            return base | {"component": self._fill(child)}
        if "custom_id" not in part:
            return base
        return base | {"custom_id": part["custom_id"]} | self._answer(part, self._given(part))

    def _given(self, part: JsonObject) -> object:
        for name in (part["custom_id"], part.get("label")):
            if name in self._values:
                return self._values.pop(name)
        return None

    def _answer(self, part: JsonObject, given: object) -> JsonObject:
        match part["type"]:
            case ComponentType.TEXT_INPUT:
                return {"value": str(part.get("value") or "" if given is None else given)}
            case ComponentType.CHECKBOX:
                return {"value": bool(part.get("default", False) if given is None else given)}
            case ComponentType.RADIO_GROUP:
                return {"value": None if given is None else self._choice(part, given)}
        many = given if isinstance(given, list | tuple) else [given]
        return {"values": [self._choice(part, value) for value in many if value is not None]}

    def _choice(self, part: JsonObject, value: object) -> str:
        if part["type"] not in _WITH_OPTIONS:
            return str(self._resolved.add(value))
        for option in part["options"]:
            if value in (option["value"], option["label"]):
                return str(option["value"])
        raise CommandInputError(f"{value!r} is not among the options of {part['custom_id']!r}")
