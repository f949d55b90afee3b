"""The command `vid2book merge`: a corpus from what its shards left in the store."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from vid2book.console import user_errors
from vid2book.errors import UserError

from ..options import ConfigName, Limit, Minutes, Sources, StorePlace, Workers

if TYPE_CHECKING:
    from vid2book.pipeline.corpus import Corpus
    from vid2book.pipeline.local import Event

_MOST_NAMED = 10  # videos


@user_errors()
def merge(
    videos: Sources,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="CORPUS", help="Folder for the corpus.")
    ],
    config: ConfigName = "offline",
    workers: Workers = None,
    limit: Limit = None,
    minutes: Minutes = None,
    store: StorePlace = None,
) -> None:
    """Write the corpus after all shards of `vid2book build --shard` have finished.

    Give the same SOURCE, config and store as for the shards. No video is processed.
    """
    from vid2book.folder import layout, swap
    from vid2book.local import check_writable
    from vid2book.pipeline.processes import cores

    from .. import gather
    from ..finish import finish
    from ..logs import BuildLog, with_bugs_logged
    from ..opening import opened
    from ..progress import Display
    from ..tally import Tally

    errors, workers = Console(stderr=True), workers or cores()
    check_writable(output)
    swap.recover(output)
    corpus = opened(videos, output, config, store, limit, minutes, errors)
    # What a shard stored while a back end failed holds, since nothing is tried again here.
    corpus = replace(corpus, store=corpus.store.of_every_run())
    tally = Tally(len(corpus.videos))
    display = Display(tally, errors)
    log = BuildLog(output / layout.LOG, tally)
    events = list(display.counted("results", gather.became_of(corpus, workers)))
    through = checked(corpus, events)
    with swap.writing(output):
        through = list(log.counted(with_bugs_logged(through, output / layout.ERRORS)))
        finish(corpus, through, output, workers, display, log)


def checked(corpus: Corpus, events: list[Event | None]) -> list[Event]:
    """The events.

    Raises:
        UserError: some videos are not through.
    """
    found = zip(corpus.videos, events, strict=True)
    if missing := [video.video_id for video, event in found if event is None]:
        more = f" and {len(missing) - _MOST_NAMED:,} more" if len(missing) > _MOST_NAMED else ""
        raise UserError(
            f"{len(missing):,} of {len(events):,} videos are not in the store "
            f"{corpus.store.root}: {', '.join(missing[:_MOST_NAMED])}{more}. Run the shards that "
            "did not finish again, with the same SOURCE, config and store"
        )
    return [event for event in events if event]
