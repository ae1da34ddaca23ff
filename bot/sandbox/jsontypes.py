"""Names for the untyped values that travel over the wire."""

from __future__ import annotations

from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]
"""One JSON object, keys as Discord spells them."""
