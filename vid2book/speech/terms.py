"""Names and terms on the screen, and words that may be one of them misheard."""

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
_DOUBTFUL = 0.6  # probability below which a common word may be a misheard term
_MOST_WORDS = 4  # that a single term may be misheard as
_LENGTH = 220  # characters of a hint to the model, at most
STOPS = ",.;:!?…"
_NEAR = 30.0  # seconds before and after a screen in which its terms are likelier spoken

Rare = Callable[[str], bool]


class Term(NamedTuple):
    """An uncommon word on the screen."""

    text: str  # as written there
    key: str
    shown: tuple[tuple[float, float], ...]  # seconds


class Span(NamedTuple):
    """Consecutive words of a text, by position."""

    first: int
    end: int


@dataclass(frozen=True)
class Correction:
    """Words of the first transcript, and those of the second that replace them."""

    old: Span
    new: Span
    likeness: float


def find_terms(
    keyframes: Sequence[Keyframe],
    lines: Sequence[Sequence[OcrLine]],
    rare: Rare,
    min_score: float,
) -> list[Term]:
    """The terms on the screens of a video, the most frequent first.

    Args:
        lines: the lines read on each keyframe.
        rare: whether a word is rare.
        min_score: OCR confidence that a line must have.
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
    """How a term is written; a capital may only be due to a heading or the start of a line."""
    small = [text for text in spelt if text.islower()]
    return small[0] if small else spelt.most_common(1)[0][0]


def key(text: str) -> str:
    """The form in which words are compared: letters only, lower case, no 's at the end."""
    text = text.replace("’", "'").casefold().strip().removesuffix("'s")
    return "".join(sign for sign in text if sign.isalpha())


def find_misheard(
    words: Sequence[Word], terms: Sequence[Term], rare: Rare, alike: float
) -> Iterator[tuple[Span, Term]]:
    """Words that look like a term and are rare or were heard badly, each with that term.

    Args:
        alike: share of letters that words and term must have in common.
    """
    keys = [key(word.text) for word in words]
    term_keys = {term.key for term in terms}
    odd = [
        bool(own) and own not in term_keys and (word.probability < _DOUBTFUL or rare(own))
        for own, word in zip(keys, words, strict=True)
    ]
    for term in terms:
        for first in range(len(words)):
            for end in range(first + 1, min(first + _MOST_WORDS, len(words)) + 1):
                joined = "".join(keys[first:end])
                if any(odd[first:end]) and likeness(joined, term.key, alike) >= alike:
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


def hint_for(likely: Sequence[Term], terms: Sequence[Term], start: float, end: float) -> str:
    """The hint for a stretch of speech: likely terms first, then those shown near it in time.

    Args:
        start, end: of the stretch, seconds.
    """

    def is_near(term: Term) -> bool:
        return any(a < end + _NEAR and start - _NEAR < b for a, b in term.shown)

    hints: list[str] = []
    for term in dict.fromkeys([*likely, *filter(is_near, terms)]):
        if len(", ".join([*hints, term.text])) > _LENGTH:
            break
        hints.append(term.text)
    return f"{', '.join(hints)}."


def mend(
    old: Sequence[Word], new: Sequence[Word], terms: Sequence[Term], alike: float
) -> list[Correction]:
    """Places where the second transcript has a term, and the first has words that look like it.

    Any other difference keeps the first transcript, so a term that is not spoken does no harm.

    Args:
        alike: share of letters that both must have in common.
    """
    term_keys = {term.key for term in terms}
    olds, news = ([key(word.text) for word in words] for words in (old, new))
    breaths = [word.text.rstrip()[-1:] in tuple(STOPS) for word in new]
    corrections: list[Correction] = []
    matcher = SequenceMatcher(None, olds, news, autojunk=False)
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind != "replace":
            continue
        at = i1
        for unit in _units(news, breaths, Span(j1, j2), term_keys):
            spoken = "".join(news[unit.first : unit.end])
            if best := _best(olds, Span(at, i2), spoken, term_keys, alike):
                corrections.append(Correction(best[0], unit, best[1]))
                at = best[0].end
    return corrections


def _units(
    news: Sequence[str], breaths: Sequence[bool], within: Span, term_keys: set[str]
) -> Iterator[Span]:
    """Terms said in one breath; a model that merely repeats its hint lists them with commas."""
    first = within.first
    for at in range(within.first, within.end):
        is_term = _holds(news[at], term_keys)
        if first < at and not is_term:
            yield Span(first, at)
        if not is_term:
            first = at + 1
        elif breaths[at] or at + 1 == within.end:
            yield Span(first, at + 1)
            first = at + 1


def _holds(word: str, term_keys: set[str]) -> bool:
    return word in term_keys or word.removesuffix("s") in term_keys


def _best(
    olds: Sequence[str], within: Span, spoken: str, term_keys: set[str], alike: float
) -> tuple[Span, float] | None:
    """The words of the first transcript most like `spoken`; none of them is itself a term."""
    spans = (
        Span(first, end)
        for first in range(within.first, within.end)
        for end in range(first + 1, min(first + _MOST_WORDS, within.end) + 1)
        if not any(_holds(word, term_keys) for word in olds[first:end])
    )
    rated = [(s, likeness("".join(olds[s.first : s.end]), spoken, alike)) for s in spans]
    best = max(rated, key=lambda pair: pair[1], default=None)
    return best if best and alike <= best[1] < 1.0 else None
