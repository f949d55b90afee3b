"""Where sentences end in a stream of spoken words.

A mark ends a sentence unless it belongs to an abbreviation, a number or an initial. So does a long
pause, unless the sentence plainly goes on after it ("to learn about ... how to make maps").
Machine-made captions have no marks; pauses and the borders of cues stand in for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from .. import config
from ..records import Segment, Word
from .english import (
    AFTER_RELATIVE,
    AFTER_VERB,
    ASKS,
    CONJUNCTIONS,
    NEVER_LAST,
    OPENERS,
    RESTARTS,
    SELDOM_LAST,
)

_MARK = re.compile(r"(?<![.?!…。？！])[.?!…。？！]+[\"'”’)\]]*$")
_ABBREVIATION = re.compile(
    r"(?:e\.g|i\.e|vs|cf|ca|approx|etc|dr|mr|mrs|ms|prof|st|jr|sr|fig|figs|eq|eqs|eqn|ref|refs|no"
    r"|vol|ch|sec|pp|p|al|inc|ltd|dept|min|max|resp|w\.r\.t|s\.t|(?:[a-z]\.)+[a-z])\.",
    re.IGNORECASE,
)
_MAY_END = re.compile(r"(?:etc|al|inc|ltd|jr|sr|max|min|no|(?:[a-z]\.)+[a-z])\.", re.IGNORECASE)
_TRAILS_OFF = re.compile(r"(?:\.{2,}|…)[\"'”’)\]]*$")
_INITIAL = re.compile(r"[A-Z]\.")
# Languages written without spaces: a word need not start with one.
_UNSPACED = ("zh", "ja", "th", "lo", "my", "km", "yue")

# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_BREATH = 0.25  # seconds; less is not a pause
_MARKED = 1 / 50  # marks per word from which on a transcript counts as punctuated
_LONGEST = 3  # pauses of `join_gap` after which even an unfinished sentence is over
_AHEAD = 40  # words in which to look for the end of a relative clause, set by eye
_SHORTEST = 5  # words on either side of a cut without a mark, at least


def sentences(
    segments: Sequence[Segment], settings: config.Refine, language: str
) -> Iterator[tuple[Word, ...]]:
    """The words of one sentence at a time, each with the space before it, if it has one.

    Args:
        segments: in order of time.
        settings: section `refine` of the config.
        language: ISO 639-1; empty if unknown.
    """
    words, borders = _words(segments, language)
    marked = is_punctuated(words)
    start = 0
    for n in range(len(words)):
        last = n + 1 == len(words)
        if last or _ends(words, n, start, settings, marked, language):
            longest = settings.max_sentence_words
            yield from _cut(words, borders, start, n + 1, longest, language == "en")
            start = n + 1


def is_punctuated(words: Sequence[Word]) -> bool:
    """Whether whoever wrote this down puts marks at the ends of sentences."""
    return sum(bool(_MARK.search(word.text)) for word in words) >= _MARKED * len(words)


def breaks_off(word: str, punctuated: bool) -> bool:
    """Whether an English sentence cannot end with this word as it is written.

    Args:
        word: with its marks; quantities in capitals (the operator AND) may be last.
        punctuated: whether sentences end with a mark in this transcript.
    """
    bare = _bare_text(word)
    if word.strip().isupper() and bare != "i":
        return False
    open_end = not _MARK.search(word.strip()) or _TRAILS_OFF.search(word.strip()) is not None
    return (
        bare in NEVER_LAST
        or (open_end and bare in CONJUNCTIONS)
        or (open_end and punctuated and bare in SELDOM_LAST)
    )


def is_abbreviation(word: str) -> bool:
    """Whether the full stop of a word may be part of it."""
    bare = word.strip().strip("\"'“”‘’()[]")
    return bool(_ABBREVIATION.fullmatch(bare)) or len(bare) == 2


def starts_small(word: str) -> bool:
    """Whether a word continues a sentence, judging by its letters; `pH` may also begin one."""
    return re.sub(r"[\W\d_]", "", word).islower()


def starts_relative_clause(words: Sequence[Word], n: int) -> bool:
    """Whether an English word continues the sentence before it, as a relative pronoun.

    Speech models and captions often put a full stop before "which". A clause that ends with a
    question mark, or asks a question ("which method is faster depends on n"), is not relative.
    """
    first = _bare(words[n])
    if first not in ("which", "whose", "whom"):
        return False
    clause = []
    for word in words[n : n + _AHEAD]:
        clause.append(_bare(word))
        if mark := _MARK.search(word.text.strip()):
            if "?" in mark.group():
                return False
            break
    if len(clause) < 3 or not ASKS.isdisjoint(clause):
        return False
    verb, following = clause[1], clause[2]
    is_verb = verb in AFTER_RELATIVE or (re.search("[^s]s$", verb) and following in AFTER_VERB)
    return first != "which" or bool(is_verb)


def _bare(word: Word) -> str:
    """A word in lower case, without the marks around it."""
    return _bare_text(word.text)


def _bare_text(text: str) -> str:
    return re.sub(r"^\W+|\W+$", "", text).lower().replace("’", "'")


def _words(segments: Iterable[Segment], language: str) -> tuple[list[Word], set[int]]:
    """The words, with parts such as `x` and `^2` joined, and which of them begin a segment."""
    spaced = language not in _UNSPACED
    words: list[Word] = []
    borders = set()
    for segment in segments:
        borders.add(len(words))
        for n, word in enumerate(segment.words or _spread(segment)):
            if not word.text.strip():
                continue
            if spaced and n and words and not word.text.startswith(" "):
                before = words[-1]
                words[-1] = Word(
                    before.start,
                    word.end,
                    before.text + word.text,
                    min(before.probability, word.probability),
                )
            else:
                text = f" {word.text.strip()}" if spaced else word.text
                words.append(Word(word.start, word.end, text, word.probability))
    return words, borders


def _spread(segment: Segment) -> list[Word]:
    """The words of a segment without word times, spread evenly over it."""
    tokens = segment.text.split()
    step = (segment.end - segment.start) / max(1, len(tokens))
    return [
        Word(segment.start + n * step, segment.start + (n + 1) * step, f" {token}")
        for n, token in enumerate(tokens)
    ]


def _ends(
    words: Sequence[Word], n: int, start: int, settings: config.Refine, marked: bool, language: str
) -> bool:
    pause = words[n + 1].start - words[n].end
    text, following = words[n].text.strip(), words[n + 1].text.strip()
    if _goes_on(text, following, pause, settings, marked, language):
        return pause > _LONGEST * settings.join_gap
    if pause > settings.join_gap:
        return True
    if not _MARK.search(text):
        return not marked and pause > settings.sentence_pause and n + 1 - start >= _SHORTEST
    if not re.search(r"\.[\"'”’)\]]*$", text):
        return True
    if language == "en" and starts_relative_clause(words, n + 1):
        return False
    opens = _opens(following)
    bare = text.strip("\"'“”‘’()[]")
    if _INITIAL.fullmatch(bare):
        return pause >= _BREATH or opens
    if _ABBREVIATION.fullmatch(bare):
        return (
            bool(_MAY_END.fullmatch(bare))
            and not starts_small(following)
            and (opens or pause >= _BREATH)
        )
    if bare[:-1].isdigit() and following[:1].isdigit():
        return pause >= _BREATH
    variable = len(re.sub(r"\W", "", following)) == 1
    return not starts_small(following) or variable or pause >= 2 * _BREATH


def _opens(word: str) -> bool:
    return re.sub(r"(?<!\W)\W+$", "", word.strip()).lower() in OPENERS


def _goes_on(
    text: str, following: str, pause: float, settings: config.Refine, marked: bool, language: str
) -> bool:
    """Whether a sentence plainly goes on after a word, even after a long pause."""
    small, trails_off = starts_small(following), _TRAILS_OFF.search(text) is not None
    open_end = trails_off or not _MARK.search(text)
    if language == "en" and breaks_off(text, marked):
        # "I'm going to... I made it already" starts anew.
        restarts = _bare_text(following) in RESTARTS and (trails_off or pause > settings.join_gap)
        anew = restarts or (trails_off and pause < 2 * _BREATH)
        return small or (open_end and not anew)
    # A comma before a long pause often splices two sentences.
    return marked and small and (trails_off or text[-1:].isalnum())


def _cut(
    words: Sequence[Word], borders: set[int], start: int, end: int, longest: int, english: bool
) -> Iterator[tuple[Word, ...]]:
    """A sentence, cut at its longest pauses if it has more than `longest` words, or more than half
    as many without a comma to guide the reader."""
    length = end - start
    inner_marks = any(word.text.endswith((",", ";", ":")) for word in words[start:end])
    if length <= (longest if inner_marks else longest // 2):
        yield tuple(words[start:end])
        return

    # Weighs a pause in seconds against a segment border, a comma and the middle; set by eye.
    def worth(n: int) -> float:
        pause = max(0.0, words[n].start - words[n - 1].end)
        opens = _opens(words[n].text)
        inner_mark = words[n - 1].text.endswith((",", ";", ":"))
        centre = 1 - abs(2 * (n - start) / length - 1)
        unfinished = english and breaks_off(words[n - 1].text, True)
        return (
            pause + 0.3 * (n in borders) + 0.15 * opens + 0.3 * inner_mark + 0.1 * centre
            - 3 * unfinished
        )  # fmt: skip

    at = max(range(start + _SHORTEST, end - _SHORTEST + 1), key=worth)
    yield from _cut(words, borders, start, at, longest, english)
    yield from _cut(words, borders, at, end, longest, english)
