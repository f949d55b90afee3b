"""One video on its way through the stages: gets each result from the store or computes it."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeVar

from ..bounds import spent_loading, within
from ..config import Config
from ..errors import MachineError, machine_fault
from ..intake.values import whole_text
from ..media.container import MediaError
from ..media.survey import MediaInfo, examine
from ..models.lazy import Models, models_of
from ..models.speech import SpeechModelError
from ..public import without_folders
from ..records import Decision, Video
from ..remote.files import RemoteError
from ..remote.identity import identity_of
from ..remote.scratch import Copy, copy_of
from ..remote.urls import is_url, name_of, path_of, stem_of
from ..speech.subtitles import SubtitleError
from ..stage import Stage
from ..store import Shelf, Store, make_key
from ..store.packs import digest
from .code import code_of
from .graph import SCREEN, SPEECH, STAGES, TEXT
from .keys import stage_key
from .threads import one_thread

T = TypeVar("T")
_FAILED = "failed"  # the note beside a failure in the store, which need not be read to know
_ATTEMPTS = 4  # most calls in which a stage waits for a silent server
_READ = 1e6  # bytes of a file that count as a second of video when it is surveyed
Result = tuple[Any, tuple[Decision, ...], str]  # result, decisions, reason of a failure


class Failed(Exception):  # noqa: N818 - it names what became of the video
    """A video has failed; the message is the reason in its row."""


class Work:
    """One video on its way through the stages.

    Args:
        video: a row of the manifest. Stages see it without a title that is only its file's name.
        config: for all stages.
        store: where results are kept.
        until: process only this many seconds of the video; None: all of it.
        tell: called with a stage's name and the second of the video that it has reached.
        info: what is in the file, if it was surveyed already.

    Attributes:
        cpu: CPU seconds by stage that were spent here, without loading models.
        wall: seconds by stage.
        missed: the back end that failed here and was replaced by something else, and how it failed.
    """

    def __init__(
        self,
        video: Video,
        config: Config,
        store: Store,
        until: float | None = None,
        tell: Callable[[str, float], None] | None = None,
        info: MediaInfo | None = None,
    ) -> None:
        self.video = _without_name_as_title(video)
        self.config = config
        self.until = until
        self.tell = tell or (lambda stage, second: None)
        self.store = store
        self.cpu: dict[str, float] = {}
        self.wall: dict[str, float] = {}
        self.missed = ""
        self._info = info
        self._keys: dict[str, str] = {}
        self._results: dict[str, Result] = {}
        self._copies: list[Copy] = []  # kept for as long as this object lives

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
        """What the stage decided; nothing if it failed."""
        return self._result(stage)[1]

    def failure(self, stage: Stage[Any]) -> str:
        """Why the stage has no result; empty if it has one."""
        if stage.name not in self._results:
            note = self.shelf.note(stage.name, self.key(stage))
            if note is not None and note != _FAILED:
                return ""  # without reading the result, since this is asked about many videos
        return self._result(stage)[2]

    def is_done(self, stage: Stage[Any]) -> bool:
        """Whether the store has the stage's result."""
        return self.shelf.has(stage.name, self.key(stage))

    def is_provisional(self, stage: Stage[Any]) -> bool:
        """Whether this run's result of the stage is to be tried again by the next run.

        Raises:
            Failed: the video cannot be read.
        """
        return bool(self.shelf.provisional(stage.name, self.key(stage)))

    def forget_failure(self, reason: str) -> None:
        """Delete the failures whose reason contains these words, so that their stages run again."""
        failures = [stage for stage in STAGES if self.is_done(stage) and self.failure(stage)]
        for stage in failures:
            if reason.lower() in self.failure(stage).lower():
                self.shelf.forget(stage.name, self.key(stage))
        self._results.clear()

    def key(self, stage: Stage[Any]) -> str:
        """The key of the stage's result. It changes when the result of a stage that it needs turns
        out to be provisional, or the same as before (see `stamp`).

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
        """Identifies the result itself: its key, or a hash of the result if it is provisional.

        Stages that need a provisional result keep theirs under this hash, so they are never
        mistaken for results of the real one, and are found again if the next run fails in the same
        way. A stage that is `often_the_same` is identified by its result once there is one.

        Raises:
            Failed: the video cannot be read.
        """
        key = self.key(stage)
        same = self.shelf.note(stage.name, key) if stage.often_the_same else ""
        return self.shelf.provisional(stage.name, key) or (same if same != _FAILED else "") or key

    def piece(self, stage: Stage[Any], named: Sequence[Any], make: Callable[[], bytes]) -> bytes:
        """Bytes that a stage makes from the file, stored apart from its result.

        When the stage runs again because something else that it needs has changed, it finds them
        in the store. See `StageInput.piece`.
        """
        parts = [self._content[0], self.until, code_of(stage.module), *named]
        return self.shelf.piece(stage.name, make_key(*parts), make)

    @cached_property
    def models(self) -> Models:
        return models_of(self.config)

    @property
    def info(self) -> MediaInfo:
        """Durations, no longer than `until`."""
        if self._info is None:
            path = self.at_hand.path
            size = os.stat(path).st_size if path else 0
            with within("going through the file", size / _READ):
                self._info = examine(path, self.until)
        return self._info

    @cached_property
    def at_hand(self) -> Video:
        """The row with its files on this machine.

        Raises:
            MachineError: a remote file cannot be fetched now.
        """
        paths: dict[str, Any] = {}
        for name in ("path", "captions"):
            url = getattr(self.video, name)
            if is_url(url):
                try:
                    copy = copy_of(url, self.store.content(url), identity_of(url))
                except OSError as error:
                    raise MachineError(f"{name_of(url)}: {error.strerror}") from error
                self._copies.append(copy)
                paths[name] = str(copy.path)
        return replace(self.video, **paths) if paths else self.video

    @cached_property
    def shelf(self) -> Shelf:
        """The part of the store that belongs to the video.

        Raises:
            Failed: the video cannot be read.
        """
        return self.store.shelf(make_key(*self._content))

    @cached_property
    def _content(self) -> list[str]:
        if self.video.problem:
            raise Failed(self.video.problem)
        try:
            paths = [self.video.path, self.video.captions]
            return [self.store.content(path) for path in paths if path]
        except OSError as error:
            raise Failed(f"cannot be read: {error.strerror}") from error
        except RemoteError as error:  # this row's server; other rows may have others
            raise Failed(f"cannot be read: {error}") from error

    def _result(self, stage: Stage[Any]) -> Result:
        if stage.name not in self._results:
            self._results[stage.name] = self._load(stage) or self._settle(stage)
        return self._results[stage.name]

    def _load(self, stage: Stage[Any]) -> Any:
        result = self.shelf.load(stage.name, self.key(stage), _stored(stage))
        return result and self._rename(result, _with_names)

    def _settle(self, stage: Stage[Any]) -> Result:
        needs = [self._result(need) for need in stage.needs]
        # Getting a need may have changed the key (see `stamp`), so look under the new one.
        if (result := self._load(stage)) is None:
            failures = [failure for _, _, failure in needs if failure]
            result = (None, (), failures[0]) if failures else self._compute(stage)
            failed = [decision.reason for decision in result[1] if decision.provisional]
            provisional = bool(failed)
            self.missed = self.missed or "".join(failed[:1])
            kept = self._rename(result, _without_names)
            same = digest(_stored(stage), kept) if stage.often_the_same else ""
            note = _FAILED if kept[2] else same
            self.shelf.save(stage.name, self.key(stage), _stored(stage), kept, provisional, note)
            result = self._rename(kept, _with_names)
            if provisional or stage.often_the_same:
                self._keys.clear()
            for branch in (SPEECH, SCREEN, TEXT):
                if stage is branch[-1]:  # joined, so that a video takes few objects
                    self.shelf.join((s.name, self.key(s)) for s in branch)
        return result

    def _compute(self, stage: Stage[Any]) -> Result:
        """Run the stage. A fault of the video is returned as a result like any other.

        Raises:
            MachineError: the machine failed.
        """
        self.tell(stage.name, 0.0)
        length = self._info.duration if self._info else 0.0
        started, loaded, begun = time.process_time(), spent_loading(), time.monotonic()
        try:
            with one_thread(), within(f"stage '{stage.name}'", length, self._patience(stage)):
                value, decisions = stage.compute(self)
        except (MediaError, SubtitleError, SpeechModelError) as error:
            if fault := machine_fault(error):
                raise MachineError(fault) from error
            return None, (), str(error)
        except Exception as error:
            error.add_note(f"in stage '{stage.name}' of video '{self.video.video_id}'")
            raise
        finally:
            loading = spent_loading() - loaded
            self.cpu[stage.name] = time.process_time() - started - loading
            self.wall[stage.name] = time.monotonic() - begun
        return value, tuple(decisions), ""

    def _patience(self, stage: Stage[Any]) -> float:
        """Seconds that a stage may wait for silent servers before it does without them."""
        llms = self.config.language_models().get(stage.name, ())
        return sum(_ATTEMPTS * (1 + llm.retries) * llm.timeout for llm in llms)

    def _rename(self, result: Result, rename: Callable[[str, Mapping[str, str]], str]) -> Result:
        """The result with its reasons rewritten.

        All files with the same content share a result in the store, wherever they are and whatever
        they are called. So the store has placeholders for the names of files.
        """
        value, decisions, failure = result
        video = self.at_hand if self._copies else self.video
        files = {"<video>": video.path, "<captions>": video.captions}
        renamed = tuple(
            d if (reason := rename(d.reason, files)) == d.reason else replace(d, reason=reason)
            for d in decisions
        )
        return value, renamed, rename(failure, files)


def _without_name_as_title(video: Video) -> Video:
    """The row as stages see it: a title that is only the file's name says nothing of the topic.

    A folder's videos have such titles. Were they read, all stages would run again as soon as a
    manifest without titles states something else, such as the licence.
    """
    is_name = video.title and video.title.casefold() == stem_of(video.path).casefold()
    return replace(video, title="") if is_name else video


def _without_names(reason: str, files: Mapping[str, str]) -> str:
    for mark, path in files.items():
        folder, name = map(whole_text, os.path.split(path_of(path)))
        if name and name in reason:
            before = f"(?:{re.escape(folder.rstrip(os.sep) + os.sep)})?"
            reason = re.sub(rf"(?<![\w.-]){before}{re.escape(name)}(?![\w-])", mark, reason)
        reason = without_folders(reason, [folder])
    return reason


def _with_names(reason: str, files: Mapping[str, str]) -> str:
    for mark, path in files.items():
        reason = reason.replace(mark, whole_text(name_of(path)))
    return reason


def _stored(stage: Stage[Any]) -> Any:
    """The type that the store keeps: result, decisions, reason of a failure."""
    return tuple[stage.result | None, tuple[Decision, ...], str]  # type: ignore[name-defined]
