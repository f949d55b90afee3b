"""One run: a model trained on one cell's corpus with one seed, and what it makes of held-out data.

What a run found is kept in its folder; a run that was killed goes on at its last checkpoint.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from itertools import islice
from pathlib import Path

from vid2book.pipeline.code import code_of
from vid2book.store import make_key, write_atomically

from ..corpora import open_corpus
from ..train.config import TrainConfig
from ..train.loop import train
from ..train.loss import SampleLoss, evaluate_loss
from ..vlm import Vlm, load
from .config import HeldOut
from .folders import AblateError, Kept

TASK = "slides"  # of the benchmarks: questions of one's own
_SCORER = "vid2book.eval.bench.scoring.exact"  # named in the task's YAML, not imported
_FOUND = "found.json"


@dataclass(frozen=True)
class Job:
    """What one run is made from."""

    cell: str
    seed: int
    corpus: Kept
    model: Kept
    held_out: Kept
    asked: HeldOut
    recipe: TrainConfig

    @property
    def key(self) -> str:
        """Of all that can change what is found; the cell's name is not part of it."""
        return make_key(
            code_of(__name__, _SCORER),
            files("vid2book.eval.bench").joinpath("tasks", f"{TASK}.yaml").read_text("utf-8"),
            [kept.key for kept in (self.corpus, self.model, self.held_out)],
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
    samples = open_corpus(job.held_out.path, split=job.asked.split).samples()
    data = job.recipe.data.model_copy(update={"text": job.asked.text})
    losses = evaluate_loss(vlm, islice(samples, job.asked.samples), data)
    found = Found(
        samples=trained.samples,
        images=trained.images,
        loss_tokens=trained.loss_tokens,
        steps=trained.steps,
        losses=tuple(losses),
        answers=_ask(vlm, job, out / "bench") if job.asked.questions else (),
    )
    write_atomically(out / _FOUND, json.dumps(asdict(found), indent=1).encode())
    return found


def _ask(vlm: Vlm, job: Job, out: Path) -> tuple[Answered, ...]:
    from ..bench.run import Options, bench

    data = Path(job.held_out.path) / job.asked.questions
    videos = _videos(data / TASK)
    options = Options(data=data, limit=job.asked.limit)
    found: list[Answered] = []
    for cell in bench(vlm, [TASK], job.asked.shots, out, options).cells:
        if cell.failure:
            raise AblateError(f"{data}: its questions cannot be asked: {cell.failure}")
        found += [
            Answered(cell.shots, asked.id, videos[row], asked.value)
            for row, asked in enumerate(cell.questions)
        ]
    return tuple(found)


def _videos(questions: Path) -> list[str]:
    """The video of each question, which need not be told: then each is resampled alone."""
    import pyarrow.parquet as pq

    found: list[str] = []
    for file in sorted(questions.glob("test*.parquet")):
        table = pq.read_table(file)
        told = table["video_id"].to_pylist() if "video_id" in table.column_names else []
        found += told or [f"{file.name}#{row}" for row in range(len(table))]
    return found


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
