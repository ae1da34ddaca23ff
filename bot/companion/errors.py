"""What can go wrong in a conversation.

::

    NunchiError            (classifiers.errors)
    +-- CompanionError
        +-- DataBroken     a table that is shipped cannot be used
        +-- NoReply        an engine has no answer, or none that may be shown
"""

from __future__ import annotations

from classifiers.errors import NunchiError


class CompanionError(NunchiError):
    """Anything that keeps the companion from answering."""


class DataBroken(CompanionError):
    """A table that is shipped cannot be used."""


class NoReply(CompanionError):
    """An engine has no answer, or none that may be shown. Its text holds no words of anybody."""
