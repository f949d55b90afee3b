"""Yes or no, where a response answers with the question itself, made a statement.

"Are there fewer cars than things?" - "There are fewer cars than things."
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .reading import plain, sentences

_WORD = re.compile(r"[a-z0-9.%']*[a-z0-9%]")
_ASKS = re.compile(r"[^.!?\n]*\?")
_SMALL = set(
    "a an the is are was were be do does did has have had can will would there it that this these"
    " those of in at on to and or if any please than".split()
)
_NOT = re.compile(r"^(?:not|no|never|cannot|false|untrue|incorrect)$|n't$")
_REASON = re.compile(
    r",?\s(?:as|because|since|while|but|so)\s.*|,\s(?:which|with|and|indicating)\s.*"
)
_OPPOSITES = {
    "less": "greater more larger equal",
    "fewer": "more greater equal",
    "smaller": "larger bigger greater equal",
    "lower": "higher greater equal",
    "shorter": "longer taller equal",
    "more": "fewer less equal",
    "greater": "less smaller fewer equal",
    "larger": "smaller less equal",
    "bigger": "smaller equal",
    "higher": "lower equal",
    "longer": "shorter equal",
    "taller": "shorter equal",
    "minimum": "maximum",
    "maximum": "minimum",
    "odd": "even",
    "even": "odd",
    "increasing": "decreasing",
    "decreasing": "increasing",
}

_EXTREMES = {"minimum", "maximum", "odd", "even", "increasing", "decreasing"}


def yes_or_no(text: str, choices: Sequence[str], question: str) -> int | None:
    """Index of "yes" or "no" among two options, or None.

    A sentence that has the question's words in the question's order says yes; with a "not" more, or
    with one word turned into its opposite, it says no. The word itself at the beginning counts
    before.

    Args:
        text: the response, readable.
        choices: the options; nothing is found unless they are yes and no.
        question: what was asked.
    """
    spelt = [plain(choice) for choice in choices]
    if sorted(spelt) != ["no", "yes"]:
        return None
    if first := re.match(r"\W*(yes|no)\b", text, re.IGNORECASE):
        return spelt.index(first[1].lower())
    asked = _content(question)
    if len(asked) < 2:
        return None
    told = (_content(_REASON.sub("", sentence)) for sentence in sentences(_ASKS.sub("", text)))
    found = {_compared(asked, said) for said in told if len(said) <= len(asked) + 4} - {None}
    return spelt.index("yes" if found.pop() else "no") if len(found) == 1 else None


def _compared(asked: list[str], said: list[str]) -> bool | None:
    """Whether what is said is what was asked (True) or its opposite (False); None: neither."""
    denied = [any(_NOT.search(word) for word in words) for words in (asked, said)]
    asked, said = ([w for w in words if not _NOT.search(w)] for words in (asked, said))
    agrees = denied[0] == denied[1]
    if _in_order(asked, said):
        return agrees
    for i, word in enumerate(asked):
        for other in _OPPOSITES.get(word, "").split():
            if _in_order([*asked[:i], other, *asked[i + 1 :]], said):
                return not agrees
    # "Is blue the minimum?" - "The minimum is blue." Only a comparison has an order.
    if not _OPPOSITES.keys() & {*asked} - _EXTREMES and set(asked) <= set(said):
        return agrees
    return None


def _in_order(part: list[str], whole: list[str]) -> bool:
    rest = iter(whole)
    return all(word in rest for word in part)


def _content(text: str) -> list[str]:
    words = _WORD.findall(text.lower().replace("’", "'"))
    words = [word for word in words if word not in _SMALL]
    return [w[:-1] if len(w) > 3 and w.endswith("s") and not w.endswith("ss") else w for w in words]
