"""A whole study: folders, runs, table. What is there already is not done again."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from ..corpora import open_corpus
from ..train.order import count
from .arrange import shared_ids
from .config import Ablation
from .folders import AblateError, Folders
from .grid import Cell
from .held_out import check, held_out_sets
from .runs import Found, Job, run

Results = dict[str, dict[int, Found]]  # by cell and seed


def study(
    ablation: Ablation,
    chosen: list[Cell],
    out: Path,
    workers: int,
    tell: Callable[[str], None],
) -> Results:
    """Run all cells with all seeds.

    Args:
        ablation: what is studied.
        chosen: its cells, or some of them; the first is the base.
        out: folder where everything is kept.
        workers: runs at once, each in a process of its own that computes on its share of the cores.
        tell: called with a line for whatever is done.

    Raises:
        AblateError, TrainError, CorpusError, VlmError, ConfigError: what is wrong.
    """
    planned = jobs(ablation, chosen, Folders(out, tell))
    threads = max(1, (os.cpu_count() or 1) // workers)
    found: dict[Job, Found] = {}
    with ProcessPoolExecutor(workers, get_context("spawn"), _begin, (threads,)) as pool:
        waiting = {pool.submit(run, job, out / "runs"): job for job in planned}
        try:
            for done in as_completed(waiting):
                job = waiting[done]
                found[job] = done.result()
                tell(f"{len(found)} of {len(planned)}: {job.cell}, seed {job.seed}")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    results: Results = {cell.name: {} for cell in chosen}
    for job in planned:
        results[job.cell][job.seed] = found[job]
    return results


def jobs(ablation: Ablation, chosen: list[Cell], folders: Folders) -> list[Job]:
    """Seed by seed, so that what is done first can be compared."""
    corpora = [folders.corpus(ablation.corpus, cell.settings.pipeline) for cell in chosen]
    asked = held_out_sets(ablation.held_out, [cell.name for cell in chosen], corpora, folders)
    check(ablation.held_out, asked, corpora)
    differ = len({corpus.key for corpus in corpora}) > 1
    matched = differ and ablation.design == "matched ids"
    only = shared_ids(Path(corpus.path) for corpus in corpora) if matched else None
    if only is not None and not only:
        raise AblateError(
            "no sample is in the corpora of all cells, so they cannot be matched by id: "
            "use design: whole corpora"
        )
    offered = [count(open_corpus(corpus.path), None) or 0 for corpus in corpora]
    return [
        Job(
            cell=cell.name,
            seed=seed,
            corpus=folders.arranged(corpus, cell.settings, only, seed),
            model=folders.model(ablation.model, seed),
            held_out=asked,
            asked=ablation.held_out,
            offered=rows,
            recipe=cell.recipe.model_copy(update={"seed": seed, "tokens": ablation.budget}),
        )
        for seed in ablation.seeds
        for cell, corpus, rows in zip(chosen, corpora, offered, strict=True)
    ]


def _begin(threads: int) -> None:
    """In a worker: two runs must not both take all cores."""
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    import torch

    torch.set_num_threads(threads)
