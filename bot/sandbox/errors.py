"""Errors of the loopback Discord, as the driver of a test or a demo meets them.

The tree::

    SandboxError
    +-- UnhandledRouteError      the client called a route that the sandbox does not speak
    +-- CommandNotFoundError     no such command was registered by the bot
    +-- CommandInputError        options that Discord's own input form would refuse
    +-- MissingPermissionError   Discord would not offer this to the member
    +-- ComponentNotFoundError   no such button, select or field on the message
    +-- InteractionFailedError   "The application did not respond"
    +-- WaitTimeoutError         a condition did not come true in time
"""

from __future__ import annotations

from classifiers.errors import NunchiError


class SandboxError(NunchiError):
    """Root of the loopback Discord's errors."""


class UnhandledRouteError(SandboxError, AssertionError):
    """The client called routes that the sandbox does not speak."""


class CommandNotFoundError(SandboxError):
    """The bot has not registered a command of that name and kind."""


class CommandInputError(SandboxError):
    """Options were given that Discord's input form would not let through."""


class MissingPermissionError(SandboxError):
    """The member may not run this command or see this channel."""


class ComponentNotFoundError(SandboxError):
    """A message or modal has no usable component of that label or custom id."""


class InteractionFailedError(SandboxError):
    """The bot did not answer an interaction in time."""


class WaitTimeoutError(SandboxError, TimeoutError):
    """A condition did not come true before its deadline."""
