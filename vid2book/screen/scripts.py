"""Scripts: characters of a script that nobody writes in a video are misread icons.

A recogniser of many scripts mistakes the magnifying glass of a menu for an ideogram, with high
confidence. The language of a video does not say in which scripts it is written, since a course of
Chinese may be held in English. Its screens do: whoever writes in a script writes a whole word of it
somewhere.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from itertools import groupby

from ..records import OcrLine
from .places import height

# By the first word of a letter's Unicode name. Latin is everywhere, and Greek is in formulas.
_SCRIPT = {
    "CJK": "Han", "HIRAGANA": "Han", "KATAKANA": "Han", "HALFWIDTH": "Han",
    "HANGUL": "Hangul", "CYRILLIC": "Cyrillic", "ARABIC": "Arabic", "HEBREW": "Hebrew",
    "THAI": "Thai", "DEVANAGARI": "Devanagari",
}  # fmt: skip

# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_WORD = 2  # different characters side by side that make a word
_SURE = 0.9  # least score of its line
_LARGE = 1.5  # times the usual height of a line: a single character this large is no icon


def scripts_of(screens: Iterable[Sequence[OcrLine]]) -> set[str]:
    """The scripts, other than Latin and Greek, in which one of the screens has a word."""
    scripts: set[str] = set()
    for lines in screens:
        usual = sorted(map(height, lines))[len(lines) // 2] if lines else 0.0
        for line in lines:
            if line.score is not None and line.score < _SURE:
                continue
            least = 1 if height(line) > _LARGE * usual else _WORD
            scripts |= {script for script, run in _runs(line.text) if len(set(run)) >= least}
    return scripts - {""}


def without_other_scripts(text: str, known: set[str]) -> tuple[str, str]:
    """The text without characters of unknown scripts, and those characters."""
    runs = list(_runs(text))
    rest = "".join(run for script, run in runs if not script or script in known)
    if rest == text:
        return text, ""
    return " ".join(rest.split()), " ".join(
        run for script, run in runs if script and script not in known
    )


def _runs(text: str) -> Iterable[tuple[str, str]]:
    """Runs of one script each; '' stands for Latin, Greek, digits, symbols and blanks."""
    return ((script, "".join(run)) for script, run in groupby(text, _script))


def _script(sign: str) -> str:
    if sign.isascii() or not sign.isalpha():
        return ""
    return _SCRIPT.get(unicodedata.name(sign, "").replace("-", " ").split(" ")[0], "")
