"""Pictures of what never stands still: a sheet filmed by hand, an experiment, an animation.

Where nothing settles for long, there is no complete state to wait for, and the camera may move. So
the sharpest view of every few seconds of a shot is taken, and these views are laid over each other.
Whatever several of them show lasted for a while, wherever it was, and the fewest views that show
all of it are kept. A shot in which nothing lasts gets its sharpest moment, and so does each part of
a long one that shows another scene. A view that mainly shows a person does not count.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import cv2
import numpy as np

from ... import config
from .account import LITTLE, MOVING, PASSING
from .cells import Ids, Mask
from .content import Content
from .displaced import View, content_cells, seen_cells
from .follow import History
from .persons import PERSON, chiefly_person
from .state import Gap, State
from .still import Stills

SHOT = "the best moment of a picture that moves"
_ALIKE = "it moves, and looks like the picture of {:.1f} s"
_SAME = "it moves, and what lasts of it is on the picture of {:.1f} s"
_MOST = "it moves, and most of it is on the picture of {:.1f} s"

# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_LOOK = 3.0  # seconds between two views of a shot
_CUT = 0.5  # share of cells that change from one shot to the next
_CUT_LOOK = 20.0  # grey levels by which the tiny pictures of two shots differ in the mean
_MUCH = 5.0  # times the worth of a still picture: content that stood too briefly is unsure
_FADE = 0.05  # share of cells that change when the whole screen does
_MORE = 1.2  # times the usual change from one sample to the next
_NEAR = 4  # views before and after with which one is compared
_LASTS = 2  # other views that must show something for it to count as lasting
_READABLE = 40  # lasting cells; with fewer, there is nothing to read
_CLEAN = 5  # steps to which the passing share of a view is rounded
_SHOWN = 0.8  # share of what lasts on a view; another view that shows it makes this one needless
_NEARLY = 0.5  # the same, where nothing lasts
_SCENE = 0.15  # the same, where the camera moves as well: only another scene can be asked for
_HELD = 0.2  # share of cells that change all the time if the camera is held by hand


def shots(
    content: Content,
    gaps: Sequence[Gap],
    shown: Sequence[View],
    known: Mask,
    stills: Stills,
    worth: float,
    settings: config.Keyframes,
) -> tuple[list[State], list[Gap]]:
    """Pictures of stretches in which nothing stands, and the gaps that remain.

    Args:
        gaps: stretches without a picture, in order of time.
        shown: the pictures chosen so far.
        known: versions that they show, and those of persons.
        stills: the source of pictures.
        worth: the least that deserves a picture.
        settings: section `keyframes` of the config.
    """
    history = content.history
    unseen = content.worth(content.clear * ~known)
    views = list(shown)
    states: list[State] = []
    remaining: list[Gap] = []
    for moving, gap in _join_gaps(gaps, settings.min_shot):
        if not moving:
            remaining.append(gap)
            continue
        for first, last in _shots(history, gap, settings.min_shot):
            part = slice(first, last + 1)
            if unseen[part].max() < _MUCH * worth and history.detail[part].max() == 0:
                remaining.append(_gap(history, first, last, LITTLE))
                continue
            for picture in _pictures(content, first, last, stills, settings.shot_interval):
                since, until, time = picture.first, picture.last, history.times[picture.view.sample]
                like = _find_alike(picture, views)
                if chiefly_person(stills.at([float(time)])[0], history.grid):
                    remaining.append(_gap(history, since, until, PERSON))
                elif like is not None:
                    template = {_SHOWN: _SAME, _NEARLY: _MOST}.get(picture.least, _ALIKE)
                    reason = template.format(history.times[like.sample])
                    remaining.append(_gap(history, since, until, reason))
                else:
                    views.append(picture.view)
                    start, end = history.times[since], history.times[until + 1]
                    states.append(
                        State(float(time), float(start), float(end), 1.0, 1.0, SHOT, False)
                    )
    return states, remaining


def _gap(history: History, first: int, last: int, reason: str) -> Gap:
    return Gap(float(history.times[first]), float(history.times[last + 1]), reason)


def _join_gaps(gaps: Sequence[Gap], least: float) -> Iterator[tuple[bool, Gap]]:
    """Gaps, and whether they deserve pictures: if nothing stands in them for `least` seconds.

    These are joined with the changes of the screen between them.
    """
    run: list[Gap] = []
    for gap in gaps:
        moves = gap.reason in (MOVING, LITTLE, PASSING)
        if run and not (moves and gap.start <= run[-1].end):
            yield from _run(run, least)
            run = []
        if moves:
            run.append(gap)
        else:
            yield False, gap
    yield from _run(run, least)


def _run(run: Sequence[Gap], least: float) -> Iterator[tuple[bool, Gap]]:
    moves = any(gap.reason != PASSING for gap in run)
    if moves and run[-1].end - run[0].start >= least:
        yield True, Gap(run[0].start, run[-1].end, MOVING)
    else:
        yield from ((False, gap) for gap in run)


def _shots(history: History, gap: Gap, least: float) -> Iterator[tuple[int, int]]:
    """First and last sample of each shot in a gap; none is shorter than `least` seconds."""
    first = int(np.searchsorted(history.times, gap.start))
    end = int(np.searchsorted(history.times, gap.end))
    for k in range(first + 1, end):
        length = history.times[k] - history.times[first]
        rest = history.times[end] - history.times[k]
        if length >= least and rest >= least and _is_cut(history, k):
            yield first, k - 1
            first = k
    yield first, end - 1


def _is_cut(history: History, sample: int) -> bool:
    before, now = history.thumbs[sample - 1 : sample + 1].astype(np.float32)
    return bool(history.unrest[sample] > _CUT and np.abs(now - before).mean() > _CUT_LOOK)


class _Picture(NamedTuple):
    """A view of a shot that may be worth a picture."""

    view: View
    cells: Ids  # those worth showing
    least: float  # share of them; another picture that shows as much is alike
    first: int  # sample
    last: int  # sample


def _pictures(
    content: Content, first: int, last: int, stills: Stills, interval: float
) -> Iterator[_Picture]:
    """Views of a shot: those that show what lasts, or else one every `interval` seconds."""
    history = content.history
    windows = list(_windows(history, first, last, _LOOK))
    views = _look(content, windows, stills)
    lasting = _find_lasting(views)
    kept = _cover(views, lasting)
    if kept:
        cells, least = lasting, _SHOWN
    else:
        windows = list(_windows(history, first, last, interval))
        views = _look(content, windows, stills)
        cells = [content_cells(view) for view in views]
        moves = float(history.unrest[first : last + 1].mean()) > _HELD
        least = _SCENE if moves else _NEARLY
        kept = list(range(len(views)))
    since = first
    for i in kept:
        until = last if i == kept[-1] else windows[i][1]
        yield _Picture(views[i], cells[i], least, since, until)
        since = until + 1


def _windows(history: History, first: int, last: int, length: float) -> Iterator[tuple[int, int]]:
    """First and last sample of windows of `length` seconds; the last may be longer."""
    end = history.times[last + 1]
    for k in range(first + 1, last + 1):
        if (
            history.times[k] - history.times[first] >= length
            and end - history.times[k] >= length / 2
        ):
            yield first, k - 1
            first = k
    yield first, last


def _look(content: Content, windows: Sequence[tuple[int, int]], stills: Stills) -> list[View]:
    """The sharpest moment of each window, or the one that shows most if the camera rests."""
    history = content.history
    clear = content.worth(content.clear)
    samples = []
    for first, last in windows:
        part = slice(first, last + 1)
        # A fade shows two pictures at once, which looks sharp, but changes more than is usual.
        calm = history.unrest[part] <= max(_FADE, _MORE * float(np.median(history.unrest[part])))
        detail = np.where(calm, history.detail[part], 0)
        samples.append(first + int((detail if detail.max() > 0 else clear[part] * calm).argmax()))
    planes = [still.plane for still in stills.at(float(history.times[k]) for k in samples)]
    return [View(history, k, plane) for k, plane in zip(samples, planes, strict=True)]


def _find_lasting(views: Sequence[View]) -> list[Ids]:
    """The cells of each view that show what nearby views show as well."""
    lasting = []
    for i, view in enumerate(views):
        cells = content_cells(view)
        near = [j for j in range(i - _NEAR, i + _NEAR + 1) if j != i and 0 <= j < len(views)]
        times = np.sum([seen_cells(view, cells, views[j]) for j in near], axis=0)
        lasting.append(cells[times >= _LASTS] if len(near) > 1 else cells[:0])
    return lasting


def _cover(views: Sequence[View], lasting: Sequence[Ids]) -> list[int]:
    """Positions of the fewest views that show all that lasts; empty if nothing does."""
    kept = [i for i in range(len(views)) if len(lasting[i]) >= _READABLE]
    clean = [1 - _comes_in(view, cells) for view, cells in zip(views, lasting, strict=True)]
    changed = True
    while changed:
        changed = False
        # Views with much passing over them go first; of two alike the earlier, as writing grows.
        for i in sorted(kept, key=lambda i: round(_CLEAN * clean[i])):
            at = kept.index(i)
            near = [j for j in kept[max(0, at - _NEAR) : at + _NEAR + 1] if j != i]
            if any(seen_cells(views[i], lasting[i], views[j]).mean() >= _SHOWN for j in near):
                kept.remove(i)
                changed = True
    return kept


def _comes_in(view: View, lasting: Ids) -> float:
    """Share of a view's content that passes and touches its edge: a hand, a pen.

    What has just been written has not lasted either, but it does not touch the edge.
    """
    grid, content = view.history.grid, content_cells(view)
    passes = np.zeros(grid.size, np.uint8)
    passes[content] = 1
    passes[lasting] = 0
    labels = cv2.connectedComponents(passes.reshape(tuple(grid)), connectivity=8)[1]
    edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    inside = np.isin(labels, edge[edge > 0]).sum()
    return float(inside / max(1, len(content)))


def _find_alike(picture: _Picture, views: Sequence[View]) -> View | None:
    """One of the pictures nearest in time that shows nearly the same, wherever on the screen."""
    at, cells = picture.view.sample, picture.cells
    near = sorted(views, key=lambda other: abs(other.sample - at))[: 2 * _NEAR]
    if not len(cells):
        return None
    shares = ((v, seen_cells(picture.view, cells, v).mean()) for v in near)
    return next((v for v, share in shares if share >= picture.least), None)
