"""YAML that a person wrote: small, flat, and without tricks.

A few bytes of YAML can expand to a billion nodes, or to a number that takes minutes to compute. So
the text is checked event by event before it is loaded.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from .text import guess_encoding
from .values import whole_text

_LARGEST = 1 << 20  # bytes
_DEEPEST = 30  # levels of nested lists and mappings
_MOST_NODES = 50_000  # after aliases are expanded
_LONGEST_NUMBER = 40  # characters
_NUMBER = re.compile(r"[-+]?[0-9][0-9a-fA-FxXobeE_.:+-]*")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class BadYaml(ValueError):  # noqa: N818 - it says what the text is
    """A text that is not YAML, or is beyond the limits here; the message is one line."""


def parse_yaml(data: bytes) -> Any:
    """The value of a YAML text.

    Raises:
        BadYaml: it cannot be used; the message says why.
    """
    if len(data) > _LARGEST:
        raise BadYaml(f"it is larger than {_LARGEST >> 20} MiB")
    text = _text(data)
    try:
        _check(text)
        return _whole(yaml.load(text, _LOADER))
    except yaml.YAMLError as error:
        raise BadYaml(f"this is not YAML: {_error_text(error)}") from None
    except BadYaml:
        raise
    except RecursionError:
        raise BadYaml(_TOO_DEEP) from None
    # PyYAML converts values by their tags without checking them: `!!int x`, 2024-99-99.
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
        reason = " ".join(str(error).split())[:200]
        raise BadYaml(f"a value in it cannot be read: {reason}") from None


def _text(data: bytes) -> str:
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8-sig")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        likely = guess_encoding(data)
        hint = f" (it looks like {likely})" if likely else ""
        name = encoding.removesuffix("-sig").upper()
        raise BadYaml(f"line {line}: this is not {name}{hint}; save it as UTF-8") from None


def _check(text: str) -> None:
    """Raises BadYaml: it is too deep, too large once its aliases are expanded, or has a number that
    is too long."""
    sizes: dict[str, int] = {}  # anchor to nodes
    opened: list[tuple[str | None, int]] = []  # for each open collection, anchor and nodes before
    nodes = 0
    for event in yaml.parse(text, _LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent):
            if event.anchor in (anchor for anchor, _ in opened):
                raise BadYaml(f"line {line}: '*{event.anchor}' is inside what it refers to")
            nodes += sizes.get(event.anchor or "", 1)
        elif isinstance(event, yaml.ScalarEvent):
            nodes += 1
            if event.anchor:
                sizes[event.anchor] = 1
            may_be_number = (not event.style or event.tag) and len(event.value) > _LONGEST_NUMBER
            if may_be_number and _NUMBER.fullmatch(event.value):
                raise BadYaml(f"line {line}: a number of {len(event.value):,} characters")
        elif isinstance(event, yaml.CollectionStartEvent):
            opened.append((event.anchor, nodes))
            nodes += 1
            if len(opened) > _DEEPEST:
                raise BadYaml(f"line {line}: {_TOO_DEEP}")
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = opened.pop()
            if anchor:
                sizes[anchor] = nodes - before
        if nodes > _MOST_NODES:
            raise BadYaml(f"line {line}: it stands for more than {_MOST_NODES:,} values")


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return whole_text(value)
    if isinstance(value, dict):
        return {_whole(k): _whole(v) for k, v in value.items()}
    return [_whole(part) for part in value] if isinstance(value, list) else value


def _error_text(error: yaml.YAMLError) -> str:
    """The error in one line, with its place."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        mark = error.problem_mark
        return f"line {mark.line + 1}, column {mark.column + 1}: {error.problem}"
    return " ".join(str(error).split())[:200]


_TOO_DEEP = f"it is nested more than {_DEEPEST} deep"
