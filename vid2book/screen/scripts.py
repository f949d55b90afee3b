"""Scripts: signs of one that nobody writes in a video are icons that were misread.

A recogniser of many scripts takes the magnifying glass of a menu for an ideogram, and is sure of
it. Its language does not tell which scripts a video is written in, for a course of Chinese may be
held in English. Its screens do: who writes in a script writes a word of it somewhere.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from itertools import groupby

from ..records import OcrLine
from .places import height

# The first word of the Unicode name of a letter. Latin is everywhere, and Greek is in formulas.
_SCRIPT = {
    "CJK": "Han", "HIRAGANA": "Han", "KATAKANA": "Han", "HALFWIDTH": "Han",
    "HANGUL": "Hangul", "CYRILLIC": "Cyrillic", "ARABIC": "Arabic", "HEBREW": "Hebrew",
    "THAI": "Thai", "DEVANAGARI": "Devanagari",
}  # fmt: skip

# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_WORD = 2  # different signs side by side that make a word
_SURE = 0.9  # score of the line on which it stands
_LARGE = 1.5  # times the usual height of a line: one sign alone, this large, is no icon


def scripts_of(screens: Iterable[Sequence[OcrLine]]) -> set[str]:
    """The scripts, beside Latin and Greek, in which a word stands on one of the screens."""
    found: set[str] = set()
    for lines in screens:
        usual = sorted(map(height, lines))[len(lines) // 2] if lines else 0.0
        for line in lines:
            if line.score is not None and line.score < _SURE:
                continue
            least = 1 if height(line) > _LARGE * usual else _WORD
            found |= {script for script, run in _runs(line.text) if len(set(run)) >= least}
    return found - {""}


def without_other_scripts(text: str, known: set[str]) -> tuple[str, str]:
    """The text without the signs of other scripts than the known, and these signs."""
    runs = list(_runs(text))
    stay = "".join(run for script, run in runs if not script or script in known)
    if stay == text:
        return text, ""
    return " ".join(stay.split()), " ".join(
        run for script, run in runs if script and script not in known
    )


def _runs(text: str) -> Iterable[tuple[str, str]]:
    """Stretches of one script each; '' stands for Latin, Greek, digits, signs and blanks."""
    return ((script, "".join(run)) for script, run in groupby(text, _script))


def _script(sign: str) -> str:
    if sign.isascii() or not sign.isalpha():
        return ""
    return _SCRIPT.get(unicodedata.name(sign, "").replace("-", " ").split(" ")[0], "")
