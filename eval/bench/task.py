"""A benchmark as lm-eval runs it: prompts of turns with their pictures, answers scored at once."""

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
        shots: how many.
        seed: of shots drawn at random.
        features: for shots by likeness; None draws them at random.
        probe: a name of `PROBES`, or empty.
        ranks: whose part of the questions is asked.
        form: the family in whose released form the task is asked (`released.py`), or empty.
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
        shots: the rows that stand before it, SPLIT#ROW.
        excluded: how many were passed over, by reason.
    """

    id: str
    problem: str
    turns: tuple[Turn, ...]
    shots: tuple[str, ...]
    excluded: Counter[str]


class VisualTask(ConfigurableTask):  # type: ignore[misc]  # lm-eval has no types
    """A task of `tasks/*.yaml`.

    Beyond lm-eval's own keys, `metadata` there holds: `folder` (of local data), `columns` (that the
    data must have), `id` (a column), `problem` (columns that are equal for questions of one
    problem; these are never each other's shots, and are resampled together), `shots_from` (another
    task, if there is no split of one's own), `lesson` (a column that the data may have, by which
    questions are resampled together), `ocr` (the column with text read from the image),
    the functions of `score.py`, and in `released` what the Multimodal Textbook's scripts do in
    another way: `text` of a question, `shot` and `before_shot` by the family of the model, `target`
    (of a shot), `shots` (the split that they come from), `max_gen_toks`.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        metadata = dict(config["metadata"])
        data = metadata.pop("data", None)  # of lm-eval's own command line, --metadata
        ours: Setting | None = metadata.pop("setting", None)
        self.setting = ours or Setting(library=Library(Path(data) if data else None))
        self.asked: dict[int, QuestionWithShots] = {}
        self.answers: dict[int, Answer] = {}
        self.scores: dict[int, Score] = {}
        # Without a setting of ours, lm-eval's command line says how many shots.
        own = {"metadata": metadata, "num_fewshot": ours.shots if ours else None}
        super().__init__(config={k: v for k, v in config.items() if k != "class"} | own)

    @property
    def facts(self) -> dict[str, Any]:
        """The part of the YAML that is ours, with what says where the data are."""
        config = self.config
        place = {"path": config.dataset_path, "name": config.dataset_name}
        return config.metadata | place | {"image": config.doc_to_image}

    def download(self, dataset_kwargs: dict[str, Any] | None = None, **_: Any) -> None:
        self.rows = self.setting.library.rows(self.facts, self.config.test_split)
        if not len(self.rows):
            raise DataError(f"{self.rows.source} has no rows")
        self.dataset = {self.config.test_split: self.rows.docs}

    def fewshot_docs(self) -> None:
        """None: shots are chosen from `pool`, not loaded with their images."""

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
        """A request for each question. Its pictures are not read yet."""
        docs = self.doc_iterator(limit=limit, samples=samples, rank=rank, world_size=world_size)
        template = chat_template if apply_chat_template else None
        self._instances = [self._request(place, doc["_row"], template) for place, doc in docs]

    def doc_iterator(self, **more: Any) -> Iterator[tuple[int, dict[str, Any]]]:
        return iter(self.setting.ranks.part(list(super().doc_iterator(**more))))

    def _request(self, place: int, row: int, template: Template | None) -> Instance:
        asked = self.asked[row] = self._ask(row)
        settings = dict(self.config.generation_kwargs)
        if form := self.setting.form:
            settings |= {"max_gen_toks": self._released.get("max_gen_toks", 128)}
            settings |= GENERATION[form]
        return Instance(
            request_type="generate_until",
            doc={"_row": row},
            # `visual` is what lm-eval's own models read, `turns` what ours do.
            arguments=(
                template(as_messages(asked.turns)) if template else as_text(asked.turns),
                settings,
                {"turns": asked.turns, "visual": Visuals(asked.turns)},
            ),
            idx=0,
            metadata=(self.task_name, place, 1),
        )

    def _ask(self, row: int) -> QuestionWithShots:
        """The turns of a prompt: shots, then the question."""
        choice = Choice((), Counter())
        turns = [self.turn(self.rows, row)]
        names: list[str] = []
        count = self.config.num_fewshot or 0
        if count:
            pool = self._pool.rows
            released = bool(self.setting.form)  # where nothing is passed over
            choice = choose(self._pool, self.rows, row, self._order, count, guarded=not released)
            before = self._released.get(self.setting.form, {}).get("before_shot", "")
            shown = [self._shooter.turn(pool, shot, is_shot=True) for shot in choice.shots]
            turns = [*(replace(t, question=before + t.question) for t in shown), *turns]
            names = [f"{pool.source}#{shot}" for shot in choice.shots]
        turns = self._probed(turns)
        if self.setting.probe == "cheat":
            names[:1] = [f"{self.rows.source}#{row}"]
        doc, facts = self.rows.doc(row), self.facts
        problem = "/".join(str(doc[column]) for column in facts["problem"])
        problem = problem or str(doc.get(facts.get("lesson", ""), row))
        name = str(doc.get(facts["id"], row))
        return QuestionWithShots(name, problem, tuple(turns), tuple(names), choice.excluded)

    def _probed(self, turns: list[Turn]) -> list[Turn]:
        return PROBES[self.setting.probe](turns) if self.setting.probe else turns

    def _doc(self, row: int) -> dict[str, Any]:
        return self.rows.doc(row)

    def __len__(self) -> int:
        """How many questions there are."""
        return len(self.rows)

    def apply_filters(self) -> None:
        """Score all answers at once, since a language model may have to read them."""
        for instance in self.instances:
            said = instance.resps[0]
            answer = said if isinstance(said, Answer) else Answer(said, instance.arguments[0])
            self.answers[instance.doc["_row"]] = answer
            instance.filtered_resps["none"] = answer
        rows = list(self.answers)
        texts = [self.answers[row].text for row in rows]
        docs = [self._doc(row) for row in rows]
        questions = [self.asked[row].turns[-1].question for row in rows]
        targets = [self.target(doc) for doc in docs]
        scores = self.setting.scoring.score(self.facts, docs, questions, targets, texts)
        self.scores = dict(zip(rows, scores, strict=True))

    def process_results(self, doc: dict[str, Any], results: Sequence[Answer]) -> dict[str, float]:
        return {"acc": self.scores[doc["_row"]].value}

    @property
    def _released(self) -> dict[str, Any]:
        """What is done in another way in the released form; empty if it is not asked for."""
        return dict(self.facts.get("released") or {}) if self.setting.form else {}

    def turn(self, rows: Rows, row: int, *, is_shot: bool = False) -> Turn:
        """A row as a turn, in this task's words, or in those of the released scripts."""
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
        """The answer as a shot gives it."""
        return str(self.doc_to_target(doc)).strip()

    @cached_property
    def _shooter(self) -> VisualTask:
        """The task in whose words the shots are put."""
        if other := self.facts.get("shots_from"):
            return load_task(other, replace(self.setting, shots=0, probe=""))
        return self

    @cached_property
    def _pool(self) -> Pool:
        shooter = self._shooter
        own = self._released.get("shots", self.config.fewshot_split)
        split = own if shooter is self else shooter.config.test_split
        rows = self.setting.library.rows(shooter.facts, split, whole=True)
        return Pool(rows, tuple(self.facts["problem"]) if shooter is self else ())

    @cached_property
    def _order(self) -> Order:
        features = self.setting.features
        if features is None:
            return at_random(self._pool, self.rows, self.setting.seed)
        return by_likeness(features.of(self._pool.rows), features.of(self.rows))


def load_task(name: str, setting: Setting) -> VisualTask:
    """A task of `tasks/`, by TASK or TASK+PROBE.

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
    """The tasks there are, without their probes."""
    return sorted(path.stem for path in TASKS.glob("*.yaml"))


def applies(name: str, shots: int) -> bool:
    """Whether a task says anything with so many shots."""
    return shots >= FEWEST_SHOTS.get(name.partition("+")[2], 0)
