"""Asks the health address of a running bot, from the outside."""

from __future__ import annotations

from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Final

from bot.errors import SettingsError
from bot.settings import Settings

PATH: Final = "/health"
PATIENCE: Final = 5.0
"""Seconds; a healthy bot answers within milliseconds."""

# Listening on "all addresses" is no address that one can connect to.
_ANY: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 -- compared with, not bound to


@dataclass(frozen=True, slots=True)
class Health:
    """What the bot answered.

    Attributes:
        well: It answered that all is well.
        text: Its answer, or why there is none.
    """

    well: bool
    text: str


def ask_health(settings: Settings) -> Health:
    """Ask the bot that runs with these settings how it is.

    Raises:
        SettingsError: No port is set, so that nothing could answer.
    """
    if settings.health_port is None:
        msg = "NUNCHI_HEALTH_PORT is not set: set it, and the bot answers there"
        raise SettingsError(msg)
    host = _ANY.get(settings.health_host, settings.health_host)
    connection = HTTPConnection(host, settings.health_port, timeout=PATIENCE)
    try:
        connection.request("GET", PATH)
        response = connection.getresponse()
        text = response.read().decode(errors="replace").strip()
    except (OSError, HTTPException) as error:
        return Health(well=False, text=f"no answer from port {settings.health_port}: {error}")
    finally:
        connection.close()
    return Health(response.status == 200, text or str(response.status))
