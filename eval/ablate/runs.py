"""One run: train a model on one cell's corpus with one seed, and test it on held-out data.

The result of a run is kept in its folder; a killed run continues from its last checkpoint.
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

TASK = "slides"  # the benchmark task for a study's own questions
_SCORER = "vid2book.eval.bench.scoring.exact"  # named in the task's YAML, not imported
_RESULT = "found.json"


@dataclass(frozen=True)
class HeldOutSet:
    """A corpus whose held-out split is tested on, and its name in the table."""

    name: str
    kept: KeyedFolder


@dataclass(frozen=True)
class Job:
    """Everything that one run needs."""

    cell: str
    seed: int
    corpus: KeyedFolder
    model: KeyedFolder
    held_out: tuple[HeldOutSet, ...]
    held_out_config: HeldOut
    offered: int | None  # samples in the cell's whole corpus; None: on the Hub, not counted
    recipe: TrainConfig
    only: frozenset[str] | None = None  # ids of the samples to learn from; None: all

    @property
    def learned(self) -> InterleavedCorpus:
        """The corpus that it is trained on."""
        opened = open_corpus(self.corpus.path)
        return opened if self.only is None else opened.only(self.only)

    @property
    def key(self) -> str:
        """A key of everything that can change the result; the cell's name cannot."""
        return make_key(
            code_of(__name__, _SCORER),
            files("vid2book.eval.bench").joinpath("tasks", f"{TASK}.yaml").read_text("utf-8"),
            [kept.key for kept in (self.corpus, self.model)],
            [(held_out.name, held_out.kept.key) for held_out in self.held_out],
            self.offered,
            None if self.only is None else sorted(self.only),
            self.held_out_config.model_dump(mode="json"),
            self.recipe.model_dump(mode="json"),
            _versions(),
        )


@dataclass(frozen=True)
class AnsweredQuestion:
    """A question with an image and its score, 0 to 1. Questions with the same `video_id` (in a
    benchmark: the problem) are not independent."""

    shots: int
    id: str
    video_id: str
    score: float
    task: str = TASK


@dataclass(frozen=True)
class RunResult:
    """The result of one run, and the size of its training data."""

    samples: int
    images: int
    loss_tokens: int
    steps: int
    losses: tuple[SampleLoss, ...]  # held-out
    answers: tuple[AnsweredQuestion, ...]
    parts: dict[str, int] = field(default_factory=dict)  # losses per held-out set, in order
    offered: int | None = 0  # samples in the cell's corpus; None: not counted
    used: int | None = 0  # of these, how many were trained on

    def losses_of(self, part: str) -> tuple[SampleLoss, ...]:
        """The losses on one held-out set."""
        first = 0
        for name, size in self.parts.items():
            if name == part:
                return self.losses[first : first + size]
            first += size
        return ()


def run(job: Job, root: Path, device: str = "cpu", launch: Path | None = None) -> RunResult:
    """Train, test and store the result, or return the one stored before.

    Args:
        job: what to run.
        root: folder of all runs, inside that of the study.
        device: on which the model is tested, and also trained if it is not launched.
        launch: a config of `accelerate launch`, whose processes train the model.
    """
    out = root / job.key
    if result := _read(out / _RESULT):
        return result
    if launch:
        launch_job(job, root, launch)  # the next line reads its result
    trained = train_job(job, root)
    vlm = load(trained.model, device=device)
    data = job.recipe.data.model_copy(update={"text": job.held_out_config.text})
    parts = {held_out.name: _losses(vlm, held_out, job, data) for held_out in job.held_out}
    rows = count(job.learned, None)
    result = RunResult(
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
    write_atomically(out / _RESULT, json.dumps(asdict(result), indent=1).encode())
    return result


def train_job(job: Job, root: Path) -> TrainResult:
    """Train in this process, together with any others that it was launched with."""
    where = Tracked(root.parent.name, f"{job.cell}, seed {job.seed}", root.parent)
    out = root / job.key / "model"
    # The table reports runs with few steps.
    return train(
        job.recipe, job.learned, job.model.path, out, resume=True, tracked=where,
        warn=lambda message: None,
    )  # fmt: skip


def launch_job(job: Job, root: Path, launch: Path) -> None:
    """Train with `accelerate launch`.

    Raises:
        AblateError: it fails.
    """
    file = root / job.key / "job.pickle"
    write_atomically(file, pickle.dumps((job, root)))
    command = [sys.executable, "-m", "accelerate.commands.launch", "--config_file", str(launch)]
    command += ["-m", "vid2book.eval.ablate.launched", str(file)]
    process = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    if process.returncode:
        last = "\n".join(process.stderr.strip().splitlines()[-10:])
        raise AblateError(f"accelerate launch failed for {job.cell}, seed {job.seed}:\n{last}")


def _losses(vlm: Vlm, held_out: HeldOutSet, job: Job, data: Data) -> list[SampleLoss]:
    samples = open_corpus(held_out.kept.path, split=job.held_out_config.split).samples()
    return evaluate_loss(vlm, islice(samples, job.held_out_config.samples), data)


def _ask(vlm: Vlm, job: Job, out: Path) -> tuple[AnsweredQuestion, ...]:
    """Ask the study's own questions and those of benchmarks."""
    answers: list[AnsweredQuestion] = []
    config = job.held_out_config
    if config.questions:
        (held_out,) = job.held_out
        own = Path(held_out.kept.path) / config.questions
        answers += _answers(vlm, [TASK], own, job, out)
    if config.benchmarks:
        data = Path(config.benchmark_data) if config.benchmark_data else None
        answers += _answers(vlm, config.benchmarks, data, job, out.with_name("benchmarks"))
    return tuple(answers)


def _answers(
    vlm: Vlm, tasks: Sequence[str], data: Path | None, job: Job, out: Path
) -> Iterator[AnsweredQuestion]:
    from ..bench.run import Options, bench

    config = job.held_out_config
    options = Options(data=data, limit=config.limit)
    for cell in bench(vlm, tasks, config.shots, out, options).cells:
        if cell.failure:
            raise AblateError(f"{cell.task} of {data or 'the Hub'} cannot be asked: {cell.failure}")
        for question in cell.questions:
            yield AnsweredQuestion(
                cell.shots, question.id, question.problem, question.value, cell.task
            )


def _read(path: Path) -> RunResult | None:
    if not path.is_file():
        return None
    values = json.loads(path.read_text(encoding="utf-8"))
    return RunResult(
        **values
        | {
            "losses": tuple(SampleLoss(**loss) for loss in values["losses"]),
            "answers": tuple(AnsweredQuestion(**answer) for answer in values["answers"]),
        }
    )


def _versions() -> Sequence[str]:
    from importlib.metadata import version

    return [f"{name} {version(name)}" for name in ("torch", "transformers", "vid2book")]
