"""Distinct names for corpora."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import takewhile

from ..corpora import InterleavedCorpus


def distinct_names(corpora: Sequence[InterleavedCorpus]) -> list[str]:
    """The corpora's names; equal ones are distinguished by their folder or by a number."""
    names = [corpus.name for corpus in corpora]
    many = Counter(names)
    for place, corpus in enumerate(corpora):
        if many[corpus.name] > 1 and corpus.images:
            # `images` is the corpus itself if it is a folder, and its parent if it is a file.
            own = corpus.images.name == corpus.name
            folder = corpus.images.absolute().parent if own else corpus.images.absolute()
            names[place] = f"{folder.name}/{corpus.name}"
    if len({names[i] for i, c in enumerate(corpora) if many[c.name] > 1}) == 1:
        names = [corpus.name for corpus in corpora]  # the folders do not distinguish them
    counts: Counter[str] = Counter()
    numbered = []
    for name in names:
        counts[name] += 1
        numbered.append(name if counts[name] == 1 else f"{name} ({counts[name]})")
    return numbered


def shorten(names: Sequence[str], most: int) -> list[str]:
    """The names in at most `most` characters, without their common beginning and end.

    If that is not enough, each is numbered and cut in the middle.
    """
    if max(map(len, names), default=0) <= most:
        return list(names)
    first = _shared(names)
    last = _shared([name[first:][::-1] for name in names])
    if len(names) < 2 or len(set(names)) < len(names):
        first = last = 0
    shortened = []
    for number, name in enumerate(names, 1):
        begin = "…" if first > 1 else name[:first]
        end = "…" if last > 1 else name[len(name) - last :]
        text = f"{begin}{name[first : len(name) - last]}{end}"
        if len(text) > most:
            text = f"{number}: {text}"
            half = (most - 1) // 2
            text = f"{text[:half]}…{text[len(text) - (most - 1 - half) :]}"
        shortened.append(text)
    return shortened


def _shared(names: Sequence[str]) -> int:
    """The length of the common beginning."""
    alike = (len(set(letters)) == 1 for letters in zip(*names, strict=False))
    return sum(takewhile(bool, alike))
