"""What all cells are tested on: separate lessons, or the held-out lessons of every cell.

The test is the same for all cells and does not depend on their order. Lessons of only one cell
would share its text style and its cuts, which favours the model that was trained on that cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from vid2book.folder.layout import shards

from ..corpora import NoSplitError, open_corpus
from .config import HeldOut
from .folders import AblateError, Folders, KeyedFolder
from .runs import HeldOutSet

_NAMED = 3  # lessons listed in a message
_QUESTION = {"image", "question", "answer"}  # required columns


def held_out_sets(
    config: HeldOut, cells: Sequence[str], corpora: Sequence[KeyedFolder], folders: Folders
) -> tuple[HeldOutSet, ...]:
    """The corpora whose held-out split is tested on.

    Args:
        config: the study's section `held_out`.
        cells: names, in their order.
        corpora: one for each cell.
        folders: make the study's separate lessons.

    Raises:
        AblateError: there are questions, but the cells do not share their lessons.
    """
    if config.corpus:
        kept = folders.corpus(config.corpus, {})
        return (HeldOutSet(f"lessons of their own, split {config.split}", kept),)
    owners: dict[str, list[str]] = {}
    for cell, corpus in zip(cells, corpora, strict=True):
        owners.setdefault(corpus.key, []).append(cell)
    by_key = {corpus.key: corpus for corpus in corpora}
    if len(owners) == 1:
        return (HeldOutSet(f"split {config.split} of the corpus of all cells", corpora[0]),)
    if config.questions:
        raise AblateError(
            "cells with corpora of their own share no questions: put held-out lessons with "
            "their questions under held_out.corpus"
        )
    return tuple(
        HeldOutSet(f"split {config.split} of {' / '.join(sorted(owners[key]))}", by_key[key])
        for key in sorted(owners)  # independent of the order of the cells
    )


def check(config: HeldOut, sets: Sequence[HeldOutSet], corpora: Sequence[KeyedFolder]) -> None:
    """Check the test before anything is trained.

    Raises:
        AblateError: held-out lessons would be trained on, or the questions are missing.
        CorpusError: a corpus has no such split.
    """
    held_out = {video for one in sets for video in _videos(one.kept, config.split)}
    for corpus in {corpus.key: corpus for corpus in corpora}.values():
        if both := sorted(held_out & set(_videos(corpus, "train"))):
            named = ", ".join(both[:_NAMED]) + (" ..." if len(both) > _NAMED else "")
            raise AblateError(
                f"{len(both)} held-out lessons are in the training split of {corpus.path} "
                f"({named}): hold out others"
            )
    for one in sets:
        tested = open_corpus(one.kept.path, config.split)
        if any(open_corpus(corpus.path).shares_rows(tested) for corpus in corpora):
            raise AblateError(
                f"{one.name}: {one.kept.path} has no splits, so that what is held out would be "
                "trained on. Put lessons of their own under held_out.corpus"
            )
    for one in sets if config.questions else ():
        _check_questions(Path(one.kept.path) / config.questions / "slides")


def _check_questions(folder: Path) -> None:
    import pyarrow.parquet as pq

    for split in ("test", "train"):  # train provides the shots
        files = sorted(folder.glob(f"{split}*.parquet"))
        if not files:
            raise AblateError(f"held_out.questions: {folder} has no {split}.parquet")
        if missing := _QUESTION - set(pq.read_schema(files[0]).names):
            raise AblateError(f"held_out.questions: {files[0]} has no {', '.join(sorted(missing))}")


def _videos(corpus: KeyedFolder, split: str) -> Iterator[str]:
    """The videos of a split; none if the corpus is not a folder of ours."""
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
