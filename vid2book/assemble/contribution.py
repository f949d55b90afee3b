"""Contribute: what a video adds to the corpus, once duplicates of other videos are known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..records import (
    Decision,
    Element,
    Judgement,
    Keyframe,
    Outcome,
    Sample,
    Transcript,
    Video,
)


@dataclass(frozen=True)
class Contribution:
    """The outcome of a video, its samples, and the decisions made while assembling them.

    The samples have no images, since the store has these as keyframes; see `with_images`.
    """

    outcome: Outcome
    samples: tuple[Sample, ...] = ()
    decisions: tuple[Decision, ...] = ()


def against(judgement: Judgement, duplicate: str) -> str:
    """`STAGE: reason` why the whole video should go; empty if it stays.

    Args:
        duplicate: why an earlier video replaces this one; empty if none does.
    """
    if not judgement.kept:
        return f"judge: {judgement.reason}"
    return f"reduce: {duplicate}" if duplicate else ""


def contribute(
    video: Video,
    transcript: Transcript,
    judgement: Judgement,
    against: str,
    keyframe_count: int,
    samples: Sequence[Sample],
    decisions: Sequence[Decision],
    models: Mapping[str, str],
) -> Contribution:
    """Sum up what a video adds.

    Args:
        against: `STAGE: reason` why the whole video should go; empty if it stays. It marks every
            position that has no reason of its own.
        keyframe_count: keyframes of the video, whether they were kept or not.
        samples, decisions: the result of `interleave`.
        models: model and version by stage.
    """
    marked = [replace(s, elements=tuple(_mark(s.elements, against))) for s in samples]
    elements = [e for sample in marked for e in sample.elements]
    texts = [
        t for s in marked for t, e in zip(s.texts, s.elements, strict=True) if t and not e.drop
    ]
    pictures = sum(e.kind == "image" and not e.drop for e in elements)
    reason = against.partition(": ")[2]
    if not (against or texts or pictures):
        reason = "nothing is left: neither speech that teaches nor a picture"
    outcome = Outcome(
        video=video,
        status="filtered" if reason else "kept",
        reason=reason or _lacking(transcript, pictures, keyframe_count),
        duration=transcript.duration,
        judgement=judgement,
        words=sum(len(text.split()) for text in texts),
        clips=len(texts),
        keyframes=pictures,
        samples=len(marked),
        marked=sum(bool(e.drop) for e in elements),
        models={**models, "transcribe": transcript.model},
    )
    bare = (replace(sample, images=(None,) * len(sample.images)) for sample in marked)
    return Contribution(outcome, tuple(bare), tuple(decisions))


def _mark(elements: Sequence[Element], against: str) -> Iterator[Element]:
    return (replace(e, drop=e.drop or against) for e in elements)


def _lacking(transcript: Transcript, pictures: int, keyframe_count: int) -> str:
    """What a kept video lacks; empty if nothing."""
    reasons = [transcript.unheard, "" if pictures else _without_pictures(keyframe_count)]
    return "; ".join(filter(None, reasons))


def _without_pictures(keyframe_count: int) -> str:
    if not keyframe_count:
        return "no picture: none was found on its screen"
    return (
        f"no picture: {'the one' if keyframe_count == 1 else f'all {keyframe_count}'} found on its "
        "screen should go"
    )


def with_images(sample: Sample, keyframes: Sequence[Keyframe]) -> Sample:
    """A sample with its images, which its elements identify by their times."""
    by_time = {keyframe.time: keyframe.image for keyframe in keyframes}
    images = (by_time[e.start] if e.kind == "image" else None for e in sample.elements)
    return replace(sample, images=tuple(images))
