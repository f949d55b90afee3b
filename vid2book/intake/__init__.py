"""Text from outside, made into rows: JSON, JSON Lines, CSV and Parquet.

Manifests, info files, foreign corpora and benchmarks come in here. What a spreadsheet, a web page
or a data frame made of a file is undone: encodings, separators, missing values, half characters.
A row that cannot be read costs itself only, and says where it stands and why.
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
