"""The command `vid2book merge`: a corpus from the results of its shards in the store."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vid2book.console import user_errors
from vid2book.errors import UserError
from vid2book.quantities import names_of, number_of
from vid2book.terminal import AsJson, Quiet, Terminal

from ..options import ConfigName, Limit, Minutes, Sources, StorePlace, Workers

if TYPE_CHECKING:
    from vid2book.pipeline.corpus import Corpus
    from vid2book.pipeline.local import Event


@user_errors(stopped="Stopped. What the shards left is in the store; the same command starts anew.")
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
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Write the corpus after all shards of `vid2book build --shard` have finished.

    Give the same SOURCE, config and store as for the shards. No video is processed.
    """
    from vid2book.folder import layout, swap
    from vid2book.local import check_writable
    from vid2book.pipeline.processes import cores

    from .. import gather
    from ..finish import finish
    from ..logs import BuildLog, log_bugs
    from ..opening import Request, log_entry, open_and_report
    from ..progress import Display
    from ..tally import Tally

    terminal, workers = Terminal(as_json, quiet), workers or cores()
    check_writable(output)
    swap.recover(output)
    opened = open_and_report(
        Request(tuple(videos), config, store, limit, minutes), output, terminal
    )
    # Results that a shard stored while a back end failed count too, since nothing is retried here.
    result_store = opened.corpus.store.of_every_run()
    opened = replace(opened, corpus=replace(opened.corpus, store=result_store))
    tally = Tally(len(opened.corpus.videos))
    display = Display(tally, terminal)
    log = BuildLog(output / layout.LOG, tally, built_from=log_entry(opened.request))
    events = list(display.counted("gathering results", gather.became_of(opened.corpus, workers)))
    finished = checked(opened.corpus, events)
    with swap.writing(output):
        finished = list(log.counted(log_bugs(finished, output / layout.ERRORS)))
        finish(opened, finished, output, workers, display, log, terminal)


def checked(corpus: Corpus, events: list[Event | None]) -> list[Event]:
    """The events of all videos.

    Raises:
        UserError: some videos are not finished.
    """
    pairs = zip(corpus.videos, events, strict=True)
    if missing := [video.video_id for video, event in pairs if event is None]:
        raise UserError(
            f"{len(missing):,} of {number_of(len(events), 'video')} are not in the store "
            f"{corpus.store.root}: {names_of(missing)}. Run the shards that "
            "did not finish again, with the same SOURCE, config and store"
        )
    return [event for event in events if event]
