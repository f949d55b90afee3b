"""A branch: the stages of a video that a worker process runs in one go.

The file is surveyed first. Then speech and screen are processed, independently of each other, and
finally whatever needs both.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .. import bounds
from ..errors import UserError, machine_fault
from ..media.container import MediaError
from ..media.survey import MediaInfo
from ..records import Video
from ..stage import Stage
from ..store import StoreError
from .corpus import Corpus
from .graph import SCREEN, SPEECH, TEXT
from .processes import tell
from .work import Failed, Work

BRANCHES: dict[str, tuple[Stage[Any], ...]] = {"speech": SPEECH, "screen": SCREEN, "text": TEXT}
LOOK = "look"  # surveys the file, before the branches
_LONGEST_REASON = 200  # characters
_PAUSE = 0.5  # seconds between progress reports


class Step(NamedTuple):
    """Progress on a video: the stage has reached this second of it."""

    video_id: str
    stage: str
    second: float


@dataclass(frozen=True)
class BranchResult:
    """The result of running a branch.

    Attributes:
        seconds: time worked.
        info: what is in the file, if it was surveyed and could be read.
        failure: why the video failed; empty if it did not.
        kept: whether the failure is in the store, because the video itself is at fault.
        fault: the fault of the machine or the installation that failed the video, if any.
        missed: the back end that failed and was replaced by something else.
        bug: the traceback of an unexpected error, with stage and video.
        cpu: CPU seconds by stage, and for loading models.
        wall: seconds by stage.
    """

    seconds: float = 0.0
    info: MediaInfo | None = None
    failure: str = ""
    kept: bool = True
    fault: str = ""
    missed: str = ""
    bug: str = ""
    cpu: Mapping[str, float] = field(default_factory=dict)
    wall: Mapping[str, float] = field(default_factory=dict)


# Of this worker process.
_corpus: Corpus | None = None
_startup = 0.0  # CPU seconds that it took to start, until they are reported


def start(corpus: Corpus) -> None:
    """Prepare this process for the videos of a corpus."""
    import cv2

    global _corpus, _startup
    _corpus = corpus
    cv2.setNumThreads(1)
    bounds.watched_by(tell)
    _startup = time.process_time()


def run(video: Video, branch: str, info: MediaInfo | None) -> BranchResult:
    """Run the stages of a branch whose results are not in the store yet.

    Args:
        video: of the corpus.
        branch: one of `BRANCHES`, or `LOOK`.
        info: what is in the file, if it was surveyed.

    Raises:
        StoreError: the store cannot be read or written, which ends the run.
    """
    global _startup
    assert _corpus is not None
    started, loaded = time.monotonic(), bounds.spent_loading()
    startup, _startup = _startup, 0.0
    work = _corpus.work(video, _progress_reporter(video), info)
    result = _run_branch(work, branch)
    cpu = dict(work.cpu)
    if (seconds := startup + bounds.spent_loading() - loaded) > 0:
        cpu["loading"] = seconds
    return BranchResult(
        time.monotonic() - started, result.info, result.failure, result.kept, result.fault,
        work.missed, result.bug, cpu, work.wall,
    )  # fmt: skip


def _run_branch(work: Work, branch: str) -> BranchResult:
    stages = BRANCHES.get(branch, ())
    try:
        if branch == LOOK:
            with suppress(MediaError):  # each stage raises it again, and the store keeps it there
                return BranchResult(info=work.info)
        for stage in stages:
            work.get(stage)
        return BranchResult()
    except Failed as error:
        for stage in stages:  # record it for the later stages too, so that they count as done
            with suppress(Failed):
                work.failure(stage)
        return BranchResult(failure=str(error))
    except StoreError:
        raise  # ends the run
    except UserError as error:  # a model or its settings: neither the video's fault nor a bug
        return BranchResult(failure=str(error), kept=False, fault=str(error))
    except Exception as error:
        # The video fails in this run only.
        if fault := machine_fault(error):
            reason = f"a fault of the machine: {fault}; the next build tries again"
            return BranchResult(failure=reason, kept=False, fault=fault)
        return BranchResult(failure=_reason(error), kept=False, bug=traceback.format_exc())


def _reason(error: Exception) -> str:
    """The error in one short line, for the video's row."""
    line = " ".join(f"{type(error).__name__}: {error}".split())
    return line if len(line) <= _LONGEST_REASON else f"{line[: _LONGEST_REASON - 3]}..."


def _progress_reporter(video: Video) -> Callable[[str, float], None]:
    """A function that reports how far a stage is, at most every `_PAUSE` seconds."""
    last_report = 0.0

    def report(stage: str, second: float) -> None:
        nonlocal last_report
        if time.monotonic() - last_report > _PAUSE:
            last_report = time.monotonic()
            tell(Step(video.video_id, stage, second))

    return report
