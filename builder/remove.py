"""The command `vid2book remove`: a video out of everything that a corpus folder holds."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from vid2book.config import Config
from vid2book.folder import record as folder
from vid2book.folder.record import CorpusError, Written

from .build import LOG
from .diff import read_videos
from .splits import denying

if TYPE_CHECKING:
    from .features import Row


def remove(
    corpus: Annotated[Path, typer.Argument(metavar="CORPUS", help="Folder of a built corpus.")],
    video_ids: Annotated[list[str], typer.Argument(metavar="VIDEO_ID...", help="Of the videos.")],
) -> None:
    """Take videos out of a corpus, with all that came from them."""
    out = Console(highlight=False)
    try:
        before = folder.held(corpus)
        written = take_out(corpus, video_ids)
    except CorpusError as error:
        Console(stderr=True).print(f"[red]Error:[/] {escape(str(error))}", soft_wrap=True)
        raise typer.Exit(2) from None
    samples = before.samples - written.samples if before else 0
    names = ", ".join(video_ids)
    for line in (
        f"Removed {names}: {samples:,} samples, {written.samples:,} are left",
        f"`vid2book build` leaves them out of {corpus} from now on. To keep them out of every "
        "corpus, put this in the config:",
        f"  reduce:\n    deny: {json.dumps(written.removed)}",
        "The store may still hold the stages' results of these videos.",
        f"Look at it: vid2book view {corpus}",
        "Published versions still hold them: see `vid2book push --delete-history`",
    ):
        out.print(escape(line), soft_wrap=True)


def take_out(corpus: Path, video_ids: Iterable[str]) -> Written:
    """Write the corpus anew without these videos; in one step, as seen from outside.

    The preview goes too: it shows them.

    Raises:
        CorpusError: no corpus of ours, no such video, or nothing would be left.
    """
    from .features import outcome_of
    from .write import EmptyCorpusError, write_tables  # `datasets` takes a second to import

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
    import pyarrow.parquet as pq

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
    import yaml

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
