"""What to serve, in a form that can travel to another process."""

from __future__ import annotations

from dataclasses import dataclass, field

from classifiers.classifier import load
from classifiers.serving.application import Application
from classifiers.serving.limits import Limits


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a server, or each of several replicas, is built from.

    Attributes:
        backend: The specification of a classifier, ``name?option=value``; may hold secrets.
        limits: What is accepted.
        key: What clients must show, if anything.
    """

    backend: str = field(repr=False)
    limits: Limits = field(default_factory=Limits)
    key: str | None = field(default=None, repr=False)

    def application(self, replica: str = "") -> Application:
        """Build the application; it is not started.

        Raises:
            UnknownBackend: No backend of that name is installed.
            InvalidOption: The backend refuses an option.
        """
        return Application(load(self.backend), self.limits, key=self.key, replica=replica)
