"""Hands and arms that rest on a picture for a moment: they reach in from its edge and vanish."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from .cells import Mask
from .content import Content
from .proposals import Proposal
from .still import Still
from .strokes import written

_RESTS = 5.0  # seconds; a hand that lies still for longer is what the picture shows
_LEAST = 3.0  # weight of brief content from which on it is worth a look
_AROUND = 10.0  # seconds before and after in which the covered content is visible
_COMES_BACK = 0.6  # share of the covered content that comes back unchanged
_LARGEST = 0.3  # share of the picture; more is another scene
_SOLID = 0.5  # share that is at least three cells wide; a drawn curve is thin


def hands(content: Content, proposals: Sequence[Proposal], stills: Sequence[Still]) -> list[Mask]:
    """For each proposal: the versions that show something reaching in from the edge."""
    brief = content.life < _RESTS
    return [
        _hand(content, proposal, still, brief)
        for proposal, still in zip(proposals, stills, strict=True)
    ]


def _hand(content: Content, proposal: Proposal, still: Still, brief: Mask) -> Mask:
    history = content.history
    grid, sample = history.grid, proposal.sample
    standing = history.at(sample)
    standing = standing[brief[standing] & (content.clear[standing] > 0)]
    if content.weight[standing].sum() < _LEAST:
        return np.zeros(len(brief), bool)
    there = np.zeros(grid.size, np.uint8)
    there[history.cell[standing]] = 1
    back = _comes_back(content, sample)
    closed = cv2.morphologyEx(there.reshape(tuple(grid)), cv2.MORPH_CLOSE, np.ones((3, 3)))
    labels = cv2.connectedComponents(closed, connectivity=8)[1]
    edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    hidden = np.zeros(grid.size, bool)
    for label in np.unique(edge[edge > 0]):
        group = (labels == label).reshape(-1)
        covers = back[group & (there > 0)].mean()
        if group.mean() > _LARGEST or covers < _COMES_BACK:
            continue
        if _is_solid(group.reshape(tuple(grid))) and not written(still.plane, grid, group):
            hidden |= group
    return np.asarray(hidden[history.cell] & brief)


def _is_solid(group: Mask) -> bool:
    """Whether a group of cells, with its outline filled, is more than lines."""
    outline, _ = cv2.findContours(group.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = cv2.drawContours(np.zeros(group.shape, np.uint8), outline, -1, 1, cv2.FILLED)
    thick = cv2.morphologyEx(filled, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return float(thick.sum()) >= _SOLID * float(filled.sum())


def _comes_back(content: Content, sample: int) -> Mask:
    """cells: whether something that is there soon before a sample is there again soon after it."""
    history = content.history
    most = round(_AROUND * history.rate)
    before = (history.last < sample) & (history.last >= sample - most)
    after = (history.first > sample) & (history.first <= sample + most)
    same = np.intersect1d(history.version[before], history.version[after])
    back = np.zeros(history.grid.size, bool)
    back[history.cell[same]] = True
    return back
