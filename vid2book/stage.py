"""Stages as the pipeline sees them. Each is declared beside its code.

A stage is a function from the records of one video to other records of it. Its declaration names
everything that can change its result, which becomes the key under which the result is stored: the
settings, the fields of the manifest, the models, the results that it needs, and its code
(`pipeline/code.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from .config import Config
    from .media.survey import MediaInfo
    from .models.lazy import Models
    from .records import Decision, Video

T = TypeVar("T", covariant=True)

# The fields of the manifest that say what a video is about.
TOPIC = ("title", "description", "subject", "course", "sub_course", "knowledge_point")


class StageInput(Protocol):
    """The input of a stage: one video, and the results so far."""

    @property
    def video(self) -> Video: ...

    @property
    def at_hand(self) -> Video:
        """The video with its files on this machine. Remote files are copied at the first access, so
        only a stage that reads them should use this."""

    @property
    def config(self) -> Config: ...

    @property
    def models(self) -> Models: ...

    @property
    def until(self) -> float | None:
        """Only this many seconds of the video are processed; None: all of it."""

    @property
    def info(self) -> MediaInfo:
        """What is in the file, and when."""

    def get(self, stage: Stage[T]) -> T:
        """The result of a stage that is among the `needs`."""

    def decisions(self, stage: Stage[Any]) -> Sequence[Decision]:
        """What a stage that is among the `needs` decided."""

    def piece(self, stage: Stage[Any], named: Sequence[Any], make: Callable[[], bytes]) -> bytes:
        """Bytes that a stage makes from the file, stored apart from its result.

        Args:
            stage: the stage whose code makes them.
            named: everything that they depend on, besides the file and that code; JSON-able.
            make: makes them if they are not stored yet.
        """

    def tell(self, stage: str, second: float) -> None:
        """Report which second of the video the stage has reached."""


@dataclass(frozen=True, kw_only=True)
class Stage(Generic[T]):
    """A stage, and everything that can change its result.

    Attributes:
        name: in the store and the progress bar.
        result: type of the result.
        compute: the stage itself. It reads nothing that is not declared here.
        needs: stages whose results it reads.
        settings: dotted names in the config.
        facts: fields of the manifest's row, besides the files themselves.
        models: attributes of `Models` that it uses. Language models are found by the settings.
        often_the_same: a different input often gives the same result. Later results are then
            stored under this result itself, so they are not computed again if it has not changed.
    """

    name: str
    result: Any
    compute: Callable[[StageInput], tuple[T, list[Decision]]]
    needs: tuple[Stage[Any], ...] = ()
    settings: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    often_the_same: bool = False

    @property
    def module(self) -> str:
        """The module in which the stage is declared, from which its code is found."""
        return self.compute.__module__
