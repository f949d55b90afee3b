"""Errors meant for the user, and how a command ends with one: in one line and with exit code 2."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from rich.console import Console


class UserError(ValueError):
    """A fault that the user can mend; the message says what, where and what to do."""


@contextmanager
def user_errors(*others: type[Exception], console: Console | None = None) -> Iterator[None]:
    """Ends a command that meets a `UserError`; `@user_errors()` does so for a whole function.

    Args:
        others: exceptions that are the user's to mend here, besides.
        console: where to tell them; None: standard error.

    Raises:
        typer.Exit: with code 2, once the error is told.
    """
    mendable: tuple[type[Exception], ...] = (UserError, *others)
    try:
        yield
    except mendable as error:
        stop(error, console=console)


def stop(error: Exception, code: int = 2, console: Console | None = None) -> NoReturn:
    """End the command with an error. Raises typer.Exit."""
    import typer  # the library has these errors too, and no console
    from rich.console import Console
    from rich.markup import escape

    console = console or Console(stderr=True)
    console.print(f"[red]Error:[/] {escape(str(error))}", soft_wrap=True)
    raise typer.Exit(code) from None
