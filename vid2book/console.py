"""How a command ends: its exit codes, and its last line after an error that the user can fix, or
after Ctrl-C."""

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

# Exit codes; 0 is success.
SOME_FAILED = 1  # the result is there, but incomplete
NOTHING_DONE = 2  # a wrong option or input
STOPPED = 130  # as shells report a command that Ctrl-C ended
UNREAD = 141  # as shells report a command whose output was not read to its end

_SETTINGS = "context_settings"
_ALONE = "may_stand_alone"
# For commands that take ids: those of YouTube may begin with a dash, as options do.
IDS_ARE_NO_OPTIONS = {"ignore_unknown_options": True}

C = TypeVar("C", bound=Callable[..., object])


def takes_ids(command: C) -> C:
    """Marks a command whose arguments may begin with a dash; see `context_settings`."""
    setattr(command, _SETTINGS, IDS_ARE_NO_OPTIONS)
    return command


def may_stand_alone(option: str) -> Callable[[C], C]:
    """Marks an option with an optional value, which Typer lacks; see `add_empty_values`."""

    def mark(command: C) -> C:
        setattr(command, _ALONE, option)
        return command

    return mark


def add_empty_values(command: object, arguments: list[str]) -> list[str]:
    """The arguments, with an empty value after an option without one; see `may_stand_alone`."""
    option = getattr(command, _ALONE, None)
    filled: list[str] = []
    for argument, following in pairwise([*arguments, "-"]):
        filled.append(argument)
        if argument == option and following.startswith("-"):
            filled.append("")
    return filled


def context_settings(command: object) -> dict[str, Any]:
    """The settings with which Typer reads a command's arguments."""
    return dict(getattr(command, _SETTINGS, {}))


@contextmanager
def user_errors(
    *others: type[Exception], console: LineConsole | None = None, stopped: str = "Stopped."
) -> Iterator[None]:
    """Ends a command on a `UserError` or Ctrl-C. `@user_errors()` does so for a whole function.

    Args:
        others: further exceptions that the user can fix here.
        console: where to print; None: standard error.
        stopped: the message after Ctrl-C: what is kept, and how to continue.

    Raises:
        typer.Exit: with code 2 or 130, after the message.
    """
    fixable: tuple[type[Exception], ...] = (UserError, *others)
    try:
        yield
    except fixable as error:
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


def confirm(question: str) -> bool:
    """Ask yes or no on standard error; False if nobody answers."""
    try:
        return Confirm.ask(escape(question), console=LineConsole(stderr=True), default=False)
    except EOFError:
        print(file=sys.stderr)  # ends the line of the question
        return False
