"""Runs a model on tasks, with lm-eval's evaluator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from vid2book.config import Llm
from vid2book.models.chat import Chat
from vid2book.models.open_clip import OpenClip

from ..vlm import Vlm, load
from . import hub_results
from .published import TASKS
from .ranks import Ranks, device, ranks
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
        shots_by: `random` (seeded), or `rices`, by the similarity of pictures.
        open_clip: the model that embeds pictures for `rices`.
        data: a folder of local Parquet, FOLDER/TASK/SPLIT*.parquet; None for the Hub.
        limit: ask only this many questions of each task, the first.
        scoring: `extracted`, `as_published`, or `judge_as_released`, which needs `chat`.
        chat: a language model; with `extracted`, it reads answers that the rules cannot.
        seed: the seed of random shots.
        batch_size: prompts at a time, to begin with; halved whenever memory runs out.
        model_url: the server that runs the model; if None, the model is loaded here.
        model_key_env: environment variable that holds the server's key, if it needs one.
        concurrency: requests to the server at a time.
        device: for a model loaded here; if None, a GPU if there is one.
        dtype: for a model loaded here.
    """

    shots_by: Literal["random", "rices"] = "random"
    open_clip: OpenClip | None = None
    data: Path | None = None
    limit: int | None = None
    scoring: How = "extracted"
    chat: Chat | None = None
    seed: int = 0
    batch_size: int = 16
    model_url: str | None = None
    model_key_env: str = ""
    concurrency: int = 16
    device: str | None = None
    dtype: str = "auto"

    def public(self) -> dict[str, Any]:
        """The options that results depend on, for the record."""
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

    Answers are saved in `out` as they arrive; a second call with the same `out` asks only the
    missing questions.

    Args:
        model: a name on the Hub, a folder, a loaded model, or any LM of lm-eval that takes turns.
        tasks: names from `tasks/`, or TASK+PROBE; see `expand`.
        shots: numbers of shots.
        out: a folder; the run goes into a subfolder named after its model.
        options: how tasks are asked.
        tell: called with what is being done, such as "mathvista, 2-shot", how many questions are
            done, and the total.

    Raises:
        ValueError: a task is unknown, or options contradict each other.
        VlmError, ModelError, BenchError, BackendError: a model cannot be used.
    """
    options = options or Options()
    tell = tell or (lambda what, done, total: None)
    names = expand(tasks)
    _check(options, shots)
    own = ranks()
    if isinstance(model, str | Path) and options.model_url is None:
        model = load(model, device=options.device or device(), dtype=options.dtype)
    name = str(model) if isinstance(model, str | Path) else _name(model)
    folder = folder_of(out, name)
    lm = _as_lm(model, folder, options, own)
    form = getattr(lm, "released", "")
    setting = replace(_setting(options, tell), form=form, ranks=own)
    settings = options.public() | {"form": form}
    cells: list[Cell] = []
    run = Run(name, settings)
    for task in names:
        for count in dict.fromkeys(shots):
            if cell := _ask(lm, task, count, setting, tell):
                cells.append(cell)
                run = Run(name, settings, tuple(cells))
                if own.is_main:
                    cell.write(folder)
                    run.write(folder)
                    hub_results.write(folder, run)
    return run


def expand(tasks: Sequence[str]) -> list[str]:
    """Task names, where `all` stands for the seven tasks of the paper, `vlicl` for those of VL-ICL
    Bench, and `probes` for the probes of the seven.

    Raises:
        ValueError: there is no such task or probe.
    """
    from .probes import PROBES
    from .task import task_names

    sets = {
        "all": list(TASKS),
        "vlicl": [task for task in task_names() if task.startswith("vlicl_")],
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
    """Ask a task, and return its cell; None if the task makes no sense with so many shots."""
    from jinja2 import UndefinedError
    from lm_eval.evaluator import evaluate

    from .rows import DataError
    from .task import applies, load_task

    if not applies(name, shots):
        return None
    if hasattr(lm, "tell"):
        lm.tell = lambda done, total: tell(f"{name}, {shots}-shot", done, total)
    try:
        task = load_task(name, replace(setting, shots=shots))
        if setting.ranks.rank < len(task):  # otherwise, this process has no questions
            evaluate(lm, {"tasks": {name: task}}, log_samples=False, bootstrap_iters=0)
    except (DataError, UndefinedError) as error:
        return Cell(name, shots, failure=str(error))
    questions = setting.ranks.gather(_questions(task))
    return Cell(name, shots, tuple(question for _, question in sorted(questions, key=_row)))


def _row(numbered: tuple[int, Question]) -> int:
    return numbered[0]


def _questions(task: VisualTask) -> list[tuple[int, Question]]:
    questions = []
    for row, prompt in task.questions.items():
        answer, score = task.answers[row], task.scores[row]
        question = Question(
            id=prompt.id,
            problem=prompt.problem,
            value=score.value,
            extracted=score.extracted,
            response=answer.text,
            target=prompt.turns[-1].answer,
            prompt=answer.prompt,
            shots=list(prompt.shots),
            excluded=dict(prompt.excluded),
            dropped=answer.dropped,
            failure=answer.failure,
        )
        questions.append((row, question))
    return questions


def _as_lm(model: str | Path | Vlm | LM, folder: Path, options: Options, own: Ranks) -> LM:
    from .answers import AnswerLog
    from .lm import VlmLM
    from .serving import ServerLM

    file_name = "answers.jsonl" if own.is_main else f"answers.{own.rank}.jsonl"
    log = AnswerLog(folder / file_name, sorted(folder.glob("answers*.jsonl")))
    if isinstance(model, str | Path):
        settings = Llm(
            model=str(model),
            base_url=options.model_url,
            api_key_env=options.model_key_env,
            concurrency=options.concurrency,
        )
        return ServerLM(settings, log)
    if not isinstance(model, Vlm):
        return model
    model.model.eval()
    released = options.scoring == "judge_as_released"
    return VlmLM(model, log, options.batch_size, as_released=released)


def _name(model: Vlm | LM) -> str:
    return str(getattr(model, "name", type(model).__name__))
