"""The pipeline from Python: a single stage, or a whole video.

Results are kept in the store, as in a build, so a second call returns at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

# Everything else is imported when it is used, because the command line imports this module too
# and must start fast.
if TYPE_CHECKING:
    from .config import ConfigLike
    from .pipeline.work import Work
    from .records import Keyframe, Sample, Transcript, Video


def keyframes(video: str | Path | Video, config: ConfigLike = "offline") -> Iterator[Keyframe]:
    """The stable states of the screen, each with a frame that shows it complete.

    Args:
        video: a file, or a row of a manifest.
        config: a name, the path of a YAML file, a `Config`, or a dict of the keys to change.

    Raises:
        ManifestError: there is no such file, or it is neither a video nor a manifest.
        ConfigError: there is no such config, or it has a key or value that is not allowed.
        Failed: the video cannot be used, for instance because it is damaged.
        ModelError: a model that the config names cannot be loaded; the message says what to do.
        MachineError: a fault of the machine, such as a full disk.

    Nothing is raised before the first keyframe is asked for.
    """
    from .screen.keyframes import KEYFRAMES

    yield from _work(video, config).get(KEYFRAMES)


def transcribe(video: str | Path | Video, config: ConfigLike = "offline") -> Transcript:
    """What is said, with word times, from the sound alone.

    `book` gets names and terms right more often (stage `rehear`), because it also reads the screen.
    Args and errors are those of `keyframes`.
    """
    from .speech.transcribe import TRANSCRIBE

    return _work(video, config).get(TRANSCRIBE)


def book(video: str | Path | Video, config: ConfigLike = "offline") -> list[Sample]:
    """The samples of one video; none if the judge filters it.

    Args and errors are those of `keyframes`.
    """
    from .pipeline.corpus import Corpus
    from .pipeline.graph import STAGES

    work = _work(video, config)
    for stage in STAGES:
        work.get(stage)
    return Corpus((work.video,), work.config, work.store).samples(work.video)


def _work(video: str | Path | Video, config: ConfigLike) -> Work:
    from .config import load
    from .manifest import read_manifest
    from .pipeline.work import Work
    from .privacy import mask_video
    from .records import Video
    from .store import Store

    loaded = load(config)
    row = video if isinstance(video, Video) else read_manifest(video)[0]
    return Work(mask_video(row) if loaded.privacy.mask else row, loaded, Store())
