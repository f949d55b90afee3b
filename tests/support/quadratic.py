"""`reduce` as one would write it first: each picture against each, in the order of the manifest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vid2book import config
from vid2book.assemble import alike
from vid2book.assemble.minhash import SPEECH_BANDS, Index
from vid2book.assemble.summarise import THUMB, Picture, Summary
from vid2book.records import Decision
from vid2book.screen.phash import distance


def decisions(summaries: Sequence[Summary], settings: config.Reduce) -> list[list[Decision]]:
    """The decisions on each video."""
    seen: list[tuple[str, Picture]] = []
    kept: list[Summary] = []
    said = Index(SPEECH_BANDS)
    found: list[list[Decision]] = []
    for summary in summaries:
        if duplicate := _same_video(summary, kept, said, settings):
            found.append([duplicate])
            continue
        if summary.speech:
            said.add(len(kept), summary.speech)
        kept.append(summary)
        told: dict[int, Decision] = {}
        for picture in summary.pictures:
            earlier = _find(picture, seen, settings)
            if earlier is not None:
                told[picture.keyframe] = _decision(summary.video_id, picture, *earlier)
        seen += [(summary.video_id, p) for p in summary.pictures if p.keyframe not in told]
        found.append(list(told.values()))
    return found


def _same_video(
    new: Summary, kept: Sequence[Summary], said: Index, settings: config.Reduce
) -> Decision | None:
    for match in said.matches(new.speech, settings.min_same_speech):
        old = kept[match.number]
        if _shown_too(new, old, settings.phash_distance) >= settings.min_same_pictures:
            return Decision(
                new.video_id, "video", "reduce", 0.0, new.duration, False,
                f"says and shows what video {old.video_id} does, which comes first",
                match.similarity, settings.min_same_speech,
            )  # fmt: skip
    return None


def _shown_too(new: Summary, old: Summary, most_bits: int) -> float:
    few, many = sorted((new.pictures, old.pictures), key=len)
    if not few:
        return 1.0
    return sum(any(distance(a.phash, b.phash) <= most_bits for b in many) for a in few) / len(few)


def _find(
    new: Picture, seen: Sequence[tuple[str, Picture]], settings: config.Reduce
) -> tuple[str, str, float] | None:
    for video_id, old in seen:
        bits = distance(new.phash, old.phash)
        if (
            bits <= settings.phash_distance
            and _shared(new.words, old.words) >= settings.min_same_words
        ):
            return video_id, "the same picture", float(bits)
    if not new.last:
        return None
    for video_id, old in seen:
        close = old.last and distance(new.phash, old.phash) <= settings.card_distance
        if not close or _shared(new.words, old.words) < settings.min_same_card_words:
            continue
        shared = alike.shared_detail(*(_thumb(p) for p in (new, old)))
        if shared >= settings.min_same_card:
            return video_id, "the same end card", shared
    return None


def _shared(a: Sequence[str], b: Sequence[str]) -> float:
    return len(set(a) & set(b)) / len(set(a) | set(b)) if a or b else 1.0


def _thumb(picture: Picture) -> np.ndarray:
    grey = np.frombuffer(bytes.fromhex(picture.thumb), np.uint8)
    return grey.reshape(THUMB[1], THUMB[0])


def _decision(video_id: str, new: Picture, earlier: str, reason: str, score: float) -> Decision:
    return Decision(
        video_id, "keyframe", "reduce", new.start, new.end, False,
        f"{reason} as in video {earlier}, which comes first", score, None, " ".join(new.words),
    )  # fmt: skip
