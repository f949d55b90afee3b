"""Names of corpora by which a reader can tell them apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import takewhile

from ..corpora import InterleavedCorpus


def apart(corpora: Sequence[InterleavedCorpus]) -> list[str]:
    """The corpora's names; those of one name by the folder that they lie in, or by a number."""
    names = [corpus.name for corpus in corpora]
    many = Counter(names)
    for place, corpus in enumerate(corpora):
        if many[corpus.name] > 1 and corpus.images:
            # A file lies in `images`, and a folder is it.
            own = corpus.images.name == corpus.name
            folder = corpus.images.absolute().parent if own else corpus.images.absolute()
            names[place] = f"{folder.name}/{corpus.name}"
    if len({names[i] for i, c in enumerate(corpora) if many[c.name] > 1}) == 1:
        names = [corpus.name for corpus in corpora]  # the folders tell nothing
    seen: Counter[str] = Counter()
    numbered = []
    for name in names:
        seen[name] += 1
        numbered.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return numbered


def short(names: Sequence[str], most: int) -> list[str]:
    """The names within so many characters, without what all begin and end with.

    Where that is not enough, each is cut in its middle and numbered.
    """
    if max(map(len, names), default=0) <= most:
        return list(names)
    first = _shared(names)
    last = _shared([name[first:][::-1] for name in names])
    if len(names) < 2 or len(set(names)) < len(names):
        first = last = 0
    found = []
    for number, name in enumerate(names, 1):
        begin = "…" if first > 1 else name[:first]
        end = "…" if last > 1 else name[len(name) - last :]
        told = f"{begin}{name[first : len(name) - last]}{end}"
        if len(told) > most:
            told = f"{number}: {told}"
            half = (most - 1) // 2
            told = f"{told[:half]}…{told[len(told) - (most - 1 - half) :]}"
        found.append(told)
    return found


def _shared(names: Sequence[str]) -> int:
    """With how many characters all begin."""
    alike = (len(set(letters)) == 1 for letters in zip(*names, strict=False))
    return sum(takewhile(bool, alike))
