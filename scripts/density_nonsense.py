"""Nonsense of eight makes, most of it grammatical: what lexical cohesion is fitted to.

All is drawn from texts that teach, so that it has their words and terms.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from vid2book.eval.density.tagger import tag
from vid2book.eval.density.terms import by_subject
from vid2book.words import english_words

WORDS = 300
SHUFFLED = "words of one lecture, shuffled"  # the one that has no grammar
_TEMPLATES = (
    "The {a} of the {b} is determined by the {c}, so that every {d} must have a {e}.",
    "If we increase the {a}, the {b} becomes larger, because the {c} depends on the {d}.",
    "So here we have a {a}, and we call this the {b} of the {c}.",
    "Remember that the {a} is equal to the {b} divided by the {c}.",
    "Now let us look at an example: a {a} moves through the {b} until it reaches the {c}.",
    "Therefore, the {a} and the {b} are two kinds of {c}, and both need a {d}.",
    "Notice that without the {a} there would be no {b}, and the {c} would simply vanish.",
    "What happens when the {a} meets the {b}? It turns into a {c}.",
    "We can measure the {a} by counting how often the {b} contains the {c}.",
    "In other words, the {a} explains why the {b} is smaller than the {c}.",
)

Texts = Mapping[str, Sequence[str]]  # of each source


def nonsense(texts: Texts, each: int, seed: int = 0) -> Iterator[tuple[str, str]]:
    """The make and the text, `each` of every make."""
    draw = random.Random(seed)
    every = [text for source in texts.values() for text in source]
    courses = [list(source) for source in texts.values() if len(source) > 2]
    nouns = _nouns(draw.sample(every, min(len(every), 120)))
    points = [(subject, name) for subject, names in by_subject().items() for name in names]
    for _ in range(each):
        subject, _ = draw.choice(points)
        yield "templates, terms of all subjects", _templates(draw, [name for _, name in points])
        own = [name for of, name in points if of == subject]
        yield "templates, terms of one subject", _templates(draw, own)
        yield "nouns swapped", _swapped(draw, draw.choice(every), nouns, alike=False)
        yield "nouns swapped, the same alike", _swapped(draw, draw.choice(every), nouns, alike=True)
        yield "sentences of many lectures", _joined(draw, every)
        yield "Markov chain of many lectures", _markov(draw, draw.sample(every, len(every) // 4))
        yield "Markov chain of one course", _markov(draw, draw.choice(courses))
        words = draw.choice(every).split()
        yield SHUFFLED, " ".join(draw.sample(words, len(words)))


def _templates(draw: random.Random, terms: Sequence[str]) -> str:
    words: list[str] = []
    while len(words) < WORDS:
        filled = {slot: draw.choice(terms).lower() for slot in "abcde"}
        words += draw.choice(_TEMPLATES).format(**filled).split()
    return " ".join(words[:WORDS])


def _nouns(texts: Sequence[str]) -> dict[str, list[str]]:
    """By tag, as often as they come."""
    found: dict[str, list[str]] = defaultdict(list)
    for text in texts:
        for word, kind in _tagged(text):
            found[kind].append(word)
    return found


def _swapped(
    draw: random.Random, text: str, nouns: Mapping[str, Sequence[str]], alike: bool
) -> str:
    """Every noun becomes one of another text; `alike`: the same one each time."""
    known: dict[str, str] = {}
    words = []
    for word, kind in _tagged(text):
        other = draw.choice(nouns[kind]) if _is_noun(word, kind) else word
        words.append(known.setdefault(word, other) if alike else other)
    return " ".join(words)


def _tagged(text: str) -> Iterator[tuple[str, str]]:
    words = english_words(text)
    yield from zip(words, tag(words), strict=True)


def _is_noun(word: str, kind: str) -> bool:
    return kind in ("NN", "NNS") and len(word) > 3


def _joined(draw: random.Random, texts: Sequence[str]) -> str:
    """Sentences of different texts, in no order."""
    words: list[str] = []
    while len(words) < WORDS:
        sentences = re.split(r"(?<=[.?!]) +", draw.choice(texts))
        words += draw.choice(sentences).split()[:40]
    return " ".join(words[:WORDS])


def _markov(draw: random.Random, texts: Sequence[str]) -> str:
    """Every three words in a row stand so in one of the texts."""
    following: dict[tuple[str, str], list[str]] = defaultdict(list)
    for text in texts:
        words = text.split()
        for a, b, c in zip(words, words[1:], words[2:], strict=False):
            following[a, b].append(c)
    starts = list(following)
    made = list(draw.choice(starts))
    while len(made) < WORDS:
        rest = following.get((made[-2], made[-1]))
        made += [draw.choice(rest)] if rest else draw.choice(starts)
    return " ".join(made[:WORDS])
