"""The stages of one video: what each reads, what can change its result, and where it is kept.

    transcribe -> refine ----------------\\
    keyframes -> read -> legible ---------> judge -> clip -> align

`Work` is one video on its way. It takes a stage's result from the store, or computes it with all
that it needs first. What follows over the whole corpus is in `corpus.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from .config import Config
from .media.audio import SAMPLE_RATE, read_audio
from .media.container import MediaError, MediaInfo, check_complete, probe
from .media.frames import Frame, read_frames
from .models.lazy import Models, models_of
from .models.speech import SpeechModelError
from .records import Clip, Decision, Judgement, Keyframe, OcrLine, Sentence, Transcript, Video
from .stages import align as align_stage
from .stages import clip as clip_stage
from .stages import judge as judge_stage
from .stages import keyframes as keyframes_stage
from .stages import read as read_stage
from .stages import reduce as reduce_stage
from .stages import refine as refine_stage
from .stages import transcribe as transcribe_stage
from .stages.captions import CaptionError
from .stages.layout import screen_text
from .store import Store, make_key

T = TypeVar("T", covariant=True)


class Failed(Exception):  # noqa: N818 - it names what became of the video
    """A video that cannot go on; the message is the reason in its row."""


@dataclass(frozen=True)
class Stage(Generic[T]):
    """A stage as the pipeline sees it."""

    name: str
    version: int  # raised when the code gives other results
    kind: Any  # type of the result
    needs: tuple[Stage[Any], ...]
    settings: Callable[[Config], Any]  # the part of the config that can change the result
    facts: Callable[[Video], Any]  # the part of the manifest's row that can
    models: tuple[str, ...]  # names in `Models.identities`
    compute: Callable[[Work], tuple[T, list[Decision]]]

    @property
    def stored(self) -> Any:
        """Type of what the store keeps: result, decisions, reason of a failure."""
        return tuple[self.kind | None, tuple[Decision, ...], str]  # type: ignore[name-defined]


class Work:
    """One video on its way through the stages.

    Args:
        video: a row of the manifest.
        config: of all stages.
        store: where results are kept.
        until: work on the video's first so many seconds only.
        tell: called with a stage's name and the second of the video that it has reached.
    """

    def __init__(
        self,
        video: Video,
        config: Config,
        store: Store,
        until: float | None = None,
        tell: Callable[[str, float], None] | None = None,
    ) -> None:
        self.video = video
        self.config = config
        self.until = until
        self.tell = tell or (lambda stage, second: None)
        self._store = store
        self._keys: dict[str, str] = {}
        self._held: dict[str, tuple[Any, tuple[Decision, ...], str]] = {}

    def get(self, stage: Stage[T]) -> T:
        """The stage's result.

        Raises:
            Failed: the video cannot be used.
        """
        value, _, failure = self._result(stage)
        if failure:
            raise Failed(failure)
        return value

    def decisions(self, stage: Stage[Any]) -> tuple[Decision, ...]:
        """What the stage decided; none where it failed."""
        return self._result(stage)[1]

    def is_done(self, stage: Stage[Any]) -> bool:
        """Whether the store has the stage's result."""
        return self._store.has(stage.name, self.key(stage))

    def key(self, stage: Stage[Any]) -> str:
        """The key of the stage's result.

        Raises:
            Failed: the video cannot be read.
        """
        if stage.name not in self._keys:
            before: list[Any] = [self.key(s) for s in stage.needs]
            self._keys[stage.name] = make_key(
                stage.name,
                stage.version,
                stage.settings(self.config),
                stage.facts(self.video),
                [self.models.identities[m] for m in stage.models],
                before or [self._content, self.until],
            )
        return self._keys[stage.name]

    @property
    def models(self) -> Models:
        return models_of(self.config)

    @cached_property
    def info(self) -> MediaInfo:
        """Durations, no longer than `until`."""
        info = probe(self.video.path)
        if not info.video_duration:
            raise MediaError("no picture in it")
        if self.until is None:
            return info
        return info.first(self.until)

    @cached_property
    def _content(self) -> list[str]:
        if self.video.problem:
            raise Failed(self.video.problem)
        try:
            paths = [self.video.path, self.video.captions]
            return [self._store.content(path) for path in paths if path]
        except OSError as error:
            raise Failed(f"cannot be read: {error.strerror}") from None

    def _result(self, stage: Stage[Any]) -> tuple[Any, tuple[Decision, ...], str]:
        if stage.name not in self._held:
            key = self.key(stage)
            result = self._store.load(stage.name, key, stage.stored)
            if result is None:
                result = self._compute(stage)
                self._store.save(stage.name, key, stage.stored, result)
            self._held[stage.name] = result
        return self._held[stage.name]

    def _compute(self, stage: Stage[Any]) -> tuple[Any, tuple[Decision, ...], str]:
        """A fault of the video is a result like any other; any other fault is not kept."""
        for need in stage.needs:
            if failure := self._result(need)[2]:
                return None, (), failure
        self.tell(stage.name, 0.0)
        try:
            value, decisions = stage.compute(self)
        except (MediaError, CaptionError, SpeechModelError) as error:
            return None, (), str(error)
        return value, tuple(decisions), ""


def _transcribe(work: Work) -> tuple[Transcript, list[Decision]]:
    video, settings = work.video, work.config.transcribe
    audio = None
    duration = work.info.duration
    if settings.enabled and not (settings.captions and video.captions):
        if not work.info.audio_duration:
            raise MediaError("no sound in it, and no captions beside it")
        audio = read_audio(video.path, work.until)
        check_complete(video.path, len(audio) / SAMPLE_RATE, work.info.audio_duration)
    return transcribe_stage.transcribe(video, audio, duration, work.models.speech, settings)


def _refine(work: Work) -> tuple[list[Sentence], list[Decision]]:
    return refine_stage.refine(work.get(TRANSCRIBE), work.config.refine), []


def _keyframes(work: Work) -> tuple[list[Keyframe], list[Decision]]:
    settings = work.config.keyframes
    if not settings.enabled:
        return [], []
    reached = 0.0

    def frames() -> Iterator[Frame]:
        nonlocal reached
        for frame in read_frames(work.video.path, settings.sample_rate, work.until):
            reached = frame.time
            work.tell("keyframes", reached)
            yield frame

    info = work.info
    found = keyframes_stage.keyframes(work.video.video_id, frames(), work.models.faces, settings)
    check_complete(work.video.path, reached, info.video_duration)
    return found


def _read(work: Work) -> tuple[list[tuple[OcrLine, ...]], list[Decision]]:
    keyframes = work.get(KEYFRAMES)
    if not work.config.read.enabled:
        return [() for _ in keyframes], []
    return read_stage.read(keyframes, work.models.ocr, work.config.read), []


def _legible(work: Work) -> tuple[list[str], list[Decision]]:
    lines, decisions = read_stage.legible(
        work.video.video_id,
        work.get(KEYFRAMES),
        work.get(READ),
        work.get(TRANSCRIBE),
        work.config.read,
    )
    return [screen_text(found) for found in lines], decisions


@dataclass(frozen=True)
class Judged:
    """The result of `judge`."""

    sentences: tuple[Sentence, ...]
    judgement: Judgement


def _judge(work: Work) -> tuple[Judged, list[Decision]]:
    screen = list(zip(work.get(KEYFRAMES), work.get(LEGIBLE), strict=True))
    sentences, judgement, decisions = judge_stage.judge(
        work.video,
        work.get(REFINE),
        screen,
        work.get(TRANSCRIBE),
        work.models.embed,
        work.config.judge,
    )
    return Judged(tuple(sentences), judgement), decisions


def _clip(work: Work) -> tuple[list[Clip], list[Decision]]:
    clips = clip_stage.clip(
        work.get(JUDGE).sentences,
        work.get(KEYFRAMES),
        work.config.clip,
        work.config.judge.min_teaching,
    )
    return clips, []


@dataclass(frozen=True)
class Aligned:
    """The result of `align`, with what `reduce` needs of the pictures that are left."""

    clips: tuple[Clip, ...]
    pictures: tuple[reduce_stage.Picture, ...]


def _align(work: Work) -> tuple[Aligned, list[Decision]]:
    keyframes, texts = work.get(KEYFRAMES), work.get(LEGIBLE)
    clips, decisions = align_stage.align(
        work.video,
        keyframes,
        texts,
        work.get(JUDGE).sentences,
        work.get(CLIP),
        work.models.embed,
        work.config.align,
        work.config.judge.min_teaching,
    )
    left = sorted(k for c in clips for k in c.keyframes)
    pictures = [reduce_stage.picture(k, keyframes[k], texts[k], last=k == left[-1]) for k in left]
    return Aligned(tuple(clips), tuple(pictures)), decisions


def _what_it_is_about(video: Video) -> list[str]:
    return [video.title, video.description, video.subject, video.course, video.sub_course,
            video.knowledge_point]  # fmt: skip


def _nothing(_: Video) -> None:
    return None


TRANSCRIBE: Stage[Transcript] = Stage(
    "transcribe", transcribe_stage.VERSION, Transcript, (), lambda c: c.transcribe.model_dump(),
    lambda v: [v.language, _what_it_is_about(v)], ("speech",), _transcribe,
)  # fmt: skip
REFINE: Stage[list[Sentence]] = Stage(
    "refine", refine_stage.VERSION, list[Sentence], (TRANSCRIBE,),
    lambda c: c.refine.model_dump(), _nothing, (), _refine,
)  # fmt: skip
KEYFRAMES: Stage[list[Keyframe]] = Stage(
    "keyframes", keyframes_stage.VERSION, list[Keyframe], (),
    lambda c: c.keyframes.model_dump(), _nothing, ("faces",), _keyframes,
)  # fmt: skip
READ: Stage[list[tuple[OcrLine, ...]]] = Stage(
    "read", read_stage.VERSION, list[tuple[OcrLine, ...]], (KEYFRAMES,),
    lambda c: c.read.model_dump(exclude={"min_score"}), _nothing, ("ocr",), _read,
)  # fmt: skip
LEGIBLE: Stage[list[str]] = Stage(
    "legible", read_stage.VERSION, list[str], (KEYFRAMES, READ, TRANSCRIBE),
    lambda c: c.read.model_dump(), _nothing, (), _legible,
)  # fmt: skip
JUDGE: Stage[Judged] = Stage(
    "judge", judge_stage.VERSION, Judged, (REFINE, TRANSCRIBE, KEYFRAMES, LEGIBLE),
    lambda c: c.judge.model_dump(), _what_it_is_about, ("embed",), _judge,
)  # fmt: skip
CLIP: Stage[list[Clip]] = Stage(
    "clip", clip_stage.VERSION, list[Clip], (JUDGE, KEYFRAMES),
    lambda c: [c.clip.model_dump(), c.judge.min_teaching], _nothing, (), _clip,
)  # fmt: skip
ALIGN: Stage[Aligned] = Stage(
    "align", align_stage.VERSION, Aligned, (CLIP, JUDGE, KEYFRAMES, LEGIBLE),
    lambda c: [c.align.model_dump(), c.judge.min_teaching], _what_it_is_about, ("embed",), _align,
)  # fmt: skip

STAGES: tuple[Stage[Any], ...] = (
    TRANSCRIBE, REFINE, KEYFRAMES, READ, LEGIBLE, JUDGE, CLIP, ALIGN,
)  # fmt: skip
# The two halves that do not wait for each other, and what waits for both.
SPEECH = (TRANSCRIBE, REFINE)
SCREEN = (KEYFRAMES, READ)
TEXT = (LEGIBLE, JUDGE, CLIP, ALIGN)
