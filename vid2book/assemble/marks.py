"""What stays of a video, and how its clips are named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ..records import Clip, Element, Footage, Mark


def span(part: Clip | Element | Footage) -> str:
    """The name of a clip's stretch, to a tenth of a second, as in the names of elements."""
    if isinstance(part, Clip):
        return f"{part.start:.1f}_{part.end:.1f}"
    return f"{part.clip_start:.1f}_{part.clip_end:.1f}"


def staying(clips: Iterable[Clip], pictures: Sequence[Mark]) -> Iterator[Clip]:
    """The clips without what is marked; those of which nothing remains are left out.

    Args:
        clips: with positions of keyframes.
        pictures: the marks of all keyframes of the video.
    """
    for clip in clips:
        kept = tuple(k for k in clip.keyframes if not pictures[k].drop)
        has_speech = bool(clip.text) and not clip.mark.drop
        if has_speech:
            yield replace(clip, keyframes=kept)
        elif kept:
            yield replace(clip, keyframes=kept, raw="", text="", mark=Mark())
