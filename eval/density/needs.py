"""Turns a missing package into one line that names the extra to install."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def needs_measure(function: Callable[P, R]) -> Callable[P, R]:
    """Make a missing wordfreq or TextBlob raise a ModuleNotFoundError that says what to install."""

    @wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(
                f"needs {error.name}: pip install 'vid2book[measure]'"
            ) from error

    return called
