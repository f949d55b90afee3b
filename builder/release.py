"""A version of a corpus against what its repository holds, and how it gets there."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from vid2book.folder import layout
from vid2book.folder.measures import Measures, section_of
from vid2book.folder.removed import removed_on, removed_text
from vid2book.quantities import names_of

from . import changelog, croissant
from .changes import Diff, Videos, compare
from .hub import transfer
from .hub.errors import HubError
from .hub.repo import Hub, RemoteFile, order
from .local import Content
from .owner import with_owner
from .plan import Plan, is_same, plan

_MOST_NAMED = 5  # names in a message


class Release:
    """A version against what the repository holds.

    The newest version goes to main. The next one of an older line ("1.0.1", where 2.0.0 is there)
    gets its tag and leaves main alone.

    Raises:
        HubError: the Hub refuses, or the version or what is in the repository may not be replaced.
    """

    def __init__(self, hub: Hub, version: str, videos: Videos, force: bool) -> None:
        self.hub, self.version, self.videos, self.force = hub, version, videos, force
        older = [name for name in hub.versions if order(name) < order(version)]
        newer = [name for name in hub.versions if order(name) > order(version)]
        self.is_newest = not newer
        if newer and version not in hub.versions:
            _check_line(hub, version, older, newer)
        self.previous = older[-1] if older else None
        self.base = hub.head if self.is_newest else hub.versions[self.previous or version]
        self.remote = hub.files(self.base) if self.base else {}
        there = hub.versions.get(version)
        self.published = hub.files(there) if there else None  # of this version, if it is there
        before = hub.videos(hub.versions[self.previous]) if self.previous else {}
        self.found: Diff = compare(before, videos)
        foreign = set(self.remote) - {".gitattributes", layout.CARD}
        ours = any(layout.table_of(path) == "videos" for path in foreign)
        if foreign and not ours and not force:
            raise HubError(
                f"{hub.repo} contains files that are not from vid2book "
                f"({first_names(sorted(foreign))}); name another repository, or --force"
            )
        self.holding = self._holding(older) if self.is_newest else {}

    def card(
        self,
        corpus: Path,
        local: Iterable[str],
        asked: Collection[str],
        forget: bool,
        measured: Measures | None,
    ) -> bytes:
        """README.md with the changes of each version up to this one, and measures if there are."""
        hub = self.hub
        there = hub.text(layout.CARD, self.base) if self.base and layout.CARD in self.remote else ""
        log = changelog.entries(there)
        for name in hub.versions:  # of an older line, main has not heard
            if name not in log and order(name) < order(self.version):
                log |= self._entry(name)
        log[self.version] = changelog.entry(self.videos, self.previous, self.found)
        known = set(hub.versions) | {self.version}
        deleted = (set(log) - known) | (set(self.holding) if forget else set())
        text = (corpus / layout.CARD).read_text(encoding="utf-8")
        text = measured.on(text) if measured else text
        made = changelog.published(text, hub.repo, log, deleted, asked, local)
        return with_owner(made, there).encode()

    def kept_measures(self, local: dict[str, Content]) -> Measures | None:
        """The measures that the repository has of the same samples; None where there are none.

        Args:
            local: what is to be pushed, without measures.
        """
        hub = self.hub
        held = self.remote if self.published is None else self.published
        revision = hub.versions.get(self.version, self.base)
        if not revision or layout.METRICS not in held or plan(local, held).changes_samples:
            return None
        section = section_of(hub.text(layout.CARD, revision))
        paths = [path for path in (layout.METRICS, layout.PLOT) if path in held]
        return Measures({path: hub.content(path, revision) for path in paths}, section)

    def removed(self, here: dict[str, str], allowed: bool) -> bytes | None:
        """REMOVED.csv with what this version and those before it took out; None: nothing.

        Args:
            here: video ids and dates, as the corpus folder has them.
            allowed: whether the version may have videos again that were taken down.

        Raises:
            HubError: it has some, and may not.
        """
        told = ""
        if self.base and layout.REMOVED in self.remote:
            told = self.hub.text(layout.REMOVED, self.base)
        there = removed_on(told)
        again = sorted(set(there) & set(self.videos))
        if again and not allowed:
            was, it, they = ("was", "it", "it") if len(again) == 1 else ("were", "them", "they")
            raise HubError(
                f"{self.hub.repo}: {first_names(again)} {was} taken down in an earlier version "
                f"(REMOVED.csv), but this one contains {it} again. Remove {it} with `vid2book "
                f"remove`, or add --allow-removed if {they} may be published again"
            )
        whole = {name: date for name, date in (here | there).items() if name not in self.videos}
        # Where all are in it again, the list on the Hub is replaced by an empty one.
        return removed_text(whole).encode() if whole or there else None

    def croissant(self, card: bytes, local: Iterable[str]) -> bytes:
        """croissant.json for the files that are pushed, with what the card says."""
        local = list(local)
        found = {layout.table_of(path) for path in local}
        tables = [table for table in layout.TABLES if table in found]
        under = {v["license"] for v in self.videos.values() if v["status"] == "kept"}
        return croissant.render(
            card.decode(), tables, under, self.hub.repo, self.version, local
        ).encode()

    def plan(self, local: dict[str, Content]) -> Plan:
        """What to send; nothing where the version is there and holds this corpus."""
        if self.published is not None:
            against = plan(local, self.published)
            if not (against.changes_data or against.changes_measures):
                return Plan(same=list(local))
            if not self.force:
                another = "another corpus" if against.changes_data else "other measures"
                raise HubError(
                    f"{self.hub.repo} already has a version {self.version}, with {another}; give "
                    "a higher version, or add --force to replace it"
                )
        return plan(local, self.remote)

    def send(self, todo: Plan, local: dict[str, Content], private: bool, gated: bool) -> str | None:
        """Put the version on the Hub; its commit, or None where it is there already.

        Args:
            todo: what differs from the base.
            local: everything that the version has to hold.
            private, gated: close the repository, before anything is in it.
        """
        hub, version = self.hub, self.version
        if hub.head is None:
            hub.create(True if private else None)
            self.base = hub.head
            self.remote = hub.files(self.base or "main")
        hub.restrict(private, gated)
        replace = version in hub.versions
        if not todo and replace:
            return None
        base = self.base or ""
        message = f"Version {version}"
        side = None
        if not todo:
            commit = base  # an earlier push was interrupted before its tag
        elif not self.is_newest:
            side = transfer.branch(hub, f"vid2book-{version}", base)
            commit = self._in_parts(side, local, message)
        elif len(todo) <= transfer.PART:
            commit = transfer.in_one_step(hub, todo.send, todo.gone, base, message)
        else:
            commit = self._over_pull(todo, local, base, message)
        hub.tag(version, commit, replace)
        if side:
            transfer.delete_branch(hub, side)
        return commit

    def _over_pull(self, todo: Plan, local: dict[str, Content], base: str, message: str) -> str:
        try:
            side = transfer.open_pull(self.hub, message, base)
        except transfer.NoPullRequestsError as error:
            self.hub.tell(
                f"Without a pull request ({error}) all {len(todo):,} files go in one commit, which "
                "may take the Hub long"
            )
            return transfer.in_one_step(self.hub, todo.send, todo.gone, base, message)
        self._in_parts(side, local, message)
        return transfer.merge(self.hub, side, lambda found: self._is_whole(found, local), base)

    def _in_parts(self, side: transfer.Side, local: dict[str, Content], message: str) -> str:
        """Send what an earlier push did not get to; the head of the side line."""
        left = plan(local, self.hub.files(side.revision))
        return transfer.in_parts(self.hub, left.send, left.gone, side, message)

    def _is_whole(self, found: dict[str, RemoteFile], local: dict[str, Content]) -> bool:
        """Whether files are those of this version, and beside them what was there before."""
        beside = {
            path: file
            for path, file in self.remote.items()
            if path not in local and not layout.table_of(path)
        }
        same = all(path in found and is_same(made, found[path]) for path, made in local.items())
        rest = {path: file for path, file in found.items() if path not in local}
        return same and all(beside.get(path) == file for path, file in rest.items())

    def _entry(self, version: str) -> dict[str, str]:
        """What the card of a version says of it; nothing if it has none."""
        try:
            told = changelog.entries(self.hub.text(layout.CARD, self.hub.versions[version]))
        except HubError:
            return {}
        return {version: told[version]} if version in told else {}

    def _holding(self, older: list[str]) -> dict[str, list[str]]:
        """Older versions with the videos that this one no longer has."""
        found = {}
        for name in older:
            ids = self.hub.video_ids(self.hub.versions[name])
            if lost := [video_id for video_id in ids if video_id not in self.videos]:
                found[name] = lost
        return found


def _check_line(hub: Hub, version: str, older: list[str], newer: list[str]) -> None:
    """Raises HubError: the version is not the next of an older line."""
    line = order(version)[:2]
    before = any(order(name)[:1] == line[:1] for name in older)
    behind = any(order(name)[:2] == line for name in newer)
    if not before or behind:
        raise HubError(
            f"{hub.repo} is at version {newer[-1]} already; give a higher one, or the next of an "
            "older line, such as 1.0.1 after 1.0.0"
        )


def first_names(names: Iterable[str]) -> str:
    """The first few of the names."""
    return names_of(list(names), _MOST_NAMED)
