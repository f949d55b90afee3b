"""What tests of training share: a small corpus and a recipe for it."""

from __future__ import annotations

from pathlib import Path

from vid2book.eval.train import Data, TrainConfig

from .corpora import row, write_parquet

ROWS = [row(f"lecture {k}", images=1 + k % 3) for k in range(24)]


def write_corpus(folder: Path) -> Path:
    """`ROWS` in two shards."""
    for shard in range(2):
        rows = ROWS[12 * shard : 12 * shard + 12]
        write_parquet(folder / "data" / f"train-{shard:05d}-of-00002.parquet", rows)
    return folder


def recipe(**fields: object) -> TrainConfig:
    """A recipe by which tiny models learn the corpus in a few steps, with other `fields`."""
    given = {
        "learning_rate": 0.01,
        "epochs": 2,
        "warmup": 0.1,
        "batch_size": 4,
        "data": Data(max_tokens=160, window=8),
    }
    return TrainConfig(**(given | fields))  # type: ignore[arg-type]
