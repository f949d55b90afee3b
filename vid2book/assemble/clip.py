"""Clips: sentences joined into paragraphs, with the keyframes shown while they are said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from .. import config
from ..records import Clip, Decision, Keyframe, Mark, Sentence
from ..screen.keyframes import KEYFRAMES
from ..stage import Stage, StageInput
from ..teaching.judge import JUDGE


def clip(
    sentences: Sequence[Sentence],
    keyframes: Sequence[Keyframe],
    settings: config.Clip,
) -> list[Clip]:
    """Paragraphs of whole sentences, `min_duration` to `max_duration` seconds each, in order.

    Sentences that should go form paragraphs of their own, marked with their common reason. A
    paragraph ends early before such sentences, and also where the screen changes, once it has half
    of its length. A keyframe goes to the first clip that stays and during which it is on screen for
    a while; one that is shown in silence (or over speech that should go) forms its own clip.
    """
    staying, marked = _paragraphs(sentences, keyframes, settings)
    clips = [_join(group) for group in staying]
    positions: dict[int, list[int]] = {}
    alone: list[Clip] = []
    for position, keyframe in enumerate(keyframes):
        overlaps = [_overlap(c, keyframe) for c in clips]
        enough = min(settings.min_overlap, max(overlaps, default=0))
        if enough <= 0:
            alone.append(Clip(keyframe.start, keyframe.end, "", "", (position,)))
        else:
            first = next(i for i, overlap in enumerate(overlaps) if overlap >= enough)
            positions.setdefault(first, []).append(position)
    joined = [replace(c, keyframes=tuple(positions.get(i, ()))) for i, c in enumerate(clips)]
    return sorted([*joined, *alone, *map(_join, marked)], key=lambda c: (c.start, c.end))


def _paragraphs(
    sentences: Sequence[Sentence],
    keyframes: Sequence[Keyframe],
    settings: config.Clip,
) -> tuple[list[list[Sentence]], list[list[Sentence]]]:
    """The sentences of each paragraph: first of those that stay, then of those that should go."""
    staying: list[list[Sentence]] = []
    marked: list[list[Sentence]] = []
    borders = [k.start for k in keyframes[1:]]
    for reason, run in groupby(sentences, key=lambda s: s.drop):
        group: list[Sentence] = []
        for sentence in run:
            if group and _is_full(group, sentence, borders, settings):
                (marked if reason else staying).append(group)
                group = []
            group.append(sentence)
        (marked if reason else staying).append(group)
    return staying, marked


def _is_full(
    group: Sequence[Sentence],
    following: Sentence,
    borders: Sequence[float],
    settings: config.Clip,
) -> bool:
    start, end = group[0].start, group[-1].end
    if end - start >= settings.min_duration or following.end - start > settings.max_duration:
        return True
    middle = (following.start + following.end) / 2
    new_screen = any(group[-1].start < border <= middle for border in borders)
    return new_screen and end - start >= settings.min_duration / 2


def _join(group: Sequence[Sentence]) -> Clip:
    return Clip(
        start=group[0].start,
        end=group[-1].end,
        raw=" ".join(s.raw for s in group),
        text=" ".join(s.text for s in group),
        mark=Mark(_teaching(group), f"judge: {group[0].drop}" if group[0].drop else ""),
    )


def _teaching(group: Sequence[Sentence]) -> float | None:
    """How much a paragraph teaches: the mean over its words; None if it was not judged."""
    words = [max(1, len(s.text.split())) for s in group]
    judged = [(s.teaching, n) for s, n in zip(group, words, strict=True) if s.teaching is not None]
    if not judged:
        return None
    return round(sum(teaching * n for teaching, n in judged) / sum(n for _, n in judged), 4)


def _overlap(c: Clip, keyframe: Keyframe) -> float:
    return min(c.end, keyframe.end) - max(c.start, keyframe.start)


def _compute(given: StageInput) -> tuple[list[Clip], list[Decision]]:
    sentences, keyframes = given.get(JUDGE).sentences, given.get(KEYFRAMES)
    return clip(sentences, keyframes, given.config.clip), []


CLIP = Stage(
    name="clip",
    result=list[Clip],
    compute=_compute,
    needs=(JUDGE, KEYFRAMES),
    settings=("clip",),
)
