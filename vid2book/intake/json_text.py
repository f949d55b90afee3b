"""JSON and JSON Lines.

The content of a file decides how it is read, not its name: as one object per line, as a sequence of
objects that span lines, or as a list of objects, which is read bit by bit.
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
_LONGEST_NUMBER = 4000  # digits; Python refuses to convert more than 4300
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|["\[\]{}]', re.DOTALL)
_BETWEEN = " \t\r\n,\ufeff\0"


class BadJson(ValueError):  # noqa: N818 - it says what the text is
    """A text that is not JSON, or JSON that cannot be used; the message says why."""


class Item(NamedTuple):
    """One value of a file, or why it cannot be read."""

    line: int  # in a list, the position of the value instead
    value: Any | BadJson
    alone: bool = True  # if it is bad, no other value is lost with it


def parse(text: str) -> Any:
    """The value of a JSON text, made safe by `clean`.

    `NaN` and `Infinity` become missing values; a number that is too long stays a string of digits.

    Raises:
        BadJson: the message says what is wrong.
    """
    try:
        try:
            value = _DECODER.decode(text)
        except json.JSONDecodeError:
            raise
        except ValueError:  # a number with more digits than Python converts
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
    """Whether a file is a list, so that `Item.line` is a position and not a line."""
    with open_text(path) as file:
        return _shape(file)[0]


def _shape(file: TextIO) -> tuple[bool, bool]:
    """Whether a file is a list, and whether it has one object per line."""
    lines = (line.strip(_BETWEEN) for line in iter(lambda: file.readline(_CHUNK), ""))
    filled = (line for line in lines if line)
    first, second = next(filled, ""), next(filled, "")
    if first.startswith("["):
        return True, False
    # The first line of an object that spans lines has only its bracket, or its first key too.
    is_open = re.fullmatch(r'\{(\s*"[^"]*"\s*:.*,|.*[\[{])?', first)
    return False, not is_open or second.startswith("{")


def _lines(file: TextIO) -> Iterator[Item]:
    for number, line in enumerate(iter(file.readline, ""), 1):
        if text := line.strip("\ufeff \t\r\n\0\x1a"):
            yield Item(number, _parse_or_error(text))


def _stream(file: TextIO, listed: bool) -> Iterator[Item]:
    """The values of a list or a sequence. The end of a bad value is found by its brackets."""
    text, number, line = "", 0, 1
    in_values, at_end = not listed, False
    while True:
        rest = text.lstrip(_BETWEEN)
        if rest and not in_values:  # skip the opening bracket
            rest, in_values = rest[1:].lstrip(_BETWEEN), True
        line += text.count("\n") - rest.count("\n")
        text = rest
        if listed and text.startswith("]"):
            return
        value, end = _first(text, at_end) if text else (None, 0)
        if not end and not at_end:
            # Twice as much each time, or a long value would be parsed again and again.
            more = file.read(max(_CHUNK, len(text)))
            text, at_end = text + more, not more
            continue
        if not text:
            return
        number += 1
        # If the brackets of a bad value are wrong, it may have swallowed others.
        may_swallow = not end or "\n" in text[:end].strip()
        alone = not (isinstance(value, BadJson) and may_swallow)
        yield Item(number if listed else line, value, alone)
        if not end:
            return
        line += text.count("\n", 0, end)
        text = text[end:]


def _first(text: str, is_all: bool) -> tuple[Any | BadJson, int]:
    """The value at the start of a text, and where it ends; 0 if its end is not in the text."""
    try:
        value, end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        end = _end_of(text)
        return (_parse_or_error(text[:end]) if end else BadJson("it does not end")), end
    if end == len(text) and not is_all and text[0] not in '{["':
        return None, 0  # a number or a word may continue in the part that is not read yet
    if wrong := undecoded(text[:end]):
        return BadJson(wrong), end
    try:
        return clean(value), end
    except TooDeep as error:
        return BadJson(str(error)), end


def _end_of(text: str) -> int:
    """Where the value at the start of a text ends, by its brackets; 0 if its end is not there."""
    if text[0] not in '{["':  # a word that is not a value
        separator = re.compile(r"[,\n\[\]{}]").search(text, 1)
        return separator.start() if separator else 0
    depth = 0
    for token in _TOKEN.finditer(text):
        if token[0] == '"':
            return 0
        if token[0] in "[{":
            depth += 1
        elif token[0] in "]}":
            depth -= 1
            if depth <= 0:
                return token.end()
    return 0


def _parse_or_error(text: str) -> Any | BadJson:
    if wrong := undecoded(text):
        return BadJson(wrong)
    try:
        return parse(text)
    except BadJson as error:
        return error


def _number(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else digits


def _nothing(_: str) -> None:
    """None, for NaN and Infinity: not JSON, but how data frames write a missing value."""


# Line breaks and tabs within a string are not JSON, but their meaning is clear.
_DECODER = json.JSONDecoder(parse_constant=_nothing, strict=False)
_PATIENT = json.JSONDecoder(parse_constant=_nothing, parse_int=_number, strict=False)
