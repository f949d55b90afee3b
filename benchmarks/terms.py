"""What the screen does for names and terms: python benchmarks/terms.py FOLDER [--wrong]

FOLDER has lectures with known truth: those of examples/lectures, or what
`examples/lectures/render.py benchmarks/terms/test/*.yaml -o FOLDER` makes. Printed are the terms
that are both said and shown (rare words of four letters or more, by the truth) and how many of them
are heard; the word error (substituted, lost and added words), before and after; and the share of
speech that is heard again. With --wrong each lecture is heard with the screen of another one.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from rich.console import Console
from rich.table import Table

from vid2book.config import load
from vid2book.eval.truth import compared_words
from vid2book.media.audio import read_audio
from vid2book.models.lazy import models_of
from vid2book.pipeline.work import Work
from vid2book.records import Transcript, Video
from vid2book.screen.keyframes import KEYFRAMES
from vid2book.screen.read import READ
from vid2book.speech.recognise import RECOGNISE
from vid2book.speech.rehear import find_stretches, rehear
from vid2book.speech.terms import find_terms
from vid2book.store import Store

CONFIG = load("offline")
MODELS = models_of(CONFIG)


class Score(NamedTuple):
    """Counts of one lecture, or of several together."""

    terms: int
    before: int
    after: int
    words: int
    wrong_before: int
    wrong_after: int
    seconds: float
    again: float


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--wrong", action="store_true", help="the screen of another lecture")
    args = parser.parse_args()
    truths = [json.loads(p.read_text("utf-8")) for p in sorted(args.folder.glob("*.truth.json"))]
    store = Store(args.folder / ".store")
    works = [
        Work(Video(t["id"], str((args.folder / f"{t['id']}.mp4").resolve())), CONFIG, store)
        for t in truths
    ]
    table = Table("lecture", "terms", "WER", "heard again", title=args.folder.name)
    scores = []
    for n, (truth, work) in enumerate(zip(truths, works, strict=True)):
        scores.append(score(truth, work, works[(n + args.wrong) % len(works)]))
        table.add_row(truth["id"], *cells(scores[-1]))
    table.add_section()
    table.add_row("all", *cells(Score(*map(sum, zip(*scores, strict=True)))))
    Console().print(table)


def score(truth: dict[str, Any], work: Work, shown: Work) -> Score:
    """One lecture's speech, with the screen of the same or of another one."""
    heard = work.get(RECOGNISE)
    settings = CONFIG.transcribe
    alike = settings.min_term_likeness
    terms = find_terms(shown.get(KEYFRAMES), shown.get(READ), is_rare, settings.min_term_score)
    stretches = find_stretches(heard.segments, terms, is_rare, alike)
    audio = read_audio(work.video.path)
    again, decisions = rehear(truth["id"], heard, terms, stretches, audio, MODELS.speech, alike)
    for decision in decisions:
        print(f"{truth['id']}: {decision.raw} -> {decision.text}")
    said = compared_words(" ".join(s["text"] for s in truth["sentences"]))
    written = compared_words(" ".join(line for s in truth["states"] for line in s["text"]))
    wanted = {w for w in written if len(w) >= 4 and w.isalpha() and is_rare(w)}
    before, after = (compared_words(text_of(t)) for t in (heard, again))
    return Score(
        sum(word in wanted for word in said),
        found(said, before, wanted),
        found(said, after, wanted),
        len(said),
        errors(said, before),
        errors(said, after),
        sum(s.end - s.start for s in heard.segments),
        sum(s.piece.end - s.piece.start for s in stretches),
    )


def is_rare(word: str) -> bool:
    return MODELS.count_tokens(word.lower()) > 1


def text_of(transcript: Transcript) -> str:
    return " ".join(segment.text for segment in transcript.segments)


def found(said: Sequence[str], heard: Sequence[str], wanted: set[str]) -> int:
    """How many of the terms that are said are heard."""
    spoken = Counter(word for word in said if word in wanted)
    return (spoken & Counter(heard)).total()


def errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """The words to substitute, add and take out (Levenshtein)."""
    row = np.arange(len(heard) + 1)
    for n, word in enumerate(said, 1):
        wrong = np.array([word != other for other in heard], dtype=int)
        cheapest = np.concatenate([[n], np.minimum(row[1:] + 1, row[:-1] + wrong)])
        # Words added in a row cost one each.
        places = np.arange(len(row))
        row = np.minimum.accumulate(cheapest - places) + places
    return int(row[-1])


def cells(score: Score) -> list[str]:
    return [
        f"{score.before} -> {score.after} of {score.terms}",
        f"{score.wrong_before / score.words:.3f} -> {score.wrong_after / score.words:.3f}",
        f"{score.again / score.seconds:.2f}",
    ]


if __name__ == "__main__":
    main()
