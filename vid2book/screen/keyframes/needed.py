"""Which of the proposed moments are needed.

First come those that show content that no other moment shows. The rest has then been shown, but
perhaps in parts: of a slide with the same layout as others, a number may be on one picture and a
word on another. So each state is compared with the pictures that show most of it, and is added if
every single one of them lacks too much.

Two things may be missing on that picture: content that a neighbouring picture shows in another
place, because reading continues from one picture to the next; and, if it is not much, content that
stays until a neighbouring picture, because a person or a window is moving in front of it.
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
_TIE = 0.5  # difference in worth that does not matter
_NEAREST = 3  # pictures that lack least; one of them may show the whole state
_BESIDE = 2  # pictures before and after until which content may stay
_TOGETHER = 1.25  # times the worth of a picture, if others show the content, but not together
_MUCH = 3.2  # times that, if the content stays until a neighbouring picture
_LONG = 4.0  # seconds that content must stand,
_FIRM = 0.4  # and weight it must have, to have to be seen together with the rest
_GAP = 0.6  # seconds during which something else may cover it
_AT_ONCE = 20_000  # versions whose worth is compared at once


def needed(
    content: Content,
    proposals: Sequence[Proposal],
    hidden: Sequence[Mask],
    worth: float,
    among: Sequence[int],
) -> list[int]:
    """The needed ones `among` the proposals, in order of time."""
    times = np.zeros(len(content.weight), np.int32)  # how many kept proposals show each version
    for i in among:
        times += proposals[i].shown

    def own(i: int) -> float:
        shown = proposals[i].shown
        return worth_alone(content, shown & (times == 1) & ~hidden[i], shown & (times > 1))

    kept = {i: own(i) for i in among}
    while kept and (least := min(kept.values())) < worth:
        # Among equals, the last goes.
        needless = max(i for i, value in kept.items() if value <= least + _TIE)
        del kept[needless]
        dropped = proposals[needless].shown
        times -= dropped
        kept |= {i: own(i) for i in kept if (proposals[i].shown & dropped).any()}
    return list(kept)


def seen_whole(
    content: Content,
    proposals: Sequence[Proposal],
    hidden: Sequence[Mask],
    worth: float,
    kept: Sequence[int],
) -> list[int]:
    """The kept proposals, and those needed for each state to be seen as a whole."""
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
    """What each proposal shows that others do not."""

    def __init__(
        self,
        content: Content,
        proposals: Sequence[Proposal],
        hidden: Sequence[Mask],
        worth: float,
    ) -> None:
        self._content, self._proposals = content, proposals
        self._hidden, self._worth = hidden, worth
        self._lacks = lacking(content, [proposal.shown for proposal in proposals])
        self._person = np.zeros(len(content.weight), bool)
        for mask in hidden:
            self._person |= mask
        self._staying: dict[tuple[int, int], Mask] = {}

    def own(self, i: int, kept: Sequence[int]) -> float:
        """The worth of what this state shows and no other single picture shows."""
        others = [k for k in kept if k != i]
        near = [k for k in others if k < i][-_BESIDE:] + [k for k in others if k > i][:_BESIDE]
        best = sorted(others, key=lambda k: self._lacks[i, k])[:_NEAREST]
        visible = self._proposals[i].shown
        alone = visible & ~self._proposals[i].moved & ~self._hidden[i]
        # Content that no other picture shows counts even if it stands only briefly.
        unsure = (self._content.weight < _FIRM) | (self._content.life < _LONG)
        for k in others:
            alone &= ~(unsure & self._proposals[k].shown)
        for k in near:
            alone &= ~self._proposals[k].moved
        value = self._least(alone, visible, best)
        if value >= self._worth:
            for k in near:
                alone &= ~(self._stays(i, k) & self._proposals[k].shown)
            # Only a little content may rely on a neighbour, where it may be covered.
            value = max(value / _MUCH, self._least(alone, visible, best))
        return value

    def _least(self, alone: Mask, visible: Mask, best: Sequence[int]) -> float:
        """The worth of what the picture that shows most of `alone` still lacks."""
        if not best:
            return worth_alone(self._content, alone, visible & ~alone)
        shown = (self._proposals[k].shown for k in best)
        return min(worth_alone(self._content, alone & ~s, visible & (s | ~alone)) for s in shown)

    def _stays(self, one: int, other: int) -> Mask:
        """versions: whether nothing but a person covers them between two proposals."""
        pair = min(one, other), max(one, other)
        if pair not in self._staying:
            first, last = (self._proposals[i].sample for i in pair)
            self._staying[pair] = _uncovered_between(self._content, first, last, self._person)
        return self._staying[pair]


def lacking(content: Content, pictures: Sequence[Mask]) -> NDArray[np.float32]:
    """pictures x pictures: the worth of what the first shows and the second does not.

    Args:
        pictures: the versions that each shows.
    """
    common = np.zeros((len(pictures), len(pictures)), np.float32)
    for first in range(0, len(content.weight), _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        shown = np.array([picture[part] for picture in pictures], np.float32)
        common += shown * content.weight[part].astype(np.float32) @ shown.T
    return np.asarray(common.diagonal()[:, None] - common)


def _uncovered_between(content: Content, first: int, last: int, person: Mask) -> Mask:
    """versions: whether nothing else takes their place between two samples."""
    history = content.history
    length = np.minimum(history.last, last) - np.maximum(history.first, first) + 1
    covers = ((content.weight >= _FIRM) | (content.clear == 0)) & ~person & ~content.passing
    during = (length > 0) & covers[history.version]
    version, length = history.version[during], length[during]
    count = len(history.cell)
    settled = np.bincount(history.cell[version], length, history.grid.size)
    visible = np.bincount(version, length, count)
    visible += np.bincount(content.earlier, visible[content.later], count)
    return np.asarray(settled[history.cell] - visible <= _GAP * history.rate)
