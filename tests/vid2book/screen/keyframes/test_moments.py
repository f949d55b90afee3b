"""Few pictures are decoded a second time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from vid2book import config
from vid2book.media.frames import Frame
from vid2book.screen.keyframes import keyframes
from vid2book.screen.keyframes.moments import EARLIER, Moments

from ....support.screens import CELLS, PHYSICS, sampled, slide


def test_slides_are_not_decoded_again() -> None:
    one, two = slide("Work and energy", PHYSICS), slide("Inside the cell", CELLS)
    frames = sampled([*[one] * 30, *[two] * 30])
    again: list[float] = []
    opened: list[Sequence[float]] = []

    def read(times: Sequence[float]) -> Iterator[Frame]:
        opened.append(times)
        again.extend(times)
        yield from (frames[round(time * 5)] for time in times)

    found, _ = keyframes("v", frames, read, lambda _: [], config.Keyframes())
    assert [k.time for k in found] == [frames[29 - EARLIER].time, frames[59 - EARLIER].time]
    assert again == [] and opened == []


def test_the_greatest_changes_are_kept_within_the_bound() -> None:
    moments = Moments()
    for sample in range(1000):
        moments.see(np.full((8, 8), sample % 256, np.uint8), None)
        moments.end(10 + sample % 500)
    planes = moments.planes()
    assert len(planes) <= 3 * 150 + 3
    assert all(sample in planes for sample in (493, 496, 499, 993, 996, 999))
    assert all((plane == sample % 256).all() for sample, plane in planes.items())
