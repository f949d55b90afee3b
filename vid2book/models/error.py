"""What goes wrong with models."""

from __future__ import annotations

from ..errors import UserError


class ModelError(UserError):
    """A model cannot be had or used; the message says what to do."""
