"""The output of commands: results on standard output, everything else on standard error.

Every command with a result takes `--json`, and every command that shows progress takes `--quiet`:

    def command(as_json: AsJson = False, quiet: Quiet = False) -> None:
        terminal = Terminal(as_json, quiet)
        terminal.notes.print("Looking")         # not with --quiet
        terminal.results.print("Found: 3")      # not with --json
        terminal.document({"found": 3})         # with --json alone
"""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, is_dataclass
from typing import Annotated, Any, Literal, TextIO

import typer
from rich.table import Table

from .console import UNREAD
from .lines import LineConsole

Quiet = Annotated[
    bool,
    typer.Option("--quiet", "-q", help="Show results, warnings and errors only: no progress."),
]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print the result as one JSON document, for scripts.")
]


class _Console(LineConsole):
    """A console that ends as other programs do when nobody reads its output, as before `| head`."""

    def on_broken_pipe(self) -> None:
        """Raises SystemExit."""
        try:
            super().on_broken_pipe()
        except SystemExit:
            raise SystemExit(UNREAD) from None


class Terminal:
    """The output of a command, for people and for scripts.

    Args:
        as_json: standard output is for `document` alone. What libraries print there goes to
            standard error.
        quiet: do not show progress and notes.
        silent: show nothing, because another process speaks for this one.

    Attributes:
        results: the result, in words and tables.
        notes: progress, and what a user may want to know on the way.
        errors: warnings and errors.
    """

    def __init__(self, as_json: bool = False, quiet: bool = False, silent: bool = False) -> None:
        self._document = _set_apart() if as_json and not silent else None
        self.results = _Console(quiet=as_json or silent)
        self.notes = _Console(stderr=True, quiet=quiet or silent)
        self.errors = _Console(stderr=True, quiet=silent)

    def document(self, value: Mapping[str, Any]) -> None:
        """With `--json`, print the result; at most once per command.

        Numbers that do not exist in JSON, such as NaN, become null.
        """
        if self._document is None:
            return
        # Only ASCII, so that the locale of a terminal or a pipe cannot spoil it.
        text = json.dumps(_plain(value), indent=2, allow_nan=False)
        try:
            self._document.write(text + "\n")
            self._document.flush()
        except BrokenPipeError:
            self.results.on_broken_pipe()


def table(*headers: str, numbers: Collection[int] = (), **settings: Any) -> Table:
    """A table that is complete on a narrow terminal too: long words continue in the next line.

    Args:
        headers: of the columns.
        numbers: right-aligned columns, counted from 0.
        settings: of `rich.table.Table`.
    """
    new = Table(**settings)
    for place, header in enumerate(headers):
        justify: Literal["right", "left"] = "right" if place in numbers else "left"
        new.add_column(header, justify=justify, overflow="fold")
    return new


def _set_apart() -> TextIO:
    """Standard output, for the document alone: all other writing to it goes to standard error."""
    if sys.stdout is not sys.__stdout__:  # within another program
        return sys.stdout
    apart = os.fdopen(os.dup(1), "w", encoding="utf-8")
    print(end="", flush=True)
    os.dup2(2, 1)
    return apart


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | int):
        return value
    return [_plain(one) for one in value] if isinstance(value, Iterable) else str(value)
