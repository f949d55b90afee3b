"""States of the screen by its content: the fewest pictures that show everything.

Each cell of the screen is followed independently (`follow.py`), whatever settles in it is weighted
(`content.py`), and pictures that together show all of it are chosen (`cover.py`). What never
settles gets pictures of shots (`shots.py`), and the rest is accounted for (`account.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from ... import config
from ...media.frames import Frame
from .account import account, call_blank, call_changes
from .content import Content, weigh
from .cover import settle
from .displaced import View
from .follow import History, follow
from .hands import hands
from .persons import persons, talks
from .placing import Chosen
from .proposals import candidates, propose
from .shots import shots
from .state import State, Timeline
from .steps import steps
from .still import Stills

_CELLS_A_CHARACTER = 2.0  # cells that a character of body text covers: one to three


def find(frames: Iterable[Frame], stills: Stills, settings: config.Keyframes) -> Timeline:
    """The states of a video that show something that no other state shows.

    Args:
        frames: samples, in order of time.
        stills: the source of pictures.
        settings: section `keyframes` of the config.
    """
    parts = [_find(history, stills, settings) for history in follow(frames)]
    states = [
        # A state that lasts to the end of its history ends because the frame size changes.
        state if state.change or part is parts[-1] else replace(state, change=1.0)
        for part in parts
        for state in part.states
    ]
    gaps = [gap for part in parts for gap in part.gaps]
    top = min((part.captions_top for part in parts), default=1.0)
    return Timeline(sorted(states, key=lambda s: s.time), sorted(gaps, key=lambda s: s.start), top)


def _find(history: History, stills: Stills, settings: config.Keyframes) -> Timeline:
    worth = settings.min_change * _CELLS_A_CHARACTER
    stills.know(history)
    content = weigh(history, settings.min_stable, settings.full_stable)
    everything, more = candidates(content, worth)
    samples = sorted([*everything, *more])
    among = [samples.index(sample) for sample in everything]
    views = _views(history, samples, stills)
    proposals = propose(content, views, among)
    looks = stills.at(float(history.times[k]) for k in samples)
    reaching = hands(content, proposals, looks)
    hidden = [a | b for a, b in zip(persons(content, proposals, looks), reaching, strict=True)]
    passing = np.any([content.passing, *reaching], axis=0)
    content = replace(content, passing=passing)
    chosen = settle(content, views, proposals, hidden, among, worth)
    person = np.any(hidden, axis=0) if hidden else np.zeros(len(content.weight), bool)
    chosen, heads = _without_heads(content, chosen, stills, worth)
    gaps = account(content, chosen, heads, person, worth)
    known = np.any([person, *(picture.shown for picture in chosen)], axis=0)
    shown = _views(history, [picture.sample for picture in chosen], stills)
    moving, gaps = shots(content, gaps, shown, known, stills, worth, settings)
    states = [*(_state(content, picture) for picture in chosen), *moving]
    states, gaps = steps(history, sorted(states, key=lambda state: state.time), gaps, stills)
    gaps = call_changes(history, call_blank(content, gaps, stills, worth), worth)
    return Timeline(states, gaps, content.captions_top)


def _without_heads(
    content: Content, chosen: Sequence[Chosen], stills: Stills, worth: float
) -> tuple[list[Chosen], list[Chosen]]:
    """The pictures, without those that show only a person; and those."""
    times = np.sum([picture.shown for picture in chosen], axis=0)
    looks = stills.at(float(content.history.times[picture.sample]) for picture in chosen)
    kept: list[Chosen] = []
    heads: list[Chosen] = []
    for picture, still in zip(chosen, looks, strict=True):
        own = picture.shown & (times == 1)
        (heads if talks(content, picture, own, still, worth) else kept).append(picture)
    return kept, heads


def _views(history: History, samples: Sequence[int], stills: Stills) -> list[View]:
    looks = stills.at(float(history.times[k]) for k in samples)
    return [View(history, k, still.plane) for k, still in zip(samples, looks, strict=True)]


def _state(content: Content, picture: Chosen) -> State:
    times = content.history.times
    seconds = content.history.seconds(picture.first, picture.last)
    return State(
        time=float(times[picture.sample]),
        start=float(times[picture.first]),
        end=float(times[picture.last + 1]),
        change=_change(content, picture),
        motion=round(float(content.history.unsettled[seconds].mean()), 4),
    )


def _change(content: Content, picture: Chosen) -> float:
    """Share of what a picture shows that goes along with its own content; 0 if it stays."""
    history = content.history
    if picture.last + 1 >= history.samples:
        return 0.0
    stands = content.worth(content.weight * picture.shown)
    after = min(history.samples - 1, picture.last + round(history.rate))
    lost = 1 - stands[after] / max(stands[picture.sample], 1e-9)
    return round(float(min(1.0, max(lost, 1e-4))), 4)
