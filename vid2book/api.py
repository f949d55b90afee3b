"""The pipeline from Python: one stage alone, or one video whole.

Results are kept in the store, as those of a build are, so that a second call is at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

# All else is imported when it is used: the command line imports this, too, and is to start fast.
if TYPE_CHECKING:
    from .config import Config
    from .pipeline.work import Work
    from .records import Keyframe, Sample, Transcript, Video


def keyframes(
    video: str | Path | Video, config: str | Path | Config = "offline"
) -> Iterator[Keyframe]:
    """The stable states of the screen, each shown complete.

    Args:
        video: a file, or a row of a manifest.
        config: a name, a path, or a config.

    Raises:
        Failed: the video cannot be used.
    """
    from .screen.keyframes import KEYFRAMES

    yield from _work(video, config).get(KEYFRAMES)


def transcribe(video: str | Path | Video, config: str | Path | Config = "offline") -> Transcript:
    """What is said, with the times of the words, by the sound alone.

    A book hears names and terms better (stage `rehear`), since it has read the screen.
    Args and errors are those of `keyframes`.
    """
    from .speech.transcribe import TRANSCRIBE

    return _work(video, config).get(TRANSCRIBE)


def book(video: str | Path | Video, config: str | Path | Config = "offline") -> list[Sample]:
    """The samples of one video; none if the judge filters it.

    Args and errors are those of `keyframes`.
    """
    from .pipeline.corpus import Corpus
    from .pipeline.graph import STAGES

    work = _work(video, config)
    for stage in STAGES:
        work.get(stage)
    return Corpus((work.video,), work.config, work.store).samples(work.video)


def _work(video: str | Path | Video, config: str | Path | Config) -> Work:
    from .config import load
    from .manifest import read_manifest
    from .pipeline.work import Work
    from .privacy import mask_video
    from .records import Video
    from .store import Store

    loaded = load(config)
    row = video if isinstance(video, Video) else read_manifest(video)[0]
    return Work(mask_video(row) if loaded.privacy.mask else row, loaded, Store())
