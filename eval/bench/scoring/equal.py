"""Whether two answers are the same value."""

from __future__ import annotations

import logging
import threading

from .reading import plain
from .vqa import DIGITS

_LONGEST = 200  # characters: no value is longer, and a runaway response takes minutes to parse
_SECONDS = 5  # for one comparison


def same_value(right: str, answer: str) -> bool:
    """Whether two answers are equal as words or as mathematics: 0.5 = \\frac{1}{2}, 120° = 120."""
    if len(answer) > _LONGEST:
        return False
    return _words(right) == _words(answer) or _same_mathematics(right, answer)


def _same_mathematics(right: str, answer: str) -> bool:
    from math_verify import parse, verify

    logging.getLogger("math_verify").setLevel(logging.ERROR)  # it warns if no limit is set
    # The limit is an alarm, which only the main thread can set.
    in_main = threading.current_thread() is threading.main_thread()
    limit = _SECONDS if in_main else None
    gold = parse(_as_latex(right), parsing_timeout=limit)
    parsed = parse(_as_latex(answer), parsing_timeout=limit)
    return bool(gold and parsed) and verify(gold, parsed, timeout_seconds=limit)


def _words(text: str) -> list[str]:
    return [DIGITS.get(word, word) for word in plain(text).split()]


def _as_latex(text: str) -> str:
    return text if "$" in text or "\\boxed" in text else f"${text}$"
