"""Interleave: clips and keyframes of one video, in order of time, cut into samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Literal, NamedTuple

from .. import config
from ..records import Clip, Decision, Element, Keyframe, Mark, Sample, Video
from .marks import span
from .repeats import part_lines

IMAGE_TOKENS = 576  # as the released Multimodal Textbook counts, after LLaVA-1.5

Decide = Literal["drop", "mark"]


@dataclass(frozen=True)
class _Block:
    """A clip and its cost. Samples are cut between blocks.

    Marked positions cost nothing, so samples are cut as if these were not there.
    """

    clip: Clip
    before: int  # pictures of the same clip in earlier blocks
    shown: tuple[int, ...]  # positions of its pictures that stay
    tokens: int  # of its speech, if that stays
    bytes: int  # of the images written

    @property
    def cost(self) -> int:
        return self.tokens + IMAGE_TOKENS * len(self.shown)


class _Position(NamedTuple):
    """One position of the aligned lists."""

    image: bytes | None
    text: str | None
    written: str | None
    both: str | None
    element: Element


def interleave(
    video: Video,
    language: str,
    keyframes: Sequence[Keyframe],
    texts: Sequence[str],
    clips: Sequence[Clip],
    pictures: Sequence[Mark],
    count_tokens: Callable[[str], int],
    settings: config.Interleave,
    decide: Decide = "drop",
) -> tuple[list[Sample], list[Decision]]:
    """The samples of a video, and decisions on lines that are on two pictures in a row.

    Such a line stays with both pictures; where text and speech are joined, it appears once.

    Within a clip, the pictures come before the speech, so readers see what is spoken of.

    Args:
        language: of the speech.
        keyframes: of the video.
        texts: on-screen text of each keyframe.
        clips: in order of time, with positions of keyframes.
        pictures: a mark for each keyframe.
        count_tokens: counts the tokens of a text.
        settings: section `interleave` of the config.
        decide: leave out what is marked, or keep it in its place. Either way, the rest forms the
            same samples, unless marked images make a row exceed its limit of bytes.
    """
    blocks = [
        block
        for clip in clips
        for block in _blocks(clip, keyframes, pictures, count_tokens, settings, decide)
    ]
    samples = []
    decisions = []
    for ordinal, group in enumerate(_cut(blocks, settings)):
        shown = [position for block in group for position in block.shown]
        lines_of = part_lines([texts[k] for k in shown], settings.min_same_line)
        lines_at = dict(zip(shown, lines_of, strict=True))
        new = {position: "\n".join(lines.new) for position, lines in lines_at.items()}
        positions = [
            position
            for block in group
            for position in _positions(video, block, keyframes, texts, pictures, new)
            if decide == "mark" or not position.element.drop
        ]
        samples.append(_sample(video, language, ordinal, positions, count_tokens))
        decisions += [
            _repeated_lines(video.video_id, keyframes[position], lines.repeated)
            for position, lines in lines_at.items()
            if lines.repeated
        ]
    return samples, decisions


def _repeated_lines(video_id: str, keyframe: Keyframe, lines: Sequence[str]) -> Decision:
    return Decision(
        video_id, "line", "interleave", keyframe.start, keyframe.end, False,
        "already on the previous picture: kept in ocr_texts, left out of text_ocr_list",
        text="\n".join(lines),
    )  # fmt: skip


def _blocks(
    clip: Clip,
    keyframes: Sequence[Keyframe],
    pictures: Sequence[Mark],
    count_tokens: Callable[[str], int],
    settings: config.Interleave,
    decide: Decide,
) -> Iterator[_Block]:
    """The blocks of a clip: several if it has more pictures than fit into a sample."""
    sizes = {
        k: len(keyframes[k].image) if decide == "mark" or not pictures[k].drop else 0
        for k in clip.keyframes
    }
    for part, before in _fitting(clip, pictures, sizes, settings):
        shown = tuple(k for k in part.keyframes if not pictures[k].drop)
        stays = bool(part.text) and not part.mark.drop
        if decide == "mark" or shown or stays:
            tokens = count_tokens(part.text) if stays else 0
            yield _Block(part, before, shown, tokens, sum(sizes[k] for k in part.keyframes))


def _fitting(
    clip: Clip, pictures: Sequence[Mark], sizes: Mapping[int, int], settings: config.Interleave
) -> list[tuple[Clip, int]]:
    """The clip, split if it has more pictures than fit into a sample; the last part has the speech.

    Each part comes with the number of pictures before it.
    """
    groups: list[list[int]] = [[]]
    size = shown = 0
    most = max(1, (settings.max_tokens // 2) // IMAGE_TOKENS)
    for position in clip.keyframes:
        stays = not pictures[position].drop
        size += sizes[position]
        if groups[-1] and ((stays and shown >= most) or size > settings.max_row_bytes):
            groups.append([])
            size, shown = sizes[position], 0
        groups[-1].append(position)
        shown += stays
    befores = accumulate((len(g) for g in groups), initial=0)
    parts = [replace(clip, keyframes=tuple(g), raw="", text="") for g in groups]
    parts[-1] = replace(parts[-1], raw=clip.raw, text=clip.text)
    return list(zip(parts, befores, strict=False))


def _cut(blocks: Sequence[_Block], settings: config.Interleave) -> list[list[_Block]]:
    """Samples of even size within the budget, cut before a new picture if one is near."""
    samples: list[list[_Block]] = []
    sample: list[_Block] = []
    cost = size = 0
    parts, share = _plan(blocks, settings)
    for i, block in enumerate(blocks):
        near = cost >= share or (cost >= 0.8 * share and bool(block.shown))
        # An early cut must not result in an additional sample.
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
    """How many samples are needed, and what each should cost."""
    parts = _parts(blocks, settings)
    return parts, sum(b.cost for b in blocks) / parts


def _parts(blocks: Sequence[_Block], settings: config.Interleave) -> int:
    """The least number of samples that are needed."""
    parts, cost, size = 1, 0, 0
    for block in blocks:
        if (cost or size) and _is_over(block, cost, size, settings):
            parts, cost, size = parts + 1, 0, 0
        cost += block.cost
        size += block.bytes
    return parts


def _is_over(block: _Block, cost: int, size: int, settings: config.Interleave) -> bool:
    return cost + block.cost > settings.max_tokens or size + block.bytes > settings.max_row_bytes


def _positions(
    video: Video,
    block: _Block,
    keyframes: Sequence[Keyframe],
    texts: Sequence[str],
    pictures: Sequence[Mark],
    new: Mapping[int, str],
) -> Iterator[_Position]:
    """The pictures and the speech of a block, marked ones included."""
    clip, vid = block.clip, video.video_id
    name = f"{vid}@{span(clip)}"
    for k, position in enumerate(clip.keyframes, block.before + 1):
        frame, mark = keyframes[position], pictures[position]
        element = Element(
            "image", vid, frame.time, frame.end, clip.start, clip.end, f"{name}#{k}.jpg",
            mark.score, mark.drop,
        )  # fmt: skip
        yield _Position(frame.image, None, texts[position], None, element)
    if clip.text:
        both = "\n".join([clip.text, *(new[k] for k in block.shown if new[k])])
        element = Element(
            "text", vid, clip.start, clip.end, clip.start, clip.end, name,
            clip.mark.score, clip.mark.drop,
        )  # fmt: skip
        yield _Position(None, clip.text, None, both, element)


def _sample(
    video: Video,
    language: str,
    ordinal: int,
    positions: Sequence[_Position],
    count_tokens: Callable[[str], int],
) -> Sample:
    image_num = sum(p.image is not None for p in positions)
    text_num = sum(count_tokens(p.text) for p in positions if p.text)
    return Sample(
        id=f"{video.video_id}_{ordinal:04d}",
        images=tuple(p.image for p in positions),
        texts=tuple(p.text for p in positions),
        ocr_texts=tuple(p.written for p in positions),
        text_ocr_list=tuple(p.both for p in positions),
        elements=tuple(p.element for p in positions),
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
