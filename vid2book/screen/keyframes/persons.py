"""Where persons are on pictures, so that no pose is mistaken for writing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...models.face import Box
from .cells import CELL, Grid, Mask
from .content import Content
from .placing import Chosen
from .proposals import Proposal
from .still import Still
from .strokes import written

PERSON = "a person and little else"

# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_STILL = 5.0  # seconds; whoever does not move for this long is a picture of a person
_BESIDE = 1.7  # widths of a face by which shoulders and arms extend to each side
_ABOVE = 0.7  # heights of a face by which hair or a raised head extend above it
_LEAST = 3.0  # weight of moving content from which on it is worth looking for a person
_TRIED, _TRIED_OF = 4, 8  # pictures to check, plus one in 8; if none has a face, nobody is there
_CHIEFLY = 0.3  # share of a picture that a person covers
_HAIR = 0.5  # widths of a face around it that are hair and collar
_TALKS = 0.05  # share of the time in which a face moves; on a photograph, it never does
_FACE = 20  # cells of a face that is large enough to matter
_SAME_SCENE = 0.3  # share of a picture's content that another of the same scene must show


def persons(content: Content, proposals: Sequence[Proposal], stills: Sequence[Still]) -> list[Mask]:
    """For each proposal: the versions that show a moving person."""
    history = content.history
    moves = content.life < _STILL
    moving = [float(content.weight[proposal.shown & moves].sum()) for proposal in proposals]
    none = np.zeros(len(moves), bool)
    likely = [i for i, weight in enumerate(moving) if weight >= _LEAST]
    if not _is_anybody_there(sorted(likely, key=lambda i: -moving[i]), stills):
        return [none] * len(proposals)
    bodies: dict[int, Mask] = {}

    def person(i: int) -> Mask:
        """The moving versions within the persons on a picture."""
        if i not in bodies:
            bodies[i] = body(stills[i].faces, history.grid)[history.cell] & moves
        return bodies[i]

    masks = []
    for k, proposal in enumerate(proposals):
        hidden = none.copy()
        own = content.weight[proposal.shown].sum()
        if moving[k] >= _LEAST:
            # A face that was missed here may be found on another picture of the same scene.
            for i, other in enumerate(proposals):
                if content.weight[proposal.shown & other.shown].sum() >= _SAME_SCENE * own:
                    hidden |= person(i)
        masks.append(hidden)
    return masks


def _is_anybody_there(likeliest: Sequence[int], stills: Sequence[Still]) -> bool:
    """Whether one of the pictures with the most motion has a face.

    Looking for a face takes as long as decoding a second of video, and most videos have none. If
    there is one, it appears in front of the board again and again.
    """
    tried = _TRIED + len(likeliest) // _TRIED_OF
    return any(stills[i].faces for i in likeliest[:tried])


def body(faces: Sequence[Box], grid: Grid) -> Mask:
    """The cells that the persons with these faces cover: they extend down to the edge."""
    mask = np.zeros(tuple(grid), bool)
    for x0, y0, x1, y1 in faces:
        beside, above = _BESIDE * (x1 - x0), _ABOVE * (y1 - y0)
        left, right = max(0, int((x0 - beside) / CELL)), int((x1 + beside) / CELL) + 1
        mask[max(0, int((y0 - above) / CELL)) :, left:right] = True
    return mask.reshape(-1)


def chiefly_person(still: Still, grid: Grid) -> bool:
    """Whether persons with visible faces cover much of the picture."""
    return bool(still.faces) and float(body(still.faces, grid).mean()) >= _CHIEFLY


def talks(content: Content, picture: Chosen, own: Mask, still: Still, worth: float) -> bool:
    """Whether a picture shows only somebody who talks, and nothing else of its own.

    Args:
        own: versions that only this picture shows.
        worth: content next to the person that is worth this much is something else.
    """
    history = content.history
    grid = history.grid
    unsettled = history.unsettled[history.seconds(picture.first, picture.last)].mean(axis=0)
    # Looking for a face takes long, for a large one less so.
    if (unsettled > _TALKS).sum() < _FACE or not still.largest_face:
        return False
    if not chiefly_person(still, grid):
        return False
    beside = own & ~body(still.faces, grid)[history.cell]
    if content.weight[beside].sum() >= worth:
        return False
    moves = unsettled[_boxes(still.faces, grid, 0.0)].mean() > _TALKS
    there = np.zeros(grid.size, bool)
    there[history.cell[own & (content.weight > 0)]] = True
    there &= ~_boxes(still.faces, grid, _HAIR)
    return bool(moves and not written(still.plane, grid, there))


def _boxes(faces: Sequence[Box], grid: Grid, beside: float) -> Mask:
    """The cells of faces, and of a margin around each of `beside` times its width."""
    mask = np.zeros(tuple(grid), bool)
    for x0, y0, x1, y1 in faces:
        more = beside * (x1 - x0)
        rows = slice(max(0, int((y0 - more) / CELL)), int((y1 + more) / CELL) + 1)
        mask[rows, max(0, int((x0 - more) / CELL)) : int((x1 + more) / CELL) + 1] = True
    return mask.reshape(-1)
