"""A stage as the pipeline sees it. Each is declared beside its code.

A stage is a function from the records of one video to other records of it. What can change its
result is declared with it and becomes the key under which the result is kept: the settings, the
fields of the manifest, the models, the results that it needs, and its code (`pipeline/code.py`).
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
    """What a stage is given: one video, and what was made of it so far."""

    @property
    def video(self) -> Video: ...

    @property
    def at_hand(self) -> Video:
        """The same with its files on this machine. Of one from elsewhere a copy is made, so that
        only who reads it asks."""

    @property
    def config(self) -> Config: ...

    @property
    def models(self) -> Models: ...

    @property
    def until(self) -> float | None:
        """Only the first so many seconds of the video are looked at; None: all of it."""

    @property
    def info(self) -> MediaInfo:
        """What is in the file, and when."""

    def get(self, stage: Stage[T]) -> T:
        """The result of a stage that is among the `needs`."""

    def decisions(self, stage: Stage[Any]) -> Sequence[Decision]:
        """What a stage that is among the `needs` decided."""

    def piece(self, stage: Stage[Any], named: Sequence[Any], make: Callable[[], bytes]) -> bytes:
        """Bytes that a stage makes of the file, kept apart from its result.

        Args:
            stage: whose code makes them.
            named: everything that they depend on, beside the file and that code; JSON-able.
            make: makes them where they are not kept yet.
        """

    def tell(self, stage: str, second: float) -> None:
        """Say which second of the video the stage has reached."""


@dataclass(frozen=True, kw_only=True)
class Stage(Generic[T]):
    """A stage, and everything that can change its result.

    Attributes:
        name: as the store and the progress bar have it.
        result: type of the result.
        compute: the stage itself. It reads nothing that is not declared here.
        needs: stages whose results it reads.
        settings: dotted names in the config.
        facts: fields of the manifest's row, beside the files themselves.
        models: what it asks of `Models`. Language models are found in the settings.
        often_the_same: another input often gives the same result. What follows is then kept under
            the result itself, so that nothing follows again where nothing is new.
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
        """The module that the stage is declared in, from which its code is found."""
        return self.compute.__module__
