"""Scores a corpus against lectures whose truth is known.

Truth is a file `<id>.truth.json`: {"id", "meta", "duration", "sentences": [{"start", "end", "text",
"off_topic"}], "states": [{"start", "end", "text": [lines], "final"}], "uninformative": [{"start",
"end"}]}, all times in seconds. A state is a stable state of the screen; `final: false` marks a step
of a build, whose picture is optional.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from vid2book.folder.reader import is_marked
from vid2book.speech.numbers import BELOW_TWENTY, TENS
from vid2book.words import words_and_ideograms

_FRAME = 0.05  # seconds: a keyframe hits a state if its time lies within it, give or take a frame
_WORD_OF = {str(value): word for word, value in (BELOW_TWENTY | TENS | {"hundred": 100}).items()}
_WRITTEN_AS = str.maketrans(
    {"'": "", "’": "", "×": " x "}
    | {sign: f"^{digit}" for digit, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
    | {sign: f"_{digit}" for digit, sign in enumerate("₀₁₂₃₄₅₆₇₈₉")}
)


@dataclass(frozen=True)
class CorpusKeyframe:
    """A keyframe in the corpus."""

    time: float
    ocr: str


@dataclass(frozen=True)
class Score:
    """Counts for one lecture; `+` sums them over several."""

    wanted: int = 0  # states to be shown
    hit: int = 0
    extra: int = 0  # keyframes that show no state, or one already shown
    screen_words: int = 0  # of the states that were hit
    screen_found: int = 0
    spoken: int = 0  # words that teach
    lost: int = 0  # of them, substituted or deleted
    off_topic: int = 0  # words of off-topic speech
    off_topic_kept: int = 0

    def __add__(self, other: Score) -> Score:
        names = self.__dataclass_fields__
        return Score(**{n: getattr(self, n) + getattr(other, n) for n in names})

    @property
    def keyframe_f1(self) -> float:
        """Harmonic mean of recall over wanted states and precision over keyframes; 1 if none."""
        return _share(2 * self.hit, self.hit + self.extra + self.wanted, 1.0)

    @property
    def ocr_recall(self) -> float:
        return _share(self.screen_found, self.screen_words, 1.0)

    @property
    def word_error(self) -> float:
        return _share(self.lost, self.spoken, 0.0)

    @property
    def off_topic_share(self) -> float:
        """Share of the off-topic words that are still in the corpus."""
        return _share(self.off_topic_kept, self.off_topic, 0.0)


def score_corpus(
    corpus: str | Path, truths: Iterable[str | Path | dict[str, Any]], split: str = "train"
) -> dict[str, Score]:
    """Score every lecture with truth.

    Args:
        corpus: a folder that `load_dataset` opens; what it marks to be dropped is left out.
        truths: truth files, or their contents.
        split: of the corpus.

    Returns:
        Video id to score. A lecture missing from the corpus scores as an empty one.
    """
    from datasets import load_dataset

    keyframes: dict[str, list[CorpusKeyframe]] = {}
    texts: dict[str, list[str]] = {}
    for row in load_dataset(str(corpus), "default", split=split).remove_columns("images"):
        video_id = row["video_ids"][0]
        for element, ocr, text in zip(row["elements"], row["ocr_texts"], row["texts"], strict=True):
            if is_marked(element):
                continue
            if element["kind"] == "image":
                keyframes.setdefault(video_id, []).append(
                    CorpusKeyframe(element["start"], ocr or "")
                )
            else:
                texts.setdefault(video_id, []).append(text)
    scores = {}
    for one in truths:
        truth = one if isinstance(one, dict) else json.loads(Path(one).read_text(encoding="utf-8"))
        name = truth["id"]
        scores[name] = score(truth, keyframes.get(name, []), " ".join(texts.get(name, [])))
    return scores


def score(truth: dict[str, Any], keyframes: Sequence[CorpusKeyframe], text: str) -> Score:
    """Score one lecture, given its keyframes in order of time and its whole text."""
    states = truth["states"]
    hits: dict[int, CorpusKeyframe] = {}
    extra = 0
    for keyframe in keyframes:
        matching = [
            i
            for i, s in enumerate(states)
            if s["start"] - _FRAME <= keyframe.time <= s["end"] + _FRAME
        ]
        final = [i for i in matching if states[i].get("final", True)]
        fresh = [i for i in final if i not in hits]
        if fresh:
            hits[fresh[0]] = keyframe
        elif final or not matching:
            extra += 1
    read = total = 0
    for i, keyframe in hits.items():
        expected = Counter(compared_words(" ".join(states[i]["text"])))
        total += expected.total()
        read += (expected & Counter(compared_words(keyframe.ocr))).total()
    spoken, lost, off_topic, off_topic_kept = _speech(truth["sentences"], compared_words(text))
    return Score(
        sum(s.get("final", True) for s in states), len(hits), extra, total, read,
        spoken, lost, off_topic, off_topic_kept,
    )  # fmt: skip


def _speech(sentences: Sequence[dict[str, Any]], words: Sequence[str]) -> tuple[int, int, int, int]:
    """Numbers of words: teaching, of these lost; off-topic, of these still in the corpus."""
    reference: list[str] = []
    off: list[bool] = []
    for sentence in sentences:
        spoken = compared_words(sentence["text"])
        reference += spoken
        off += [bool(sentence.get("off_topic"))] * len(spoken)
    matched = [False] * len(reference)
    blocks = SequenceMatcher(None, reference, list(words), autojunk=False).get_matching_blocks()
    for block in blocks:
        # A stray common word does not show that an off-topic sentence was kept.
        for i in range(block.a, block.a + block.size):
            matched[i] = not off[i] or block.size >= 2
    teaching = off.count(False)
    kept = sum(m for m, o in zip(matched, off, strict=True) if not o)
    remaining = sum(m for m, o in zip(matched, off, strict=True) if o)
    return teaching, teaching - kept, off.count(True), remaining


def compared_words(text: str) -> list[str]:
    """Lower-cased words and numbers without punctuation; small numbers are spelled out.

    Each Chinese character or kana is a word. Powers and indices are separated from their letters,
    however they are written (x², x^2), and a times sign becomes the letter x, as many write it.
    """
    words = words_and_ideograms(text.translate(_WRITTEN_AS).lower())
    return [_WORD_OF.get(word, word) for word in words]


def _share(part: int, whole: int, empty: float) -> float:
    return part / whole if whole else empty
