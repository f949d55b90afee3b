"""One run: a model trained on one cell's corpus with one seed, and what it makes of held-out data.

What a run found is kept in its folder; a run that was killed goes on at its last checkpoint.
"""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from importlib.resources import files
from itertools import islice
from pathlib import Path

from vid2book.pipeline.code import code_of
from vid2book.store import make_key, write_atomically

from ..corpora import InterleavedCorpus, open_corpus
from ..train.config import Data, TrainConfig
from ..train.folder import TrainResult
from ..train.log import Tracked
from ..train.loop import train
from ..train.loss import SampleLoss, evaluate_loss
from ..train.order import count
from ..vlm import Vlm, load
from .config import HeldOut
from .folders import AblateError, KeyedFolder

TASK = "slides"  # of the benchmarks: questions of one's own
_SCORER = "vid2book.eval.bench.scoring.exact"  # named in the task's YAML, not imported
_FOUND = "found.json"


@dataclass(frozen=True)
class HeldOutSet:
    """A corpus of which the held-out split is asked, and how the table names it."""

    name: str
    kept: KeyedFolder


@dataclass(frozen=True)
class Job:
    """What one run is made from."""

    cell: str
    seed: int
    corpus: KeyedFolder
    model: KeyedFolder
    held_out: tuple[HeldOutSet, ...]
    asked: HeldOut
    offered: int | None  # samples of the cell's whole corpus; None: on the Hub, not counted
    recipe: TrainConfig
    only: frozenset[str] | None = None  # ids of the samples to learn from; None: all

    @property
    def learned(self) -> InterleavedCorpus:
        """What it is trained on."""
        opened = open_corpus(self.corpus.path)
        return opened if self.only is None else opened.only(self.only)

    @property
    def key(self) -> str:
        """Of all that can change what is found; the cell's name is not part of it."""
        return make_key(
            code_of(__name__, _SCORER),
            files("vid2book.eval.bench").joinpath("tasks", f"{TASK}.yaml").read_text("utf-8"),
            [kept.key for kept in (self.corpus, self.model)],
            [(held_out.name, held_out.kept.key) for held_out in self.held_out],
            self.offered,
            None if self.only is None else sorted(self.only),
            self.asked.model_dump(mode="json"),
            self.recipe.model_dump(mode="json"),
            _versions(),
        )


@dataclass(frozen=True)
class Answered:
    """A question with an image. `score` is 0 to 1; those of one `video_id`, which of a benchmark is
    a problem, hang together."""

    shots: int
    id: str
    video_id: str
    score: float
    task: str = TASK


@dataclass(frozen=True)
class RunResult:
    """What one run found, with what it was trained on."""

    samples: int
    images: int
    loss_tokens: int
    steps: int
    losses: tuple[SampleLoss, ...]  # held-out
    answers: tuple[Answered, ...]
    parts: dict[str, int] = field(default_factory=dict)  # held-out sets in order, with their losses
    offered: int | None = 0  # samples of the cell's corpus; None: not counted
    used: int | None = 0  # of them, those that were trained on

    def losses_of(self, part: str) -> tuple[SampleLoss, ...]:
        """Of one held-out set."""
        first = 0
        for name, size in self.parts.items():
            if name == part:
                return self.losses[first : first + size]
            first += size
        return ()


def run(job: Job, root: Path, device: str = "cpu", launch: Path | None = None) -> RunResult:
    """Train, ask, and keep what was found; or what was found before.

    Args:
        job: what to run.
        root: folder of all runs, in that of the study.
        device: that the trained model is asked on, and trained on where it is not launched.
        launch: a config of `accelerate launch`, by whose processes the model is trained.
    """
    out = root / job.key
    if found := _read(out / _FOUND):
        return found
    if launch:
        launched(job, root, launch)  # of which the next line reads the result
    trained = train_job(job, root)
    vlm = load(trained.model, device=device)
    data = job.recipe.data.model_copy(update={"text": job.asked.text})
    parts = {held_out.name: _losses(vlm, held_out, job, data) for held_out in job.held_out}
    rows = count(job.learned, None)
    found = RunResult(
        samples=trained.samples,
        images=trained.images,
        loss_tokens=trained.loss_tokens,
        steps=trained.steps,
        losses=tuple(loss for losses in parts.values() for loss in losses),
        answers=_ask(vlm, job, out / "bench"),
        parts={name: len(losses) for name, losses in parts.items()},
        offered=job.offered,
        used=None if rows is None else min(rows, trained.samples),
    )
    write_atomically(out / _FOUND, json.dumps(asdict(found), indent=1).encode())
    return found


def train_job(job: Job, root: Path) -> TrainResult:
    """Train in this process, or in this and the others that it was launched with."""
    where = Tracked(root.parent.name, f"{job.cell}, seed {job.seed}", root.parent)
    out = root / job.key / "model"
    # Of runs with few steps the table tells.
    return train(
        job.recipe, job.learned, job.model.path, out, resume=True, tracked=where,
        warn=lambda told: None,
    )  # fmt: skip


def launched(job: Job, root: Path, launch: Path) -> None:
    """Train by `accelerate launch`.

    Raises:
        AblateError: it fails.
    """
    file = root / job.key / "job.pickle"
    write_atomically(file, pickle.dumps((job, root)))
    command = [sys.executable, "-m", "accelerate.commands.launch", "--config_file", str(launch)]
    command += ["-m", "vid2book.eval.ablate.launched", str(file)]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        last = "\n".join(done.stderr.strip().splitlines()[-10:])
        raise AblateError(f"accelerate launch failed for {job.cell}, seed {job.seed}:\n{last}")


def _losses(vlm: Vlm, held_out: HeldOutSet, job: Job, data: Data) -> list[SampleLoss]:
    samples = open_corpus(held_out.kept.path, split=job.asked.split).samples()
    return evaluate_loss(vlm, islice(samples, job.asked.samples), data)


def _ask(vlm: Vlm, job: Job, out: Path) -> tuple[Answered, ...]:
    """The answers to the study's own questions, and to those of benchmarks."""
    found: list[Answered] = []
    if job.asked.questions:
        (held_out,) = job.held_out
        own = Path(held_out.kept.path) / job.asked.questions
        found += _answers(vlm, [TASK], own, job, out)
    if job.asked.benchmarks:
        data = Path(job.asked.benchmark_data) if job.asked.benchmark_data else None
        found += _answers(vlm, job.asked.benchmarks, data, job, out.with_name("benchmarks"))
    return tuple(found)


def _answers(
    vlm: Vlm, tasks: Sequence[str], data: Path | None, job: Job, out: Path
) -> Iterator[Answered]:
    from ..bench.run import Options, bench

    options = Options(data=data, limit=job.asked.limit)
    for cell in bench(vlm, tasks, job.asked.shots, out, options).cells:
        if cell.failure:
            raise AblateError(f"{cell.task} of {data or 'the Hub'} cannot be asked: {cell.failure}")
        for asked in cell.questions:
            yield Answered(cell.shots, asked.id, asked.problem, asked.value, cell.task)


def _read(path: Path) -> RunResult | None:
    if not path.is_file():
        return None
    values = json.loads(path.read_text(encoding="utf-8"))
    return RunResult(
        **values
        | {
            "losses": tuple(SampleLoss(**loss) for loss in values["losses"]),
            "answers": tuple(Answered(**answer) for answer in values["answers"]),
        }
    )


def _versions() -> Sequence[str]:
    from importlib.metadata import version

    return [f"{name} {version(name)}" for name in ("torch", "transformers", "vid2book")]
