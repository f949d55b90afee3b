"""How right the pictures of real videos are: python benchmarks/real/score.py FOLDER [--build]

Runs the keyframes stage on the videos of `videos.json` that lie in FOLDER, in a fresh store, and
prints for each how many of its states are shown and how many pictures are too many. With --build
it runs the whole pipeline instead and scores what the corpus holds, its on-screen text included.
With --held-out it takes the videos that are kept apart: look at those figures when a change is
done, and never tune on them. README.md says where the videos are from and how they were judged.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from vid2book.builder.source import fill, open_corpus
from vid2book.eval.truth import CorpusKeyframe, Score
from vid2book.pipeline.corpus import Corpus
from vid2book.pipeline.processes import cores
from vid2book.pipeline.work import Failed
from vid2book.records import Video
from vid2book.screen.keyframes import KEYFRAMES
from vid2book.words import words_and_ideograms

TRUTH = Path(__file__).with_name("videos.json")
_FRAME = 0.05  # seconds: a keyframe hits a state when its time lies within it, to a frame


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--build", action="store_true")
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--config", default="offline")
    args = parser.parse_args()
    kept_apart = "held-out" if args.held_out else "open"
    truths = [t for t in json.loads(TRUTH.read_text("utf-8")) if t["set"] == kept_apart]
    paths = find(args.folder, {truth["sha256"] for truth in truths})
    present = [truth for truth in truths if truth["sha256"] in paths]
    if present:
        with tempfile.TemporaryDirectory() as scratch:
            corpus = _open(present, paths, Path(scratch), args.config)
            results = _built(corpus) if args.build else _stage_alone(corpus)
        Console().print(_table(present, results, args.build))
    for truth in truths:
        if truth["sha256"] not in paths:
            where = f"{truth['repository']} {truth['commit'][:10]}:{truth['path']}"
            print(f"{truth['id']} is not in {args.folder}: {where}")


class Result(NamedTuple):
    """What became of a video."""

    status: str
    shown: Sequence[CorpusKeyframe]


def find(folder: Path, wanted: set[str]) -> dict[str, Path]:
    """The files under the folder whose content has one of these SHA-256 sums, by the sum."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    sums = ((hashlib.sha256(path.read_bytes()).hexdigest(), path) for path in files)
    return {content: path for content, path in sums if content in wanted}


def score(truth: dict[str, Any], shown: Sequence[CorpusKeyframe]) -> Score:
    """Hits, misses and words of one video; its keyframes in order of time.

    A keyframe that shows no wanted state, or one already shown, is extra unless it lies in an
    optional one. A state may stand `again`; it is wanted once.
    """
    wanted = [state for state in truth["states"] if state.get("final", True)]
    optional = [state for state in truth["states"] if not state.get("final", True)]
    hits: dict[int, CorpusKeyframe] = {}
    extra = 0
    for keyframe in shown:
        here = [i for i, s in enumerate(wanted) if _stands(s, keyframe.time)]
        fresh = [i for i in here if i not in hits]
        if fresh:
            hits[fresh[0]] = keyframe
        elif not any(_stands(state, keyframe.time) for state in optional):
            extra += 1
    found = total = 0
    for i, keyframe in hits.items():
        expected = Counter(wanted[i]["words"])
        total += expected.total()
        found += (expected & Counter(hashed(keyframe.ocr))).total()
    return Score(len(wanted), len(hits), extra, total, found)


def _stands(state: dict[str, Any], time: float) -> bool:
    stretches = [state, *state.get("again", [])]
    return any(s["start"] - _FRAME <= time <= s["end"] + _FRAME for s in stretches)


def hashed(text: str) -> list[str]:
    """The first 8 hex digits of the SHA-256 sum of each word, sorted: words without the text."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    found = words_and_ideograms(plain)
    return sorted(hashlib.sha256(word.encode()).hexdigest()[:8] for word in found)


def _open(
    truths: Sequence[dict[str, Any]], paths: dict[str, Path], scratch: Path, config: str
) -> Corpus:
    manifest = scratch / "manifest.jsonl"
    rows = ({"video_id": t["id"], "path": str(paths[t["sha256"]].resolve())} for t in truths)
    manifest.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return open_corpus(manifest, config, scratch / "store")


def _stage_alone(corpus: Corpus) -> dict[str, Result]:
    results = {}
    for video in corpus.videos:
        try:
            keyframes = corpus.work(video).get(KEYFRAMES)
        except Failed as failure:
            results[video.video_id] = Result(f"failed: {failure}", [])
        else:
            results[video.video_id] = Result("", [CorpusKeyframe(k.time, "") for k in keyframes])
    return results


def _built(corpus: Corpus) -> dict[str, Result]:
    for event in fill(corpus, workers=cores()):
        print(event.video.video_id, event.failure)
    results = {}
    for video in corpus.videos:
        shown = sorted(_pictures(corpus, video), key=lambda picture: picture.time)
        results[video.video_id] = Result(corpus.outcome(video).status, shown)
    return results


def _pictures(corpus: Corpus, video: Video) -> Iterator[CorpusKeyframe]:
    for sample in corpus.samples(video):
        for element, ocr in zip(sample.elements, sample.ocr_texts, strict=True):
            if element.kind == "image":
                yield CorpusKeyframe(element.start, ocr or "")


def _table(truths: Sequence[dict[str, Any]], results: dict[str, Result], built: bool) -> Table:
    table = Table(title=f"{len(truths)} real videos, {'built' if built else 'keyframes alone'}")
    for column in ("video", "kind", "status"):
        table.add_column(column)
    for column in ("states", "extra", "words"):
        table.add_column(column, justify="right", no_wrap=True)
    total = Score()
    for truth in truths:
        status, shown = results[truth["id"]]
        found = score(truth, shown)
        total += found
        table.add_row(truth["id"], truth["kind"], status, *_cells(found, built))
    table.add_section()
    table.add_row("all", f"F1 {total.keyframe_f1:.3f}", "", *_cells(total, built))
    return table


def _cells(score: Score, built: bool) -> list[str]:
    read = f"{score.screen_found}/{score.screen_words}" if built else ""
    return [f"{score.hit}/{score.wanted}", str(score.extra), read]


if __name__ == "__main__":
    main()
