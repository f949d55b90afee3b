"""Whether two answers are the same value."""

from __future__ import annotations

import logging
import threading

from .reading import plain
from .vqa import DIGITS

_LONGEST = 200  # characters: no value takes more, and a runaway response costs minutes to parse
_SECONDS = 5  # for one comparison


def same_value(right: str, answer: str) -> bool:
    """Equal as words, or as mathematics: 0.5 is \\frac{1}{2}, 120° is 120."""
    if len(answer) > _LONGEST:
        return False
    return _words(right) == _words(answer) or _same_mathematics(right, answer)


def _same_mathematics(right: str, answer: str) -> bool:
    from math_verify import parse, verify

    logging.getLogger("math_verify").setLevel(logging.ERROR)  # it warns where no limit is set
    # The limit is an alarm, which only the main thread can set.
    in_main = threading.current_thread() is threading.main_thread()
    limit = _SECONDS if in_main else None
    gold = parse(_as_latex(right), parsing_timeout=limit)
    said = parse(_as_latex(answer), parsing_timeout=limit)
    return bool(gold and said) and verify(gold, said, timeout_seconds=limit)


def _words(text: str) -> list[str]:
    return [DIGITS.get(word, word) for word in plain(text).split()]


def _as_latex(text: str) -> str:
    return text if "$" in text or "\\boxed" in text else f"${text}$"
