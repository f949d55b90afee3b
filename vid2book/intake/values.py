"""Values as they come, made such that everything can hold them: JSON, Parquet, a file's name."""

from __future__ import annotations

import math
from typing import Any

DEEPEST = 100  # lists and objects within one another


class TooDeep(ValueError):  # noqa: N818 - it says what is wrong with the value
    """A value nested deeper than anything that describes a video."""

    def __init__(self) -> None:
        super().__init__(f"it is nested more than {DEEPEST} deep")


def whole_text(text: str) -> str:
    """A text in which every surrogate has its pair; half a character becomes U+FFFD."""
    if text.isascii():
        return text
    try:
        text.encode()
        return text
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def clean(value: Any, depth: int = 0) -> Any:
    """A value without NaN and infinity (which stand for a missing one) and without half characters.

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
