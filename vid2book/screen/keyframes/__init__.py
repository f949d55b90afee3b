"""Keyframes: one picture for each state of the screen.

An algorithm (`writing`, `ssim`, `pixel`, `clip`; one a file) finds the states in samples of the
video and says which moment shows each; then these moments are decoded. All algorithms see the same
samples and give the same records, so that an ablation compares nothing but how they see change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from ... import config
from ...media.clock import Note
from ...media.frames import Frame, read_frames
from ...media.stills import read_stills
from ...privacy import hide_faces
from ...records import Decision, Keyframe
from ...stage import Stage, StageInput
from ..phash import phash
from . import embedding, pixel, ssim, writing
from .state import Found, State
from .still import FindFaces, Picture, ReadStills, Still, Stills

__all__ = ["KEYFRAMES", "keyframes"]


def keyframes(
    video_id: str,
    frames: Iterable[Frame],
    read: ReadStills,
    faces: FindFaces,
    settings: config.Keyframes,
    image_embed: embedding.ImageEmbed | None = None,
) -> tuple[list[Keyframe], list[Decision]]:
    """The keyframes of a video, in order of time, and what was looked at and left.

    Args:
        video_id: for the decisions.
        frames: samples at `settings.sample_rate` a second, in order of time.
        read: gives the pictures that stand at times in rising order.
        faces: finds the faces on a luma plane.
        settings: section `keyframes` of the config.
        image_embed: an RGB image to a unit vector; algorithm `clip` alone needs it.
    """
    stills = Stills(read, faces, settings)
    found = _find(frames, stills, settings, image_embed)
    times = [state.time for state in found.kept]
    shown = zip(found.kept, stills.pictures(times), stills.at(times), strict=True)
    kept = [_keyframe(state, picture, still, found.captions_top) for state, picture, still in shown]
    decisions = [
        Decision(
            video_id, "keyframe", "keyframes", left.start, left.end, False, left.reason, left.score
        )
        for left in found.left
    ]
    decisions += [
        Decision(
            video_id, "keyframe", "keyframes", s.start, s.end, True,
            f"{s.what}, shown at {s.time:.1f} s; {_ending(s, settings)}", s.change,
        )
        for s in found.kept
    ]  # fmt: skip
    return kept, sorted(decisions, key=lambda d: d.start)


def _find(
    frames: Iterable[Frame],
    stills: Stills,
    settings: config.Keyframes,
    image_embed: embedding.ImageEmbed | None,
) -> Found:
    match settings.algorithm:
        case "writing":
            return writing.find(frames, stills, settings)
        case "ssim":
            return ssim.find(frames, settings)
        case "pixel":
            return pixel.find(frames, settings)
        case "clip":
            assert image_embed is not None
            return embedding.find(frames, settings, image_embed)


def _ending(state: State, settings: config.Keyframes) -> str:
    """What the score says, in words."""
    if not state.change:
        return "it stands to the end"
    if settings.algorithm == "writing":
        return f"then {100 * state.change:.0f} % of what stands there goes"
    return f"then the screen differs by {state.change:.2f}"


def _keyframe(state: State, picture: Picture, still: Still, captions_top: float) -> Keyframe:
    return Keyframe(
        time=state.time,
        start=state.start,
        end=state.end,
        image=picture.image,
        width=picture.width,
        height=picture.height,
        change=state.change,
        motion=state.motion,
        faces=still.largest_face,
        phash=phash(still.plane),
        subtitle_top=captions_top,
    )


def _compute(given: StageInput) -> tuple[list[Keyframe], list[Decision]]:
    settings = given.config.keyframes
    if not settings.enabled:
        return [], []
    path, video_id, faces = given.at_hand.path, given.video.video_id, given.models.faces
    lost: list[Decision] = []

    def tell(n: Note) -> None:
        lost.append(Decision(video_id, "keyframe", "keyframes", n.start, n.end, False, n.text))

    def frames() -> Iterator[Frame]:
        rate, until = settings.sample_rate, given.until
        for frame in read_frames(path, rate, until, info=given.info, tell=tell):
            given.tell("keyframes", frame.time)
            yield frame

    def read(times: Sequence[float]) -> Iterator[Frame]:
        return read_stills(path, times, given.info)

    found, decisions = keyframes(
        video_id, frames(), read, faces.persons, settings, given.models.image_embed
    )
    decisions = sorted([*decisions, *lost], key=lambda d: d.start)
    privacy = given.config.privacy
    if privacy.faces == "keep":
        return found, decisions
    boxes = partial(faces.boxes, smallest=privacy.min_face)
    kept, hidden = hide_faces(found, video_id, boxes, privacy.faces, settings.jpeg_quality)
    return kept, [*decisions, *hidden]


KEYFRAMES = Stage(
    name="keyframes",
    result=list[Keyframe],
    compute=_compute,
    settings=("keyframes", "privacy.faces", "privacy.min_face"),
    models=("faces", "image_embed"),
)
