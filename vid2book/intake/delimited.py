"""CSV and its dialects: of spreadsheets, which separate by `;` or a tab, and of data frames.

A quotation mark that is never closed would swallow all lines after it. So a record over several
lines must fit the header, or its first line is given up and the next one is read by itself.
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
    """A line that makes no row; the message says why."""


def records(path: Path) -> Iterator[tuple[int, dict[str, str] | BadRecord]]:
    """Rows with the number of their first line. Cells have no blanks around them.

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
    """The lines of a file, some of which may be given back."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._back: deque[str] = deque()
        self.taken: list[str] = []  # of the record that is being read
        self.number = 0  # of the last line taken

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= _LONGEST:
            raise StopIteration
        line = self._back.popleft() if self._back else self._file.readline()
        if not line:
            raise StopIteration
        self.taken.append(line)
        self.number += 1
        return line

    def give_back(self) -> None:
        """All lines of the record but the first."""
        self._back.extendleft(reversed(self.taken[1:]))
        self.number -= len(self.taken) - 1
        del self.taken[1:]


def _header(lines: _Lines) -> tuple[list[str], str]:
    """The names of the columns and the separator, by the first line that is not empty."""
    separator = ""
    for line in lines:
        text = line.strip("\ufeff\r\n")
        if told := re.fullmatch(r"sep=(.)", text):  # Excel's own
            separator = told[1]
        elif text.strip(_SEPARATORS + " "):
            bare = _QUOTED.sub("", text)
            separator = separator or max(_SEPARATORS, key=bare.count)
            row = next(csv.reader([text], delimiter=separator, skipinitialspace=True))
            return _apart([whole_text(name.strip()) for name in row]), separator
        lines.taken.clear()
    return [], ","


def _apart(names: list[str]) -> list[str]:
    """Columns without a name, or with the name of another, are numbered."""
    found: list[str] = []
    for number, name in enumerate(names, 1):
        found.append(name if name and name not in found else f"{name or 'column'} {number}")
    return found


def _rows(
    lines: _Lines, header: list[str], separator: str
) -> Iterator[tuple[int, dict[str, str] | BadRecord]]:
    while True:
        lines.taken.clear()
        reader = csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)
        try:
            cells = next(reader)
            fits = len(lines.taken) == 1 or len(cells) == len(header)
            problem = "" if fits else "a quotation mark is not closed"
        except StopIteration:
            return
        except csv.Error as error:
            cells, problem = [], f"this is not CSV: {error}"
        if problem:
            several = len(lines.taken) > 1
            lines.give_back()
            if several:
                problem = "a quotation mark is not closed"
            else:  # a mark within a text that begins with one; what was meant is clear
                cells = next(csv.reader(lines.taken, delimiter=separator, skipinitialspace=True))
                problem = ""
        first = lines.number - len(lines.taken) + 1
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
