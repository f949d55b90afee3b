"""The rows of a benchmark's split: text in memory, pictures read on demand."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from vid2book.screen.phash import phash

from ..images import decoded


class DataError(ValueError):
    """A benchmark's data cannot be used; the message says what is missing and where."""


@dataclass(frozen=True)
class Picture:
    """An encoded image in a column of a dataset, not held in memory."""

    table: Any  # datasets.Dataset whose images are not decoded
    column: str
    index: int

    def data(self) -> bytes:
        cell = self.table[self.index][self.column]
        return cell["bytes"] if cell["bytes"] is not None else Path(cell["path"]).read_bytes()

    def open(self) -> Image.Image:
        """The picture, decoded.

        Raises:
            OSError: it cannot be read.
        """
        return decoded(self.data())

    def digest(self) -> str:
        """Hash of the encoded bytes; empty if there is no such file."""
        try:
            return hashlib.sha256(self.data()).hexdigest()[:32]
        except OSError:
            return ""


class Rows:
    """One split of one dataset.

    Attributes:
        source: where the rows come from; rows with equal source are the same rows.
        docs: the rows without the column of pictures, with their number as `_row`.
    """

    def __init__(self, source: str, table: Any, image: str) -> None:
        from datasets import Image as ImageFeature

        self.source = source
        self.fingerprint: str = table._fingerprint
        self.docs = table.remove_columns(image).add_column("_row", list(range(len(table))))
        self._column = table.select_columns(image).cast_column(image, ImageFeature(decode=False))
        self._image = image
        self._hashes: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self.docs)

    def doc(self, index: int) -> dict[str, Any]:
        return self.docs[index]

    def picture(self, index: int) -> Picture | None:
        """The picture of a row; None if it has none."""
        if self._column[index][self._image] is None:
            return None
        return Picture(self._column, self._image, index)

    def image(self, index: int) -> Image.Image | None:
        """The picture, decoded; None if there is none, or none that can be read."""
        picture = self.picture(index)
        try:
            return picture.open() if picture else None
        except OSError:
            return None

    def phash(self, index: int) -> int | None:
        """Perceptual hash of the picture; None if there is none that can be read."""
        if index not in self._hashes:
            image = self.image(index)
            if image is None:
                return None
            self._hashes[index] = phash(np.asarray(image.convert("L")))
        return self._hashes[index]


class Library:
    """Loads splits, each once.

    Args:
        folder: local data, `FOLDER/NAME/SPLIT*.parquet`; None for the Hub.
        limit: take only this many rows, the first, of a split of questions.
    """

    def __init__(self, folder: Path | None = None, limit: int | None = None) -> None:
        self.folder = folder
        self.limit = limit
        self._tables: dict[tuple[str, str], Any] = {}

    def rows(self, facts: Mapping[str, Any], split: str, *, whole: bool = False) -> Rows:
        """The rows of a split.

        Args:
            facts: `path` and `name` on the Hub, `folder` below the local one, `image` (the column
                of pictures) and `columns` (which must be there).
            split: the name of the split.
            whole: ignore the limit, because shots are drawn from all rows.

        Raises:
            DataError: there is no such split, or it lacks a column.
        """
        source = f"{facts['folder']}/{split}"
        table = self._tables.get((source, facts["image"]))
        if table is None:
            table = self._local(facts, split) if self.folder else _from_hub(facts, split)
            missing = {facts["image"], *facts["columns"]} - set(table.column_names)
            if missing:
                raise DataError(f"{source} lacks the column {', '.join(sorted(missing))}")
            self._tables[source, facts["image"]] = table
        if self.limit is not None and not whole:
            table = table.select(range(min(self.limit, len(table))))
        return Rows(source, table, facts["image"])

    def _local(self, facts: Mapping[str, Any], split: str) -> Any:
        from datasets import load_dataset

        assert self.folder is not None
        files = sorted((self.folder / facts["folder"]).glob(f"{split}*.parquet"))
        if not files:
            pattern = self.folder / facts["folder"] / f"{split}*.parquet"
            raise DataError(f"no file {pattern}; put Parquet of {facts['path']} there")
        return load_dataset("parquet", data_files=[str(f) for f in files], split="train")


def _from_hub(facts: Mapping[str, Any], split: str) -> Any:
    from datasets import load_dataset

    if not facts["path"]:
        raise DataError(
            f"{facts['folder']} is not on the Hub; pass a folder with its data as --data"
        )
    try:
        return load_dataset(facts["path"], facts["name"], split=split)
    except (OSError, ValueError, RuntimeError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise DataError(
            f"cannot load {facts['path']} from the Hub ({reason}); use --data for local Parquet"
        ) from None
