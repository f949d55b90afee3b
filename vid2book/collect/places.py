"""The files of a collection: all stand beside the manifest, under its name."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from ..errors import UserError


class PlaceError(UserError):
    """A manifest that cannot be written there."""


class Places(NamedTuple):
    """Where everything is, by the path of the manifest."""

    manifest: Path

    def make(self) -> None:
        """Make the folder. Raises PlaceError: it cannot be made."""
        try:
            self.manifest.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise PlaceError(f"{self.manifest.parent}: {error.strerror}") from None

    def _beside(self, ending: str) -> Path:
        return self.manifest.with_name(f"{self.manifest.stem}.{ending}")

    @property
    def ledger(self) -> Path:
        return self._beside("ledger.sqlite")

    @property
    def videos(self) -> Path:
        return self._beside("videos")

    @property
    def archive(self) -> Path:
        return self._beside("archive.txt")

    @property
    def decisions(self) -> Path:
        return self._beside("decisions.jsonl")

    @property
    def report(self) -> Path:
        return self._beside("report.html")

    @property
    def lock(self) -> Path:
        return self._beside("lock")


def places(manifest: Path) -> Places:
    """Raises PlaceError: it is not a name for a manifest."""
    if manifest.suffix != ".jsonl":
        raise PlaceError(
            f"{manifest}: a manifest is written as JSON Lines; give it a name in .jsonl"
        )
    return Places(manifest)
