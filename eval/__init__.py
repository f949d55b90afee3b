"""How good is a corpus? Measures, reports, training, benchmarks.

from vid2book.eval import measure
measure("textbook", "other", samples=1000).to_dict()    # as in metrics.json
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
    from .report.metrics import Report
    from .tools import Tell

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
        samples: how many samples of each to draw at random; None: all.
        seed: random seed for drawing samples and wrong pairs.
        split: split of each corpus to measure.
        marked: include what a corpus marks to be dropped (config `decide: mark`).
        open_clip: embeds images and texts; without it, on-screen text represents the image.
        benchmark: a dataset whose questions and images should not be in the corpora.
        benchmark_split: split of the benchmark.
        language_model: measures how surprising the texts are.
        judge: grades the texts.
        only: names of figures; all if none is named.
        fetch: download images that are only a URL (`eval/fetch.py`).
        tell: called with what is counted (samples of a corpus, or pictures that are read), how
            many are done, and the total if it is known.

    Raises:
        CorpusError: a corpus or the benchmark cannot be read.
        ModelError: the CLIP model cannot be loaded.
    """
    # Imported late, so that the command line, which finds its commands here, starts fast.
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
    tools = Tools(seed, open_clip, sought, language_model, judge, tell)
    return report_on(opened, tools, samples, tell, only)
