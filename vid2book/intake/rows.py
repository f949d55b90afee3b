"""The rows of a file of any kind, each with its place, or why it cannot be read."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import UserError
from .delimited import BadRecord, records
from .json_text import BadJson, Item, is_list, items, parse
from .parquet import BadRows, rows
from .text import open_text, undecoded

Row = dict[str, Any]

_KINDS = {
    ".jsonl": "json",
    ".ndjson": "json",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
}
SUFFIXES = tuple(_KINDS)
_MOST_COLUMNS = 200  # of a row; an object of more texts maps ids to texts
_WRAPPERS = {"data", "rows", "items", "videos", "entries", "questions", "examples", "samples"}


class IntakeError(UserError):
    """A file that cannot be read at all; the message says why."""


@dataclass(frozen=True)
class Unread:
    """One or more rows that cannot be read, and why.

    Attributes:
        rows: how many rows are lost; None if unknown.
        where: the place of the first, such as `list.csv line 3`; empty if unknown.
    """

    reason: str
    rows: int | None = 1
    where: str = ""


class FileRow(NamedTuple):
    """A row of a file and its place, such as `list.csv line 3`."""

    where: str
    row: Row | Unread


def kind_of(path: Path) -> str | None:
    """json, csv or parquet, by the name of a file, which may end in .gz; None for other files."""
    name = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    return _KINDS.get(name.suffix.lower())


def read_rows(path: Path) -> Iterator[FileRow]:
    """The rows of a file, one by one. Empty lines are skipped.

    Raises:
        IntakeError: it cannot be opened, or is not what its name says.
    """
    kind = kind_of(path) or "json"
    placed_rows = {"json": _json_rows, "csv": _csv_rows, "parquet": _parquet_rows}[kind](path)
    try:
        for where, row in placed_rows:
            yield FileRow(where, replace(row, where=where) if isinstance(row, Unread) else row)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        yield FileRow(
            path.name, Unread("the file breaks off or is damaged; the rest is lost", None)
        )
    except OSError as error:
        reason = error.strerror or str(error)
        raise IntakeError(f"{path}: cannot be read as {kind}: {reason}") from error
    except ValueError as error:  # from pyarrow
        raise IntakeError(f"{path}: cannot be read as {kind}: {error}") from None


def read_object(path: Path) -> Row:
    """A file with one JSON object.

    Raises:
        IntakeError: it cannot be read, or holds something else.
    """
    try:
        with open_text(path) as file:
            text = file.read().strip("\ufeff \t\r\n\0")
        if wrong := undecoded(text):
            raise IntakeError(f"{path}: {wrong}")
        value = parse(text)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise IntakeError(f"{path}: cannot be read: {reason}") from error
    except BadJson as error:
        raise IntakeError(f"{path}: {error}") from None
    if not isinstance(value, dict):
        raise IntakeError(f"{path}: expected a JSON object, found {_kind(value)}")
    return value


def _json_rows(path: Path) -> Iterator[tuple[str, Row | Unread]]:
    unit = "item" if is_list(path) else "line"
    first_two = list(_first_two(path))
    is_lines = ".json" not in path.suffixes
    if len(first_two) == 1 and (inner := _unwrap(first_two[0].value, is_lines)):
        yield from ((f"{path.name} {place}", row) for place, row in inner)
        return
    for item in items(path):
        row = _object(item.value)
        if not item.alone and isinstance(row, Unread):
            row = Unread(row.reason, None)
        yield f"{path.name} {unit} {item.line}", row


def _first_two(path: Path) -> Iterator[Item]:
    for number, item in enumerate(items(path)):
        if number == 2:
            return
        yield item


def _unwrap(value: Any, is_lines: bool) -> list[tuple[str, Row]]:
    """The rows inside an object that wraps them, with their places; none if it is a row itself.

    {"version": 1, "data": [{...}, ...]} wraps rows, and so do {"ID": {...}, "ID": {...}, ...} and,
    if there are more IDs than a row has columns, {"ID": "text", ...}. With `is_lines` (by its name,
    the file has one row per line), the latter two are rows themselves.
    """
    if not isinstance(value, dict):
        return []
    for name in _WRAPPERS & set(value):
        inner = value[name]
        if isinstance(inner, list) and inner and all(isinstance(row, dict) for row in inner):
            return [(f"{name} {n}", row) for n, row in enumerate(inner, 1)]
    if is_lines:
        return []
    if len(value) > 1 and all(isinstance(row, dict) for row in value.values()):
        return [(f"'{name}'", {"id": name} | row) for name, row in value.items()]
    if len(value) > _MOST_COLUMNS and all(isinstance(text, str) for text in value.values()):
        return [(f"'{name}'", {"id": name, "text": text}) for name, text in value.items()]
    return []


def _object(value: Any) -> Row | Unread:
    if isinstance(value, BadJson):
        return Unread(str(value))
    if not isinstance(value, dict):
        return Unread(f"expected a JSON object, found {_kind(value)}")
    return value


def _kind(value: Any) -> str:
    kinds = {list: "a list", str: "a text", bool: "a truth value", type(None): "null"}
    return kinds.get(type(value), "a number")


def _csv_rows(path: Path) -> Iterator[tuple[str, Row | Unread]]:
    for line, row in records(path):
        yield f"{path.name} line {line}", Unread(str(row)) if isinstance(row, BadRecord) else row


def _parquet_rows(path: Path) -> Iterator[tuple[str, Row | Unread]]:
    for number, row in rows(path):
        if isinstance(row, BadRows):
            end = number + row.rows - 1
            where = f"row {number}" if row.rows == 1 else f"rows {number} to {end}"
            yield f"{path.name} {where}", Unread(str(row), row.rows)
        else:
            yield f"{path.name} row {number}", row
