"""Keyframes: one picture for each stable state of the screen.

An algorithm (`writing`, `ssim`, `pixel`, `clip`; one a file) cuts the samples of a video into
states. All see the same samples, show a state by the last sample in which it stands complete, and
give the same records, so that an ablation compares nothing but how they see change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ... import config
from ...media.clock import Note
from ...media.frames import Frame, read_frames
from ...privacy import hide_faces
from ...records import Decision, Keyframe
from ...stage import Given, Stage
from ..phash import phash
from . import embedding, pixel, ssim, writing
from .state import Found, State

__all__ = ["KEYFRAMES", "keyframes"]


Faces = Callable[[NDArray[np.uint8]], float]


def keyframes(
    video_id: str,
    frames: Iterable[Frame],
    faces: Faces,
    settings: config.Keyframes,
    image_embed: embedding.ImageEmbed | None = None,
) -> tuple[list[Keyframe], list[Decision]]:
    """The keyframes of a video, in order of time, and what was looked at and left.

    Args:
        video_id: for the decisions.
        frames: samples at `settings.sample_rate` a second, in order of time.
        faces: area of the largest face on a luma plane, as a share of it.
        settings: section `keyframes` of the config.
        image_embed: an RGB image to a unit vector; algorithm `clip` alone needs it.
    """
    found = _algorithm(settings, image_embed)(frames)
    kept = [_keyframe(state, faces, found.subtitle_top) for state in found.kept]
    decisions = [
        Decision(video_id, "keyframe", "keyframes", s.start, s.end, False, reason, s.change)
        for s, reason in found.dropped
    ]
    decisions += [
        Decision(
            video_id, "keyframe", "keyframes", k.start, k.end, True,
            f"a state of its own, shown at {k.time:.1f} s; {_ending(k, settings)}", k.change,
        )
        for k in kept
    ]  # fmt: skip
    return kept, sorted(decisions, key=lambda d: d.start)


def _ending(keyframe: Keyframe, settings: config.Keyframes) -> str:
    """What the score says, in words."""
    if not keyframe.change:
        return "it stands to the end"
    if settings.algorithm == "writing":
        return f"then {100 * keyframe.change:.0f} % of its writing goes"
    return f"then the screen differs by {keyframe.change:.2f}"


def _algorithm(
    settings: config.Keyframes, image_embed: embedding.ImageEmbed | None
) -> Callable[[Iterable[Frame]], Found]:
    match settings.algorithm:
        case "writing":
            return partial(writing.find, settings=settings)
        case "ssim":
            return partial(ssim.find, settings=settings)
        case "pixel":
            return partial(pixel.find, settings=settings)
        case "clip":
            assert image_embed is not None
            return partial(embedding.find, settings=settings, image_embed=image_embed)


def _keyframe(state: State, faces: Faces, subtitle_top: float) -> Keyframe:
    shares = sorted(faces(plane) for plane in state.witnesses)
    return Keyframe(
        time=state.time,
        start=state.start,
        end=state.end,
        image=state.image,
        width=state.width,
        height=state.height,
        change=state.change,
        motion=state.motion,
        # A cascade misses a face now and then, and sees one in a texture now and then.
        faces=shares[len(shares) // 2],
        phash=phash(state.plane),
        subtitle_top=subtitle_top,
    )


def _compute(given: Given) -> tuple[list[Keyframe], list[Decision]]:
    settings = given.config.keyframes
    if not settings.enabled:
        return [], []
    path, video_id, faces = given.video.path, given.video.video_id, given.models.faces
    lost: list[Decision] = []

    def tell(n: Note) -> None:
        lost.append(Decision(video_id, "keyframe", "keyframes", n.start, n.end, False, n.text))

    def frames() -> Iterator[Frame]:
        rate, until = settings.sample_rate, given.until
        for frame in read_frames(path, rate, until, info=given.info, tell=tell):
            given.tell("keyframes", frame.time)
            yield frame

    found, decisions = keyframes(video_id, frames(), faces, settings, given.models.image_embed)
    decisions = sorted([*decisions, *lost], key=lambda d: d.start)
    how = given.config.privacy.faces
    if how == "keep":
        return found, decisions
    kept, hidden = hide_faces(found, video_id, faces.boxes, how, settings.jpeg_quality)
    return kept, [*decisions, *hidden]


KEYFRAMES = Stage(
    name="keyframes",
    result=list[Keyframe],
    compute=_compute,
    settings=("keyframes", "privacy.faces"),
    models=("faces", "image_embed"),
)
