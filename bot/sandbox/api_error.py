"""The error answers of Discord's REST API, as an exception a handler can raise."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.jsontypes import JsonObject

_MESSAGES = {
    0: "401: Unauthorized",
    10002: "Unknown Application",
    10003: "Unknown Channel",
    10004: "Unknown Guild",
    10007: "Unknown Member",
    10008: "Unknown Message",
    10013: "Unknown User",
    10015: "Unknown Webhook",
    10062: "Unknown interaction",
    10063: "Unknown application command",
    30007: "Maximum number of webhooks reached (15)",
    40060: "Interaction has already been acknowledged.",
    50001: "Missing Access",
    50005: "Cannot edit a message authored by another user",
    50006: "Cannot send an empty message",
    50007: "Cannot send messages to this user",
    50008: "Cannot send messages in a non-text channel",
    50013: "Missing Permissions",
    50016: "Provided too few or too many messages to delete.",
    50024: "Cannot execute action on this channel type",
    50034: "A message provided was too old to bulk delete",
    50083: "Thread is archived",
    50109: "The request body contains invalid JSON.",
    220001: "Webhooks posted to forum channels must have a thread_name or thread_id",
    160004: "A thread has already been created for this message",
}


class ApiError(Exception):
    """A refusal with Discord's HTTP status, JSON code and message."""

    def __init__(self, status: int, code: int, errors: JsonObject | None = None) -> None:
        self.status = status
        self.code = code
        self.errors = errors
        super().__init__(_MESSAGES.get(code, "Invalid Form Body"))

    def payload(self) -> JsonObject:
        """The JSON body of the answer."""
        body: JsonObject = {"message": str(self), "code": self.code}
        if self.errors is not None:
            body["errors"] = self.errors
        return body


def unknown(code: int) -> ApiError:
    """404 with one of the 10xxx codes."""
    return ApiError(404, code)


def missing_access() -> ApiError:
    """403: the bot cannot see the channel."""
    return ApiError(403, 50001)


def missing_permissions() -> ApiError:
    """403: the bot sees the channel but may not do this."""
    return ApiError(403, 50013)


def invalid_form(field: str, reason: str, code: str = "INVALID") -> ApiError:
    """400 with code 50035; `field` is the dotted path of the value that is wrong."""
    errors: JsonObject = {"_errors": [{"code": code, "message": reason}]}
    for part in reversed(field.split(".")):
        errors = {part: errors}
    return ApiError(400, 50035, errors)
