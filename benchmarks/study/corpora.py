"""The corpora of the cells: where they are, and how true they are to the videos."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vid2book.eval.ablate.config import load
from vid2book.eval.ablate.folders import Folders
from vid2book.eval.ablate.grid import cells
from vid2book.eval.truth import Score, score_corpus


@dataclass(frozen=True)
class Corpus:
    """A cell's corpus, and what its models found: means over seeds."""

    cell: str
    path: Path
    score: Score  # against the truth of all lectures
    loss: float
    accuracy: float


def corpora_of(config: Path, out: Path, design: str) -> list[Corpus]:
    """One for each cell that has a corpus of its own, in their order; all of them are there.

    What their models found is read from the folder `design`.
    """
    study = load(config)
    folders = Folders(out / "study", print)
    rows = (out / "videos" / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    truths = [out / "videos" / f"{json.loads(row)['video_id']}.truth.json" for row in rows]
    table = json.loads((out / design / "table.json").read_text(encoding="utf-8"))
    found = {line["cell"]: line["estimates"] for line in table["cells"]}
    listed: dict[Path, Corpus] = {}
    for cell in cells(study):
        path = Path(folders.corpus(cell.corpus, cell.settings.pipeline).path)
        if path in listed:
            continue
        listed[path] = Corpus(
            cell.name,
            path,
            sum(score_corpus(path, truths).values(), Score()),
            found[cell.name]["held-out loss"]["value"],
            found[cell.name]["0-shot accuracy"]["value"],
        )
    return list(listed.values())


def markdown(corpora: Sequence[Corpus]) -> str:
    """A table of what each corpus holds of the lectures."""
    head = (
        "| corpus | slides shown | other pictures | words on them read | words misheard or lost "
        "| off-topic words kept |"
    )
    return "\n".join([head, "| --- | ---: | ---: | ---: | ---: | ---: |", *map(_row, corpora), ""])


def _row(corpus: Corpus) -> str:
    score = corpus.score
    return (
        f"| {corpus.cell} | {score.hit} of {score.wanted} | {score.extra} "
        f"| {score.ocr_recall:.0%} | {score.word_error:.1%} | {score.off_topic_share:.0%} |"
    )
