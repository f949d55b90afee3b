"""Checks a taxonomy, and has a language model add to it.

Two points are near-duplicates if their words are the same except for plurals, order and words such
as "method" or "law", or if their embeddings nearly agree.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ..models.chat import Answer, Chat, Prompt
from .taxonomy import KnowledgePoint, singular_words

Embed = Callable[[Sequence[str]], NDArray[np.float32]]

# How these were chosen is not on record; they were not swept.
_ALIKE = 0.93  # cosine from which two names count as alike
_AT_ONCE = 512  # points that are compared with all others at a time
_MOST_WORDS = 6  # in a term
_LONGEST = 60  # characters in a term
_FILLERS = frozenset({"of", "the", "a", "an", "in", "and", "for", "to", "on"})
_VAGUE = frozenset(  # words that do not make a different point
    "algorithm concept method model principle procedure process technique theory".split()
)
_INSTRUCTIONS = """\
You write taxonomies of school and university subjects. A knowledge point is a term of one to five \
words that a teacher would give a lesson of its own, such as "Kepler's laws" or "binary search". \
Name points of the sub-course that are missing from the list. No general words (introduction, \
history, applications, examples), no questions, nothing that is in the list under another name."""


class Proposal(Answer):
    """The model's answer."""

    points: list[str]


def faults(points: Sequence[KnowledgePoint], embed: Embed) -> list[str]:
    """A line for each pair of near-duplicates, and for each entry that is not a term."""
    lines = [f"'{p.name}' ({_place(p)}): {why}" for p in points if (why := no_term(p.name))]
    first: dict[frozenset[str], int] = {}
    for i, point in enumerate(points):
        same = first.setdefault(stems(point.name), i)
        if same != i:
            lines.append(_pair(points[same], point, "the same words"))
    for point in points:
        plain = points[first.get(stems(point.name) - _VAGUE, 0)]
        # In another course, a word often means something else: kernel and kernel method.
        more = stems(point.name) - stems(plain.name)
        is_wider = stems(plain.name) < stems(point.name) and more <= _VAGUE
        if is_wider and plain[:2] == point[:2]:
            lines.append(_pair(plain, point, "the same but for a word that tells nothing"))
    vectors = embed([p.name for p in points])
    for start in range(0, len(points), _AT_ONCE):
        near = vectors[start : start + _AT_ONCE] @ vectors.T
        for row, j in np.argwhere(near >= _ALIKE).tolist():
            i = start + row
            if i < j and not _differ(points[i].name, points[j].name):
                lines.append(_pair(points[i], points[j], f"alike ({near[row, j]:.2f})"))
    return lines


def _differ(one: str, other: str) -> bool:
    """Whether two names differ although their embeddings are alike: a single word spelled another
    way (anode and inode), another number (SN1 and SN2), or a name with an extra word, which
    `faults` checks by itself."""
    words, others = stems(one), stems(other)
    single = len(words) == 1 or len(others) == 1
    numbered = any(re.search(r"\d", word) for word in words ^ others)
    return single or numbered or words <= others or others <= words


def no_term(name: str) -> str:
    """Why a name cannot name a knowledge point; empty if it can."""
    if len(name.split()) > _MOST_WORDS or len(name) > _LONGEST:
        return "longer than a term"
    if not re.search(r"[^\W\d_]", name):
        return "without a letter"
    return "a sentence" if re.search(r"[.?!:;]", name) else ""


def stems(name: str) -> frozenset[str]:
    """The set of words of a name, in the singular and without fillers."""
    return frozenset(singular_words(name)) - _FILLERS


def add_points(
    points: Sequence[KnowledgePoint], chat: Chat, embed: Embed, each: int
) -> tuple[list[KnowledgePoint], list[str]]:
    """The points, with a model's proposals after those of each sub-course.

    Returns:
        All points, and the sub-courses for which the model gave none, with the reason.
    """
    groups: dict[tuple[str, str, str], list[KnowledgePoint]] = defaultdict(list)
    for point in points:
        groups[point[:3]].append(point)
    prompts = [
        Prompt(
            _INSTRUCTIONS,
            f"Subject: {subject}\nCourse: {course}\nSub-course: {sub_course}\n"
            f"List: {', '.join(p.name for p in known)}\nName {each} more.",
        )
        for (subject, course, sub_course), known in groups.items()
    ]
    names = _Names(points, embed)
    result: list[KnowledgePoint] = []
    failures: list[str] = []
    for (place, known), answer in zip(groups.items(), chat.ask(prompts, Proposal), strict=True):
        result += known
        if not isinstance(answer, Proposal):
            failures.append(f"{' / '.join(place)}: {answer}")
            continue
        proposed = [" ".join(name.split()) for name in answer.points[:each]]
        result += [KnowledgePoint(*place, name) for name in proposed if names.is_new(name)]
    return result, failures


class _Names:
    """All names so far; each new one is added."""

    def __init__(self, points: Sequence[KnowledgePoint], embed: Embed) -> None:
        self._embed = embed
        self._names = [p.name for p in points]
        self._words = {stems(name) for name in self._names}
        self._vectors = embed(self._names)

    def is_new(self, name: str) -> bool:
        if not name or no_term(name) or stems(name) in self._words:
            return False
        vector = self._embed([name])
        alike = np.flatnonzero(self._vectors @ vector[0] >= _ALIKE)
        if any(not _differ(name, self._names[i]) for i in alike):
            return False
        self._words.add(stems(name))
        self._names.append(name)
        self._vectors = np.vstack([self._vectors, vector])
        return True


def _place(point: KnowledgePoint) -> str:
    return " / ".join(point[:3])


def _pair(one: KnowledgePoint, other: KnowledgePoint, why: str) -> str:
    return f"'{one.name}' ({_place(one)}) and '{other.name}' ({_place(other)}): {why}"
