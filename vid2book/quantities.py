"""Quantities in words: `1 sample`, `2,310 samples`, `3.2 hours`."""

from __future__ import annotations

from collections.abc import Sequence


def number_of(count: int, one: str, many: str = "") -> str:
    """A number with its noun in the singular or plural.

    Args:
        one: the noun in the singular.
        many: the plural, if it is not the singular with an s.
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def names_of(names: Sequence[str], most: int = 10) -> str:
    """The first `most` names, and how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def time_of(seconds: float) -> str:
    """A length of time in seconds, minutes or hours."""
    if seconds < 90:
        return number_of(round(seconds), "second")
    if seconds < 5400:
        return f"{seconds / 60:.1f} minutes"
    return f"{seconds / 3600:,.1f} hours"
