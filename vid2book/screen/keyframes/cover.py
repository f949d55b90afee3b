"""The fewest pictures that show everything that stood on the screen.

All content that settled must be visible on some picture. A slide that builds up therefore needs
only its last step, a board its last full moment, and a slide shown twice one picture, without a
rule for any of them. The picture that adds most is taken first (the greedy algorithm for weighted
set cover), until the rest is not worth a picture. Then pictures are dropped whose content others
show, if only in another place (a page that scrolled). Finally, pictures are added that show as a
whole what others show in parts: a slide with the number from one of them and a word from another.
Each picture is taken at the last clear moment of the first stretch that shows its own content.
Those of a mere moment of an animation are dropped in the end.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .cells import Mask
from .content import Content
from .displaced import View
from .needed import lacking, needed, seen_whole
from .placing import Chosen, place
from .proposals import Proposal, find_zoomed, run_around

# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_MOMENT = 1.0  # seconds; what stands as a whole for less is no state,
_STATE = 5.0  # unless what only it shows stands for as many seconds,
_OTHER = 0.12  # or this share of it is on no other picture
_WHOLE = 0.97  # share of a picture's content that counts as all of it


def settle(
    content: Content,
    views: Sequence[View],
    proposals: Sequence[Proposal],
    hidden: Sequence[Mask],
    among: Sequence[int],
    worth: float,
) -> list[Chosen]:
    """The pictures that are needed, each at its best moment, in order of time.

    Args:
        views: one for each proposal.
        hidden: for each proposal, versions on it that do not count: a person.
        among: positions of the proposals that together show everything.
        worth: a picture that alone shows this much is needed.
    """
    kept = needed(content, proposals, hidden, worth, among)
    find_zoomed(content, views, proposals, kept)
    kept = needed(content, proposals, hidden, worth, kept)
    kept = seen_whole(content, proposals, hidden, worth, kept)
    chosen = place(content, [proposals[i] for i in kept], [hidden[i] for i in kept], worth)
    return _without_moments(content, chosen)


def _without_moments(content: Content, chosen: list[Chosen]) -> list[Chosen]:
    """The pictures, without those of a moment of an animation.

    Where much moves a little, each moment shows something that no other does, but nothing stands
    as a whole, and most of what is there is on another picture too.
    """
    times = content.history.times
    brief = [
        i for i, picture in enumerate(chosen)
        if times[picture.last + 1] - times[picture.first] < _STATE
        and _stands(content, picture) < _MOMENT
    ]  # fmt: skip
    if not brief:
        return chosen
    shown = [picture.shown for picture in chosen]
    lacks = lacking(content, shown)
    np.fill_diagonal(lacks, np.inf)
    total = np.array([content.weight[versions].sum() for versions in shown])
    gone: set[int] = set()
    while brief:
        new = lacks[brief].min(axis=1) / np.maximum(total[brief], 1e-9)
        least = int(new.argmin())
        if new[least] >= _OTHER:
            break
        gone.add(brief.pop(least))
        lacks[:, list(gone)] = np.inf
    return [picture for i, picture in enumerate(chosen) if i not in gone]


def _stands(content: Content, picture: Chosen) -> float:
    """Seconds for which everything that is visible on a picture stands around its moment."""
    history = content.history
    visible = np.zeros(len(content.weight), bool)
    visible[history.at(picture.sample)] = True
    worth = content.worth(np.where(visible, content.weight, 0))
    part = run_around(worth >= _WHOLE * worth[picture.sample], picture.sample)
    return float(history.times[part.stop] - history.times[part.start])
