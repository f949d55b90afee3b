"""What all cells are asked: lessons of their own, or the held-out lessons of every cell.

It is the same for all cells and does not depend on their order. The lessons of one cell alone would
be written and cut as that cell's are, and a model is at home in what it was trained on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from vid2book.folder.layout import shards

from ..corpora import NoSplitError, open_corpus
from .config import HeldOut
from .folders import AblateError, Folders, KeyedFolder
from .runs import HeldOutSet

_NAMED = 3  # lessons in a message
_QUESTION = {"image", "question", "answer"}  # columns


def held_out_sets(
    asked: HeldOut, cells: Sequence[str], corpora: Sequence[KeyedFolder], folders: Folders
) -> tuple[HeldOutSet, ...]:
    """The corpora of which the held-out split is asked.

    Args:
        asked: what the study says.
        cells: names, in their order.
        corpora: of the cells.
        folders: that make the study's own.

    Raises:
        AblateError: there are questions to be asked of lessons that the cells do not share.
    """
    if asked.corpus:
        kept = folders.corpus(asked.corpus, {})
        return (HeldOutSet(f"lessons of their own, split {asked.split}", kept),)
    owners: dict[str, list[str]] = {}
    for cell, corpus in zip(cells, corpora, strict=True):
        owners.setdefault(corpus.key, []).append(cell)
    by_key = {corpus.key: corpus for corpus in corpora}
    if len(owners) == 1:
        return (HeldOutSet(f"split {asked.split} of the corpus of all cells", corpora[0]),)
    if asked.questions:
        raise AblateError(
            "cells with corpora of their own share no questions: put held-out lessons with "
            "their questions under held_out.corpus"
        )
    return tuple(
        HeldOutSet(f"split {asked.split} of {' / '.join(sorted(owners[key]))}", by_key[key])
        for key in sorted(owners)  # whatever the order of the cells
    )


def check(asked: HeldOut, sets: Sequence[HeldOutSet], corpora: Sequence[KeyedFolder]) -> None:
    """Before anything is trained.

    Raises:
        AblateError: held-out lessons are trained on, or the questions are missing.
        CorpusError: a corpus has no such split.
    """
    held_out = {video for one in sets for video in _videos(one.kept, asked.split)}
    for corpus in {corpus.key: corpus for corpus in corpora}.values():
        if both := sorted(held_out & set(_videos(corpus, "train"))):
            named = ", ".join(both[:_NAMED]) + (" ..." if len(both) > _NAMED else "")
            raise AblateError(
                f"{len(both)} held-out lessons are in the training split of {corpus.path} "
                f"({named}): hold out others"
            )
    for one in sets:
        asked_of = open_corpus(one.kept.path, asked.split)
        if any(open_corpus(corpus.path).shares_rows(asked_of) for corpus in corpora):
            raise AblateError(
                f"{one.name}: {one.kept.path} has no splits, so that what is held out would be "
                "trained on. Put lessons of their own under held_out.corpus"
            )
    for one in sets if asked.questions else ():
        _check_questions(Path(one.kept.path) / asked.questions / "slides")


def _check_questions(folder: Path) -> None:
    import pyarrow.parquet as pq

    for split in ("test", "train"):  # the latter for the shots
        files = sorted(folder.glob(f"{split}*.parquet"))
        if not files:
            raise AblateError(f"held_out.questions: {folder} has no {split}.parquet")
        if missing := _QUESTION - set(pq.read_schema(files[0]).names):
            raise AblateError(f"held_out.questions: {files[0]} has no {', '.join(sorted(missing))}")


def _videos(corpus: KeyedFolder, split: str) -> Iterator[str]:
    """The videos of a split; none of a corpus that is not a folder of ours."""
    import pyarrow.parquet as pq

    try:
        open_corpus(corpus.path, split)
    except NoSplitError as error:
        raise NoSplitError(
            f"{error}: too few videos, or too small a share in pipeline.splits.ratios"
        ) from None
    for file in shards(Path(corpus.path), "default", split):
        if "video_ids" in pq.read_schema(file).names:
            table = pq.read_table(file, columns=["video_ids"])
            yield from (str(ids[0]) for ids in table["video_ids"].to_pylist() if ids)
