"""Makes values from outside safe to store anywhere: in JSON, in Parquet, in the name of a file."""

from __future__ import annotations

import math
from typing import Any

DEEPEST = 100  # levels of nested lists and objects


class TooDeep(ValueError):  # noqa: N818 - it says what is wrong with the value
    """A value that is nested deeper than any description of a video."""

    def __init__(self) -> None:
        super().__init__(f"it is nested more than {DEEPEST} deep")


def whole_text(text: str) -> str:
    """A text in which surrogate pairs are joined, and lone surrogates become U+FFFD."""
    if text.isascii():
        return text
    try:
        text.encode()
        return text
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def clean(value: Any, depth: int = 0) -> Any:
    """A value without lone surrogates, in which NaN and infinity (missing values) are None.

    Raises:
        TooDeep: lists and objects are nested too deeply.
    """
    if isinstance(value, str):
        return whole_text(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if depth > DEEPEST:
        raise TooDeep
    if isinstance(value, dict):
        return {whole_text(str(k)): clean(v, depth + 1) for k, v in value.items()}
    if isinstance(value, list):
        return [clean(part, depth + 1) for part in value]
    return value
