"""JSON and JSON Lines.

A file is taken for what it holds, whatever it is called: an object a line, objects one after the
other over several lines, or a list of objects, which is read bit by bit.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from .text import open_text, undecoded
from .values import TooDeep, clean

_CHUNK = 1 << 20  # characters read at a time
_LONGEST_NUMBER = 4000  # digits; Python refuses to make a number of more than 4300
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|["\[\]{}]', re.DOTALL)
_BETWEEN = " \t\r\n,\ufeff\0"


class BadJson(ValueError):  # noqa: N818 - it says what the text is
    """A text that is no JSON, or JSON that nothing can hold; the message says why."""


class Item(NamedTuple):
    """One value of a file: its place, and what it is or why it is nothing."""

    line: int  # of a list, its number in the list
    value: Any | BadJson
    alone: bool = True  # it is all that is lost, if it is bad


def parse(text: str) -> Any:
    """The value of a JSON text, made safe by `clean`.

    `NaN` and `Infinity` are missing values; a number too long for a computer stays as its digits.

    Raises:
        BadJson: what is wrong.
    """
    try:
        try:
            value = _DECODER.decode(text)
        except json.JSONDecodeError:
            raise
        except ValueError:  # a number of more digits than Python makes numbers of
            value = _PATIENT.decode(text)
        return clean(value)
    except json.JSONDecodeError as error:
        raise BadJson(f"this is not JSON: {error.msg} at character {error.pos + 1}") from None
    except (RecursionError, TooDeep):
        raise BadJson(str(TooDeep())) from None


def items(path: Path) -> Iterator[Item]:
    """The values in a file, one by one.

    Raises:
        OSError: the file cannot be read.
    """
    with open_text(path) as file:
        listed, lines = _shape(file)
    with open_text(path) as file:
        yield from _lines(file) if lines else _stream(file, listed)


def is_list(path: Path) -> bool:
    """Whether a file holds a list, and its values are numbered rather than their lines."""
    with open_text(path) as file:
        return _shape(file)[0]


def _shape(file: TextIO) -> tuple[bool, bool]:
    """Whether a file is a list, and whether it is an object a line."""
    lines = (line.strip(_BETWEEN) for line in iter(lambda: file.readline(_CHUNK), ""))
    filled = (line for line in lines if line)
    first, second = next(filled, ""), next(filled, "")
    if first.startswith("["):
        return True, False
    # An object that is spread over lines opens alone, or with its first key.
    is_open = re.fullmatch(r'\{(\s*"[^"]*"\s*:.*,|.*[\[{])?', first)
    return False, not is_open or second.startswith("{")


def _lines(file: TextIO) -> Iterator[Item]:
    for number, line in enumerate(iter(file.readline, ""), 1):
        if text := line.strip("\ufeff \t\r\n\0\x1a"):
            yield Item(number, _parsed(text))


def _stream(file: TextIO, listed: bool) -> Iterator[Item]:
    """Values of a list, or one after the other. A bad one is skipped by its brackets."""
    text, number, line = "", 0, 1
    opened, over = not listed, False
    while True:
        left = text.lstrip(_BETWEEN)
        if left and not opened:
            left, opened = left[1:].lstrip(_BETWEEN), True
        line += text.count("\n") - left.count("\n")
        text = left
        if listed and text.startswith("]"):
            return
        value, end = _first(text, over) if text else (None, 0)
        if not end and not over:
            # Twice as much each time, or a long value would be looked at again and again.
            more = file.read(max(_CHUNK, len(text)))
            text, over = text + more, not more
            continue
        if not text:
            return
        number += 1
        # Where its own brackets are wrong, a bad value may have taken others with it.
        spread = not end or "\n" in text[:end].strip()
        alone = not (isinstance(value, BadJson) and spread)
        yield Item(number if listed else line, value, alone)
        if not end:
            return
        line += text.count("\n", 0, end)
        text = text[end:]


def _first(text: str, is_all: bool) -> tuple[Any | BadJson, int]:
    """The value at the start of a text and where it ends; 0 if it does not end there."""
    try:
        value, end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        end = _end_of(text)
        return (_parsed(text[:end]) if end else BadJson("it does not end")), end
    if end == len(text) and not is_all and text[0] not in '{["':
        return None, 0  # a number or a word may go on in what is not read yet
    if wrong := undecoded(text[:end]):
        return BadJson(wrong), end
    try:
        return clean(value), end
    except TooDeep as error:
        return BadJson(str(error)), end


def _end_of(text: str) -> int:
    """Where the value at the start of a text ends, by its brackets; 0 if it does not."""
    if text[0] not in '{["':  # a word that is no value
        found = re.compile(r"[,\n\[\]{}]").search(text, 1)
        return found.start() if found else 0
    depth = 0
    for found in _TOKEN.finditer(text):
        if found[0] == '"':
            return 0
        if found[0] in "[{":
            depth += 1
        elif found[0] in "]}":
            depth -= 1
            if depth <= 0:
                return found.end()
    return 0


def _parsed(text: str) -> Any | BadJson:
    if wrong := undecoded(text):
        return BadJson(wrong)
    try:
        return parse(text)
    except BadJson as error:
        return error


def _number(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else digits


def _nothing(_: str) -> None:
    """NaN and Infinity, which JSON does not know, are how data frames write a missing value."""


# Line breaks and tabs within a text are no JSON, but what was meant is clear.
_DECODER = json.JSONDecoder(parse_constant=_nothing, strict=False)
_PATIENT = json.JSONDecoder(parse_constant=_nothing, parse_int=_number, strict=False)
