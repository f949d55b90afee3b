"""How a command ends with an error that is meant for the user: in one line and with exit code 2."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.markup import escape

from .errors import UserError

_SETTINGS = "context_settings"
# Of a command that takes ids: those of YouTube may begin with a dash, as options do.
IDS_ARE_NO_OPTIONS = {"ignore_unknown_options": True}

C = TypeVar("C", bound=Callable[..., object])


def takes_ids(command: C) -> C:
    """Marks a command whose arguments may begin with a dash; see `context_settings`."""
    setattr(command, _SETTINGS, IDS_ARE_NO_OPTIONS)
    return command


def context_settings(command: object) -> dict[str, Any]:
    """How a command's arguments are read, for Typer."""
    return dict(getattr(command, _SETTINGS, {}))


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
    console = console or Console(stderr=True)
    console.print(f"[red]Error:[/] {escape(str(error))}", soft_wrap=True)
    raise typer.Exit(code) from None
