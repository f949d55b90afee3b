"""Clips: sentences joined into paragraphs, and the keyframes shown while they are said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .. import config
from ..records import Clip, Decision, Keyframe, Sentence
from ..screen.keyframes import KEYFRAMES
from ..stage import Given, Stage
from ..teaching.judge import JUDGE

_A_WHILE = 2.0  # seconds of a paragraph over which a picture stands that is spoken of in it


def clip(
    sentences: Sequence[Sentence],
    keyframes: Sequence[Keyframe],
    settings: config.Clip,
    min_teaching: float,
) -> list[Clip]:
    """Paragraphs of `min_duration` to `max_duration` seconds, whole sentences each, in order.

    A paragraph ends early where off-topic speech was left out, and, once it is half as long as it
    should be, where the screen changes. A keyframe goes to the first clip during which it stands
    for a while; one that is shown in silence (or over speech that was left out) makes a clip of its
    own.
    """
    clips = [_join(group) for group in _paragraphs(sentences, keyframes, settings, min_teaching)]
    shown: dict[int, list[int]] = {}
    alone: list[Clip] = []
    for position, keyframe in enumerate(keyframes):
        overlaps = [_overlap(c, keyframe) for c in clips]
        enough = min(_A_WHILE, max(overlaps, default=0))
        if enough <= 0:
            alone.append(Clip(keyframe.start, keyframe.end, "", "", (position,)))
        else:
            first = next(i for i, overlap in enumerate(overlaps) if overlap >= enough)
            shown.setdefault(first, []).append(position)
    joined = [replace(c, keyframes=tuple(shown.get(i, ()))) for i, c in enumerate(clips)]
    return sorted([*joined, *alone], key=lambda c: (c.start, c.end))


def _paragraphs(
    sentences: Sequence[Sentence],
    keyframes: Sequence[Keyframe],
    settings: config.Clip,
    min_teaching: float,
) -> list[list[Sentence]]:
    groups: list[list[Sentence]] = []
    group: list[Sentence] = []
    borders = [k.start for k in keyframes[1:]]
    for sentence in sentences:
        if sentence.teaching < min_teaching:
            groups.append(group)  # what was left out parts two paragraphs
            group = []
            continue
        if group and _is_full(group, sentence, borders, settings):
            groups.append(group)
            group = []
        group.append(sentence)
    return [g for g in (*groups, group) if g]


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
    )


def _overlap(c: Clip, keyframe: Keyframe) -> float:
    return min(c.end, keyframe.end) - max(c.start, keyframe.start)


def _compute(given: Given) -> tuple[list[Clip], list[Decision]]:
    sentences, keyframes = given.get(JUDGE).sentences, given.get(KEYFRAMES)
    return clip(sentences, keyframes, given.config.clip, given.config.judge.min_teaching), []


CLIP = Stage(
    name="clip",
    result=list[Clip],
    compute=_compute,
    needs=(JUDGE, KEYFRAMES),
    settings=("clip", "judge.min_teaching"),
)
