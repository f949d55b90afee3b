"""Opens the corpus that a command line names, and tells what of it is passed over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from vid2book.intake.values import whole_text

if TYPE_CHECKING:
    from vid2book.manifest.walk import PassedOver
    from vid2book.pipeline.corpus import Corpus

_MOST_NAMED = 10  # files that were passed over


def opened(
    videos: list[str],
    output: Path | None,
    config: str,
    store: str | None,
    limit: int | None,
    minutes: float | None,
    errors: Console,
) -> Corpus:
    """The corpus, without what `vid2book remove` took out of `output`.

    Raises:
        UserError: what is wrong in which file.
    """
    from . import source
    from .splits import splits

    corpus = source.open_corpus(
        videos, config, store, limit, minutes, lambda files: _tell_passed_over(files, errors)
    )
    if output:
        corpus, removed = without_removed(corpus, output)
        if removed:
            errors.print(
                f"Left out, for they were removed from {escape(str(output))}: {', '.join(removed)}",
                soft_wrap=True,
            )
    splits(corpus)  # a name that cannot be written is told before hours of work
    return corpus


def _tell_passed_over(files: Sequence[PassedOver], errors: Console) -> None:
    reasons: dict[str, list[str]] = {}
    for file in files:
        reasons.setdefault(file.reason, []).append(whole_text(file.path))
    for reason, paths in reasons.items():
        more = f" and {len(paths) - _MOST_NAMED:,} more" if len(paths) > _MOST_NAMED else ""
        named = ", ".join(paths[:_MOST_NAMED])
        errors.print(f"[yellow]Passed over:[/] {escape(named)}{more}: {reason}", soft_wrap=True)


def without_removed(corpus: Corpus, output: Path) -> tuple[Corpus, list[str]]:
    """The corpus without the videos that `vid2book remove` took out of `output`, and their ids."""
    from vid2book.folder import record

    from .splits import denying

    known = set(record.removed(output)) - set(corpus.config.reduce.deny)
    removed = [video.video_id for video in corpus.videos if video.video_id in known]
    if not removed:
        return corpus, []
    return replace(corpus, config=denying(corpus.config, removed)), removed
