"""Reads files from outside into rows: JSON, JSON Lines, CSV and Parquet.

Manifests, info files, foreign corpora and benchmarks come in here. The damage that spreadsheets,
web pages and data frames do to files is undone: encodings, separators, missing values, half
characters. A row that cannot be read says where it is and why, and no other row suffers.
"""

from .rows import SUFFIXES, FileRow, IntakeError, Row, Unread, kind_of, read_object, read_rows

__all__ = [
    "SUFFIXES",
    "FileRow",
    "IntakeError",
    "Row",
    "Unread",
    "kind_of",
    "read_object",
    "read_rows",
]
