"""The moment at which each picture is taken, and how long its content stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from .alone import worth_alone
from .cells import Ids, Mask
from .content import Content, Weights
from .follow import History
from .moments import EARLIER
from .proposals import Proposal

# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_FRAME, _FRAME_SHARE = 3, 0.6  # pictures, and share of them, that show a window's frame
_FULL = 0.97  # share of a picture's own content that a moment must show
_FADE = 0.05  # share of cells that change when the whole screen does
_MORE = 1.2  # times the usual change from one sample to the next
_RESTS = 2.0  # seconds; what stands for less is passing
_TELLING = 0.25  # if its own content is this share of what belongs to a picture, it sets the span
_STANDS = 0.5  # share of its content until which a picture stands,
_BEGINS = 0.3  # and from which on it has begun
_CLEAR = 0.985  # of the most that is visible at any of these moments
_WRITING = 1.0  # seconds without writing around a moment; otherwise it may show half a line
_CHIEFLY = 0.5  # share that does not pass; with less, the passing content is what matters
_STILL_WRITING = 0.6  # share of the samples of the last second in which something is written
_DARKER = 2.0  # grey levels; if the picture changes by more, it fades out
_WRITTEN = 3  # cells; a pointer that comes to rest takes as many


@dataclass(frozen=True)
class Chosen:
    """A picture: its sample, and the samples during which its own content stands."""

    sample: int
    first: int
    last: int
    shown: Mask  # versions that it shows


class _Screen(NamedTuple):
    """What determines the moment of a picture."""

    visible: Weights  # samples: worth of the visible content
    own: Weights  # samples: the same, without what other pictures show
    rests: Mask  # samples: whether nothing is being written
    worth: float  # the least that deserves a picture


def place(
    content: Content, kept: Sequence[Proposal], hidden: Sequence[Mask], worth: float
) -> list[Chosen]:
    """Each needed picture at its best moment, in order of time.

    Args:
        hidden: for each picture, versions on it that do not count: a person.
        worth: what only one picture shows determines its moment if it is worth this much.
    """
    times = np.sum([proposal.shown for proposal in kept], axis=0)
    stays, rests = np.where(content.passing, 0, content.weight), _rests(content)
    visible = content.worth(stays)
    claimed = np.zeros(len(content.weight), bool)
    frame = max(_FRAME, _FRAME_SHARE * len(kept))  # pictures that show a window's frame
    chosen: list[Chosen] = []
    for i, (proposal, person) in enumerate(zip(kept, hidden, strict=True)):
        counts = proposal.shown & ~person
        alone = counts & (times == 1)
        # What several pictures show belongs to the first of them; a window's frame to none.
        belongs = counts & ~claimed & (times < frame)
        claimed |= proposal.shown
        beside = kept[max(0, i - 1) : i], kept[i + 1 : i + 2]
        own = content.worth(np.where(times > proposal.shown, 0, stays))
        screen = _Screen(visible, own, rests, worth)
        if worth_alone(content, alone, proposal.shown & (times > 1)) >= worth:
            chosen.append(_by_its_own(content, proposal, alone, belongs, beside, screen))
        else:
            chosen.append(_as_a_whole(content, proposal, counts, beside, screen))
    if chosen:
        i = max(range(len(chosen)), key=lambda i: chosen[i].sample)
        chosen[i] = _at_the_end(content, chosen[i], visible)
    return _merge_same_moments(chosen)


def _at_the_end(content: Content, last: Chosen, visible: Weights) -> Chosen:
    """The last picture, taken on the last sample if something is still being written there.

    A video may end with the last stroke, which then has no time to settle.
    """
    history = content.history
    end = history.samples - 1
    share = _share(content, np.where(last.shown, content.weight, 0), last.sample)
    stands = last.last == end and share[end] >= _FULL
    stands &= bool(visible[end] >= _CLEAR * visible[last.sample])
    thumbs = history.thumbs[[last.sample, end]].astype(np.float32)
    fades = float(np.abs(thumbs[1] - thumbs[0]).mean()) > _DARKER
    writing = (history.unrest[end - round(_WRITING * history.rate) : end + 1] > 0).mean()
    if stands and not fades and writing >= _STILL_WRITING:
        return replace(last, sample=end)
    return last


def _merge_same_moments(chosen: Sequence[Chosen]) -> list[Chosen]:
    """The pictures in order of time, those at the same moment merged."""
    at: dict[int, Chosen] = {}
    for c in sorted(chosen, key=lambda c: c.sample):
        if (other := at.get(c.sample)) is not None:
            span = min(c.first, other.first), max(c.last, other.last)
            c = Chosen(c.sample, *span, c.shown | other.shown)
        at[c.sample] = c
    return list(at.values())


def _by_its_own(
    content: Content,
    proposal: Proposal,
    alone: Mask,
    belongs: Mask,
    beside: Sequence[Sequence[Proposal]],
    screen: _Screen,
) -> Chosen:
    """The best moment for what only this picture shows, and how long its content stands."""
    # The moments before anything crossed it belong to other pictures.
    own, more = (np.where(mask & ~proposal.crossed, content.weight, 0) for mask in (alone, belongs))
    here = np.where(content.shown(proposal.sample), own, 0)
    stays = np.where(content.passing & (content.life < _RESTS), 0, here)
    if stays.sum() >= max(screen.worth, _CHIEFLY * here.sum()):
        here = stays  # what passes over it, such as an open menu, must not set its moment
    share = _share(content, here, proposal.sample)
    if (share >= _FULL).sum() < _RESTS * content.history.rate:
        # It is passing here, but may rest where it was before it moved.
        share = _share(content, own, proposal.sample)
    sample = _moment(content, share, share >= _FULL, proposal.sample, screen)
    if own.sum() >= _TELLING * more.sum():
        stands = _share(content, own, proposal.sample)
        return Chosen(sample, _first(stands, sample), _last(stands, sample), proposal.shown)
    return _between(content, proposal, sample, belongs & ~proposal.crossed, beside)


def _as_a_whole(
    content: Content,
    proposal: Proposal,
    counts: Mask,
    beside: Sequence[Sequence[Proposal]],
    screen: _Screen,
) -> Chosen:
    """The best moment of a picture whose parts are on others, but not together.

    Args:
        beside: the pictures before and after, if there are any.
    """
    here = counts & content.shown(proposal.sample) & ~proposal.crossed
    whole = np.where(here, content.weight, 0)
    share = _share(content, whole, proposal.sample)
    least = max(_FULL, 1 - screen.worth / 2 / max(whole.sum(), screen.worth))
    sample = _moment(content, share, share >= least, proposal.sample, screen)
    return _between(content, proposal, sample, here, beside)


def _between(
    content: Content,
    proposal: Proposal,
    sample: int,
    counts: Mask,
    beside: Sequence[Sequence[Proposal]],
) -> Chosen:
    """A picture that begins with what the previous one lacks and ends with what the next lacks."""
    before, after = (
        _share(content, np.where(counts & ~lacking, content.weight, 0), sample)
        for lacking in (np.any([other.shown for other in part], axis=0) for part in beside)
    )
    return Chosen(sample, _first(before, sample), _last(after, sample), proposal.shown)


def _moment(
    content: Content,
    share: Weights,
    full: Mask,
    proposed: int,
    screen: _Screen,
) -> int:
    """The last clear moment of the first stretch that shows all of a picture's content."""
    full[proposed] = True
    begin = int(np.flatnonzero(full)[0])
    last = _last(share, begin)
    moments = np.arange(begin, last + 1)[full[begin : last + 1]]
    # The first moment may still show a trace of what was there before.
    after_first = moments[np.isin(moments - 1, moments)]
    moments = after_first if len(after_first) else moments
    moments = moments[_calm(content.history, moments.astype(np.int32))]
    complete = screen.own[moments] >= screen.own[moments].max() - screen.worth / 2
    rested = moments[screen.rests[moments] & complete]
    moments = rested if len(rested) else moments
    visible = screen.visible[moments]
    clear = moments[visible >= _CLEAR * visible.max()]
    for after in range(EARLIER, -1, -1):
        early = clear[np.isin(clear + after, clear)]
        if len(early):
            break
    return int(early[-1])


def _rests(content: Content) -> Mask:
    """samples: whether they are within a second in which nothing is written."""
    history = content.history
    begins = np.bincount(
        history.first[(content.clear > 0)[history.version]], minlength=history.samples
    )
    # What begins at the first sample of a second was written before it.
    length = max(2, round(_WRITING * history.rate))
    total = np.concatenate([[0], np.cumsum(begins)])
    quiet = np.flatnonzero(total[length:] - total[1 : 1 - length] <= _WRITTEN)
    rests = np.zeros(history.samples, bool)
    for k in range(length):
        rests[quiet + k] = True
    return rests


def _calm(history: History, moments: Ids) -> Mask:
    """Whether the screen moves no more at each moment than is usual; otherwise it may be fading."""
    unrest = history.unrest[moments]
    return np.asarray(unrest <= max(_FADE, _MORE * float(np.median(unrest))))


def _first(share: Weights, sample: int) -> int:
    """The first sample of the stretch up to `sample` in which some of the content is there."""
    while sample > 0 and share[sample - 1] >= _BEGINS:
        sample -= 1
    return sample


def _last(share: Weights, sample: int) -> int:
    """The last sample of the stretch from `sample` in which half of the content stands."""
    while sample + 1 < len(share) and share[sample + 1] >= _STANDS:
        sample += 1
    return sample


def _share(content: Content, weight: Weights, sample: int) -> Weights:
    """samples: how much of the weighted content is visible, relative to one sample."""
    worth = content.worth(weight)
    return np.asarray(worth / max(worth[sample], 1e-9))
