"""A corpus with its images in other places: which picture belongs to which text is the question.

All cells keep the same samples, the same images and the same texts; only the places of images
change. The text that was read from an image and where it comes from go with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vid2book.folder.layout import TABLES, shard, shards

_WITH_THE_IMAGE = ("images", "ocr_texts", "elements")

Places = NDArray[np.int64]


def arrange(
    corpus: Path, out: Path, order: float, across: float, only: frozenset[str] | None, seed: int
) -> None:
    """Write the training split of `corpus` into `out` with images moved.

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

    table = pq.read_table(shards(corpus, "default", "train"))
    if only is not None:
        table = table.filter(pa.array([id_ in only for id_ in table["id"].to_pylist()]))
    lengths = table["images"].combine_chunks().value_lengths().to_numpy()
    sample = np.repeat(np.arange(len(lengths)), lengths)
    shown = _flat(table["images"]).is_valid().to_numpy(zero_copy_only=False)
    rng = np.random.default_rng(seed)
    places = np.arange(len(sample))
    images = np.flatnonzero(shown)
    places[images] = images[shuffled_within(sample[images], order, rng)]
    places[images] = places[images][shuffled_across(len(images), across, rng)]
    for name in (name for name in _WITH_THE_IMAGE if name in table.column_names):
        moved = _flat(table[name]).take(pa.array(places))
        column = pa.ListArray.from_arrays(_offsets(lengths), moved)
        table = table.set_column(table.column_names.index(name), name, column)
    folder = out / TABLES["default"]
    folder.mkdir(parents=True)
    pq.write_table(table, folder / shard("train", 0), row_group_size=100)


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


def _flat(column: Any) -> Any:
    """All positions of all rows, one after another."""
    import pyarrow as pa

    if pa.types.is_struct(column.type.value_type) and column.type.value_type[0].name == "bytes":
        # More than 2 GB of images do not fit into one array of the usual kind.
        content = pa.struct([("bytes", pa.large_binary()), ("path", pa.string())])
        column = column.cast(pa.list_(content))
    return column.combine_chunks().flatten()


def _offsets(lengths: Places) -> Any:
    import pyarrow as pa

    return pa.array(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32))
