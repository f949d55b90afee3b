"""How commands show their options, and how they refuse what makes no sense; alike in all versions
of Typer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from typer.core import TyperCommand, TyperGroup

# What pydantic says, which reads the values for Typer, and what is meant.
_PLAIN = (
    (re.compile(r"Value error, "), ""),
    (re.compile(r"Input should be a valid integer\b.*"), "a whole number is needed"),
    (re.compile(r"Input should be a valid number\b.*"), "a number is needed"),
    (re.compile(r"Input should be greater than or equal to (\S+)"), r"at least \1 is needed"),
    (re.compile(r"Input should be less than or equal to (\S+)"), r"at most \1 is allowed"),
)


class Command(TyperCommand):
    """A command of Typer, in plain words."""

    def get_params(self, ctx: Any) -> Any:
        return without_types_of_flags(super().get_params(ctx))

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        with plain_errors():
            return super().make_context(*args, **kwargs)


class Group(TyperGroup):
    """Several such commands."""

    def get_params(self, ctx: Any) -> Any:
        return without_types_of_flags(super().get_params(ctx))


def without_types_of_flags(options: list[Any]) -> list[Any]:
    """Options whose help shows no type where they take no value, as if `--json true` were right."""
    for option in options:
        if getattr(option, "is_flag", False) and option.metavar is None:
            option.metavar = ""
    return options


@contextmanager
def plain_errors() -> Iterator[None]:
    """Says of an option or argument that is refused what is needed."""
    try:
        yield
    except Exception as error:
        message = getattr(error, "message", None)
        if isinstance(message, str):
            for pattern, plain in _PLAIN:
                message = pattern.sub(plain, message)
            error.message = message  # type: ignore[attr-defined]
        raise
