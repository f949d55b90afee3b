"""One run: a model trained on one cell's corpus with one seed, and what it makes of held-out data.

What a run found is kept in its folder; a run that was killed goes on at its last checkpoint.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from importlib.resources import files
from itertools import islice
from pathlib import Path

from vid2book.pipeline.code import code_of
from vid2book.store import make_key, write_atomically

from ..corpora import open_corpus
from ..train.config import Data, TrainConfig
from ..train.loop import train
from ..train.loss import SampleLoss, evaluate_loss
from ..train.order import count
from ..vlm import Vlm, load
from .config import HeldOut
from .folders import AblateError, Kept

TASK = "slides"  # of the benchmarks: questions of one's own
_SCORER = "vid2book.eval.bench.scoring.exact"  # named in the task's YAML, not imported
_FOUND = "found.json"


@dataclass(frozen=True)
class HeldOutSet:
    """A corpus of which the held-out split is asked, and how the table names it."""

    name: str
    kept: Kept


@dataclass(frozen=True)
class Job:
    """What one run is made from."""

    cell: str
    seed: int
    corpus: Kept
    model: Kept
    held_out: tuple[HeldOutSet, ...]
    asked: HeldOut
    offered: int  # samples of the cell's whole corpus
    recipe: TrainConfig

    @property
    def key(self) -> str:
        """Of all that can change what is found; the cell's name is not part of it."""
        return make_key(
            code_of(__name__, _SCORER),
            files("vid2book.eval.bench").joinpath("tasks", f"{TASK}.yaml").read_text("utf-8"),
            [kept.key for kept in (self.corpus, self.model)],
            [(held_out.name, held_out.kept.key) for held_out in self.held_out],
            self.offered,
            self.asked.model_dump(mode="json"),
            self.recipe.model_dump(mode="json"),
            _versions(),
        )


@dataclass(frozen=True)
class Answered:
    """One question about a held-out image. `score` is 0 to 1."""

    shots: int
    id: str
    video_id: str
    score: float


@dataclass(frozen=True)
class Found:
    """What one run found, with what it was trained on."""

    samples: int
    images: int
    loss_tokens: int
    steps: int
    losses: tuple[SampleLoss, ...]  # held-out
    answers: tuple[Answered, ...]
    parts: dict[str, int] = field(default_factory=dict)  # held-out sets in order, with their losses
    offered: int = 0  # samples of the cell's corpus
    used: int = 0  # of them, those that were trained on

    def losses_of(self, part: str) -> tuple[SampleLoss, ...]:
        """Of one held-out set."""
        first = 0
        for name, size in self.parts.items():
            if name == part:
                return self.losses[first : first + size]
            first += size
        return ()


def run(job: Job, root: Path, device: str = "cpu") -> Found:
    """Train, ask, and keep what was found; or what was found before.

    Args:
        job: what to run.
        root: folder of all runs.
        device: that the trained model is asked on.
    """
    out = root / job.key
    if found := _read(out / _FOUND):
        return found
    trained = train(job.recipe, job.corpus.path, job.model.path, out / "model", resume=True)
    vlm = load(trained.model, device=device)
    data = job.recipe.data.model_copy(update={"text": job.asked.text})
    parts = {held_out.name: _losses(vlm, held_out, job, data) for held_out in job.held_out}
    rows = count(open_corpus(job.corpus.path), None) or 0
    found = Found(
        samples=trained.samples,
        images=trained.images,
        loss_tokens=trained.loss_tokens,
        steps=trained.steps,
        losses=tuple(loss for losses in parts.values() for loss in losses),
        answers=_ask(vlm, job, out / "bench") if job.asked.questions else (),
        parts={name: len(losses) for name, losses in parts.items()},
        offered=job.offered,
        used=min(rows, trained.samples),
    )
    write_atomically(out / _FOUND, json.dumps(asdict(found), indent=1).encode())
    return found


def _losses(vlm: Vlm, held_out: HeldOutSet, job: Job, data: Data) -> list[SampleLoss]:
    samples = open_corpus(held_out.kept.path, split=job.asked.split).samples()
    return evaluate_loss(vlm, islice(samples, job.asked.samples), data)


def _ask(vlm: Vlm, job: Job, out: Path) -> tuple[Answered, ...]:
    from ..bench.run import Options, bench

    (held_out,) = job.held_out
    data = Path(held_out.kept.path) / job.asked.questions
    options = Options(data=data, limit=job.asked.limit)
    found: list[Answered] = []
    for cell in bench(vlm, [TASK], job.asked.shots, out, options).cells:
        if cell.failure:
            raise AblateError(f"{data}: its questions cannot be asked: {cell.failure}")
        found += [
            Answered(cell.shots, asked.id, asked.problem, asked.value) for asked in cell.questions
        ]
    return tuple(found)


def _read(path: Path) -> Found | None:
    if not path.is_file():
        return None
    values = json.loads(path.read_text(encoding="utf-8"))
    return Found(
        **values
        | {
            "losses": tuple(SampleLoss(**loss) for loss in values["losses"]),
            "answers": tuple(Answered(**answer) for answer in values["answers"]),
        }
    )


def _versions() -> Sequence[str]:
    from importlib.metadata import version

    return [f"{name} {version(name)}" for name in ("torch", "transformers", "vid2book")]
