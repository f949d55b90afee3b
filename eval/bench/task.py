"""A benchmark as an lm-eval task: prompts are turns with pictures, answers are scored together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from lm_eval.api.instance import Instance
from lm_eval.api.task import ConfigurableTask
from lm_eval.tasks import TaskManager

from .answers import Answer
from .features import Features
from .probes import FEWEST_SHOTS, PROBES
from .ranks import Ranks
from .released import GENERATION
from .rows import DataError, Library, Rows
from .score import Score, Scoring
from .shots import Choice, Order, Pool, at_random, by_likeness, choose
from .turns import Turn, Visuals, as_messages, as_text

Template = Callable[[list[dict[str, str]]], str]
TASKS = Path(__file__).parent / "tasks"


@dataclass(frozen=True)
class Setting:
    """How a task is asked.

    Attributes:
        shots: the number of shots.
        seed: the seed of random shots.
        features: for shots by similarity; None draws them at random.
        probe: a name from `PROBES`, or empty.
        ranks: which part of the questions this process asks.
        form: the family whose released form is used for prompts (`released.py`), or empty.
        library: where rows come from.
        scoring: how responses are scored.
    """

    shots: int = 0
    seed: int = 0
    features: Features | None = None
    probe: str = ""
    ranks: Ranks = field(default_factory=Ranks)
    form: str = ""
    library: Library = field(default_factory=Library)
    scoring: Scoring = field(default_factory=Scoring)


@dataclass(frozen=True)
class QuestionWithShots:
    """One question with its shots.

    Attributes:
        shots: the rows used as shots, as SPLIT#ROW.
        excluded: how many rows were not allowed as shots, by reason.
    """

    id: str
    problem: str
    turns: tuple[Turn, ...]
    shots: tuple[str, ...]
    excluded: Counter[str]


class VisualTask(ConfigurableTask):  # type: ignore[misc]  # lm-eval has no types
    """A task of `tasks/*.yaml`.

    Beyond lm-eval's own keys, its `metadata` holds: `folder` (of local data), `columns` (which the
    data must have), `id` (a column), `problem` (columns that are equal for questions of one
    problem; these are never each other's shots, and are resampled together), `shots_from` (another
    task, if this one has no split for shots), `lesson` (an optional column; questions with the same
    value are resampled together), `ocr` (the column with text read from the image), the functions
    that `score.py` uses, and `released`, where the Multimodal Textbook's scripts differ: by family
    of the model, the `text` of a question, `shot` and `before_shot`; and for all, `target` (of a
    shot), `shots` (the split that they come from) and `max_gen_toks`.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        metadata = dict(config["metadata"])
        data = metadata.pop("data", None)  # from lm-eval's own command line, --metadata
        ours: Setting | None = metadata.pop("setting", None)
        self.setting = ours or Setting(library=Library(Path(data) if data else None))
        self.questions: dict[int, QuestionWithShots] = {}
        self.answers: dict[int, Answer] = {}
        self.scores: dict[int, Score] = {}
        # Without a setting of ours, lm-eval's command line sets the number of shots.
        own = {"metadata": metadata, "num_fewshot": ours.shots if ours else None}
        super().__init__(config={k: v for k, v in config.items() if k != "class"} | own)

    @property
    def facts(self) -> dict[str, Any]:
        """Our own part of the YAML, and where the data are."""
        config = self.config
        place = {"path": config.dataset_path, "name": config.dataset_name}
        return config.metadata | place | {"image": config.doc_to_image}

    def download(self, dataset_kwargs: dict[str, Any] | None = None, **_: Any) -> None:
        self.rows = self.setting.library.rows(self.facts, self.config.test_split)
        if not len(self.rows):
            raise DataError(f"{self.rows.source} has no rows")
        self.dataset = {self.config.test_split: self.rows.docs}

    def fewshot_docs(self) -> None:
        """Return None: shots are chosen from `_pool`, and not loaded with their images."""

    def build_all_requests(
        self,
        *,
        limit: int | None = None,
        samples: list[int] | None = None,
        rank: int = 0,
        world_size: int = 1,
        apply_chat_template: bool = False,
        chat_template: Template | None = None,
        **_: Any,
    ) -> None:
        """Make a request for each question, without reading its pictures yet."""
        docs = self.doc_iterator(limit=limit, samples=samples, rank=rank, world_size=world_size)
        template = chat_template if apply_chat_template else None
        self._instances = [self._request(place, doc["_row"], template) for place, doc in docs]

    def doc_iterator(self, **more: Any) -> Iterator[tuple[int, dict[str, Any]]]:
        return iter(self.setting.ranks.part(list(super().doc_iterator(**more))))

    def _request(self, place: int, row: int, template: Template | None) -> Instance:
        question = self.questions[row] = self._ask(row)
        settings = dict(self.config.generation_kwargs)
        if form := self.setting.form:
            settings |= {"max_gen_toks": self._released.get("max_gen_toks", 128)}
            settings |= GENERATION[form]
        return Instance(
            request_type="generate_until",
            doc={"_row": row},
            # lm-eval's own models read `visual`, ours read `turns`.
            arguments=(
                template(as_messages(question.turns)) if template else as_text(question.turns),
                settings,
                {"turns": question.turns, "visual": Visuals(question.turns)},
            ),
            idx=0,
            metadata=(self.task_name, place, 1),
        )

    def _ask(self, row: int) -> QuestionWithShots:
        """The question with its turns: the shots, then the question itself."""
        choice = Choice((), Counter())
        turns = [self.turn(self.rows, row)]
        names: list[str] = []
        count = self.config.num_fewshot or 0
        if count:
            pool = self._pool.rows
            released = bool(self.setting.form)  # as released, rows are not guarded
            choice = choose(self._pool, self.rows, row, self._order, count, guarded=not released)
            before = self._released.get(self.setting.form, {}).get("before_shot", "")
            shots = [self._shot_task.turn(pool, shot, is_shot=True) for shot in choice.shots]
            turns = [*(replace(t, question=before + t.question) for t in shots), *turns]
            names = [f"{pool.source}#{shot}" for shot in choice.shots]
        turns = self._apply_probe(turns)
        if self.setting.probe == "cheat":
            names[:1] = [f"{self.rows.source}#{row}"]
        doc, facts = self.rows.doc(row), self.facts
        problem = "/".join(str(doc[column]) for column in facts["problem"])
        problem = problem or str(doc.get(facts.get("lesson", ""), row))
        name = str(doc.get(facts["id"], row))
        return QuestionWithShots(name, problem, tuple(turns), tuple(names), choice.excluded)

    def _apply_probe(self, turns: list[Turn]) -> list[Turn]:
        return PROBES[self.setting.probe](turns) if self.setting.probe else turns

    def _doc(self, row: int) -> dict[str, Any]:
        return self.rows.doc(row)

    def __len__(self) -> int:
        """How many questions there are."""
        return len(self.rows)

    def apply_filters(self) -> None:
        """Score all answers together, since a language model may have to read them."""
        for instance in self.instances:
            raw = instance.resps[0]
            answer = raw if isinstance(raw, Answer) else Answer(raw, instance.arguments[0])
            self.answers[instance.doc["_row"]] = answer
            instance.filtered_resps["none"] = answer
        rows = list(self.answers)
        texts = [self.answers[row].text for row in rows]
        docs = [self._doc(row) for row in rows]
        questions = [self.questions[row].turns[-1].question for row in rows]
        targets = [self.target(doc) for doc in docs]
        scores = self.setting.scoring.score(self.facts, docs, questions, targets, texts)
        self.scores = dict(zip(rows, scores, strict=True))

    def process_results(self, doc: dict[str, Any], results: Sequence[Answer]) -> dict[str, float]:
        return {"acc": self.scores[doc["_row"]].value}

    @property
    def _released(self) -> dict[str, Any]:
        """The differences of the released form; empty if it is not used."""
        return dict(self.facts.get("released") or {}) if self.setting.form else {}

    def turn(self, rows: Rows, row: int, *, is_shot: bool = False) -> Turn:
        """A row as a turn, in the wording of this task or of the released scripts."""
        doc = rows.doc(row)
        ocr = self.facts.get("ocr")
        if ocr and self.setting.probe == "no_ocr":
            doc[ocr] = type(doc[ocr])()
        picture = rows.picture(row)
        released = self._released.get(self.setting.form, {})
        template = released.get("shot" if is_shot else "text") or released.get("text")
        question = self.doc_to_text(doc, doc_to_text=template).strip()
        target = self._released.get("target")
        answer = str(target(doc)).strip() if target and is_shot else self.target(doc)
        return Turn((picture,) if picture else (), question, answer)

    def target(self, doc: dict[str, Any]) -> str:
        """The right answer, as a shot gives it."""
        return str(self.doc_to_target(doc)).strip()

    @cached_property
    def _shot_task(self) -> VisualTask:
        """The task that the shots come from."""
        if other := self.facts.get("shots_from"):
            return load_task(other, replace(self.setting, shots=0, probe=""))
        return self

    @cached_property
    def _pool(self) -> Pool:
        task = self._shot_task
        own = self._released.get("shots", self.config.fewshot_split)
        split = own if task is self else task.config.test_split
        rows = self.setting.library.rows(task.facts, split, whole=True)
        return Pool(rows, tuple(self.facts["problem"]) if task is self else ())

    @cached_property
    def _order(self) -> Order:
        features = self.setting.features
        if features is None:
            return at_random(self._pool, self.rows, self.setting.seed)
        return by_likeness(features.of(self._pool.rows), features.of(self.rows))


def load_task(name: str, setting: Setting) -> VisualTask:
    """Load a task of `tasks/` by its name, TASK or TASK+PROBE.

    Raises:
        DataError: its data cannot be loaded.
    """
    base, _, probe = name.partition("+")
    meta: dict[str, Any] = {"setting": replace(setting, probe=probe)}
    manager = TaskManager(include_path=str(TASKS), include_defaults=False, metadata=meta)
    task = manager.load([base])["tasks"][base]
    assert isinstance(task, VisualTask)
    return task


def task_names() -> list[str]:
    """The names of all tasks, without probes."""
    return sorted(path.stem for path in TASKS.glob("*.yaml"))


def applies(name: str, shots: int) -> bool:
    """Whether a task makes sense with this number of shots."""
    return shots >= FEWEST_SHOTS.get(name.partition("+")[2], 0)
