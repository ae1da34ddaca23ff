"""Readers of labelled data: files, folders of sets, AI Hub's dialogues, the Hugging Face hub."""

from __future__ import annotations

from classifiers.training.datasets.aihub import read_aihub
from classifiers.training.datasets.errors import (
    DatasetError,
    DatasetUnavailable,
    DatasetUnreadable,
)
from classifiers.training.datasets.example import Dataset, Example, labels_of
from classifiers.training.datasets.folder import names_in, read_set
from classifiers.training.datasets.hub import read_hub
from classifiers.training.datasets.tables import Columns, read_table

__all__ = [
    "Columns",
    "Dataset",
    "DatasetError",
    "DatasetUnavailable",
    "DatasetUnreadable",
    "Example",
    "labels_of",
    "names_in",
    "read_aihub",
    "read_hub",
    "read_set",
    "read_table",
]
