"""Keyframes: one picture for each state of the screen.

An algorithm (`writing`, `ssim`, `pixel`, `clip`; one file each) finds the states in samples of the
video and chooses the moment that shows each one; these moments are then decoded. All algorithms get
the same samples and return the same records, so an ablation compares only how they detect change.
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
from .state import State, Timeline
from .still import FindFaces, Picture, ReadStills, Still, Stills

__all__ = ["KEYFRAMES", "keyframes"]

# Least share of what goes, and how to say it. Set by eye, not swept. A number would say too much:
# if a slide is replaced, a fifth of its cells may show the same by chance.
_ENDINGS = ((0.85, "nearly all of it goes"), (0.5, "most of it goes"), (0.0, "it changes in part"))


def keyframes(
    video_id: str,
    frames: Iterable[Frame],
    read: ReadStills,
    faces: FindFaces,
    settings: config.Keyframes,
    image_embed: embedding.ImageEmbed | None = None,
) -> tuple[list[Keyframe], list[Decision]]:
    """The keyframes of a video, and decisions on its states and gaps, all in order of time.

    Args:
        video_id: for the decisions.
        frames: samples at `settings.sample_rate` per second, in order of time.
        read: decodes the pictures that are on screen at the given times, which ascend.
        faces: finds the faces on a luma plane.
        settings: section `keyframes` of the config.
        image_embed: maps an RGB image to a unit vector; only algorithm `clip` needs it.
    """
    stills = Stills(read, faces, settings)
    timeline = _find(frames, stills, settings, image_embed)
    times = [state.time for state in timeline.states]
    kept = [
        _keyframe(state, picture, still, timeline.captions_top)
        for state, picture, still in zip(
            timeline.states, stills.pictures(times), stills.at(times), strict=True
        )
    ]
    decisions = [
        Decision(
            video_id, "keyframe", "keyframes", gap.start, gap.end, False, gap.reason, gap.score
        )
        for gap in timeline.gaps
    ]
    decisions += [
        Decision(
            video_id, "keyframe", "keyframes", s.start, s.end, True,
            f"{s.what}, shown at {s.time:.1f} s{_ending(s, settings)}",
            s.change if s.measured else None,
        )
        for s in timeline.states
    ]  # fmt: skip
    return kept, sorted(decisions, key=lambda d: d.start)


def _find(
    frames: Iterable[Frame],
    stills: Stills,
    settings: config.Keyframes,
    image_embed: embedding.ImageEmbed | None,
) -> Timeline:
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
    """The score of a state in words; empty if it has none."""
    if not state.measured:
        return ""
    if not state.change:
        return "; it stands to the end"
    if settings.algorithm == "writing":
        return "; then " + next(words for least, words in _ENDINGS if state.change >= least)
    return f"; then the screen differs by {state.change:.2f}"


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
    damage: list[Decision] = []

    def note_damage(n: Note) -> None:
        damage.append(Decision(video_id, "keyframe", "keyframes", n.start, n.end, False, n.text))

    def frames() -> Iterator[Frame]:
        rate, until = settings.sample_rate, given.until
        for frame in read_frames(path, rate, until, info=given.info, tell=note_damage):
            given.tell("keyframes", frame.time)
            yield frame

    def read(times: Sequence[float]) -> Iterator[Frame]:
        return read_stills(path, times, given.info)

    kept, decisions = keyframes(
        video_id, frames(), read, faces.persons, settings, given.models.image_embed
    )
    decisions = sorted([*decisions, *damage], key=lambda d: d.start)
    privacy = given.config.privacy
    if privacy.faces == "keep":
        return kept, decisions
    boxes = partial(faces.boxes, smallest=privacy.min_face)
    kept, hidden = hide_faces(kept, video_id, boxes, privacy.faces, settings.jpeg_quality)
    return kept, [*decisions, *hidden]


KEYFRAMES = Stage(
    name="keyframes",
    result=list[Keyframe],
    compute=_compute,
    settings=("keyframes", "privacy.faces", "privacy.min_face"),
    models=("faces", "image_embed"),
)
