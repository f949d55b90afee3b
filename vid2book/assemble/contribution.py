"""Contribute: what one video gives to the corpus, once it is known what the others give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..records import Decision, Judgement, Keyframe, Outcome, Sample, Transcript, Video


@dataclass(frozen=True)
class Contribution:
    """What became of a video, its samples, and what was decided as they were put together.

    The samples are without their images, which the store has as keyframes; see `with_images`.
    """

    outcome: Outcome
    samples: tuple[Sample, ...] = ()
    decisions: tuple[Decision, ...] = ()


def contribute(
    video: Video,
    transcript: Transcript,
    judgement: Judgement,
    duplicate: str,
    samples: Sequence[Sample],
    decisions: Sequence[Decision],
    models: Mapping[str, str],
) -> Contribution:
    """Sum up what a video gives.

    Args:
        duplicate: why an earlier video stands for this one; empty if none does.
        samples, decisions: of `interleave`; none of a video that is not kept.
        models: stage to model and version.
    """
    if not judgement.kept:
        reason = judgement.reason
    elif duplicate:
        reason = duplicate
    else:
        reason = "" if samples else "nothing is left: no speech that teaches and no picture"
    texts = [text for sample in samples for text in sample.texts if text]
    outcome = Outcome(
        video=video,
        status="filtered" if reason else "kept",
        reason=reason,
        duration=transcript.duration,
        judgement=judgement,
        words=sum(len(text.split()) for text in texts),
        clips=len(texts),
        keyframes=sum(sample.image_num for sample in samples),
        samples=len(samples),
        models={**models, "transcribe": transcript.model},
    )
    bare = (replace(sample, images=(None,) * len(sample.images)) for sample in samples)
    return Contribution(outcome, tuple(bare), tuple(decisions))


def with_images(sample: Sample, keyframes: Sequence[Keyframe]) -> Sample:
    """A sample with the images that its elements name by their times."""
    by_time = {keyframe.time: keyframe.image for keyframe in keyframes}
    images = (by_time[e.start] if e.kind == "image" else None for e in sample.elements)
    return replace(sample, images=tuple(images))
