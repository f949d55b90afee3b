"""What is done with a video in one go, in a process that an executor has: a branch of its stages.

First the file is looked at once; then come speech and screen, which do not wait for each other, and
at last what needs both.
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
LOOK = "look"  # comes before them
_LONGEST_REASON = 200  # characters
_PAUSE = 0.5  # seconds between words on how far a stage is


class Step(NamedTuple):
    """How far a video is: its stage has reached this second."""

    video_id: str
    stage: str
    second: float


@dataclass(frozen=True)
class BranchResult:
    """What became of a branch.

    Attributes:
        seconds: of work.
        info: what is in the file, where that was looked for and found.
        failure: why the video failed; empty if it did not.
        kept: the failure is in the store: it is the video's own.
        fault: what of the machine or of the installation failed, if that is why.
        missed: the back end that failed, so that something else stood in.
        bug: the traceback of what nobody foresaw, with stage and video.
        cpu: CPU seconds by stage, and of loading models.
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
_begun = 0.0  # CPU seconds that it took to start, until they are told


def start(corpus: Corpus) -> None:
    """Make this process ready for the videos of a corpus."""
    import cv2

    global _corpus, _begun
    _corpus = corpus
    cv2.setNumThreads(1)
    bounds.watched_by(tell)
    _begun = time.process_time()


def run(video: Video, branch: str, info: MediaInfo | None) -> BranchResult:
    """Get what is missing of a branch into the store.

    Args:
        video: of the corpus.
        branch: one of `BRANCHES`, or `LOOK`.
        info: what is in the file, if it was looked at.

    Raises:
        StoreError: the store cannot be read or written, which ends the run.
    """
    global _begun
    assert _corpus is not None
    started, loaded = time.monotonic(), bounds.spent_loading()
    begun, _begun = _begun, 0.0
    work = _corpus.work(video, _tell(video), info)
    done = _run_branch(work, branch)
    cpu = dict(work.cpu)
    if (seconds := begun + bounds.spent_loading() - loaded) > 0:
        cpu["loading"] = seconds
    return BranchResult(
        time.monotonic() - started, done.info, done.failure, done.kept, done.fault, work.missed,
        done.bug, cpu, work.wall,
    )  # fmt: skip


def _run_branch(work: Work, branch: str) -> BranchResult:
    stages = BRANCHES.get(branch, ())
    try:
        if branch == LOOK:
            with suppress(MediaError):  # each stage says so again, and it is kept with them
                return BranchResult(info=work.info)
        for stage in stages:
            work.get(stage)
        return BranchResult()
    except Failed as error:
        for stage in stages:  # noted for its last ones too, so that they count as done
            with suppress(Failed):
                work.failure(stage)
        return BranchResult(failure=str(error))
    except StoreError:
        raise  # ends the run
    except UserError as error:  # of a model or its settings: not the video's own, and no bug
        return BranchResult(failure=str(error), kept=False, fault=str(error))
    except Exception as error:
        # It costs this video, this time.
        if fault := machine_fault(error):
            told = f"a fault of the machine: {fault}; the next build tries again"
            return BranchResult(failure=told, kept=False, fault=fault)
        return BranchResult(failure=_reason(error), kept=False, bug=traceback.format_exc())


def _reason(error: Exception) -> str:
    """A fault in one short line, for the video's row."""
    told = " ".join(f"{type(error).__name__}: {error}".split())
    return told if len(told) <= _LONGEST_REASON else f"{told[: _LONGEST_REASON - 3]}..."


def _tell(video: Video) -> Callable[[str, float], None]:
    """Passes on how far a stage is, a few times a second at most."""
    told = 0.0

    def reached(stage: str, second: float) -> None:
        nonlocal told
        if time.monotonic() - told > _PAUSE:
            told = time.monotonic()
            tell(Step(video.video_id, stage, second))

    return reached
