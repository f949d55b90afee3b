"""Interleave: clips and keyframes of one video, in order of time, cut into samples."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from .. import config
from ..records import Clip, Decision, Element, Keyframe, Sample, Video
from .repeats import part_lines

IMAGE_TOKENS = 576  # as the released Multimodal Textbook counts, after LLaVA-1.5


@dataclass(frozen=True)
class _Block:
    """A clip with what it costs. Samples are cut between blocks."""

    clip: Clip
    before: int  # pictures of the same clip that an earlier block shows
    tokens: int  # of its speech
    bytes: int  # of its images

    @property
    def cost(self) -> int:
        return self.tokens + IMAGE_TOKENS * len(self.clip.keyframes)


def interleave(
    video: Video,
    language: str,
    keyframes: Sequence[Keyframe],
    texts: Sequence[str],
    clips: Sequence[Clip],
    count_tokens: Callable[[str], int],
    settings: config.Interleave,
) -> tuple[list[Sample], list[Decision]]:
    """The samples of a video, and the lines that stand on two pictures in a row.

    Such a line stays with both pictures; where text and speech are joined it is told once.

    Within a clip its pictures come first, then its speech, so that a reader sees what is spoken of.

    Args:
        language: of the speech.
        keyframes: of the video.
        texts: on-screen text of each.
        clips: in order of time, with positions of keyframes.
        count_tokens: tokens of a text.
        settings: section `interleave` of the config.
    """
    blocks = [
        _Block(c, before, count_tokens(c.text), sum(len(keyframes[k].image) for k in c.keyframes))
        for clip in clips
        for c, before in _fitting(clip, keyframes, settings)
    ]
    samples = []
    decisions = []
    for ordinal, group in enumerate(_cut(blocks, settings)):
        shown = [position for block in group for position in block.clip.keyframes]
        parted = dict(zip(shown, part_lines([texts[k] for k in shown]), strict=True))
        new = {position: "\n".join(lines.new) for position, lines in parted.items()}
        samples.append(_sample(video, language, ordinal, group, keyframes, texts, new))
        decisions += [
            _told_before(video.video_id, keyframes[position], lines.repeated)
            for position, lines in parted.items()
            if lines.repeated
        ]
    return samples, decisions


def _told_before(video_id: str, keyframe: Keyframe, lines: Sequence[str]) -> Decision:
    return Decision(
        video_id, "line", "interleave", keyframe.start, keyframe.end, False,
        "the picture before shows it too: it stays in ocr_texts, and is left out of text_ocr_list",
        text="\n".join(lines),
    )  # fmt: skip


def _fitting(
    clip: Clip, keyframes: Sequence[Keyframe], settings: config.Interleave
) -> list[tuple[Clip, int]]:
    """A clip with more pictures than a sample holds, as several; the last has the speech.

    Each comes with the number of pictures before it.
    """
    groups: list[list[int]] = [[]]
    size = 0
    most = max(1, (settings.max_tokens // 2) // IMAGE_TOKENS)
    for position in clip.keyframes:
        size += len(keyframes[position].image)
        if groups[-1] and (len(groups[-1]) >= most or size > settings.max_row_bytes):
            groups.append([])
            size = len(keyframes[position].image)
        groups[-1].append(position)
    befores = accumulate((len(g) for g in groups), initial=0)
    parts = [replace(clip, keyframes=tuple(g), raw="", text="") for g in groups]
    parts[-1] = replace(parts[-1], raw=clip.raw, text=clip.text)
    return list(zip(parts, befores, strict=False))


def _cut(blocks: Sequence[_Block], settings: config.Interleave) -> list[list[_Block]]:
    """Samples of even size within the budget, cut where a new picture comes if that is near."""
    samples: list[list[_Block]] = []
    sample: list[_Block] = []
    cost = size = 0
    parts, share = _plan(blocks, settings)
    for i, block in enumerate(blocks):
        near = cost >= share or (cost >= 0.8 * share and bool(block.clip.keyframes))
        # An early cut must not make one sample more.
        full = near and _parts(blocks[i:], settings) < parts
        if sample and (full or _is_over(block, cost, size, settings)):
            samples.append(sample)
            sample, cost, size = [], 0, 0
            parts, share = _plan(blocks[i:], settings)
        sample.append(block)
        cost += block.cost
        size += block.bytes
    return [*samples, sample] if sample else samples


def _plan(blocks: Sequence[_Block], settings: config.Interleave) -> tuple[int, float]:
    """How many samples it takes, and what each should cost."""
    parts = _parts(blocks, settings)
    return parts, sum(b.cost for b in blocks) / parts


def _parts(blocks: Sequence[_Block], settings: config.Interleave) -> int:
    """How many samples it takes at least."""
    parts, cost, size = 1, 0, 0
    for block in blocks:
        if cost and _is_over(block, cost, size, settings):
            parts, cost, size = parts + 1, 0, 0
        cost += block.cost
        size += block.bytes
    return parts


def _is_over(block: _Block, cost: int, size: int, settings: config.Interleave) -> bool:
    return cost + block.cost > settings.max_tokens or size + block.bytes > settings.max_row_bytes


def _sample(
    video: Video,
    language: str,
    ordinal: int,
    blocks: Sequence[_Block],
    keyframes: Sequence[Keyframe],
    texts: Sequence[str],
    new: Mapping[int, str],
) -> Sample:
    images: list[bytes | None] = []
    speech: list[str | None] = []
    written: list[str | None] = []
    both: list[str | None] = []
    elements: list[Element] = []
    for block in blocks:
        clip = block.clip
        name = f"{video.video_id}@{clip.start:.1f}_{clip.end:.1f}"
        for k, position in enumerate(clip.keyframes, block.before + 1):
            frame = keyframes[position]
            images.append(frame.image)
            speech.append(None)
            written.append(texts[position])
            both.append(None)
            elements.append(
                Element(
                    "image",
                    video.video_id,
                    frame.time,
                    frame.end,
                    clip.start,
                    clip.end,
                    f"{name}#{k}.jpg",
                )
            )
        if clip.text:
            images.append(None)
            speech.append(clip.text)
            written.append(None)
            both.append("\n".join([clip.text, *(new[k] for k in clip.keyframes if new[k])]))
            elements.append(
                Element("text", video.video_id, clip.start, clip.end, clip.start, clip.end, name)
            )
    image_num = sum(i is not None for i in images)
    text_num = sum(b.tokens for b in blocks)
    return Sample(
        id=f"{video.video_id}_{ordinal:04d}",
        images=tuple(images),
        texts=tuple(speech),
        ocr_texts=tuple(written),
        text_ocr_list=tuple(both),
        elements=tuple(elements),
        image_num=image_num,
        text_num=text_num,
        token_num=text_num + IMAGE_TOKENS * image_num,
        video_ids=(video.video_id,),
        source_urls=(video.source_url,),
        subject=video.subject,
        course=video.course,
        knowledge_point=video.knowledge_point,
        language=language,
        license=video.license,
    )
