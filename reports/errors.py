"""Errors of the reports.

::

    classifiers.errors.NunchiError
    +-- ReportError
        +-- UnknownTimezone         a timezone name means nothing here
        +-- InvalidPeriod           a week cannot be understood, or does not exist
        +-- UnknownLanguage         there is no wording in that language
        +-- FontMissing             no font can draw what a picture needs
        +-- PictureFailed           an SVG could not be turned into a PNG
        +-- NothingToExport         there is no server, or no message, that an export could be of
"""

from __future__ import annotations

from classifiers.errors import NunchiError


class ReportError(NunchiError):
    """A report, or one of its pictures, could not be made."""


class UnknownTimezone(ReportError):
    """A timezone name means nothing here."""


class InvalidPeriod(ReportError):
    """A week cannot be understood, or does not exist."""


class UnknownLanguage(ReportError):
    """There is no wording in that language."""


class FontMissing(ReportError):
    """No font can draw what a picture needs."""


class PictureFailed(ReportError):
    """An SVG could not be turned into a PNG."""


class NothingToExport(ReportError):
    """There is no server, or no message, that an export could be of."""
