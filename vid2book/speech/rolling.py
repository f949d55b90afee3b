"""Captions that show the same words twice, said once.

Lines roll up (each stands below first and above the next one after it), or a line grows word by
word. Both are one thing: a caption begins with the last whole lines of what was shown before. Where
many captions of a file follow each other like this, they may have a pause between them; elsewhere
only captions that touch count, for people do say a line twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_ROLLS = 0.3  # share of the pairs of captions above which a file rolls
_PAUSE = 10.0  # seconds between captions that roll; longer, and the screen was empty
_HOLD = 3.0  # seconds between captions that are the same
_TOUCH = 0.1  # seconds between captions where no file-wide habit speaks for it
_FEWEST = 15  # letters that such a repeat must have; shorter ones are said ("wait for it")
_SHOWN = 6  # lines that are on the screen at once, at most


class Token(NamedTuple):
    """A word of a caption, and the time from which on it is said, if the file tells."""

    text: str
    at: float | None = None


@dataclass(frozen=True)
class Caption:
    """What a cue says: its lines as words. Times in seconds."""

    start: float
    end: float
    lines: tuple[tuple[Token, ...], ...]

    @property
    def tokens(self) -> tuple[Token, ...]:
        return tuple(token for line in self.lines for token in line)


class _Repeat(NamedTuple):
    """How much of a caption the one before has shown."""

    letters: int  # without blanks
    words: int
    gap: float  # seconds between the two
    whole: bool  # it says nothing new


def said_once(captions: Sequence[Caption]) -> tuple[list[Caption], int]:
    """The captions without what the one before has already shown, and how many words that were.

    Args:
        captions: in order of time, none without words.
    """
    repeats = [_repeat(before, after) for before, after in pairwise(captions)]
    turns = sum(repeat.letters > 0 and repeat.gap <= _PAUSE for repeat in repeats)
    rolls = turns >= 2 and turns >= _ROLLS * len(repeats)
    fresh = list(captions[:1])
    dropped = 0
    for caption, repeat in zip(captions[1:], repeats, strict=True):
        if not _is_shown_again(repeat, rolls):
            fresh.append(caption)
            continue
        left = _without(caption, repeat.letters)
        dropped += repeat.words
        if left.tokens:
            fresh.append(left)
        elif fresh:
            fresh[-1] = replace(fresh[-1], end=max(fresh[-1].end, caption.end))
    return fresh, dropped


def _is_shown_again(repeat: _Repeat, rolls: bool) -> bool:
    if not repeat.letters:
        return False
    if rolls:
        return repeat.gap <= (_HOLD if repeat.whole else _PAUSE)
    return repeat.gap <= _TOUCH and repeat.letters >= _FEWEST


def _repeat(before: Caption, after: Caption) -> _Repeat:
    """The longest tail of whole lines with which the next caption begins."""
    new = "".join(token.text for token in after.tokens)
    gap = after.start - before.end
    for n in range(max(0, len(before.lines) - _SHOWN), len(before.lines)):
        shown = [token.text for line in before.lines[n:] for token in line]
        tail = "".join(shown)
        if tail and new.startswith(tail) and _ends_a_word(after.tokens, len(tail)):
            return _Repeat(len(tail), len(shown), gap, len(tail) == len(new))
    return _Repeat(0, 0, gap, False)


def _ends_a_word(tokens: Sequence[Token], letters: int) -> bool:
    """Whether a word ends here; where words have no blanks between them, any sign does."""
    for token in tokens:
        if letters <= len(token.text):
            return letters == len(token.text) or _is_unspaced(token.text[letters - 1])
        letters -= len(token.text)
    return False


def _without(caption: Caption, letters: int) -> Caption:
    lines = []
    for line in caption.lines:
        left = []
        for token in line:
            if letters < len(token.text):
                left.append(token._replace(text=token.text[letters:]))
            letters = max(0, letters - len(token.text))
        if left:
            lines.append(tuple(left))
    return replace(caption, lines=tuple(lines))


def _is_unspaced(char: str) -> bool:
    return "\u0e00" <= char <= "\u0eff" or "\u3000" <= char <= "\u9fff"
