"""The command `vid2book export`: a corpus in the formats of other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.filesize import decimal
from rich.markup import escape

from vid2book.console import user_errors
from vid2book.quantities import number_of
from vid2book.terminal import AsJson, Terminal

from ..export.formats import Format


@user_errors(stopped="Stopped. Nothing was written; the same command starts anew.")
def export(
    corpus: Annotated[Path, typer.Argument(metavar="CORPUS", help="Folder of a built corpus.")],
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="Folder to write to; it must not exist yet.")
    ],
    to: Annotated[Format, typer.Option(metavar="FORMAT", help=f"The format: {', '.join(Format)}.")],
    marked: Annotated[
        bool, typer.Option("--marked", help="Include what `decide: mark` marked as to be dropped.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Export a corpus for a trainer, or as Markdown or EPUB for people."""
    from ..export.write import write_export

    exported = write_export(corpus, to, out, marked)
    size = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    terminal = Terminal(as_json)
    what = number_of(exported.samples, "sample")
    if exported.books is not None:
        what = f"{number_of(exported.books, 'book' if to is Format.epub else 'page')} ({what})"
    terminal.results.print(f"{what}, {decimal(size)}: {escape(str(out))}")
    for reason, count in exported.left_out.most_common():
        count_text = f"{number_of(count, 'sample')} left out"
        terminal.errors.print(f"[yellow]{count_text}:[/] {escape(reason)}")
    terminal.document(
        {
            "folder": out,
            "samples": exported.samples,
            "books": exported.books,
            "bytes": size,
            "left_out": exported.left_out,
        }
    )
