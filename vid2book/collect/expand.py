"""Checking a taxonomy, and letting a language model add to it.

Two points are near-duplicates if their words are the same but for plurals, order and words such as
"method" or "law", or if their embeddings nearly agree.
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
_ALIKE = 0.93  # cosine of two names, from which on they are looked at as one
_AT_ONCE = 512  # points that are held against all
_MOST_WORDS = 6  # of a term
_LONGEST = 60  # characters of a term
_FILLERS = frozenset({"of", "the", "a", "an", "in", "and", "for", "to", "on"})
_VAGUE = frozenset(  # words that make no other point of one
    "algorithm concept method model principle procedure process technique theory".split()
)
_INSTRUCTIONS = """\
You write taxonomies of school and university subjects. A knowledge point is a term of one to five \
words that a teacher would give a lesson of its own, such as "Kepler's laws" or "binary search". \
Name points of the sub-course that are missing from the list. No general words (introduction, \
history, applications, examples), no questions, nothing that is in the list under another name."""


class Proposal(Answer):
    """What the model is asked for."""

    points: list[str]


def faults(points: Sequence[KnowledgePoint], embed: Embed) -> list[str]:
    """What a person should look at: a line for each pair that is alike, and for what is no term."""
    found = [f"'{p.name}' ({_place(p)}): {why}" for p in points if (why := no_term(p.name))]
    first: dict[frozenset[str], int] = {}
    for i, point in enumerate(points):
        same = first.setdefault(stems(point.name), i)
        if same != i:
            found.append(_pair(points[same], point, "the same words"))
    for point in points:
        plain = points[first.get(stems(point.name) - _VAGUE, 0)]
        # In another course the same word often means another thing: kernel and kernel method.
        more = stems(point.name) - stems(plain.name)
        is_wider = stems(plain.name) < stems(point.name) and more <= _VAGUE
        if is_wider and plain[:2] == point[:2]:
            found.append(_pair(plain, point, "the same but for a word that tells nothing"))
    vectors = embed([p.name for p in points])
    for start in range(0, len(points), _AT_ONCE):
        near = vectors[start : start + _AT_ONCE] @ vectors.T
        for row, j in np.argwhere(near >= _ALIKE).tolist():
            i = start + row
            if i < j and not _differ(points[i].name, points[j].name):
                found.append(_pair(points[i], points[j], f"alike ({near[row, j]:.2f})"))
    return found


def _differ(one: str, other: str) -> bool:
    """Whether two names are alike to the embeddings alone: one word with another spelling (anode
    and inode), another number (SN1 and SN2), or one name with a word more, which `faults` looks
    at itself."""
    words, others = stems(one), stems(other)
    single = len(words) == 1 or len(others) == 1
    numbered = any(re.search(r"\d", word) for word in words ^ others)
    return single or numbered or words <= others or others <= words


def no_term(name: str) -> str:
    """Why a name cannot be that of a knowledge point; empty if it can."""
    if len(name.split()) > _MOST_WORDS or len(name) > _LONGEST:
        return "longer than a term"
    if not re.search(r"[^\W\d_]", name):
        return "without a letter"
    return "a sentence" if re.search(r"[.?!:;]", name) else ""


def stems(name: str) -> frozenset[str]:
    """The words of a name, in the singular and without fillers, in no order."""
    return frozenset(singular_words(name)) - _FILLERS


def expanded(
    points: Sequence[KnowledgePoint], chat: Chat, embed: Embed, each: int
) -> tuple[list[KnowledgePoint], list[str]]:
    """The points, and behind those of each sub-course what a model proposes.

    Returns:
        All points, and the sub-courses for which the model gave none, with why.
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
    seen = _Seen(points, embed)
    grown: list[KnowledgePoint] = []
    failures: list[str] = []
    for (place, known), answer in zip(groups.items(), chat.ask(prompts, Proposal), strict=True):
        grown += known
        if not isinstance(answer, Proposal):
            failures.append(f"{' / '.join(place)}: {answer}")
            continue
        names = [" ".join(name.split()) for name in answer.points[:each]]
        grown += [KnowledgePoint(*place, name) for name in names if seen.is_new(name)]
    return grown, failures


class _Seen:
    """The names so far, to which each new one is added."""

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
