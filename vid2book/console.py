"""How a command ends: with an error that is meant for the user, in one line, or stopped by the
user; and with which exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any, NoReturn, TypeVar

import typer
from rich.markup import escape
from rich.prompt import Confirm

from .errors import UserError
from .lines import LineConsole

# What a command says to whoever started it; 0 is all well.
SOME_FAILED = 1  # what was asked for is there, and something is missing in it
NOTHING_DONE = 2  # a wrong option or input
STOPPED = 130  # what a shell says of a command that Ctrl-C ended
UNREAD = 141  # and of one whose output nobody read to its end

_SETTINGS = "context_settings"
_ALONE = "may_stand_alone"
# Of a command that takes ids: those of YouTube may begin with a dash, as options do.
IDS_ARE_NO_OPTIONS = {"ignore_unknown_options": True}

C = TypeVar("C", bound=Callable[..., object])


def takes_ids(command: C) -> C:
    """Marks a command whose arguments may begin with a dash; see `context_settings`."""
    setattr(command, _SETTINGS, IDS_ARE_NO_OPTIONS)
    return command


def may_stand_alone(option: str) -> Callable[[C], C]:
    """Marks an option that has a value or has none, which Typer does not know; see `filled_up`."""

    def mark(command: C) -> C:
        setattr(command, _ALONE, option)
        return command

    return mark


def filled_up(command: object, arguments: list[str]) -> list[str]:
    """The arguments, with an empty value after an option that stands alone."""
    option = getattr(command, _ALONE, None)
    found: list[str] = []
    for argument, following in pairwise([*arguments, "-"]):
        found.append(argument)
        if argument == option and following.startswith("-"):
            found.append("")
    return found


def context_settings(command: object) -> dict[str, Any]:
    """How a command's arguments are read, for Typer."""
    return dict(getattr(command, _SETTINGS, {}))


@contextmanager
def user_errors(
    *others: type[Exception], console: LineConsole | None = None, stopped: str = "Stopped."
) -> Iterator[None]:
    """Ends a command that meets a `UserError` or Ctrl-C; `@user_errors()` does so for a whole
    function.

    Args:
        others: exceptions that are the user's to mend here, besides.
        console: where to tell them; None: standard error.
        stopped: what is said after Ctrl-C: what is kept, and how to go on.

    Raises:
        typer.Exit: with code 2 or 130, once the reason is told.
    """
    mendable: tuple[type[Exception], ...] = (UserError, *others)
    try:
        yield
    except mendable as error:
        stop(error, console=console)
    except KeyboardInterrupt:
        (console or LineConsole(stderr=True)).print(escape(stopped))
        raise typer.Exit(STOPPED) from None


def stop(
    error: Exception, code: int = NOTHING_DONE, console: LineConsole | None = None
) -> NoReturn:
    """End the command with an error. Raises typer.Exit."""
    (console or LineConsole(stderr=True)).print(f"[red]Error:[/] {escape(str(error))}")
    raise typer.Exit(code) from None


def agreed(question: str) -> bool:
    """Ask yes or no on standard error; False where nobody answers."""
    try:
        return Confirm.ask(escape(question), console=LineConsole(stderr=True), default=False)
    except EOFError:
        print(file=sys.stderr)  # the question has no answer to end its line
        return False
