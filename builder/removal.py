"""Videos taken out of everything that a corpus folder holds."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow.parquet as pq
import yaml

from vid2book.config import Config
from vid2book.folder import record as folder
from vid2book.folder.record import CorpusError, Written

from .build import LOG
from .changes import read_videos
from .features import Row, outcome_of
from .splits import denying
from .write import EmptyCorpusError, write_tables


def take_out(corpus: Path, video_ids: Iterable[str]) -> Written:
    """Write the corpus anew without these videos; in one step, as seen from outside.

    The preview goes too: it shows them.

    Raises:
        CorpusError: no corpus of ours, no such video, or nothing would be left.
    """
    gone = set(video_ids)
    folder.recover(corpus)
    held = folder.held(corpus)
    if held is None:
        raise CorpusError(f"{corpus}: no whole corpus that `vid2book build` wrote; build it anew")
    videos = read_videos(corpus)
    if unknown := sorted(gone - set(videos)):
        raise CorpusError(f"{corpus}: no video {', '.join(unknown)} in it; nothing was removed")
    outcomes = [outcome_of(row) for video_id, row in videos.items() if video_id not in gone]
    tables = {
        config: {split: _left(corpus, config, split, gone) for split in by_split}
        for config, by_split in held.sizes.items()
    }
    removed = sorted({*held.removed, *gone})
    revision = hashlib.sha256(f"{held.revision} without {sorted(gone)}".encode()).hexdigest()
    pipeline = denying(_config(corpus), removed)
    try:
        written = write_tables(tables, outcomes, pipeline, revision, removed, corpus)
    except EmptyCorpusError:
        raise CorpusError(
            f"{corpus}: nothing would be left; delete the folder if that is what you want"
        ) from None
    shutil.rmtree(corpus / "preview", ignore_errors=True)
    _clear_log(corpus / LOG, gone)
    return written


def _left(corpus: Path, config: str, split: str, gone: set[str]) -> Iterator[Row]:
    mention = re.compile(rf"video ({'|'.join(map(re.escape, sorted(gone)))})(?![\w.-])")
    for file in sorted((corpus / folder.FOLDERS[config]).glob(f"{split}-*-of-*.parquet")):
        with pq.ParquetFile(file, pre_buffer=False) as parquet:
            for batch in parquet.iter_batches(batch_size=16 if config == "default" else 1024):
                for row in batch.to_pylist():
                    of = row["video_ids"] if config == "default" else [row["video_id"]]
                    if gone & set(of):
                        continue
                    if config == "decisions":
                        # A picture may have been dropped because the removed video shows it too.
                        row["reason"] = mention.sub("a video that was removed", row["reason"])
                    yield row


def _config(corpus: Path) -> Config:
    """The pipeline's config, as the card gives it."""
    text = (corpus / "README.md").read_text(encoding="utf-8")
    block = re.search(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    try:
        return Config.model_validate(yaml.safe_load(block[1]) if block else {})
    except (yaml.YAMLError, ValueError) as error:
        raise CorpusError(
            f"{corpus}/README.md: its configuration cannot be read ({error}); build the corpus "
            "anew with the videos on the deny list"
        ) from None


def _clear_log(log: Path, gone: set[str]) -> None:
    if log.is_file():
        lines = log.read_text(encoding="utf-8").splitlines(keepends=True)
        new = log.with_suffix(".new")
        kept = [line for line in lines if json.loads(line).get("video_id") not in gone]
        new.write_text("".join(kept), encoding="utf-8")
        new.replace(log)
