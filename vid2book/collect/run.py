"""A collection: search, decide and download in rounds until there is nothing left to do.

Because of the rounds, videos arrive long before the last query is asked, and points that have
enough videos are not queried any more.
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
from .decide import Decider, Decisions
from .download import Downloader
from .facts import Part
from .ledger import Ledger
from .outcomes import Gone, Later, Refused, Unfetched
from .places import Places
from .plan import AnySource, Plan
from .review import Embed, ReviewedCandidate
from .rows import Views
from .sources.base import Source
from .sources.every import queries, source_of
from .taxonomy import KnowledgePoint
from .web import Web

_QUERIES_A_ROUND = 20  # per source
_FAILURES = 3  # in a row before a source is left alone for this run

T = TypeVar("T")


class _SourceState:
    """A source and how far this run has got with it."""

    def __init__(
        self, settings: AnySource, source: Source, points: Sequence[KnowledgePoint]
    ) -> None:
        self.settings, self.source = settings, source
        self.identity = settings.identity()
        self.failures = 0
        self.is_off = False
        self._pending = list(queries(settings, points).items())

    def queries(
        self, ledger: Ledger, counts: Counts
    ) -> Iterator[tuple[str, KnowledgePoint | None]]:
        """Queries for points that still need videos; each recurs until it has no more pages."""
        while self._pending and not self.is_off:
            if ledger.cursor(self.identity, "") is None:
                return  # the site closed the whole source, or the list has been read
            query, point = self._pending[0]
            if ledger.cursor(self.identity, query) is None or counts.full(point):
                self._pending.pop(0)
            else:
                yield query, point

    def failed(self, at_once: bool) -> None:
        self._pending.pop(0)  # the next run tries this query again
        self.failures += 1
        self.is_off = at_once or self.failures >= _FAILURES


class Progress(Protocol):
    """Watches a run; `downloading` is called by several threads."""

    def counted(self, candidates: int, rows: int) -> None:
        """The number of candidates and manifest rows so far."""

    def downloading(self, title: str, size: int) -> None:
        """The number of bytes of a video downloaded so far."""


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
            tell: called with lines that the user should see at once.
            progress: notified of each step.
            again: repeat all queries, including answered ones.
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
            s.title(): _SourceState(s, source_of(s, web, cookies), ordered) for s in plan.sources
        }

    def run(self) -> Decisions:
        """Run until there is nothing left that could be done now.

        Raises:
            UserError: the disk is full, or a file of the plan cannot be read.
            KeyboardInterrupt: the user stopped it; everything collected so far is written.
        """
        try:
            return self._run()
        except KeyboardInterrupt:
            self._views.write(self._decider.decide().usable, decisions=True)
            raise

    def _run(self) -> Decisions:
        self._ledger.add_permissions(self._plan.permissions)
        self._ledger.forget_lost()
        self._measure_unmeasured()
        if self._again:
            self._ledger.forget_closed()
        for state in self._sources.values():
            if self._again or state.settings.on_disk() is not None:
                self._ledger.reopen(state.identity)
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

    def _search(self, decided: Decisions) -> bool:
        """Ask all sources in parallel, a few queries each; return whether any was answered."""
        counts = decided.counts or Counts(self._plan.quotas)
        with ThreadPoolExecutor(len(self._sources)) as pool:
            try:
                return any(list(pool.map(lambda a: self._ask(a, counts), self._sources.values())))
            except BaseException:  # the user interrupted it
                self._web.stop()
                raise

    def _ask(self, state: _SourceState, counts: Counts) -> bool:
        is_answered = False
        for query, point in islice(state.queries(self._ledger, counts), _QUERIES_A_ROUND):
            cursor = self._ledger.cursor(state.identity, query) or ""
            try:
                page = _answer(partial(state.source.search, query, cursor))
            except Unfetched as why:
                if self._web.is_stopped:  # not the site's answer
                    return is_answered
                # The plan names this list: if it is missing today, it may be back tomorrow.
                status = "late" if isinstance(why, Gone) else why.status
                self._ledger.mark_unanswered(state.identity, query, status, why.message())
                state.failed(isinstance(why, Refused))
                if state.is_off:
                    if status == "closed":  # the whole source, until the user asks for it
                        self._ledger.mark_closed(state.identity, why.message())
                    self._tell(f"{state.settings.title()} is left alone in this run: {why}")
            else:
                self._ledger.add_page(state.identity, query, point, *page)
                state.failures = 0
                is_answered = True
        return is_answered

    def _learn(self, one: ReviewedCandidate) -> None:
        """Get the details of a candidate, unless its source is no longer in the plan."""
        candidate = one.candidate
        if (state := self._sources.get(candidate.source)) is None:
            return
        try:
            candidates = _answer(partial(state.source.details, candidate))
        except Unfetched as why:
            if not self._web.is_stopped:
                result = {"by": why.by}
                self._ledger.part(candidate.key, "metadata", why.status, why.message(), result)
        else:
            self._ledger.add_details(candidate.key, candidates)

    def _fetch_into(self, decided: Decisions) -> Callable[[ReviewedCandidate], None]:
        def fetch(one: ReviewedCandidate) -> None:
            self._downloader.fetch(one.candidate)
            if self._decider.is_refused(one.candidate):  # its length is known only now
                return
            with self._views.lock:
                decided.usable[one.candidate.key] = one
                if self._views.is_due():
                    self._views.write(decided.usable, decisions=False)

        return fetch

    def _each(
        self,
        part: Part,
        candidates: Sequence[ReviewedCandidate],
        work: Callable[[ReviewedCandidate], None],
    ) -> bool:
        """Do in parallel what was not tried in this run; return whether there was anything."""
        new = [one for one in candidates if (part, one.candidate.key) not in self._decider.tried]
        self._decider.tried |= {(part, one.candidate.key) for one in new}
        with ThreadPoolExecutor(self._plan.download.at_once) as pool:
            try:
                for future in as_completed([pool.submit(work, one) for one in new]):
                    future.result()
            except BaseException:  # the disk is full, or the user interrupted it
                self._downloader.stop()
                self._web.stop()
                pool.shutdown(wait=True, cancel_futures=True)
                raise
        return bool(new)


def _answer(ask: Callable[[], T]) -> T:
    """A source's answer. An unforeseen fault costs this question and no other.

    Raises:
        Unfetched: there is no answer.
        UserError: a file of the plan cannot be read.
    """
    try:
        return ask()
    except (Unfetched, UserError):
        raise
    except Exception as bug:
        raise Later(f"an answer that was not understood: {type(bug).__name__}: {bug}") from bug
