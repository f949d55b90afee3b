"""The command `vid2book export`: a corpus in the formats of other people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.filesize import decimal
from rich.markup import escape

from vid2book.console import user_errors

from ..export.formats import Format


@user_errors()
def export(
    corpus: Annotated[Path, typer.Argument(metavar="CORPUS", help="Folder of a built corpus.")],
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="Folder to write to; it must not exist yet.")
    ],
    to: Annotated[Format, typer.Option(help="The format.")],
    marked: Annotated[
        bool, typer.Option("--marked", help="Include what `decide: mark` marked as to be dropped.")
    ] = False,
) -> None:
    """Export a corpus for a trainer, or as Markdown or EPUB for people."""
    from ..export.write import write_export

    done = write_export(corpus, to, out, marked)
    size = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    console = Console(highlight=False)
    console.print(f"{done.samples:,} samples, {decimal(size)}: {escape(str(out))}", soft_wrap=True)
    for reason, count in done.left_out.most_common():
        console.print(f"[yellow]{count:,} samples were left out:[/] {reason}", soft_wrap=True)
