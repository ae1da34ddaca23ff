"""Errors that end the bot, each with the exit code that tells a supervisor why.

::

    classifiers.errors.NunchiError
    +-- BotError                70  an error inside the bot
        +-- StartFailed         69  something the bot needs is not there: the store, the classifier
        +-- IntentNotGranted    76  the switch of the message content intent is off
        +-- TokenRefused        77  Discord does not know the token
        +-- SettingsError       78  a setting is missing or wrong

The numbers are those of ``sysexits.h`` (EX_SOFTWARE, EX_UNAVAILABLE, EX_PROTOCOL, EX_NOPERM,
EX_CONFIG). Starting again helps for 69 and 70 only; the others need a person.
"""

from __future__ import annotations

from typing import ClassVar, Final

from classifiers.errors import InvalidOption, NunchiError, UnknownBackend
from classifiers.label_maps import LabelMapError
from storage.errors import DriverMissing, InvalidStoreUrl, KeyUnusable, RekeyUnfinished

_INTENT_ADVICE: Final = (
    "Discord did not grant the message content intent: open "
    "https://discord.com/developers/applications, choose the application, then "
    "Bot -> Privileged Gateway Intents -> Message Content Intent, switch it on and save"
)
_REFUSED_ADVICE: Final = (
    "Discord refused the token: open https://discord.com/developers/applications, choose the "
    "application, then Bot -> Reset Token, and put the new token into DISCORD_TOKEN"
)


class BotError(NunchiError):
    """Something ended the bot."""

    exit_code: ClassVar[int] = 70


class StartFailed(BotError):
    """Something that the bot needs cannot be reached or started."""

    exit_code = 69


class IntentNotGranted(BotError):
    """The application may not read message content; the message says where the switch is."""

    exit_code = 76

    def __init__(self, message: str = _INTENT_ADVICE) -> None:
        super().__init__(message)


class TokenRefused(BotError):
    """Discord does not accept the token."""

    exit_code = 77

    def __init__(self, message: str = _REFUSED_ADVICE) -> None:
        super().__init__(message)


class SettingsError(BotError):
    """A setting is missing, unknown or has a value that is not allowed."""

    exit_code = 78


# Errors of the lower layers that a setting causes; they know nothing of exit codes.
_CAUSED_BY_SETTINGS: Final = (
    UnknownBackend,
    InvalidOption,
    LabelMapError,
    InvalidStoreUrl,
    DriverMissing,
    KeyUnusable,
    RekeyUnfinished,
)


def exit_code_of(error: NunchiError) -> int:
    """Return the exit code of any error of this project, in 69 to 78."""
    if isinstance(error, BotError):
        return error.exit_code
    if isinstance(error, _CAUSED_BY_SETTINGS):
        return SettingsError.exit_code
    return StartFailed.exit_code
