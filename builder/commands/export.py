"""The command `vid2book export`: a corpus in the formats of other people's training code."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.filesize import decimal
from rich.markup import escape

from vid2book.console import user_errors

if TYPE_CHECKING:
    from ..features import Row


class Format(StrEnum):
    """What to write."""

    webdataset = "webdataset"
    mm_textbook = "mm-textbook"


@user_errors()
def export(
    corpus: Annotated[Path, typer.Argument(metavar="CORPUS", help="Folder of a built corpus.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder to write; must not exist.")],
    to: Annotated[
        Format,
        typer.Option(help="Tar shards, or the released Multimodal Textbook's JSON and images."),
    ],
    marked: Annotated[
        bool, typer.Option("--marked", help="With what `decide: mark` marked as to be dropped.")
    ] = False,
) -> None:
    """Write a corpus as WebDataset tars, or as the released Multimodal Textbook is."""
    samples = write_export(corpus, to, out, marked)
    size = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    Console().print(f"{samples:,} samples, {decimal(size)}: {escape(str(out))}", soft_wrap=True)


def write_export(corpus: Path, to: Format, out: Path, marked: bool = False) -> int:
    """Write the samples of a corpus folder; their number. `out` is there only once it is whole.

    What is marked (config `decide: mark`) is left out unless it is asked for.

    Raises:
        CorpusError: `corpus` holds none, or `out` holds something.
    """
    from vid2book.folder.record import CorpusError

    from .. import released, webdataset
    from ..changes import read_videos

    read_videos(corpus)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise CorpusError(f"{out}: there is something already; name a new folder")
    part = out.with_name(out.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    write = webdataset.write if to is Format.webdataset else released.write
    try:
        samples = sum(write(split, rows, part) for split, rows in samples_of(corpus, marked))
    except BaseException:
        shutil.rmtree(part)
        raise
    if out.exists():
        out.rmdir()
    part.rename(out)
    return samples


def samples_of(corpus: Path, marked: bool = False) -> Iterator[tuple[str, Iterator[Row]]]:
    """The splits of the samples with their rows, never more than a few in memory.

    Args:
        corpus: the folder.
        marked: with the positions that are marked.
    """
    from vid2book.folder.layout import by_split, shards
    from vid2book.folder.reader import SAMPLES_AT_ONCE, read_rows

    from ..features import current
    from ..marked import without_marked

    for split, files in by_split(shards(corpus, "default")).items():
        found = chain.from_iterable(read_rows(file, SAMPLES_AT_ONCE) for file in files)
        rows = (current("default", row) for row in found)
        yield split, rows if marked else without_marked(rows)
