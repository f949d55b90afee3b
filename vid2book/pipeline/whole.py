"""What the whole corpus says of each video: summaries from the store, through `reduce`, and kept.

The summaries are read in blocks of a few hundred videos, each kept under a key of what it holds. So
a video more costs one block, and what was decided before is where `assemble/again.py` begins.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import Any, NoReturn

from ..assemble import gathered as gathering
from ..assemble import reduce as reducing
from ..assemble.reduced import Reduced
from ..assemble.summarise import SUMMARISE, Summary
from ..config import Reduce
from ..records import Video
from ..stage import Stage
from ..store import Store, StoreError, make_key
from ..teaching.judge import JUDGE
from .code import code_of, code_within
from .processes import each
from .work import Failed, Work

Stamped = tuple[Video, str]  # a video, and what names its summary or tells why it has none


class _ChangedError(Exception):
    """A back end failed as a summary was made, so that the keys are others now."""


class _GoneError(Exception):
    """What was decided before is not in the store any longer."""


class Whole:
    """The videos of a corpus, as `reduce` sees them.

    Args:
        videos: in manifest order, without those that the config denies.
        settings: section `reduce` of the config.
        store: of the stages' results.
        work: the way of a video through the stages.
    """

    def __init__(
        self,
        videos: Sequence[Video],
        settings: Reduce,
        store: Store,
        work: Callable[[Video], Work],
    ) -> None:
        self._videos, self._settings, self._store, self._work = videos, settings, store, work

    def reduced(self, workers: int = 1) -> Reduced:
        """What is decided.

        Args:
            workers: processes that put the summaries together, where that is still to be done.

        Raises:
            StoreError: the store or the temporary folder cannot be read or written.
        """
        while True:
            key = self.key
            try:
                made = partial(self._reduce_blocks, workers)
                found = Reduced.from_bytes(self._store.piece("reduce", key, made))
            except _ChangedError:
                del self.key, self._blocks
                continue
            self._store.save("reduce-latest", make_key(self._how()), str, key)
            return found

    @cached_property
    def key(self) -> str:
        """Names all that `reduced` follows from."""
        names = [_names(block) for block in self._blocks]
        return make_key(self._how(), *names)

    def block(self, number: int) -> bytes:
        """The summaries of one block of videos, from the store or put together now."""
        made = lambda: gathering.block(self._summaries(self._blocks[number]))  # noqa: E731
        return self._store.piece("gather", self._block_key(number), made)

    def survey(self, asked: int) -> None:
        """Ask the store once for the names of all, before so many videos are asked for."""
        self._store.survey(asked)

    def _how(self) -> list[object]:
        """What decides beside the videos."""
        code = [code_of(reducing.__name__), code_within(__name__)]
        return [code, self._settings.model_dump(exclude={"deny"})]

    @cached_property
    def _blocks(self) -> list[list[Stamped]]:
        blocks: list[list[Stamped]] = [[]]
        for video in self._videos:
            blocks[-1].append((video, stamp_of(self._work(video))))
            if gathering.ends_block(video.video_id):
                blocks.append([])
        return [block for block in blocks if block]

    def _block_key(self, number: int) -> str:
        code = [code_of(gathering.__name__), code_within(__name__)]
        return make_key(code, _names(self._blocks[number]))

    def _reduce_blocks(self, workers: int) -> bytes:
        numbers = range(len(self._blocks))
        asked = len(self._videos) // max(1, workers)
        blocks = each(_block, numbers, workers, begin=(_take, self, asked))
        try:
            with gathering.gather(blocks) as gathered:
                return reducing.reduce(gathered, self._settings, self._before()).to_bytes()
        except OSError as error:
            raise StoreError(
                f"the temporary folder {tempfile.gettempdir()} cannot be written: "
                f"{error.strerror or error}; fix that, or choose another with TMPDIR"
            ) from error

    def _before(self) -> Reduced | None:
        """What was decided last, which is likely of a corpus that has much in common with this."""
        latest = self._store.load("reduce-latest", make_key(self._how()), str)
        try:
            return (
                Reduced.from_bytes(self._store.piece("reduce", latest, _raise_gone))
                if latest
                else None
            )
        except _GoneError:
            return None

    def _summaries(self, block: Sequence[Stamped]) -> Iterator[tuple[Summary, str]]:
        """Of the kept videos.

        Raises:
            _ChangedError: a back end failed meanwhile.
        """
        for video, stamp in block:
            work = self._work(video)
            summary = None
            try:
                if work.get(JUDGE).judgement.kept:
                    summary = work.get(SUMMARISE)
            except Failed:
                pass
            if stamp_of(work) != stamp:
                raise _ChangedError
            if summary:
                # Two videos with the same content share what the store has.
                yield replace(summary, video_id=video.video_id), stamp


def stamp_of(work: Work, stage: Stage[Any] = SUMMARISE) -> str:
    """Names everything that the stages up to one made of a video."""
    try:
        return work.stamp(stage)
    except Failed as failure:
        return str(failure)


_given: list[Whole] = []  # of this process


def _take(whole: Whole, asked: int) -> None:
    whole.survey(asked)
    _given[:] = [whole]


def _block(number: int) -> bytes:
    return _given[0].block(number)


def _names(block: Sequence[Stamped]) -> list[tuple[str, str]]:
    return [(video.video_id, stamp) for video, stamp in block]


def _raise_gone() -> NoReturn:
    raise _GoneError
