"""Running a model through tasks, by lm-eval's evaluator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from vid2book.models.chat import Chat
from vid2book.models.open_clip import OpenClip

from ..vlm import Vlm, load
from .published import TASKS
from .results import Cell, Question, Run, folder_of

if TYPE_CHECKING:
    from lm_eval.api.model import LM

    from .features import Tell
    from .score import How
    from .task import Setting, VisualTask


@dataclass(frozen=True)
class Options:
    """How tasks are asked.

    Attributes:
        shots_by: `random` (seeded), or `rices`, the likeness of pictures.
        open_clip: the model that `rices` embeds pictures with.
        data: a folder of local Parquet, FOLDER/TASK/SPLIT*.parquet; None for the Hub.
        limit: the first so many questions of each task.
        scoring: `extracted`, `as_published`, or `judge_as_released`, which needs `chat`.
        chat: a language model; with `extracted` it reads what the rules cannot.
        seed: of random shots.
        batch_size: prompts at once, to begin with; halved whenever memory runs out.
        device: of a model that is loaded here; a GPU where there is one if None.
        dtype: of a model that is loaded here.
    """

    shots_by: Literal["random", "rices"] = "random"
    open_clip: OpenClip | None = None
    data: Path | None = None
    limit: int | None = None
    scoring: How = "extracted"
    chat: Chat | None = None
    seed: int = 0
    batch_size: int = 16
    device: str | None = None
    dtype: str = "auto"

    def public(self) -> dict[str, Any]:
        """What results depend on, for the record."""
        return {
            "shots_by": self.shots_by,
            "clip": self.open_clip.name if self.open_clip and self.shots_by == "rices" else None,
            "data": str(self.data) if self.data else None,
            "limit": self.limit,
            "scoring": self.scoring,
            "chat": self.chat.identity if self.chat else None,
            "seed": self.seed,
        }


def bench(
    model: str | Path | Vlm | LM,
    tasks: Sequence[str],
    shots: Sequence[int],
    out: Path,
    options: Options | None = None,
    tell: Tell | None = None,
) -> Run:
    """Ask one model every task at every number of shots.

    What it answered is kept in `out` as it comes; a second call with the same `out` asks only what
    is missing.

    Args:
        model: a name on the Hub, a folder, a loaded model, or any LM of lm-eval that takes turns.
        tasks: names of `tasks/`, or TASK+PROBE; see `expand`.
        shots: numbers of shots.
        out: a folder; a run goes to a folder of its model's name in it.
        options: how tasks are asked.
        tell: called with what is done, such as "mathvista, 2-shot", how far it is, and of how many.

    Raises:
        ValueError: an unknown task, or options that do not go together.
        VlmError, ModelError, BenchError, BackendError: a model that cannot be used.
    """
    options = options or Options()
    tell = tell or (lambda what, done, total: None)
    names = expand(tasks)
    _check(options, shots)
    if isinstance(model, str | Path):
        model = load(model, device=_device(options), dtype=options.dtype)
    name = model.name if isinstance(model, Vlm) else type(model).__name__
    folder = folder_of(out, name)
    lm = _as_lm(model, folder, options)
    form = getattr(lm, "released", "")
    setting = replace(_setting(options, tell), form=form)
    settings = options.public() | {"form": form}
    cells: list[Cell] = []
    run = Run(name, settings)
    for task in names:
        for count in dict.fromkeys(shots):
            if cell := _ask(lm, task, count, setting, tell):
                cells.append(cell)
                cell.write(folder)
                run = Run(name, settings, tuple(cells))
                run.write(folder)
    return run


def expand(tasks: Sequence[str]) -> list[str]:
    """Task names, with `all` for the seven of the paper and `probes` for the probes of these.

    Raises:
        ValueError: there is no such task or probe.
    """
    from .probes import PROBES
    from .task import task_names

    sets = {
        "all": list(TASKS),
        "probes": [f"{task}+{probe}" for task in TASKS for probe in PROBES if probe != "no_ocr"]
        + ["textvqa_ocr+no_ocr"],
    }
    names = list(dict.fromkeys(name for task in tasks for name in sets.get(task, [task])))
    for name in names:
        base, plus, probe = name.partition("+")
        if base not in task_names():
            raise ValueError(f"no task {base!r}; there are {', '.join([*sets, *task_names()])}")
        if plus and probe not in PROBES:
            raise ValueError(f"no probe {probe!r}; there are {', '.join(PROBES)}")
    return names


def _check(options: Options, shots: Sequence[int]) -> None:
    if not shots or min(shots) < 0:
        raise ValueError("numbers of shots are 0 or more, such as 0,1,2,4")
    if options.scoring == "judge_as_released" and options.chat is None:
        raise ValueError("judge_as_released needs a language model that says true or false")


def _setting(options: Options, tell: Tell) -> Setting:
    from .features import Features
    from .rows import Library
    from .score import Scoring
    from .task import Setting

    open_clip = options.open_clip or OpenClip("ViT-L-14", "openai")
    return Setting(
        seed=options.seed,
        features=Features(open_clip, tell) if options.shots_by == "rices" else None,
        library=Library(options.data, options.limit),
        scoring=Scoring(options.scoring, options.chat),
    )


def _ask(lm: LM, name: str, shots: int, setting: Setting, tell: Tell) -> Cell | None:
    """The cell; None if the task says nothing with so many shots."""
    from jinja2 import UndefinedError
    from lm_eval.evaluator import evaluate

    from .lm import VlmLM
    from .rows import DataError
    from .task import applies, load_task

    if not applies(name, shots):
        return None
    if isinstance(lm, VlmLM):
        lm.tell = lambda done, total: tell(f"{name}, {shots}-shot", done, total)
    try:
        task = load_task(name, replace(setting, shots=shots))
        evaluate(lm, {"tasks": {name: task}}, log_samples=False, bootstrap_iters=0)
    except (DataError, UndefinedError) as error:
        return Cell(name, shots, failure=str(error))
    return Cell(name, shots, tuple(_questions(task)))


def _questions(task: VisualTask) -> list[Question]:
    found = []
    for row, asked in task.asked.items():
        answer, score = task.answers[row], task.scores[row]
        found.append(
            Question(
                id=asked.id,
                problem=asked.problem,
                value=score.value,
                extracted=score.extracted,
                response=answer.text,
                target=asked.turns[-1].answer,
                prompt=answer.prompt,
                shots=list(asked.shots),
                excluded=dict(asked.excluded),
                dropped=answer.dropped,
                failure=answer.failure,
            )
        )
    return found


def _as_lm(model: Vlm | LM, folder: Path, options: Options) -> LM:
    from .answers import AnswerLog
    from .lm import VlmLM

    if not isinstance(model, Vlm):
        return model
    model.model.eval()
    return VlmLM(
        model,
        AnswerLog(folder / "answers.jsonl"),
        options.batch_size,
        as_released=options.scoring == "judge_as_released",
    )


def _device(options: Options) -> str:
    import torch

    return options.device or ("cuda" if torch.cuda.is_available() else "cpu")
