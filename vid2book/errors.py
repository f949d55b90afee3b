"""Errors meant for the user. How a command ends with one is told in `console.py`."""

from __future__ import annotations


class UserError(ValueError):
    """A fault that the user can mend; the message says what, where and what to do."""
