"""Names and terms that stand on the screen, and words that may be one of them misheard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple

from ..records import Keyframe, OcrLine, Word
from ..words import alphabetic_words

# Set while looking at the lectures of benchmarks/terms/tuning, not swept one by one.
_SHORTEST = 4  # letters of a term; shorter ones look like everything
_DOUBTFUL = 0.6  # probability below which a common word may be a term misheard
_MOST_WORDS = 4  # that a term is misheard as
_LENGTH = 220  # characters of what a model is told to expect
STOPS = ",.;:!?…"
_NEAR = 30.0  # seconds before and after in which a screen is likelier spoken of

Rare = Callable[[str], bool]


class Term(NamedTuple):
    """A word on the screen that is not a common one."""

    text: str  # as it is written there
    key: str
    shown: tuple[tuple[float, float], ...]  # seconds


class Span(NamedTuple):
    """Consecutive words of a text, by position."""

    first: int
    end: int


@dataclass(frozen=True)
class Mended:
    """Words of the first hearing, and those of the second that stand in for them."""

    old: Span
    new: Span
    likeness: float


def find_terms(
    keyframes: Sequence[Keyframe],
    lines: Sequence[Sequence[OcrLine]],
    rare: Rare,
    min_score: float,
) -> list[Term]:
    """The terms on the screens of a video, those that stand there most often first.

    Args:
        lines: what was read on each keyframe.
        rare: whether a word is a rare one.
        min_score: confidence of OCR that a line must have.
    """
    count, spelt, shown = Counter[str](), dict[str, Counter[str]](), dict[str, list[int]]()
    for n, read in enumerate(lines):
        for line in read:
            if line.score is not None and line.score < min_score:
                continue
            for text in (match.group() for match in alphabetic_words(line.text)):
                word = key(text)
                if len(word) >= _SHORTEST:
                    count[word] += 1
                    spelt.setdefault(word, Counter())[text] += 1
                    shown.setdefault(word, []).append(n)
    return [
        Term(
            _spelling(spelt[word]),
            word,
            tuple((keyframes[n].start, keyframes[n].end) for n in dict.fromkeys(shown[word])),
        )
        for word, _ in count.most_common()
        if rare(word)
    ]


def _spelling(spelt: Counter[str]) -> str:
    """How a term is written; a capital letter may be that of a heading or of a line."""
    small = [text for text in spelt if text.islower()]
    return small[0] if small else spelt.most_common(1)[0][0]


def key(text: str) -> str:
    """A word as it is compared: its letters alone, in lower case, without an 's at its end."""
    text = text.replace("’", "'").casefold().strip().removesuffix("'s")
    return "".join(sign for sign in text if sign.isalpha())


def misheard(
    words: Sequence[Word], terms: Sequence[Term], rare: Rare, alike: float
) -> Iterator[tuple[Span, Term]]:
    """Words that look like a term and may be one, with it: they are rare or were heard badly.

    Args:
        alike: share of letters that they must have in common.
    """
    keys = [key(word.text) for word in words]
    known = {term.key for term in terms}
    odd = [
        bool(own) and own not in known and (word.probability < _DOUBTFUL or rare(own))
        for own, word in zip(keys, words, strict=True)
    ]
    for term in terms:
        for first in range(len(words)):
            for end in range(first + 1, min(first + _MOST_WORDS, len(words)) + 1):
                heard = "".join(keys[first:end])
                if any(odd[first:end]) and likeness(heard, term.key, alike) >= alike:
                    yield Span(first, end), term


def likeness(one: str, other: str, least: float) -> float:
    """The share of letters that two words have in common, in order, 0 to 1; 0 below `least`."""
    longest = max(len(one), len(other))
    if not longest or 2 * min(len(one), len(other)) < least * (len(one) + len(other)):
        return 0.0
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.quick_ratio() < least:
        return 0.0
    return matcher.ratio()


def expected(likely: Sequence[Term], terms: Sequence[Term], start: float, end: float) -> str:
    """What a model is told to expect in a stretch: what looks like it, then what is shown near.

    Args:
        start: of the stretch, seconds.
    """

    def is_near(term: Term) -> bool:
        return any(a < end + _NEAR and start - _NEAR < b for a, b in term.shown)

    told: list[str] = []
    for term in dict.fromkeys([*likely, *filter(is_near, terms)]):
        if len(", ".join([*told, term.text])) > _LENGTH:
            break
        told.append(term.text)
    return f"{', '.join(told)}."


def mend(
    old: Sequence[Word], new: Sequence[Word], terms: Sequence[Term], alike: float
) -> list[Mended]:
    """Where a second hearing has a term for which the first has other words that look alike.

    What else differs stays as it was first heard, so that a term that is not spoken does no harm.

    Args:
        alike: share of letters that they must have in common.
    """
    known = {term.key for term in terms}
    olds, news = ([key(word.text) for word in words] for words in (old, new))
    breaths = [word.text.rstrip()[-1:] in tuple(STOPS) for word in new]
    found: list[Mended] = []
    matcher = SequenceMatcher(None, olds, news, autojunk=False)
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind != "replace":
            continue
        at = i1
        for unit in _units(news, breaths, Span(j1, j2), known):
            said = "".join(news[unit.first : unit.end])
            if best := _best(olds, Span(at, i2), said, known, alike):
                found.append(Mended(best[0], unit, best[1]))
                at = best[0].end
    return found


def _units(
    news: Sequence[str], breaths: Sequence[bool], within: Span, known: set[str]
) -> Iterator[Span]:
    """Terms said in one breath; a model that repeats what it was told to expect lists them."""
    first = within.first
    for at in range(within.first, within.end):
        is_term = _holds(news[at], known)
        if first < at and not is_term:
            yield Span(first, at)
        if not is_term:
            first = at + 1
        elif breaths[at] or at + 1 == within.end:
            yield Span(first, at + 1)
            first = at + 1


def _holds(word: str, known: set[str]) -> bool:
    return word in known or word.removesuffix("s") in known


def _best(
    olds: Sequence[str], within: Span, said: str, known: set[str], alike: float
) -> tuple[Span, float] | None:
    """The words of the first hearing that look most like what was said; none is a term itself."""
    spans = (
        Span(first, end)
        for first in range(within.first, within.end)
        for end in range(first + 1, min(first + _MOST_WORDS, within.end) + 1)
        if not any(_holds(word, known) for word in olds[first:end])
    )
    rated = [(span, likeness("".join(olds[span.first : span.end]), said, alike)) for span in spans]
    best = max(rated, key=lambda pair: pair[1], default=None)
    return best if best and alike <= best[1] < 1.0 else None
