"""The version of what plug-ins build on (``classifiers.plugins``)."""

from __future__ import annotations

from typing import Final

API_VERSION: Final = 1
"""Rises with every change that an existing plug-in would notice."""

OLDEST_API_VERSION: Final = 1
"""Plug-ins written for this version and later still work."""
