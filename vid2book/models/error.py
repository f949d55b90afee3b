"""What goes wrong with models."""

from __future__ import annotations


class ModelError(RuntimeError):
    """A model cannot be had or used; the message says what to do."""
