"""A whole study: folders, runs, table. Existing results are not computed again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from vid2book.pipeline.processes import cores

from ..corpora import open_corpus
from ..train.order import count
from .adopted import is_in_our_shape
from .arrange import shared_ids
from .config import Ablation
from .folders import AblateError, Folders
from .grid import Cell
from .held_out import check, held_out_sets
from .places import begin, device_here
from .runs import Job, RunResult, run

Results = dict[str, dict[int, RunResult]]  # by cell and seed


def study(
    ablation: Ablation,
    chosen: list[Cell],
    out: Path,
    devices: Sequence[str],
    tell: Callable[[str], None],
    launch: Path | None = None,
) -> Results:
    """Run all cells with all seeds.

    Args:
        ablation: what is studied.
        chosen: all its cells or some of them; the first is the base.
        out: folder where everything is kept.
        devices: one for each parallel process (`places.py`); processes on the CPU share its cores.
        tell: called with a line for each step.
        launch: a config of `accelerate launch`, whose processes train each model.

    Raises:
        AblateError, TrainError, CorpusError, VlmError, ConfigError: what is wrong.
    """
    planned = jobs(ablation, chosen, Folders(out, tell))
    context = get_context("spawn")
    waiting = context.Queue()
    for device in devices:
        waiting.put(device)
    threads = max(1, cores() // len(devices))
    by_job: dict[Job, RunResult] = {}
    with ProcessPoolExecutor(len(devices), context, begin, (waiting, threads)) as pool:
        running = {pool.submit(run_here, job, out / "runs", launch): job for job in planned}
        try:
            for future in as_completed(running):
                job = running[future]
                by_job[job] = future.result()
                tell(f"{len(by_job)} of {len(planned)}: {job.cell}, seed {job.seed}")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    results: Results = {cell.name: {} for cell in chosen}
    for job in planned:
        results[job.cell][job.seed] = by_job[job]
    return results


def run_here(job: Job, root: Path, launch: Path | None) -> RunResult:
    """Do a run on the device of this process."""
    return run(job, root, device_here(), launch)


def jobs(ablation: Ablation, chosen: list[Cell], folders: Folders) -> list[Job]:
    """All runs, seed by seed, so that early results can already be compared."""
    corpora = [folders.corpus(cell.corpus, cell.settings.pipeline) for cell in chosen]
    held_out = held_out_sets(ablation.held_out, [cell.name for cell in chosen], corpora, folders)
    check(ablation.held_out, held_out, corpora)
    differ = len({corpus.key for corpus in corpora}) > 1
    matched = differ and ablation.design == "matched ids"
    foreign = [c.path for c in corpora if matched and not is_in_our_shape(Path(c.path))]
    if foreign:
        raise AblateError(
            f"{foreign[0]}: samples are matched by id in corpora of vid2book alone; use "
            "design: whole corpora, with a budget"
        )
    only = shared_ids(Path(corpus.path) for corpus in corpora) if matched else None
    if only is not None and not only:
        raise AblateError(
            "no sample is in the corpora of all cells, so they cannot be matched by id: "
            "use design: whole corpora"
        )
    offered = [count(open_corpus(corpus.path), None) for corpus in corpora]
    planned: list[Job] = []
    for seed in ablation.seeds:
        for cell, corpus, rows in zip(chosen, corpora, offered, strict=True):
            learned = folders.arranged(corpus, cell.settings, only, seed)
            tokens = ablation.budget or cell.recipe.tokens
            recipe = cell.recipe.model_copy(update={"seed": seed, "tokens": tokens})
            planned.append(
                Job(
                    cell=cell.name,
                    seed=seed,
                    corpus=learned,
                    model=folders.model(ablation.model, seed),
                    held_out=held_out,
                    held_out_config=ablation.held_out,
                    offered=rows,
                    recipe=recipe,
                    only=only if learned is corpus else None,  # a shuffled copy has no others
                )
            )
    return planned
