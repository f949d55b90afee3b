"""What of a video stays, and what is marked to go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ..records import Clip, Element, Footage, Mark


def span(part: Clip | Element | Footage) -> str:
    """Names the stretch of a clip, to a tenth of a second, as names of elements have it."""
    if isinstance(part, Clip):
        return f"{part.start:.1f}_{part.end:.1f}"
    return f"{part.clip_start:.1f}_{part.clip_end:.1f}"


def staying(clips: Iterable[Clip], pictures: Sequence[Mark]) -> Iterator[Clip]:
    """The clips without what is marked; of some nothing is left.

    Args:
        clips: with positions of keyframes.
        pictures: of all keyframes of the video.
    """
    for clip in clips:
        left = tuple(k for k in clip.keyframes if not pictures[k].drop)
        said = bool(clip.text) and not clip.mark.drop
        if said:
            yield replace(clip, keyframes=left)
        elif left:
            yield replace(clip, keyframes=left, raw="", text="", mark=Mark())
