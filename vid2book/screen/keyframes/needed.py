"""Which of the moments that are proposed are needed.

First those that show content which no other does. What is left out then was seen, yet its parts
may have been on several pictures: a slide of the same layout as others, with a number from the one
and a word from the other, was never seen as a whole. So each state is held against the pictures
that show most of it, and added where too much is missing on every single one of them.

Two things need not be on that one picture: what is at another place on a picture near it, for a
page is read on from one picture to the next, and, of little, what stands from the moment to a
picture near it, for a person or a window moves on before it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .alone import worth_alone
from .cells import Mask
from .content import Content
from .proposals import Proposal

# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_TIE = 0.5  # worth that makes no difference
_NEAREST = 3  # pictures that lack least; one of them may show the whole state
_BESIDE = 2  # pictures before and after to which content may stand
_TOGETHER = 1.25  # times what makes a picture, of what is seen on others, but not together
_MUCH = 3.2  # times as much of what goes on to a picture near it
_LONG = 4.0  # seconds that it must stand
_FIRM = 0.4  # weight of what must be seen together with the rest
_GAP = 0.6  # seconds in which something else may be where it stands
_AT_ONCE = 20_000  # versions whose worth is compared at once


def needed(
    content: Content,
    proposals: Sequence[Proposal],
    hidden: Sequence[Mask],
    worth: float,
    among: Sequence[int],
) -> list[int]:
    """Those `among` the proposals that are needed, in order of time."""
    times = np.zeros(len(content.weight), np.int32)  # how many of the kept show each version
    for i in among:
        times += proposals[i].shown

    def own(i: int) -> float:
        shown = proposals[i].shown
        return worth_alone(content, shown & (times == 1) & ~hidden[i], shown & (times > 1))

    kept = {i: own(i) for i in among}
    while kept and (least := min(kept.values())) < worth:
        # What is shown first stays.
        needless = max(i for i, value in kept.items() if value <= least + _TIE)
        del kept[needless]
        gone = proposals[needless].shown
        times -= gone
        kept |= {i: own(i) for i in kept if (proposals[i].shown & gone).any()}
    return list(kept)


def seen_whole(
    content: Content,
    proposals: Sequence[Proposal],
    hidden: Sequence[Mask],
    worth: float,
    kept: Sequence[int],
) -> list[int]:
    """Those kept, and what more of the proposals is needed for each state to be seen whole."""
    worth *= _TOGETHER
    if not proposals:
        return []
    states = _States(content, proposals, hidden, worth)
    kept = sorted(kept)
    own = {i: states.own(i, kept) for i in range(len(proposals)) if i not in kept}
    while own:
        added, most = max(own.items(), key=lambda item: (item[1], -item[0]))
        if most < worth:
            break
        del own[added]
        kept = sorted([*kept, added])
        own = {i: states.own(i, kept) for i, value in own.items() if value >= worth}
    return kept


class _States:
    """What each of the proposals shows that others do not."""

    def __init__(
        self,
        content: Content,
        proposals: Sequence[Proposal],
        hidden: Sequence[Mask],
        worth: float,
    ) -> None:
        self._content, self._proposals = content, proposals
        self._hidden, self._worth = hidden, worth
        self._lacks = _lacks(content, proposals)
        self._person = np.zeros(len(content.weight), bool)
        for mask in hidden:
            self._person |= mask
        self._staying: dict[tuple[int, int], Mask] = {}

    def own(self, i: int, kept: Sequence[int]) -> float:
        """The worth of what of one state no other picture shows."""
        others = [k for k in kept if k != i]
        near = [k for k in others if k < i][-_BESIDE:] + [k for k in others if k > i][:_BESIDE]
        best = sorted(others, key=lambda k: self._lacks[i, k])[:_NEAREST]
        seen = self._proposals[i].shown
        left = seen & ~self._proposals[i].moved & ~self._hidden[i]
        # What is on no other picture counts however briefly it stands.
        unsure = (self._content.weight < _FIRM) | (self._content.life < _LONG)
        for k in others:
            left &= ~(unsure & self._proposals[k].shown)
        for k in near:
            left &= ~self._proposals[k].moved
        value = self._least(left, seen, best)
        if value >= self._worth:
            for k in near:
                left &= ~(self._stays(i, k) & self._proposals[k].shown)
            # Little of it may be seen as it goes on, and be covered on the other.
            value = max(value / _MUCH, self._least(left, seen, best))
        return value

    def _least(self, left: Mask, seen: Mask, best: Sequence[int]) -> float:
        """The worth of what is left on that picture which shows most of it."""
        if not best:
            return worth_alone(self._content, left, seen & ~left)
        shown = (self._proposals[k].shown for k in best)
        return min(worth_alone(self._content, left & ~s, seen & (s | ~left)) for s in shown)

    def _stays(self, one: int, other: int) -> Mask:
        """versions: whether nothing else, but a person, stands in their place between two."""
        pair = min(one, other), max(one, other)
        if pair not in self._staying:
            first, last = (self._proposals[i].sample for i in pair)
            self._staying[pair] = _staying(self._content, first, last, self._person)
        return self._staying[pair]


def _lacks(content: Content, proposals: Sequence[Proposal]) -> NDArray[np.float32]:
    """proposals x proposals: the worth of what the one shows and the other does not."""
    common = np.zeros((len(proposals), len(proposals)), np.float32)
    for first in range(0, len(content.weight), _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        shown = np.array([proposal.shown[part] for proposal in proposals], np.float32)
        common += shown * content.weight[part].astype(np.float32) @ shown.T
    return np.asarray(common.diagonal()[:, None] - common)


def _staying(content: Content, first: int, last: int, person: Mask) -> Mask:
    """versions: whether nothing else stands in their place between two samples."""
    history = content.history
    length = np.minimum(history.last, last) - np.maximum(history.first, first) + 1
    something = ((content.weight >= _FIRM) | (content.clear == 0)) & ~person & ~content.passing
    during = (length > 0) & something[history.version]
    version, length = history.version[during], length[during]
    count = len(history.cell)
    settled = np.bincount(history.cell[version], length, history.grid.size)
    visible = np.bincount(version, length, count)
    visible += np.bincount(content.earlier, visible[content.later], count)
    return np.asarray(settled[history.cell] - visible <= _GAP * history.rate)
