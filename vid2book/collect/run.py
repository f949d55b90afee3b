"""A collection: search, decide, download, over and over until there is nothing left to do.

It goes in rounds, so that videos come in long before the last query is asked, and a point that has
enough is not asked about any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Protocol, TypeVar

from ..errors import UserError
from ..models.chat import Chat
from .balance import Counts, spread
from .decide import Decided, Decider
from .download import Downloader
from .facts import Part
from .ledger import Ledger
from .outcomes import Gone, Later, Refused, Unfetched
from .places import Places
from .plan import AnySource, Plan
from .review import Embed, Reviewed
from .rows import Views
from .sources.base import Source
from .sources.every import queries, source_of
from .taxonomy import KnowledgePoint
from .web import Web

_QUERIES_A_ROUND = 20  # of each source
_FAILURES = 3  # in a row, after which a source is left alone for this run

T = TypeVar("T")


class _Asked:
    """A source in the course of a run."""

    def __init__(
        self, settings: AnySource, source: Source, points: Sequence[KnowledgePoint]
    ) -> None:
        self.settings, self.source = settings, source
        self.identity = settings.identity()
        self.failures = 0
        self.is_off = False
        self._left = list(queries(settings, points).items())

    def queries(
        self, ledger: Ledger, counts: Counts
    ) -> Iterator[tuple[str, KnowledgePoint | None]]:
        """What to ask next: a query until it has no more pages, of points that want videos."""
        while self._left and not self.is_off:
            if ledger.cursor(self.identity, "") is None:
                return  # a site that closed the whole source, or a list that is answered
            query, point = self._left[0]
            if ledger.cursor(self.identity, query) is None or counts.full(point):
                self._left.pop(0)
            else:
                yield query, point

    def failed(self, at_once: bool) -> None:
        self._left.pop(0)  # this query is for another run
        self.failures += 1
        self.is_off = at_once or self.failures >= _FAILURES


class Progress(Protocol):
    """Watches a run; `downloading` is called by several threads."""

    def counted(self, candidates: int, rows: int) -> None:
        """How many candidates and rows of the manifest there are by now."""

    def downloading(self, title: str, size: int) -> None:
        """How many bytes of a video are there by now."""


class _Unwatched:
    def counted(self, candidates: int, rows: int) -> None: ...

    def downloading(self, title: str, size: int) -> None: ...


class Collection:
    """One run of `vid2book collect`."""

    def __init__(
        self,
        plan: Plan,
        points: Sequence[KnowledgePoint],
        places: Places,
        ledger: Ledger,
        web: Web,
        embed: Embed,
        chat: Chat | None = None,
        tell: Callable[[str], None] = lambda _: None,
        progress: Progress | None = None,
        again: bool = False,
    ) -> None:
        """
        Args:
            tell: is given what the user should know at once.
            progress: is told of each step.
            again: put all queries again, those that are answered too.
        """
        self._again, self._web = again, web
        self._plan, self._ledger, self._tell = plan, ledger, tell
        self._progress = progress or _Unwatched()
        self._decider = Decider(plan, points, ledger, embed, chat)
        self._views = Views(places.manifest, places.decisions, ledger)
        self._downloader = Downloader(
            plan.download,
            web,
            ledger,
            places.videos,
            places.archive,
            self._progress.downloading,
        )
        ordered = spread(points)
        cookies = plan.download.cookies
        self._sources = {
            s.title(): _Asked(s, source_of(s, web, cookies), ordered) for s in plan.sources
        }

    def run(self) -> Decided:
        """Until there is nothing left that could be done now.

        Raises:
            UserError: the disk is full, or a file of the plan cannot be read.
            KeyboardInterrupt: the user stopped it; everything that was had is written.
        """
        try:
            return self._run()
        except KeyboardInterrupt:
            self._views.write(self._decider.decide().usable, decisions=True)
            raise

    def _run(self) -> Decided:
        self._ledger.permitted(self._plan.permissions)
        self._ledger.forget_lost()
        self._measure_unmeasured()
        if self._again:
            self._ledger.forget_closed()
        for asked in self._sources.values():
            if self._again or asked.settings.on_disk() is not None:
                self._ledger.reopen(asked.identity)
        decided = self._decider.decide()
        while True:
            searched = self._search(decided)
            decided = self._decider.decide()
            self._progress.counted(len({v.key for v in decided.verdicts}), len(decided.usable))
            learnt = self._each("metadata", decided.learn, self._learn)
            decided = self._decider.decide() if learnt else decided
            fetched = self._each("media", decided.fetch, self._fetch_into(decided))
            decided = self._decider.decide() if fetched else decided
            self._views.write(decided.usable, decisions=False)
            if not (searched or learnt or fetched):
                break
        self._views.write(decided.usable, decisions=True)
        return decided

    def _measure_unmeasured(self) -> None:
        lengths = self._ledger.parts("length")
        for key, part in self._ledger.parts("media").items():
            if part.status == "done" and (key not in lengths or lengths[key].status == "late"):
                self._downloader.measure(key, Path(part.result["path"]))

    def _search(self, decided: Decided) -> bool:
        """A few queries of each source, side by side; whether any was answered."""
        counts = decided.counts or Counts(self._plan.quotas)
        with ThreadPoolExecutor(len(self._sources)) as pool:
            try:
                return any(list(pool.map(lambda a: self._ask(a, counts), self._sources.values())))
            except BaseException:  # the user has had enough
                self._web.stop()
                raise

    def _ask(self, asked: _Asked, counts: Counts) -> bool:
        did = False
        for query, point in islice(asked.queries(self._ledger, counts), _QUERIES_A_ROUND):
            cursor = self._ledger.cursor(asked.identity, query) or ""
            try:
                page = _caught(partial(asked.source.search, query, cursor))
            except Unfetched as why:
                if self._web.is_stopped:  # which is no answer
                    return did
                # A list that is missing today may be there tomorrow: a plan names it.
                status = "late" if isinstance(why, Gone) else why.status
                self._ledger.unanswered(asked.identity, query, status, why.told())
                asked.failed(isinstance(why, Refused))
                if asked.is_off:
                    if status == "closed":  # the whole of it, until it is asked for
                        self._ledger.closed(asked.identity, why.told())
                    self._tell(f"{asked.settings.title()} is left alone in this run: {why}")
            else:
                self._ledger.found(asked.identity, query, point, *page)
                asked.failures = 0
                did = True
        return did

    def _learn(self, one: Reviewed) -> None:
        """The details of a candidate. A source that the plan has no more is not asked."""
        candidate = one.candidate
        if (asked := self._sources.get(candidate.source)) is None:
            return
        try:
            found = _caught(partial(asked.source.details, candidate))
        except Unfetched as why:
            if not self._web.is_stopped:
                told = {"by": why.by}
                self._ledger.part(candidate.key, "metadata", why.status, why.told(), told)
        else:
            self._ledger.learnt(candidate.key, found)

    def _fetch_into(self, decided: Decided) -> Callable[[Reviewed], None]:
        def fetch(one: Reviewed) -> None:
            self._downloader.fetch(one.candidate)
            if self._decider.is_refused(one.candidate):  # by its length, which is known now
                return
            with self._views.lock:
                decided.usable[one.candidate.key] = one
                if self._views.is_due():
                    self._views.write(decided.usable, decisions=False)

        return fetch

    def _each(
        self, part: Part, wanted: Sequence[Reviewed], work: Callable[[Reviewed], None]
    ) -> bool:
        """Do what was not tried in this run, some at a time; whether there was anything."""
        new = [one for one in wanted if (part, one.candidate.key) not in self._decider.tried]
        self._decider.tried |= {(part, one.candidate.key) for one in new}
        with ThreadPoolExecutor(self._plan.download.at_once) as pool:
            try:
                for done in as_completed([pool.submit(work, one) for one in new]):
                    done.result()
            except BaseException:  # the disk is full, or the user has had enough
                self._downloader.stop()
                self._web.stop()
                pool.shutdown(wait=True, cancel_futures=True)
                raise
        return bool(new)


def _caught(ask: Callable[[], T]) -> T:
    """What a source answers. A fault that nobody foresaw costs this question and no other.

    Raises:
        Unfetched: nothing was had.
        UserError: a file of the plan cannot be read.
    """
    try:
        return ask()
    except (Unfetched, UserError):
        raise
    except Exception as bug:
        raise Later(f"an answer that was not understood: {type(bug).__name__}: {bug}") from bug
