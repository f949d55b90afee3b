"""A version of a corpus compared with its repository, and how it gets there."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from vid2book.folder import layout
from vid2book.folder.measures import Measures, number_on, section_of
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
    """A version to publish, compared with the content of the repository.

    The newest version goes to main. The next one of an older line ("1.0.1" when 2.0.0 exists) gets
    a tag and leaves main alone.

    Raises:
        HubError: the Hub refuses, or the version or content of the repository may not be replaced.
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
        commit = hub.versions.get(version)
        # The files of this version, if it exists.
        self.published = hub.files(commit) if commit else None
        before = hub.videos(hub.versions[self.previous]) if self.previous else {}
        self.changes: Diff = compare(before, videos)
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
        on_request: Collection[str],
        forget: bool,
        measures: Measures | None,
    ) -> bytes:
        """README.md with the changes of each version up to this one, and with measures if given."""
        hub = self.hub
        old_card = (
            hub.text(layout.CARD, self.base) if self.base and layout.CARD in self.remote else ""
        )
        log = changelog.entries(old_card)
        for name in hub.versions:  # main does not list versions of older lines
            if name not in log and order(name) < order(self.version):
                log |= self._entry(name)
        log[self.version] = changelog.entry(self.videos, self.previous, self.changes)
        existing = set(hub.versions) | {self.version}
        deleted = (set(log) - existing) | (set(self.holding) if forget else set())
        text = (corpus / layout.CARD).read_text(encoding="utf-8")
        text = measures.on(text) if measures else text
        card = changelog.published_card(
            text, hub.repo, self.version, log, deleted, on_request, local
        )
        return with_owner(card, old_card).encode()

    def kept_measures(self, local: dict[str, Content]) -> Measures | None:
        """The measures in the repository, if they are of the same samples; else None.

        Args:
            local: the files to push, without measures.
        """
        hub = self.hub
        files = self.remote if self.published is None else self.published
        revision = hub.versions.get(self.version, self.base)
        if not revision or layout.METRICS not in files or plan(local, files).changes_samples:
            return None
        section = section_of(hub.text(layout.CARD, revision))
        paths = [path for path in (layout.METRICS, layout.PLOT) if path in files]
        return Measures({path: hub.content(path, revision) for path in paths}, section)

    def version_that_fits(self, local: dict[str, Content]) -> str | None:
        """The newest older version with measures of the same samples; None if there is none.

        After a removal was undone, the samples are those of a version before it.

        Args:
            local: the files to push, without measures.
        """
        older = [name for name in self.hub.versions if order(name) < order(self.version)]
        for name in sorted(older, key=order, reverse=True):
            files = self.hub.files(self.hub.versions[name])
            if layout.METRICS in files and not plan(local, files).changes_samples:
                return name
        return None

    def measures_before(self) -> tuple[str, int] | None:
        """The version that this one follows or replaces, and how many measures its card shows."""
        hub = self.hub
        before = self.version if self.published is not None else self.previous
        if before is None:
            return None
        try:
            return before, number_on(hub.text(layout.CARD, hub.versions[before]))
        except HubError:  # it has no card
            return None

    def removed_csv(self, local: dict[str, str], allowed: bool) -> bytes | None:
        """REMOVED.csv with the videos removed in this version and earlier ones; None if none were.

        Args:
            local: removed video ids and dates, from the corpus folder.
            allowed: whether the version may contain videos that were taken down.

        Raises:
            HubError: it contains some, and may not.
        """
        text = ""
        if self.base and layout.REMOVED in self.remote:
            text = self.hub.text(layout.REMOVED, self.base)
        published = removed_on(text)
        again = sorted(set(published) & set(self.videos))
        if again and not allowed:
            was, it, they = ("was", "it", "it") if len(again) == 1 else ("were", "them", "they")
            raise HubError(
                f"{self.hub.repo}: {first_names(again)} {was} taken down in an earlier version "
                f"(REMOVED.csv), but this one contains {it} again. Remove {it} with `vid2book "
                f"remove`, or add --allow-removed if {they} may be published again"
            )
        merged = {
            name: date for name, date in (local | published).items() if name not in self.videos
        }
        # If all of them are in it again, an empty list replaces the one on the Hub.
        return removed_text(merged).encode() if merged or published else None

    def croissant(self, card: bytes, local: Iterable[str]) -> bytes:
        """croissant.json for the files that are pushed, with what the card says."""
        local = list(local)
        pushed_tables = {layout.table_of(path) for path in local}
        tables = [table for table in layout.TABLES if table in pushed_tables]
        licences = {v["license"] for v in self.videos.values() if v["status"] == "kept"}
        return croissant.render(
            card.decode(), tables, licences, self.hub.repo, self.version, local
        ).encode()

    def plan(self, local: dict[str, Content]) -> Plan:
        """What to send; nothing if the version exists and holds this corpus."""
        if self.published is not None:
            difference = plan(local, self.published)
            if not (difference.changes_data or difference.changes_measures):
                return Plan(same=list(local))
            if not self.force:
                another = "another corpus" if difference.changes_data else "other measures"
                raise HubError(
                    f"{self.hub.repo} already has a version {self.version}, with {another}; give "
                    "a higher version, or add --force to replace it"
                )
        return plan(local, self.remote)

    def send(self, todo: Plan, local: dict[str, Content], private: bool, gated: bool) -> str | None:
        """Put the version on the Hub; its commit, or None if it is there already.

        Args:
            todo: what differs from the base.
            local: all files of the version.
            private, gated: restrict access to the repository before anything is sent.
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
        return transfer.merge(self.hub, side, lambda files: self._is_whole(files, local), base)

    def _in_parts(self, side: transfer.Side, local: dict[str, Content], message: str) -> str:
        """Send what earlier pushes have not sent; the head of the side line."""
        todo = plan(local, self.hub.files(side.revision))
        return transfer.in_parts(self.hub, todo.send, todo.gone, side, message)

    def _is_whole(self, files: dict[str, RemoteFile], local: dict[str, Content]) -> bool:
        """Whether files are those of this version, and otherwise only what was there before."""
        kept = {
            path: file
            for path, file in self.remote.items()
            if path not in local and not layout.table_of(path)
        }
        same = all(
            path in files and is_same(content, files[path]) for path, content in local.items()
        )
        rest = {path: file for path, file in files.items() if path not in local}
        return same and all(kept.get(path) == file for path, file in rest.items())

    def _entry(self, version: str) -> dict[str, str]:
        """The entry about a version on its own card; empty if there is none."""
        try:
            entries = changelog.entries(self.hub.text(layout.CARD, self.hub.versions[version]))
        except HubError:
            return {}
        return {version: entries[version]} if version in entries else {}

    def _holding(self, older: list[str]) -> dict[str, list[str]]:
        """Older versions, each with its videos that this one no longer has."""
        lost_by_version = {}
        for name in older:
            ids = self.hub.video_ids(self.hub.versions[name])
            if lost := [video_id for video_id in ids if video_id not in self.videos]:
                lost_by_version[name] = lost
        return lost_by_version


def _check_line(hub: Hub, version: str, older: list[str], newer: list[str]) -> None:
    """Raises HubError: the version does not come next in an older line."""
    line = order(version)[:2]
    before = any(order(name)[:1] == line[:1] for name in older)
    behind = any(order(name)[:2] == line for name in newer)
    if not before or behind:
        raise HubError(
            f"{hub.repo} is at version {newer[-1]} already; give a higher one, or the next of an "
            "older line, such as 1.0.1 after 1.0.0"
        )


def first_names(names: Iterable[str]) -> str:
    """The first few of the names, as text."""
    return names_of(list(names), _MOST_NAMED)
