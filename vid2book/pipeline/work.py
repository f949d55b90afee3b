"""One video on its way through the stages: what was computed, what must be, and under which key."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeVar

from ..config import Config
from ..errors import MachineError, machine_fault
from ..intake.values import whole_text
from ..media.container import MediaError
from ..media.survey import MediaInfo, examine
from ..models.lazy import Models, models_of
from ..models.speech import SpeechModelError
from ..public import without_folders
from ..records import Decision, Video
from ..speech.subtitles import SubtitleError
from ..stage import Stage
from ..store import Store, make_key
from .code import code_of
from .keys import stage_key

T = TypeVar("T")
Result = tuple[Any, tuple[Decision, ...], str]  # result, decisions, reason of a failure


class Failed(Exception):  # noqa: N818 - it names what became of the video
    """A video that cannot go on; the message is the reason in its row."""


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
        self.store = store
        self._keys: dict[str, str] = {}
        self._held: dict[str, Result] = {}

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

    def failure(self, stage: Stage[Any]) -> str:
        """Why the stage has no result; empty where it has one."""
        return self._result(stage)[2]

    def is_done(self, stage: Stage[Any]) -> bool:
        """Whether the store has the stage's result."""
        return self.store.has(stage.name, self.key(stage))

    def key(self, stage: Stage[Any]) -> str:
        """The key of the stage's result. A need that turns out to be as before, or provisional,
        changes it.

        Raises:
            Failed: the video cannot be read.
        """
        if stage.name not in self._keys:
            before: list[Any] = [self.stamp(s) for s in stage.needs]
            before = before or [self._content, self.until]
            key = stage_key(stage, self.video, self.config, self.models, before)
            self._keys[stage.name] = key
        return self._keys[stage.name]

    def stamp(self, stage: Stage[Any]) -> str:
        """Names the result itself: by its key, or by a hash of it if it is provisional.

        What follows from a provisional result is kept under this, so that it is never taken for
        what follows from the real one, and is there again if the next run fails alike. A stage
        that is `often_the_same` is named by its result as soon as there is one.

        Raises:
            Failed: the video cannot be read.
        """
        key = self.key(stage)
        same = self.store.digest(stage.name, key) if stage.often_the_same else ""
        return self.store.provisional(stage.name, key) or same or key

    def piece(self, stage: Stage[Any], named: Sequence[Any], make: Callable[[], bytes]) -> bytes:
        """Bytes that a stage makes of the file, kept apart from its result; see `Given`.

        A stage that runs again, since something that it needs has changed, finds what it still
        wants of them.
        """
        parts = [self._content[0], self.until, code_of(stage.module), *named]
        return self.store.piece(stage.name, make_key(*parts), make)

    @property
    def models(self) -> Models:
        return models_of(self.config)

    @cached_property
    def info(self) -> MediaInfo:
        """Durations, no longer than `until`."""
        return examine(self.video.path, self.until)

    @cached_property
    def _content(self) -> list[str]:
        if self.video.problem:
            raise Failed(self.video.problem)
        try:
            paths = [self.video.path, self.video.captions]
            return [self.store.content(path) for path in paths if path]
        except OSError as error:
            raise Failed(f"cannot be read: {error.strerror}") from error

    def _result(self, stage: Stage[Any]) -> Result:
        if stage.name not in self._held:
            self._held[stage.name] = self._load(stage) or self._settle(stage)
        return self._held[stage.name]

    def _load(self, stage: Stage[Any]) -> Any:
        known = self.store.load(stage.name, self.key(stage), _stored(stage))
        return known and self._named(known, _with_names)

    def _settle(self, stage: Stage[Any]) -> Result:
        needs = [self._result(need) for need in stage.needs]
        # A need may have changed the key (see `stamp`), and there may be something under that.
        if (result := self._load(stage)) is None:
            failures = [failure for _, _, failure in needs if failure]
            result = (None, (), failures[0]) if failures else self._compute(stage)
            provisional = any(decision.provisional for decision in result[1])
            kept = self._named(result, _without_names)
            self.store.save(stage.name, self.key(stage), _stored(stage), kept, provisional)
            result = self._named(kept, _with_names)
            if provisional or stage.often_the_same:
                self._keys.clear()
        return result

    def _compute(self, stage: Stage[Any]) -> Result:
        """A fault of the video is a result like any other; any other fault is not kept.

        Raises:
            MachineError: the machine's.
        """
        self.tell(stage.name, 0.0)
        try:
            value, decisions = stage.compute(self)
        except (MediaError, SubtitleError, SpeechModelError) as error:
            if fault := machine_fault(error):
                raise MachineError(fault) from error
            return None, (), str(error)
        except Exception as error:
            error.add_note(f"in stage '{stage.name}' of video '{self.video.video_id}'")
            raise
        return value, tuple(decisions), ""

    def _named(self, result: Result, rename: Callable[[str, Mapping[str, str]], str]) -> Result:
        """The result with its reasons written anew.

        What the store has is that of every file with the same content, wherever it is and whatever
        it is called, so that the names of files are not kept with it.
        """
        value, decisions, failure = result
        files = {"<video>": self.video.path, "<captions>": self.video.captions}
        told = tuple(
            d if (reason := rename(d.reason, files)) == d.reason else replace(d, reason=reason)
            for d in decisions
        )
        return value, told, rename(failure, files)


def _without_names(reason: str, files: Mapping[str, str]) -> str:
    for mark, path in files.items():
        folder, name = map(whole_text, os.path.split(path))
        if name and name in reason:
            before = f"(?:{re.escape(folder.rstrip(os.sep) + os.sep)})?"
            reason = re.sub(rf"(?<![\w.-]){before}{re.escape(name)}(?![\w-])", mark, reason)
        reason = without_folders(reason, [folder])
    return reason


def _with_names(reason: str, files: Mapping[str, str]) -> str:
    for mark, path in files.items():
        reason = reason.replace(mark, whole_text(os.path.basename(path)))
    return reason


def _stored(stage: Stage[Any]) -> Any:
    """Type of what the store keeps: result, decisions, reason of a failure."""
    return tuple[stage.result | None, tuple[Decision, ...], str]  # type: ignore[name-defined]
