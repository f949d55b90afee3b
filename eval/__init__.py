"""Is the corpus any good? Measures, reports, training, benchmarks.

from vid2book.eval import measure
measure("textbook", "other", samples=1000).to_dict()    # as metrics.json has it
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vid2book.models.chat import Chat
    from vid2book.models.open_clip import OpenClip

    from .corpora import InterleavedCorpus
    from .density.surprise import LanguageModel
    from .report.measuring import Tell
    from .report.metrics import Report

__all__ = ["measure"]


def measure(
    *corpora: str | Path | InterleavedCorpus,
    samples: int | None = None,
    seed: int = 0,
    split: str = "train",
    marked: bool = False,
    open_clip: OpenClip | None = None,
    benchmark: str | Path | None = None,
    benchmark_split: str = "test",
    language_model: LanguageModel | None = None,
    judge: Chat | None = None,
    only: Collection[str] = (),
    fetch: bool = False,
    tell: Tell | None = None,
) -> Report:
    """Measure corpora, and compare every two.

    Args:
        corpora: what `open_corpus` opens, or opened ones.
        samples: how many of each to draw at random; None: all.
        seed: of the draw and of wrong pairs.
        split: of each corpus.
        marked: with what a corpus of ours marks as to be dropped (config `decide: mark`).
        open_clip: embeds images and texts; without it on-screen text stands for the image.
        benchmark: a dataset whose questions and images the corpora should not hold.
        benchmark_split: of it.
        language_model: tells how surprising the texts are.
        judge: grades the texts.
        only: names of figures; all where none is named.
        fetch: download images that are only a URL (`eval/fetch.py`).
        tell: called with the name of a corpus and the number of samples done.

    Raises:
        CorpusError: a corpus or the benchmark cannot be read.
        ModelError: the CLIP model cannot be loaded.
    """
    # Imported late, so that the command line, which finds its commands in here, starts fast.
    from .corpora import InterleavedCorpus, open_corpus
    from .fetch import Fetcher
    from .questions import open_sought_questions
    from .report.metrics import report_on
    from .tools import Tools

    opened = [
        c if isinstance(c, InterleavedCorpus) else open_corpus(c, split, marked=marked)
        for c in corpora
    ]
    if fetch:
        fetcher = Fetcher()
        for corpus in opened:
            corpus.fetch = fetcher.get
    sought = open_sought_questions(benchmark, benchmark_split) if benchmark else None
    tools = Tools(seed, open_clip, sought, language_model, judge)
    return report_on(opened, tools, samples, tell, only)
