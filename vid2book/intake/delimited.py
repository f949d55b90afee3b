"""CSV and its dialects, as spreadsheets (separated by `;` or tabs) and data frames write it.

A quotation mark that is never closed would swallow all lines after it. So a record of several lines
must fit the header; otherwise its first line is skipped and reading continues with the next.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from ..quantities import number_of
from .text import open_text, undecoded
from .values import whole_text

_SEPARATORS = ",;\t|"
_QUOTED = re.compile(r'"[^"]*"')
_LONGEST = 10_000  # lines of one record


class BadRecord(ValueError):  # noqa: N818 - it says what the line is
    """A line that is not a valid row; the message says why."""


def records(path: Path) -> Iterator[tuple[int, dict[str, str] | BadRecord]]:
    """Rows with the number of their first line. The cells are stripped.

    Raises:
        OSError: the file cannot be read.
    """
    csv.field_size_limit(sys.maxsize)
    with open_text(path) as file:
        lines = _Lines(file)
        header, separator = _header(lines)
        if header:
            yield from _rows(lines, header, separator)


class _Lines:
    """The lines of a file, which can be put back to be read again."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._back: deque[str] = deque()
        self.record: list[str] = []  # the lines of the record that is being read
        self.number = 0  # of the last line that was read

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.record) >= _LONGEST:
            raise StopIteration
        line = self._back.popleft() if self._back else self._file.readline()
        if not line:
            raise StopIteration
        self.record.append(line)
        self.number += 1
        return line

    def put_back(self) -> None:
        """Put back all lines of the record but the first."""
        self._back.extendleft(reversed(self.record[1:]))
        self.number -= len(self.record) - 1
        del self.record[1:]


def _header(lines: _Lines) -> tuple[list[str], str]:
    """The names of the columns and the separator, from the first line that is not empty."""
    separator = ""
    for line in lines:
        text = line.strip("\ufeff\r\n")
        if match := re.fullmatch(r"sep=(.)", text):  # written by Excel
            separator = match[1]
        elif text.strip(_SEPARATORS + " "):
            unquoted = _QUOTED.sub("", text)
            separator = separator or max(_SEPARATORS, key=unquoted.count)
            row = next(csv.reader([text], delimiter=separator, skipinitialspace=True))
            return _unique([whole_text(name.strip()) for name in row]), separator
        lines.record.clear()
    return [], ","


def _unique(names: list[str]) -> list[str]:
    """Names of columns, where an empty or repeated name gets the number of its column."""
    unique: list[str] = []
    for number, name in enumerate(names, 1):
        unique.append(name if name and name not in unique else f"{name or 'column'} {number}")
    return unique


def _rows(
    lines: _Lines, header: list[str], separator: str
) -> Iterator[tuple[int, dict[str, str] | BadRecord]]:
    while True:
        lines.record.clear()
        reader = csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)
        try:
            cells = next(reader)
            fits = len(lines.record) == 1 or len(cells) == len(header)
            problem = "" if fits else "a quotation mark is not closed"
        except StopIteration:
            return
        except csv.Error as error:
            cells, problem = [], f"this is not CSV: {error}"
        if problem:
            several = len(lines.record) > 1
            lines.put_back()
            if several:
                problem = "a quotation mark is not closed"
            else:  # a quotation mark inside a quoted text, whose meaning is clear
                cells = next(csv.reader(lines.record, delimiter=separator, skipinitialspace=True))
                problem = ""
        first = lines.number - len(lines.record) + 1
        if problem:
            yield first, BadRecord(problem)
        elif any(cell.strip() for cell in cells):
            yield first, _row(header, [cell.strip() for cell in cells])


def _row(header: list[str], cells: list[str]) -> dict[str, str] | BadRecord:
    if any(cells[len(header) :]):
        return BadRecord(
            f"{number_of(len(cells), 'cell')}, and the header has "
            f"{number_of(len(header), 'column')}: put a cell that holds "
            "a separator into quotation marks"
        )
    for cell in cells:
        if wrong := undecoded(cell):
            return BadRecord(wrong)
    return dict(zip(header, cells, strict=False))
