"""How commands show their options and refuse wrong ones, in the same way in all versions of
Typer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from typer.core import TyperCommand, TyperGroup

# Messages of pydantic, which reads the values for Typer, and plainer words for them.
_PLAIN = (
    (re.compile(r"Value error, "), ""),
    (re.compile(r"Input should be a valid integer\b.*"), "a whole number is needed"),
    (re.compile(r"Input should be a valid number\b.*"), "a number is needed"),
    (re.compile(r"Input should be greater than or equal to (\S+)"), r"at least \1 is needed"),
    (re.compile(r"Input should be less than or equal to (\S+)"), r"at most \1 is allowed"),
)


class Command(TyperCommand):
    """A Typer command with plain help and errors."""

    def get_params(self, ctx: Any) -> Any:
        return without_types_of_flags(super().get_params(ctx))

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        with plain_errors():
            return super().make_context(*args, **kwargs)


class Group(TyperGroup):
    """A group of such commands."""

    def get_params(self, ctx: Any) -> Any:
        return without_types_of_flags(super().get_params(ctx))


def without_types_of_flags(options: list[Any]) -> list[Any]:
    """The options, where flags show no type in the help, as if `--json true` were possible."""
    for option in options:
        if getattr(option, "is_flag", False) and option.metavar is None:
            option.metavar = ""
    return options


@contextmanager
def plain_errors() -> Iterator[None]:
    """Puts errors about options and arguments into plain words."""
    try:
        yield
    except Exception as error:
        message = getattr(error, "message", None)
        if isinstance(message, str):
            for pattern, plain in _PLAIN:
                message = pattern.sub(plain, message)
            error.message = message  # type: ignore[attr-defined]
        raise
