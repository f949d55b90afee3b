"""Small pictures of what has no keyframe, from a real video."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vid2book.config import Config
from vid2book.pipeline.graph import GLIMPSES, KEYFRAMES
from vid2book.pipeline.work import Work
from vid2book.records import Decision, Video
from vid2book.screen.glimpses import stretches
from vid2book.store import Store

from ...support.media import write_video
from ...support.screens import CELLS, PHYSICS, slide

FPS = 5
SLIDE, OTHER = slide("Work and energy", PHYSICS[:2]), slide("Inside the cell", CELLS)


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Video:
    """A slide, another one, and the first again, which needs no second picture."""
    path = tmp_path_factory.mktemp("video") / "again.mp4"
    pictures = [SLIDE] * 6 * FPS + [OTHER] * 6 * FPS + [SLIDE] * 6 * FPS
    write_video(path, pictures, FPS)
    return Video("again", str(path))


def work(video: Video, folder: Path, **settings: object) -> Work:
    return Work(video, Config(**settings), Store(folder))  # type: ignore[arg-type]


def test_what_has_no_keyframe_has_a_small_picture(video: Video, tmp_path: Path) -> None:
    done = work(video, tmp_path)
    [glimpse] = done.get(GLIMPSES)
    against = [d for d in done.decisions(KEYFRAMES) if not d.kept and d.end - d.start > 1]
    assert [(glimpse.start, glimpse.end)] == [(d.start, d.end) for d in against]
    image = Image.open(io.BytesIO(glimpse.image))
    assert image.width == 256 and len(glimpse.image) < 12_000
    wanted = [Image.fromarray(np.asarray(s)).resize(image.size) for s in (SLIDE, OTHER)]
    near, far = (np.abs(np.asarray(image, float) - np.asarray(w, float)).mean() for w in wanted)
    assert near < 5 < far


@pytest.mark.parametrize(
    "settings", [{"privacy": {"faces": "blur"}}, {"keyframes": {"enabled": False}}]
)
def test_where_faces_are_hidden_or_nothing_is_looked_at_there_is_none(
    video: Video, tmp_path: Path, settings: dict[str, object]
) -> None:
    assert work(video, tmp_path, **settings).get(GLIMPSES) == []


def test_a_damaged_stretch_costs_the_pictures_alone(video: Video, tmp_path: Path) -> None:
    done = work(video, tmp_path / "store")
    found = done.get(KEYFRAMES)
    whole = Path(video.path).read_bytes()
    try:
        Path(video.path).write_bytes(b"nothing")
        assert done.get(GLIMPSES) == [] and done.get(KEYFRAMES) == found
    finally:
        Path(video.path).write_bytes(whole)


def test_the_longest_are_taken_and_transitions_are_not() -> None:
    def decision(start: float, end: float, kept: bool = False) -> Decision:
        return Decision("v", "keyframe", "keyframes", start, end, kept, "")

    told = [decision(10 * n, 10 * n + 1 + n / 10) for n in range(80)]
    found = stretches([*told, decision(2000, 2000.9)])
    assert found == [(d.start, d.end) for d in told[20:]]
    # What was lost within a state has its picture there.
    assert stretches([decision(0, 20, kept=True), decision(5, 9), decision(20, 25)]) == [(20, 25)]
