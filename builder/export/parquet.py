"""Parquet files with a card that describes their columns, so that `load_dataset` opens them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from datasets import DatasetInfo, Features
from datasets.info import DatasetInfosDict
from huggingface_hub import DatasetCard, DatasetCardData

from vid2book.folder.layout import CARD

from ..features import Row
from ..parquet import Shards


def write_rows(split: str, rows: Iterable[Row], out: Path, features: Features, about: str) -> int:
    """Write rows to OUT/data/SPLIT-00000.parquet and so on, and OUT/README.md; their number.

    Args:
        split: the split of the rows.
        rows: each has the columns of `features`.
        out: the folder.
        features: the columns.
        about: a description of the rows.
    """
    (out / "data").mkdir(exist_ok=True)
    shards = Shards(out / "data", split, features)
    for row in rows:
        shards.add(row)
    written = shards.close()
    _write_card(out, features, about)
    return written.rows


def _write_card(out: Path, features: Features, about: str) -> None:
    splits = dict.fromkeys(file.name.rpartition("-")[0] for file in (out / "data").iterdir())
    data_files = [{"split": split, "path": f"data/{split}-*.parquet"} for split in sorted(splits)]
    data = DatasetCardData(configs=[{"config_name": "default", "data_files": data_files}])
    DatasetInfosDict({"default": DatasetInfo(features=features)}).to_dataset_card_data(data)
    card = DatasetCard(f"---\n{data.to_yaml()}\n---\n\n{about}\n")
    (out / CARD).write_text(str(card), encoding="utf-8")
