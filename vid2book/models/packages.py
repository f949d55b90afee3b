"""Finds weights inside installed packages."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path


def package_folder(name: str) -> Path | None:
    """The folder of a package, without importing it; None if it is not installed."""
    package = find_spec(name)
    return Path(package.origin).parent if package and package.origin else None
