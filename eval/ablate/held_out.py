"""What all cells are asked: lessons of their own, or the held-out lessons of every cell.

It is the same for all cells and does not depend on their order. The lessons of one cell alone would
be written and cut as that cell's are, and a model is at home in what it was trained on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from vid2book.folder.layout import shards

from ..corpora import open_corpus
from .config import HeldOut
from .folders import AblateError, Folders, Kept
from .runs import HeldOutSet

_NAMED = 3  # lessons in a message


def held_out_sets(
    asked: HeldOut, cells: Sequence[str], corpora: Sequence[Kept], folders: Folders
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


def check(asked: HeldOut, sets: Sequence[HeldOutSet], corpora: Sequence[Kept]) -> None:
    """Before anything is trained.

    Raises:
        AblateError: held-out lessons are trained on.
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


def _videos(corpus: Kept, split: str) -> Iterator[str]:
    """The videos of a split; none of a corpus that is not a folder of ours."""
    import pyarrow.parquet as pq

    open_corpus(corpus.path, split)  # which tells of a split that is missing
    for file in shards(Path(corpus.path), "default", split):
        if "video_ids" in pq.read_schema(file).names:
            table = pq.read_table(file, columns=["video_ids"])
            yield from (str(ids[0]) for ids in table["video_ids"].to_pylist() if ids)
