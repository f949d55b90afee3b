"""The files of a collection: all are beside the manifest and share its name."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from ..errors import UserError


class PlaceError(UserError):
    """The manifest cannot be written at this path."""


class Places(NamedTuple):
    """The paths of all files, derived from that of the manifest."""

    manifest: Path

    def make(self) -> None:
        """Create the folder. Raises PlaceError: it cannot be created."""
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
    """The files beside a manifest. Raises PlaceError: the manifest's name is not valid."""
    if manifest.suffix != ".jsonl":
        raise PlaceError(
            f"{manifest}: a manifest is written as JSON Lines; give it a name in .jsonl"
        )
    return Places(manifest)
