"""English number words as numbers, which makes "twenty-five" equal to "25"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

BELOW_TWENTY = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen".split()
    )
}
TENS = {
    word: 10 * value
    for value, word in enumerate(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2
    )
}
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_DIGITS = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


class Token(NamedTuple):
    """A word, a sign or a number in a text; only numbers have a `value`."""

    text: str
    value: Decimal | None = None


def with_numbers(tokens: Sequence[str]) -> Iterator[Token]:
    """Lower-case tokens, with those of one number joined: `two hundred and five` is 205."""
    n = 0
    while n < len(tokens):
        value, size = _number(tokens, n)
        yield Token(" ".join(tokens[n : n + size]), value) if size else Token(tokens[n])
        n += size or 1


def _number(tokens: Sequence[str], start: int) -> tuple[Decimal | None, int]:
    """The number that begins at a token, and its length in tokens; (None, 0) if there is none."""
    whole, below, n = Decimal(0), Decimal(0), start
    last = ""  # what kind of word came last
    while n < len(tokens):
        token = tokens[n]
        if _DIGITS.fullmatch(token) and not last:
            below, last = Decimal(token.replace(",", "")), "unit"
        elif token in BELOW_TWENTY and (
            last in ("", "hundred", "scale") or (last == "tens" and 0 < BELOW_TWENTY[token] < 10)
        ):
            below, last = below + BELOW_TWENTY[token], "unit"
        elif token in TENS and last in ("", "hundred", "scale"):
            below, last = below + TENS[token], "tens"
        elif token == "hundred" and last in ("", "unit", "tens"):
            below, last = (below or Decimal(1)) * 100, "hundred"
        elif token in _SCALES and last != "scale":
            whole, below, last = whole + (below or Decimal(1)) * _SCALES[token], Decimal(0), "scale"
        elif token == "and" and last in ("hundred", "scale") and _is_small(tokens, n + 1):
            pass
        elif token == "point" and last and _decimals(tokens, n + 1):
            digits = _decimals(tokens, n + 1)
            return whole + below + Decimal(f"0.{digits}"), n + 1 + len(digits) - start
        else:
            break
        n += 1
    return (whole + below, n - start) if last else (None, 0)


def _is_small(tokens: Sequence[str], n: int) -> bool:
    return n < len(tokens) and (tokens[n] in BELOW_TWENTY or tokens[n] in TENS)


def _decimals(tokens: Sequence[str], n: int) -> str:
    """The digits after a point: `14` for `three point one four`."""
    digits = ""
    while n < len(tokens) and BELOW_TWENTY.get(tokens[n], 10) < 10:
        digits += str(BELOW_TWENTY[tokens[n]])
        n += 1
    return digits
