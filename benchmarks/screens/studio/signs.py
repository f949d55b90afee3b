"""Setting a formula: signs in a row, raised, lowered, or in fractions.

Signs are separated by spaces; `^` before a sign raises it, `_` lowers it. `[` begins a fraction,
`/` alone its denominator, and `;` ends it. `name:sign` names a sign; without a name, the first `x`
of one formula and the first `x` of another are the same sign.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from rendering.draw import font

RULE = "―"
"""Stands for the line of a fraction, whose size is its length."""


@dataclass(frozen=True)
class Sign:
    """A sign at a place, in pixels from the formula's middle; `name` tells which one it is."""

    name: str
    text: str
    x: float
    y: float
    size: int
    color: str


def typeset(signs: str, face: str, big: int, ink: str, colors: dict[str, str]) -> list[Sign]:
    """Place the signs of a formula around its middle; letters are `big` pixels tall."""
    laid: list[Sign] = []
    seen: dict[str, int] = {}
    x, level = 0.0, 0.0
    begin, first, split, upper_end = 0.0, 0, 0, 0.0
    for token in signs.split():
        seen[token] = seen.get(token, 0) + 1
        if token == "[":
            begin, first, level = x, len(laid), -0.62 * big
        elif token == "/":
            upper_end, split, x, level = x, len(laid), begin, 0.74 * big
        elif token == ";":
            end = max(upper_end, x)
            upper = _shifted(laid[first:split], (end - upper_end) / 2)
            lower = _shifted(laid[split:], (end - x) / 2)
            rule = Sign(f"rule{seen[token]}", RULE, begin, 0.62 * big, round(end - begin), ink)
            laid = [*laid[:first], *upper, *lower, rule]
            x, level = end + 0.12 * big, 0.0
        else:
            name, _, text = token.rpartition(":")
            raised, lowered = text.startswith("^"), text.startswith("_")
            text = text.lstrip("^_") if len(text) > 1 else text
            size = round(0.62 * big) if raised or lowered else big
            pad = 0.16 * big if text in "=+−-<>≈→" else 0.02 * big
            y = level + (-0.22 * big if raised else 0.5 * big if lowered else 0.0) - 0.1 * big
            tone = colors.get(text, ink)
            laid.append(Sign(name or f"{token}{seen[token]}", text, x + pad, y, size, tone))
            x += font(face, size).getlength(text) + 2 * pad
    return [replace(sign, x=sign.x - x / 2, y=sign.y - 0.5 * big) for sign in laid]


def _shifted(signs: list[Sign], right: float) -> list[Sign]:
    return [replace(sign, x=sign.x + right) for sign in signs]
