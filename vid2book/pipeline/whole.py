"""The decisions that need the whole corpus: runs `reduce` on the summaries of all videos.

The summaries are gathered in blocks of a few hundred videos. Each block is stored under a key of
its content, so adding a video rebuilds one block only, and `assemble/again.py` then starts from the
previous decision.
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

Stamped = tuple[Video, str]  # a video, and a key of its summary or the reason why it has none


class _ChangedError(Exception):
    """A back end failed while a summary was made, which has changed the keys."""


class _GoneError(Exception):
    """The previous decision is no longer in the store."""


class Whole:
    """The videos of a corpus, as `reduce` sees them.

    Args:
        videos: in manifest order, without those that the config denies.
        settings: section `reduce` of the config.
        store: of the stages' results.
        work: gives the `Work` of a video.
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
        """The decisions, from the store or computed now.

        Args:
            workers: number of processes that gather the summaries.

        Raises:
            StoreError: the store or the temporary folder cannot be read or written.
        """
        while True:
            key = self.key
            try:
                make = partial(self._reduce_blocks, workers)
                reduced = Reduced.from_bytes(self._store.piece("reduce", key, make))
            except _ChangedError:
                del self.key, self._blocks
                continue
            self._store.save("reduce-latest", make_key(self._how()), str, key)
            return reduced

    @cached_property
    def key(self) -> str:
        """A key of everything that `reduced` depends on."""
        names = [_names(block) for block in self._blocks]
        return make_key(self._how(), *names)

    def block(self, number: int) -> bytes:
        """The summaries of one block of videos, from the store or gathered now."""
        make = lambda: gathering.block(self._summaries(self._blocks[number]))  # noqa: E731
        return self._store.piece("gather", self._block_key(number), make)

    def survey(self, count: int) -> None:
        """List the whole store once, before so many videos are looked up in it."""
        self._store.survey(count)

    def _how(self) -> list[object]:
        """The code and settings that `reduced` depends on."""
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
        videos_each = len(self._videos) // max(1, workers)
        blocks = each(_block, numbers, workers, begin=(_take, self, videos_each))
        try:
            with gathering.gather(blocks) as gathered:
                return reducing.reduce(gathered, self._settings, self._before()).to_bytes()
        except OSError as error:
            raise StoreError(
                f"the temporary folder {tempfile.gettempdir()} cannot be written: "
                f"{error.strerror or error}; fix that, or choose another with TMPDIR"
            ) from error

    def _before(self) -> Reduced | None:
        """The latest decision in the store, probably of a corpus that is similar to this one."""
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
        """The summaries of the kept videos of a block, each with its stamp.

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
                # Two videos with the same content share their results in the store.
                yield replace(summary, video_id=video.video_id), stamp


def stamp_of(work: Work, stage: Stage[Any] = SUMMARISE) -> str:
    """A key of a stage's result for a video, or the reason why there is none."""
    try:
        return work.stamp(stage)
    except Failed as failure:
        return str(failure)


_whole: list[Whole] = []  # the one that this process works for


def _take(whole: Whole, videos: int) -> None:
    whole.survey(videos)
    _whole[:] = [whole]


def _block(number: int) -> bytes:
    return _whole[0].block(number)


def _names(block: Sequence[Stamped]) -> list[tuple[str, str]]:
    return [(video.video_id, stamp) for video, stamp in block]


def _raise_gone() -> NoReturn:
    raise _GoneError
