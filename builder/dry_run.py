"""What a build would do: its stages and models, what is missing, what the store has already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vid2book.media.container import MediaError
from vid2book.models.error import ModelError
from vid2book.models.lazy import chat_of, models_of
from vid2book.pipeline.graph import STAGES
from vid2book.pipeline.work import Failed
from vid2book.speech.recognise import without_speech
from vid2book.speech.subtitles import SubtitleError
from vid2book.stage import Stage
from vid2book.teaching.judge import JUDGE

if TYPE_CHECKING:
    from vid2book.pipeline.corpus import Corpus
    from vid2book.records import Video

_NOTHING_READ = "and with read.enabled false nothing that stands on its pictures is known either"


@dataclass
class Step:
    """One stage of the build."""

    stage: Stage[Any]
    models: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)  # missing models, and what to do
    blocked: bool = False  # something is missing that every video needs
    stored: int = 0  # videos whose result is in the store
    todo: int = 0
    seconds: float = 0.0  # of video that is to do


@dataclass
class Plan:
    """What a build would do.

    Attributes:
        videos: how many were looked at.
        failed: video_id to the reason why it cannot be used.
        speechless: video_id to the reason why its speech cannot be used. It is in the corpus if
            there is enough text on its pictures, which is only known once they are read.
        filtered: video_id to the reason why it does not belong in the corpus, if it was judged.
        denied: ids of videos that the config leaves out (reduce.deny).
        unlicensed: ids of videos without a stated licence, used or not.
        todo: videos that some stage has to work on.
        seconds: their length.
    """

    steps: list[Step]
    videos: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    speechless: dict[str, str] = field(default_factory=dict)
    filtered: dict[str, str] = field(default_factory=dict)
    denied: list[str] = field(default_factory=list)
    unlicensed: list[str] = field(default_factory=list)
    todo: list[Video] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def missing(self) -> list[str]:
        return [f"{step.stage.name}: {what}" for step in self.steps for what in step.missing]

    @property
    def blocked(self) -> bool:
        """Whether something is missing that every video needs."""
        return any(step.blocked for step in self.steps)

    @property
    def usable(self) -> int:
        """The number of videos that can surely be used with what is installed."""
        others = (self.failed, self.speechless, self.filtered, self.denied)
        return 0 if self.blocked else self.videos - sum(map(len, others))

    @property
    def without_licence(self) -> int:
        """The number of videos without a stated licence, among those that can or may be used."""
        unused = {*self.failed, *self.filtered, *self.denied}
        return 0 if self.blocked else len(set(self.unlicensed) - unused)

    @property
    def hopeless(self) -> bool:
        """Whether nothing can be used, whatever the pictures show."""
        return not self.usable and not self.speechless


def plan(corpus: Corpus, videos: Iterable[Video]) -> Plan:
    """Look into the store, at the models and at the videos; nothing is run.

    Args:
        corpus: what would be built.
        videos: its videos, from an iterable that may show progress, since each video that the
            store does not know yet is read once.
    """
    result = Plan([_step(corpus, stage) for stage in STAGES])
    unknown = set(_unknown(result.steps))
    blind = corpus.config.judge.enabled and not corpus.config.read.enabled
    for video in videos:
        result.videos += 1
        if not video.license:
            result.unlicensed.append(video.video_id)
        if corpus.is_denied(video):
            result.denied.append(video.video_id)
            continue
        work = corpus.work(video)
        try:
            in_store = [s.name not in unknown and work.is_done(s) for s in STAGES]
            if all(in_store):
                if failure := work.failure(STAGES[-1]):
                    result.failed[video.video_id] = failure
                elif corpus.config.decide == "drop":
                    judgement = work.get(JUDGE).judgement
                    if not judgement.kept:
                        result.filtered[video.video_id] = judgement.reason
            elif reason := without_speech(work):
                if blind:
                    result.failed[video.video_id] = f"{reason}, {_NOTHING_READ}"
                    continue
                result.speechless[video.video_id] = reason
            seconds = 0.0 if all(in_store) else work.info.duration
        except (Failed, MediaError, SubtitleError, OSError) as error:
            result.failed[video.video_id] = str(error)
            continue
        result.seconds += seconds
        if not all(in_store):
            result.todo.append(video)
        for step, stored in zip(result.steps, in_store, strict=True):
            step.stored += stored
            step.todo += not stored
            step.seconds += 0.0 if stored else seconds
    return result


def _step(corpus: Corpus, stage: Stage[Any]) -> Step:
    """The stage with its models, which are checked but not loaded."""
    models, step = models_of(corpus.config), Step(stage)
    for name in stage.models:
        try:
            step.models += filter(None, [models.identity(name)])
            models.check(name)
        except ModelError as error:
            step.missing.append(str(error))
            step.blocked = True
    for llm in corpus.config.language_models().get(stage.name, ()):
        try:
            # A server that is busy or down is not worth waiting for here.
            chat_of(llm.model_copy(update={"retries": 0})).check()
            step.models.append(f"{llm.model} ({llm.backend})")
        except ModelError as error:
            step.missing.append(str(error))
    return step


def _unknown(steps: Iterable[Step]) -> Iterator[str]:
    """Stages whose keys are unknown, since they depend on a model that is missing."""
    unknown: set[str] = set()
    for step in steps:
        if step.missing or any(need.name in unknown for need in step.stage.needs):
            unknown.add(step.stage.name)
            yield step.stage.name
