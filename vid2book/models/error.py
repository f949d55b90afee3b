"""The base of all errors of models."""

from __future__ import annotations

from ..errors import UserError


class ModelError(UserError):
    """A model cannot be loaded or used; the message says what to do."""
