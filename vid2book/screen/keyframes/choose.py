"""Which states of the screen are worth a picture, once all of a video are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from .state import Found, State
from .watch import Edges, Mask, Plane, find_edges, gone, grow, written

_LIVE = 0.5  # share of the screen in motion that makes a state a filmed scene
_BLANK = 4  # cells of writing that a picture needs
_LITTLE = 12  # cells of writing that a correction takes
_MUCH = 5  # times as much that is written until the next loss
_BAND_TOP = 0.78  # the last line of burned-in subtitles stands below this share of the height
_BAND_LIMIT = 0.6  # and the first one too
_BAND_TIMES = 4  # replacements that it takes to believe in subtitles
_BAND_OFTEN = 0.5  # share of the states with writing there that they must end


@dataclass(frozen=True)
class WrittenState(State):
    """A stretch in which no writing was lost, and its last complete frame."""

    ink: Plane  # edges of the writing, as `watch.Edges.strong`
    restless: Mask  # cells that never rest
    lost: Mask  # cells whose loss ended the state

    @property
    def edges(self) -> Edges:
        return find_edges(self.plane)

    @cached_property
    def written(self) -> Mask:
        """Cells that hold writing."""
        return written(self.ink)


def choose(states: Sequence[WrittenState], tolerance: float) -> Found:
    """States to keep, states to drop with the reason, and the top of the subtitle band.

    Args:
        states: in order of time.
        tolerance: cells that may differ between two states that show the same.
    """
    top = subtitle_top(states, tolerance)
    kept: list[WrittenState] = []
    why: list[tuple[str, WrittenState | None]] = []  # '' for kept ones; the state that shows it too
    for i, state in enumerate(states):
        following = states[i + 1] if i + 1 < len(states) else None
        if _is_blank(state, top):
            why.append(("nothing is written or drawn on it", None))
        elif following and _only_subtitles_went(state, following, top, tolerance):
            why.append(("only the burned-in captions change after it", following))
        elif following and _holds(following, state, top, tolerance):
            why.append(("a step on the way: all of it stands on the next screen too", following))
        elif following and _is_step(state, following, top):
            why.append(("a step on the way: a little was put right, much was added", following))
        elif earlier := next((k for k in kept if _holds(k, state, top, tolerance)), None):
            why.append(("nothing new", earlier))
        else:
            kept.append(state)
            why.append(("", state))
    return Found(kept, _told(states, why), top)


def _told(
    states: Sequence[WrittenState], why: Sequence[tuple[str, WrittenState | None]]
) -> list[tuple[WrittenState, str]]:
    """The dropped states, each with its reason and the picture that shows it instead.

    The state that shows it too may be dropped itself, for a later one.
    """
    picture: dict[float, WrittenState | None] = {}
    told = []
    for state, (reason, instead) in reversed(list(zip(states, why, strict=True))):
        found = picture.get(instead.start, instead) if instead else None
        picture[state.start] = found
        if reason:
            shown = f"; see the picture of {found.time:.1f} s" if found else ""
            told.append((state, reason + shown))
    return told[::-1]


def subtitle_top(states: Sequence[WrittenState], tolerance: float) -> float:
    """Where burned-in subtitles begin, as a share of the height; 1.0: there are none.

    Captions show themselves by their rhythm. Low on the screen, and in its middle, stands writing
    that is replaced with nearly every state, and at times while all above it stays.
    """
    if not states:
        return 1.0
    height = len(states[0].lost)
    low = int(_BAND_TOP * height)
    pairs = 0
    alone = 0
    rows: list[Mask] = []  # for each replacement: rows in which writing went
    for state, following in pairwise(states):
        if following.plane.shape != state.plane.shape or not _in_the_middle(state.written[low:]):
            continue
        pairs += 1
        went = _gone(state, following) & ~grow(state.restless)
        # Small writing covers other small writing in part, so far from all of it seems to go.
        if went[low:].sum() > max(_BLANK, 0.08 * state.written[low:].sum()):
            rows.append(np.asarray(went.any(axis=1)))
            alone += int(went[: int(_BAND_LIMIT * height)].sum()) <= tolerance
    if not alone or len(rows) < max(_BAND_TIMES, _BAND_OFTEN * pairs):
        return 1.0
    often = np.mean(rows, axis=0)
    row = low + int(often[low:].argmax())
    while row - 1 >= _BAND_LIMIT * height and often[row - 1] > 0.3:
        row -= 1
    return (row - 1) / height


def _in_the_middle(band: Mask) -> bool:
    """Captions are centred, and a line of them holds more than a pointer."""
    columns = np.flatnonzero(band.any(axis=0))
    if band.sum() < _BLANK or not len(columns):
        return False
    return abs((columns[0] + columns[-1]) / 2 / band.shape[1] - 0.5) < 0.08


def _band(state: WrittenState, top: float) -> Mask:
    """Cells that count: at rest, and above the subtitles."""
    mask = ~grow(state.restless)
    mask[int(top * len(mask)) :] = False
    return mask


def _gone(state: WrittenState, other: WrittenState) -> Mask:
    return gone(state.ink, state.plane, other.edges, other.plane)


def _only_subtitles_went(
    state: WrittenState, following: WrittenState, top: float, tolerance: float
) -> bool:
    band = int(top * len(state.lost))
    if state.lost[band:].sum() <= tolerance or state.lost[:band].sum() > tolerance:
        return False
    # The screen may have changed too, before the new subtitle stood long enough to be a state. A
    # pointer may stand elsewhere.
    mask = _band(state, top) & _band(following, top)
    return _comparable(state, following) and (_gone(state, following) & mask).sum() <= _LITTLE


def _is_blank(state: WrittenState, top: float) -> bool:
    if state.restless.mean() > _LIVE:
        return False
    return int((state.written & _band(state, top)).sum()) < _BLANK


def _is_step(state: WrittenState, following: WrittenState, top: float) -> bool:
    """A slip put right on the board, a page number that counts the steps of a slide."""
    if not _comparable(state, following):
        return False
    mask = _band(state, top) & _band(following, top)
    loss = int((_gone(state, following) & mask).sum())
    gain = int((_gone(following, state) & mask).sum())
    return loss <= _LITTLE and gain >= _MUCH * loss


def _comparable(state: WrittenState, other: WrittenState) -> bool:
    live = max(state.restless.mean(), other.restless.mean()) > _LIVE
    return not live and other.plane.shape == state.plane.shape


def _holds(other: WrittenState, state: WrittenState, top: float, tolerance: float) -> bool:
    """Whether all writing of `state` stands in `other` too."""
    if not _comparable(state, other):
        return False
    mask = _band(state, top) & _band(other, top)
    if (state.written & mask & ~grow(other.written)).sum() > tolerance:
        return False  # cheap, and enough for most pairs
    return int((_gone(state, other) & mask).sum()) <= tolerance
