"""A version of a corpus on its way to the Hub.

Contents are uploaded first, file by file, and what was uploaded is not sent again after an
interruption. One commit then puts them in place, so that nobody ever loads half of a version, and
a tag names it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from rich.filesize import decimal

from vid2book import licences
from vid2book.folder import layout, swap
from vid2book.folder.record import CorpusError

from . import changelog, croissant
from .changes import Diff, Videos, diff, read_videos
from .hub import VERSION, Hub, HubError, operation, order
from .measures import Measures
from .plan import Plan, plan

_MOST_NAMED = 5


class Release:
    """A version against what the repository holds.

    Raises:
        HubError: the Hub refuses, or the version or what is in the repository may not be replaced.
    """

    def __init__(self, hub: Hub, version: str, videos: Videos, force: bool) -> None:
        self.hub, self.version, self.videos, self.force = hub, version, videos, force
        self.remote = hub.files(hub.head) if hub.head else {}
        older = [name for name in hub.versions if order(name) < order(version)]
        newer = [name for name in hub.versions if order(name) > order(version)]
        if newer and not force:
            raise HubError(
                f"{hub.repo} is at version {newer[-1]} already; give a higher one, or --force"
            )
        self.previous = older[-1] if older else None
        before = hub.videos(hub.versions[self.previous]) if self.previous else {}
        self.found: Diff = diff(before, videos)
        foreign = set(self.remote) - {".gitattributes", layout.CARD}
        ours = any(layout.table_of(path) == "videos" for path in foreign)
        if foreign and not ours and not force:
            raise HubError(
                f"{hub.repo} holds something that is no corpus of vid2book "
                f"({some(sorted(foreign))}); name another repository, or --force"
            )
        self.holding = self._holding(older) if older else {}

    def card(
        self, corpus: Path, asked: Collection[str], forget: bool, measured: Measures | None
    ) -> bytes:
        """README.md with the changes of each version up to this one, and measures if there are."""
        log = {}
        if layout.CARD in self.remote and self.hub.head:
            log = changelog.entries(self.hub.text(layout.CARD, self.hub.head))
        log[self.version] = changelog.entry(self.videos, self.previous, self.found)
        there = set(self.hub.versions) | {self.version}
        deleted = (set(log) - there) | (set(self.holding) if forget else set())
        text = (corpus / layout.CARD).read_text(encoding="utf-8")
        text = measured.on(text) if measured else text
        return changelog.published(text, self.hub.repo, log, deleted, asked).encode()

    def croissant(self, local: Iterable[str]) -> bytes:
        """croissant.json for the files that are pushed."""
        found = {layout.table_of(path) for path in local}
        tables = [table for table in layout.TABLES if table in found]
        under = {v["license"] for v in self.videos.values() if v["status"] == "kept"}
        return croissant.render(tables, under, self.hub.repo, self.version).encode()

    def plan(self, local: dict[str, Path | bytes]) -> Plan:
        """What to send; nothing where the version is there and holds this corpus."""
        if self.version in self.hub.versions:
            held = self.hub.files(self.hub.versions[self.version])
            if not plan(local, held).changes_data:
                return Plan(same=list(local))
            if not self.force:
                raise HubError(
                    f"{self.hub.repo} has a version {self.version}, and it is not this corpus; "
                    "give a higher one, or --force to replace it"
                )
        return plan(local, self.remote)

    def send(self, todo: Plan, private: bool, gated: bool, told: Callable[[str], object]) -> None:
        """Put the version on the Hub.

        Args:
            todo: what to send.
            private, gated: close the repository, before anything is in it.
            told: is called with each line of progress.
        """
        hub, version = self.hub, self.version
        if hub.head is None:
            hub.create(True if private else None)
            private = False
        hub.restrict(private, gated)
        operations = []
        for number, (path, size) in enumerate(todo.sizes.items(), 1):
            told(f"{number}/{len(todo.send)} {path} ({decimal(size)})")
            operations.append(operation(path, todo.send[path]))
            hub.upload(operations[-1])
        replace = version in hub.versions
        if operations or todo.gone:
            commit = hub.commit(operations, todo.gone, hub.head, f"Version {version}")
        elif not replace:
            commit = hub.head or ""  # an earlier push was interrupted before its tag
        else:
            told(f"{hub.repo} has version {version} already, and it is this corpus")
            return
        hub.tag(version, commit, replace)
        sent = decimal(sum(todo.sizes.values()))
        told(
            f"{hub.repo} is at version {version}: {len(operations)} files sent ({sent}), "
            f"{len(todo.same)} were there, {len(todo.gone)} deleted"
        )

    def _holding(self, older: list[str]) -> dict[str, list[str]]:
        """Older versions with the videos that this one no longer has."""
        found = {}
        for name in older:
            lost = [v for v in self.hub.videos(self.hub.versions[name]) if v not in self.videos]
            if lost:
                found[name] = lost
        return found


def checked(corpus: Path, version: str, allowed: list[str]) -> Videos:
    """The videos of a corpus that may be pushed.

    Raises:
        CorpusError: no version, no whole corpus, or a licence outside the list.
    """
    if not VERSION.fullmatch(version):
        raise CorpusError(f"'{version}' is no version; three numbers are, such as 1.0.0")
    if swap.is_interrupted(corpus):
        swap.recover(corpus)
    videos = read_videos(corpus)
    if not (corpus / layout.CARD).is_file() or not layout.shards(corpus, "default"):
        raise CorpusError(f"{corpus}: no whole corpus; build it anew with `vid2book build`")
    under = defaultdict[str, list[str]](list)
    for video_id, row in videos.items():
        if row.get("status") == "kept":
            under[row.get("license") or ""].append(video_id)
    for licence in _in_samples(corpus) - set(under):
        under[licence].append("rows of data/")
    if outside := licences.outside(under, allowed):
        listed = "; ".join(f"'{name}' ({some(under[name])})" for name in sorted(outside))
        first = min(outside) or "unknown"
        raise CorpusError(
            f"licences that are not on the list: {listed}. Take the videos out with "
            f"`vid2book remove`, or push them on your own word with --allow-license '{first}'"
        )
    return videos


def _in_samples(corpus: Path) -> set[str]:
    found: set[str] = set()
    for file in layout.shards(corpus, "default"):
        try:
            found |= set(pq.read_table(file, columns=["license"])["license"].unique().to_pylist())
        except pa.ArrowException as error:
            raise CorpusError(f"{file}: cannot be read: {error}; build the corpus anew") from None
    return {licence or "" for licence in found}


def some(names: Iterable[str]) -> str:
    """The first few of the names."""
    listed = list(names)
    more = f" and {len(listed) - _MOST_NAMED:,} more" if len(listed) > _MOST_NAMED else ""
    return ", ".join(listed[:_MOST_NAMED]) + more
