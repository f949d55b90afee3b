"""Rewrites a corpus of another format in ours, so that its images can be moved."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

from vid2book.folder.layout import TABLES, shard, shards

from ..corpora import CorpusError, Interleaved, open_corpus

_ROWS = 20  # in memory at a time, up to 2 MB each
_COLUMNS = {"id", "images", "texts"}


def is_in_our_shape(corpus: Path) -> bool:
    """Whether `arrange` can read the training split: Parquet files with the bytes of images."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    files = shards(corpus, "default", "train")
    schema = pq.read_schema(files[0]) if files else pa.schema([])
    if not set(schema.names) >= _COLUMNS:
        return False
    image = schema.field("images").type
    return bool(pa.types.is_list(image) and pa.types.is_struct(image.value_type))


def adopt(corpus: str, out: Path) -> None:
    """Write the samples of any corpus that `open_corpus` opens into the folder `out`.

    Raises:
        CorpusError: no sample can be read.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    image = pa.struct({"bytes": pa.binary(), "path": pa.string()})
    text = pa.list_(pa.string())
    schema = pa.schema(
        {
            "id": pa.string(),
            "video_ids": text,
            "images": pa.list_(image),
            "texts": text,
            "ocr_texts": text,
            "text_ocr_list": text,
            "language": pa.string(),
        }
    )
    opened = open_corpus(corpus)
    folder = out / TABLES["default"]
    folder.mkdir(parents=True)
    written, read = 0, opened.samples()
    with pq.ParquetWriter(folder / shard("train", 0), schema) as writer:
        while samples := list(islice(read, _ROWS)):
            written += len(samples)
            writer.write_table(pa.Table.from_pylist([_row(s) for s in samples], schema))
    if not written:
        reasons = "; ".join(opened.skipped) or "it is empty"
        raise CorpusError(f"{corpus}: no sample can be read ({reasons})")


def _row(sample: Interleaved) -> dict[str, Any]:
    images = [None if i is None else {"bytes": i, "path": None} for i in sample.images]
    return {
        "id": sample.id,
        "video_ids": [sample.video_id],
        "images": images,
        "texts": sample.texts,
        "ocr_texts": sample.ocr_texts,
        "text_ocr_list": sample.text_ocr_list,
        "language": sample.language,
    }
