"""Moves images in a corpus, to test whether it matters which image belongs to which text.

All cells keep the same samples, images and texts; only the places of images change. The text read
from an image, and its origin, move with it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vid2book.folder.layout import TABLES, shard, shards

_WITH_THE_IMAGE = ("images", "ocr_texts", "elements")

_ROWS = 20  # in memory at a time, up to 2 MB each

Places = NDArray[np.int64]


def arrange(
    corpus: Path, out: Path, order: float, across: float, only: frozenset[str] | None, seed: int
) -> None:
    """Write the training split of `corpus` into `out` with images moved.

    Only a few rows of the corpus are in memory at a time: its images are first written to a file
    beside `out`, and read from there in their new order.

    Args:
        corpus: a folder in our format.
        out: folder for the new corpus, which `open_corpus` opens.
        order: share of each sample's images that are shuffled within the sample.
        across: share of all images that are shuffled across samples.
        only: ids of the samples to keep; None keeps all.
        seed: of the shuffles.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    files = shards(corpus, "default", "train")
    folder = out / TABLES["default"]
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix="images-") as scratch:
        stored = Path(scratch) / "images.arrow"
        sample = _store_images(_batches(files, only), stored)
        rng = np.random.default_rng(seed)
        places = np.arange(len(sample))
        places = places[shuffled_within(sample, order, rng)]
        places = places[shuffled_across(len(places), across, rng)]
        with pa.memory_map(str(stored)) as memory, pa.ipc.open_file(memory) as images:
            moved = _StoredImages(images, places)
            writer: Any = None
            for batch in _batches(files, only):
                table = moved.put(batch)
                if writer is None:
                    writer = pq.ParquetWriter(folder / shard("train", 0), table.schema)
                writer.write_table(table, row_group_size=_ROWS)
            if writer:
                writer.close()


class _StoredImages:
    """Images on disk, which are put into the corpus in a new order."""

    def __init__(self, images: Any, places: Places) -> None:
        self._images = images
        sizes = [images.get_batch(n).num_rows for n in range(images.num_record_batches)]
        self._first = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        self._places = iter(places.tolist())

    def put(self, rows: Any) -> Any:
        """The rows with the images that now belong there."""
        import pyarrow as pa

        has_image = _image_positions(rows)
        coming = [
            [self._image(next(self._places)) if is_image else None for is_image in r]
            for r in has_image
        ]
        for place, name in enumerate(rows.column_names):
            if name not in _WITH_THE_IMAGE:
                continue
            # A position with a text has no image, so no bytes need to be read.
            before = (
                [[None] * len(r) for r in has_image] if name == "images" else rows[name].to_pylist()
            )
            after = [
                [kept if image is None else image[name] for image, kept in zip(*row, strict=True)]
                for row in zip(coming, before, strict=True)
            ]
            rows = rows.set_column(place, name, pa.array(after, rows.schema.field(name).type))
        return rows

    def _image(self, number: int) -> dict[str, Any]:
        """The image with this number, and the columns that move with it."""
        batch = int(np.searchsorted(self._first, number, side="right")) - 1
        row = self._images.get_batch(batch).slice(number - int(self._first[batch]), 1)
        values: dict[str, Any] = row.to_pylist()[0]
        return values


def _store_images(batches: Iterable[Any], path: Path) -> Places:
    """Write the images of all rows to a file, with the columns that move with them.

    Returns:
        The number of the sample of each image.
    """
    import pyarrow as pa

    sample = [np.zeros(0, dtype=np.int64)]
    writer: Any = None
    number = 0
    for rows in batches:
        columns = {}
        for name in (name for name in _WITH_THE_IMAGE if name in rows.column_names):
            columns[name] = rows[name].combine_chunks().flatten()
        has_image = columns["images"].is_valid()
        lengths = rows["images"].combine_chunks().value_lengths().to_numpy()
        of = np.repeat(np.arange(number, number + len(lengths)), lengths)
        sample.append(of[has_image.to_numpy(zero_copy_only=False)])
        number += len(lengths)
        batch = pa.RecordBatch.from_pydict(columns).filter(has_image)
        if writer is None:
            writer = pa.ipc.new_file(path, batch.schema)
        writer.write_batch(batch)
    if writer:
        writer.close()
    return np.concatenate(sample)


def _batches(files: Iterable[Path], only: frozenset[str] | None) -> Iterator[Any]:
    """The rows, as small tables."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for file in files:
        with pq.ParquetFile(file, pre_buffer=False) as parquet:
            for batch in parquet.iter_batches(_ROWS):
                table = pa.Table.from_batches([batch])
                if only is not None:
                    table = table.filter(pa.array([i in only for i in table["id"].to_pylist()]))
                if table.num_rows:
                    yield table


def _image_positions(rows: Any) -> list[list[bool]]:
    """Whether each position of each row has an image."""
    column = rows["images"].combine_chunks()
    valid = column.flatten().is_valid().to_pylist()
    ends = np.cumsum(column.value_lengths().to_numpy()).tolist()
    return [valid[start:end] for start, end in pairwise([0, *ends])]


def shared_ids(corpora: Iterable[Path]) -> frozenset[str]:
    """The ids of samples that are in all of these corpora."""
    import pyarrow.parquet as pq

    each = [
        {
            id_
            for file in shards(corpus, "default", "train")
            for id_ in pq.read_table(file, columns=["id"])["id"].to_pylist()
        }
        for corpus in corpora
    ]
    return frozenset(set.intersection(*each))


def shuffled_within(sample: Places, share: float, rng: np.random.Generator) -> Places:
    """A permutation that moves images within their samples.

    Args:
        sample: the sample of each image, in order.
        share: probability of each image to be drawn; a sample's drawn images are shuffled among
            themselves, so some of them may stay where they were.
        rng: source of the draws.

    Returns:
        For each place, the image that moves there.
    """
    places = np.arange(len(sample))
    for group in np.split(places, np.flatnonzero(np.diff(sample)) + 1):
        drawn = group[rng.random(len(group)) < share]
        places[drawn] = rng.permutation(drawn)
    return places


def shuffled_across(count: int, share: float, rng: np.random.Generator) -> Places:
    """A permutation that moves images across samples, as if all were in one sample."""
    return shuffled_within(np.zeros(count, dtype=np.int64), share, rng)
