"""A corpus with its images in other places: which picture belongs to which text is the question.

All cells keep the same samples, the same images and the same texts; only the places of images
change. The text that was read from an image and where it comes from go with it.
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

    Of the corpus, only some rows are in memory at a time: its images are laid beside `out` first,
    from where they are taken in their new order.

    Args:
        corpus: a folder of the corpus' shape.
        out: folder for the new one, which `open_corpus` opens.
        order: share of each sample's images that are shuffled among their places.
        across: share of all images that are shuffled among their places, in any samples.
        only: ids of the samples to keep; None keeps all.
        seed: of the shuffles.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    files = shards(corpus, "default", "train")
    folder = out / TABLES["default"]
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix="images-") as scratch:
        laid = Path(scratch) / "images.arrow"
        sample = _lay(_batches(files, only), laid)
        rng = np.random.default_rng(seed)
        places = np.arange(len(sample))
        places = places[shuffled_within(sample, order, rng)]
        places = places[shuffled_across(len(places), across, rng)]
        with pa.memory_map(str(laid)) as memory, pa.ipc.open_file(memory) as images:
            moved = _Laid(images, places)
            writer: Any = None
            for batch in _batches(files, only):
                table = moved.put(batch)
                if writer is None:
                    writer = pq.ParquetWriter(folder / shard("train", 0), table.schema)
                writer.write_table(table, row_group_size=_ROWS)
            if writer:
                writer.close()


class _Laid:
    """Images on disk, which come to other places, one after another."""

    def __init__(self, images: Any, places: Places) -> None:
        self._images = images
        sizes = [images.get_batch(n).num_rows for n in range(images.num_record_batches)]
        self._first = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        self._places = iter(places.tolist())

    def put(self, rows: Any) -> Any:
        """The rows with the images that come into them."""
        import pyarrow as pa

        shown = _image_positions(rows)
        coming = [[self._image(next(self._places)) if here else None for here in r] for r in shown]
        for place, name in enumerate(rows.column_names):
            if name not in _WITH_THE_IMAGE:
                continue
            # Where there is a text, nothing of an image stands, and bytes need not be read.
            before = (
                [[None] * len(r) for r in shown] if name == "images" else rows[name].to_pylist()
            )
            after = [
                [kept if image is None else image[name] for image, kept in zip(*row, strict=True)]
                for row in zip(coming, before, strict=True)
            ]
            rows = rows.set_column(place, name, pa.array(after, rows.schema.field(name).type))
        return rows

    def _image(self, number: int) -> dict[str, Any]:
        """What goes with the image of a number."""
        batch = int(np.searchsorted(self._first, number, side="right")) - 1
        row = self._images.get_batch(batch).slice(number - int(self._first[batch]), 1)
        values: dict[str, Any] = row.to_pylist()[0]
        return values


def _lay(batches: Iterable[Any], path: Path) -> Places:
    """Write the images of all rows, one after another, with what goes with them.

    Returns:
        Of each, the number of its sample.
    """
    import pyarrow as pa

    sample = [np.zeros(0, dtype=np.int64)]
    writer: Any = None
    number = 0
    for rows in batches:
        columns = {}
        for name in (name for name in _WITH_THE_IMAGE if name in rows.column_names):
            columns[name] = rows[name].combine_chunks().flatten()
        shown = columns["images"].is_valid()
        lengths = rows["images"].combine_chunks().value_lengths().to_numpy()
        of = np.repeat(np.arange(number, number + len(lengths)), lengths)
        sample.append(of[shown.to_numpy(zero_copy_only=False)])
        number += len(lengths)
        batch = pa.RecordBatch.from_pydict(columns).filter(shown)
        if writer is None:
            writer = pa.ipc.new_file(path, batch.schema)
        writer.write_batch(batch)
    if writer:
        writer.close()
    return np.concatenate(sample)


def _batches(files: Iterable[Path], only: frozenset[str] | None) -> Iterator[Any]:
    """Some rows at a time, as tables."""
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
    """Of each position of each row whether an image stands there."""
    column = rows["images"].combine_chunks()
    valid = column.flatten().is_valid().to_pylist()
    ends = np.cumsum(column.value_lengths().to_numpy()).tolist()
    return [valid[start:end] for start, end in pairwise([0, *ends])]


def shared_ids(corpora: Iterable[Path]) -> frozenset[str]:
    """The samples that are in every one of these corpora."""
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
        sample: of each image, in order.
        share: probability of each image to be drawn; a sample's drawn images are shuffled among
            themselves, so that some of them come back to where they were.
        rng: of the draws.

    Returns:
        For each place, the image that comes there.
    """
    places = np.arange(len(sample))
    for group in np.split(places, np.flatnonzero(np.diff(sample)) + 1):
        drawn = group[rng.random(len(group)) < share]
        places[drawn] = rng.permutation(drawn)
    return places


def shuffled_across(count: int, share: float, rng: np.random.Generator) -> Places:
    """The same over all images as one sample."""
    return shuffled_within(np.zeros(count, dtype=np.int64), share, rng)
