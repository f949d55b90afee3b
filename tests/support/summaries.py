"""Summaries of videos that were never made, with everything that is hard for `reduce`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vid2book.assemble.gathered import block, gather
from vid2book.assemble.minhash import signature
from vid2book.assemble.reduce import reduce
from vid2book.assemble.reduced import Reduced
from vid2book.assemble.summarise import THUMB, Picture, Summary
from vid2book.config import Reduce
from vid2book.records import Decision

_DESIGNS = 6
_VOCABULARY = [f"word{i}" for i in range(60)]


def reduced(
    summaries: Sequence[Summary], settings: Reduce, before: Reduced | None = None
) -> Reduced:
    """What the corpus of these videos makes of them; a video's stamp is its content."""
    with gather([block((s, str(hash(s))) for s in summaries)]) as gathered:
        return reduce(gathered, settings, before)


def decisions(
    found: Reduced, summaries: Sequence[Summary], settings: Reduce
) -> list[list[Decision]]:
    """The decisions on each video."""
    return [found.decisions(s, settings.min_same_speech) for s in summaries]


def corpus(videos: int, seed: int, most: int = 12) -> list[Summary]:
    """Videos with up to so many pictures each.

    Slides are of few designs, whose hashes differ by less than the threshold or a little more, and
    bear few words, so that pairs are alike in one respect or in both; some are blank. Half of the
    videos end in one of three cards, and some are other videos again.
    """
    random = np.random.default_rng(seed)
    designs = [int(n) for n in random.integers(0, 2**64, _DESIGNS, np.uint64)]
    cards = [random.integers(0, 255, THUMB[::-1], np.uint8) for _ in range(3)]
    made: list[Summary] = []
    for number in range(videos):
        if made and random.random() < 0.12:
            made.append(_again(made[random.integers(len(made))], f"v{number}", random))
            continue
        pictures = []
        count = int(random.integers(0, most + 1))
        for k in range(count):
            last = k + 1 == count
            card = int(random.integers(6)) if last else 3
            if card < 3:
                pictures.append(_card(k, designs[card], cards[card], card, random))
            else:
                pictures.append(_slide(k, designs, last, random))
        speech = " ".join(random.choice(_VOCABULARY, 60)) if random.random() < 0.8 else ""
        made.append(Summary(f"v{number}", 10.0 * count, signature(speech, 20), tuple(pictures)))
    return made


def _slide(k: int, designs: Sequence[int], last: bool, random: np.random.Generator) -> Picture:
    phash = _flipped(designs[random.integers(len(designs))], int(random.integers(0, 9)), random)
    blank = random.random() < 0.2
    words = [] if blank else random.choice(_VOCABULARY[: 4 + 8 * random.integers(8)], 12)
    words = words[: random.integers(1, 13)]
    thumb = random.integers(0, 255, THUMB[::-1], np.uint8)
    return _picture(k, phash, words, thumb, last)


def _card(k: int, phash: int, thumb: np.ndarray, card: int, random: np.random.Generator) -> Picture:
    title = random.choice(_VOCABULARY, random.integers(1, 6)).tolist()
    noisy = np.clip(thumb.astype(int) + random.integers(-60, 60, thumb.shape), 0, 255)
    words = [*title, f"thanks{card}", "for", "watching"]
    return _picture(k, _flipped(phash, int(random.integers(0, 7)), random), words, noisy, True)


def _again(old: Summary, video_id: str, random: np.random.Generator) -> Summary:
    """The video once more, with another picture or other speech here and there."""
    pictures = tuple(
        Picture(
            p.keyframe, p.start, p.end, _flipped(p.phash, int(random.integers(0, 9)), random),
            p.thumb, p.words, p.last,
        )
        for p in old.pictures
    )  # fmt: skip
    changed = np.array(old.speech, np.uint32)
    changed[random.random(len(changed)) < random.choice([0.0, 0.3, 0.5])] += np.uint32(1)
    return Summary(video_id, old.duration, tuple(changed.tolist()), pictures)


def _flipped(phash: int, bits: int, random: np.random.Generator) -> int:
    for bit in random.choice(64, bits, replace=False):
        phash ^= 1 << int(bit)
    return phash


def _picture(k: int, phash: int, words: Sequence[str], thumb: np.ndarray, last: bool) -> Picture:
    told = tuple(sorted(set(map(str, words))))
    grey = thumb.astype(np.uint8).tobytes().hex()
    return Picture(k, 10.0 * k, 10.0 * k + 10, phash, grey, told, last)
