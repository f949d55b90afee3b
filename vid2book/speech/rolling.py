"""Removes the words that captions show twice.

Lines roll up (each appears at the bottom, then again above the next), or one line grows word by
word. Both are the same thing: a caption begins with the last whole lines of the one before. Where
many captions of a file do this, they may have a pause between them; elsewhere only captions that
touch count, since people do say a line twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_ROLLS = 0.3  # share of caption pairs that repeat, from which on a file counts as rolling
_PAUSE = 10.0  # most seconds between rolling captions; after more, the screen was empty
_HOLD = 3.0  # most seconds between rolling captions that are the same
_TOUCH = 0.1  # most seconds between captions that repeat in a file that does not roll
_FEWEST = 15  # letters of such a repeat; shorter ones really are said ("wait for it")
_SHOWN = 6  # lines on the screen at once, at most


class Token(NamedTuple):
    """A word of a caption, and the time at which it is said, if the file gives one."""

    text: str
    at: float | None = None


@dataclass(frozen=True)
class Caption:
    """The lines of a cue as words. Times are in seconds."""

    start: float
    end: float
    lines: tuple[tuple[Token, ...], ...]

    @property
    def tokens(self) -> tuple[Token, ...]:
        return tuple(token for line in self.lines for token in line)


class _Repeat(NamedTuple):
    """How much of a caption was already shown by the one before."""

    letters: int  # without blanks
    words: int
    gap: float  # seconds between the two
    whole: bool  # the caption says nothing new


def without_repeats(captions: Sequence[Caption]) -> tuple[list[Caption], int]:
    """The captions without words that the one before has shown, and how many words that removed.

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
        rest = _without(caption, repeat.letters)
        dropped += repeat.words
        if rest.tokens:
            fresh.append(rest)
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
    """The longest run of last lines of a caption with which the next one begins."""
    new = "".join(token.text for token in after.tokens)
    gap = after.start - before.end
    for n in range(max(0, len(before.lines) - _SHOWN), len(before.lines)):
        words = [token.text for line in before.lines[n:] for token in line]
        tail = "".join(words)
        if tail and new.startswith(tail) and _ends_a_word(after.tokens, len(tail)):
            return _Repeat(len(tail), len(words), gap, len(tail) == len(new))
    return _Repeat(0, 0, gap, False)


def _ends_a_word(tokens: Sequence[Token], letters: int) -> bool:
    """Whether a word ends after so many letters; in scripts without blanks, any character may."""
    for token in tokens:
        if letters <= len(token.text):
            return letters == len(token.text) or _is_unspaced(token.text[letters - 1])
        letters -= len(token.text)
    return False


def _without(caption: Caption, letters: int) -> Caption:
    lines = []
    for line in caption.lines:
        rest = []
        for token in line:
            if letters < len(token.text):
                rest.append(token._replace(text=token.text[letters:]))
            letters = max(0, letters - len(token.text))
        if rest:
            lines.append(tuple(rest))
    return replace(caption, lines=tuple(lines))


def _is_unspaced(char: str) -> bool:
    return "\u0e00" <= char <= "\u0eff" or "\u3000" <= char <= "\u9fff"
