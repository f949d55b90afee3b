"""How a corpus of real lectures stands beside published labels.

    python benchmarks/yardstick/score.py LABELS            # interleaving alone; no video is needed
    python benchmarks/yardstick/score.py LABELS CORPUS     # a corpus of your copies of the videos

LABELS is a folder of MaViLS or of M3AV (labels.py). A video of the corpus is found by its id, which
is that of its labels. A sentence is at the right slide if the picture that stands before its text,
or after it where none stands before, was taken while the labelled slide was shown. Sentences
without a slide are left out, and those that the corpus does not hold are counted apart.
"""

from __future__ import annotations

import argparse
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from labels import Lecture, read_labels
from PIL import Image
from rich.console import Console
from rich.table import Table

from vid2book.assemble.clip import clip
from vid2book.assemble.interleave import interleave
from vid2book.config import Config
from vid2book.eval.corpora import open_corpus
from vid2book.eval.truth import Score, score_corpus
from vid2book.models.tokens import TokenCounter
from vid2book.records import Element, Keyframe, Mark, Sentence, Video


@dataclass(frozen=True)
class Placed:
    """Sentences of a lecture with a slide: at the right one, at another, not in the corpus."""

    right: int = 0
    wrong: int = 0
    missing: int = 0

    def __add__(self, other: Placed) -> Placed:
        return Placed(
            self.right + other.right, self.wrong + other.wrong, self.missing + other.missing
        )

    @property
    def share(self) -> float:
        """Of the sentences that are there, those at the right slide; 0 of none."""
        return self.right / max(1, self.right + self.wrong)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("labels", type=Path)
    parser.add_argument("corpus", type=Path, nargs="?")
    parser.add_argument("--split", default="train")
    args = parser.parse_args()
    lectures = read_labels(args.labels)
    if args.corpus is None:
        placed = {one.id: place(one, interleaved(one)) for one in lectures}
        scores: dict[str, Score] = {}
    else:
        rows = of_corpus(args.corpus, args.split)
        placed = {one.id: place(one, rows[one.id]) for one in lectures if one.id in rows}
        known = [one.truth() for one in lectures if one.id in rows]
        scores = score_corpus(args.corpus, known, args.split)
        for one in lectures:
            if one.id not in rows:
                print(f"{one.id} is not in {args.corpus}")
    Console().print(_table(placed, scores))


Samples = Sequence[Sequence[Element]]  # the positions of each sample of a lecture


def of_corpus(corpus: Path, split: str) -> dict[str, list[list[Element]]]:
    """The positions of all samples of each video."""
    found: dict[str, list[list[Element]]] = defaultdict(list)
    for sample in open_corpus(corpus, split).samples():
        found[sample.video_id].append([one for one in sample.elements if one is not None])
    return found


def interleaved(lecture: Lecture) -> Samples:
    """The lecture as vid2book interleaves it where the slides and the sentences are known."""
    blank = _blank()
    sentences = [Sentence(s.start, s.end, s.text, s.text) for s in lecture.said]
    keyframes = [
        Keyframe(
            time=(s.start + s.end) / 2,
            start=s.start,
            end=s.end,
            image=blank,
            width=16,
            height=9,
            change=1.0,
            motion=0.0,
            faces=0.0,
            phash=0,
        )
        for s in lecture.shown
    ]
    config = Config()
    samples, _ = interleave(
        Video(lecture.id, ""),
        "en",
        keyframes,
        [s.text for s in lecture.shown],
        clip(sentences, keyframes, config.clip),
        [Mark()] * len(keyframes),
        TokenCounter(),
        config.interleave,
    )
    return [sample.elements for sample in samples]


def place(lecture: Lecture, samples: Iterable[Sequence[Element]]) -> Placed:
    """At which slides the sentences of a lecture stand."""
    texts = [
        (element, _picture(sample, n))
        for sample in samples
        for n, element in enumerate(sample)
        if element.kind == "text"
    ]
    found = Placed()
    for sentence in lecture.said:
        if sentence.slide is None:
            continue
        middle = (sentence.start + sentence.end) / 2
        here = [picture for text, picture in texts if text.start <= middle <= text.end]
        if not here:
            found += Placed(missing=1)
        elif here[0] is not None and lecture.slide_at(here[0].start) == sentence.slide:
            found += Placed(right=1)
        else:
            found += Placed(wrong=1)
    return found


def _picture(sample: Sequence[Element], position: int) -> Element | None:
    """The picture that belongs to a text: the last before it, else the first after it."""
    before = [element for element in sample[:position] if element.kind == "image"]
    after = [element for element in sample[position:] if element.kind == "image"]
    return before[-1] if before else after[0] if after else None


def _blank() -> bytes:
    jpeg = io.BytesIO()
    Image.new("L", (16, 9)).save(jpeg, "JPEG")
    return jpeg.getvalue()


def _table(placed: dict[str, Placed], scores: dict[str, Score]) -> Table:
    table = Table(title="Sentences at the slide that their labels name")
    table.add_column("lecture")
    for column in ("sentences", "right", "not in the corpus"):
        table.add_column(column, justify="right")
    if scores:
        for column in ("slides shown", "words on them read", "words said lost"):
            table.add_column(column, justify="right")
    for name, found in placed.items():
        table.add_row(name, *_cells(found), *_scored(scores.get(name)))
    table.add_section()
    mean = sum(found.share for found in placed.values()) / max(1, len(placed))
    table.add_row("all sentences", *_cells(sum(placed.values(), Placed())))
    table.add_row("mean of lectures", "", f"{mean:.3f}")
    return table


def _cells(found: Placed) -> list[str]:
    return [str(found.right + found.wrong), f"{found.share:.3f}", str(found.missing)]


def _scored(score: Score | None) -> list[str]:
    if score is None:
        return []
    read = f"{score.ocr_recall:.2f}" if score.screen_words else ""
    return [f"{score.hit} of {score.wanted}", read, f"{score.word_error:.2f}"]


if __name__ == "__main__":
    main()
