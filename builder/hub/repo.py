"""A dataset repository on the Hub. Whatever goes wrong there is a `HubError`."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import IO, TypeVar

from huggingface_hub import HfApi, HfFileSystem
from huggingface_hub.errors import HfHubHTTPError
from huggingface_hub.hf_api import RepoFile

from vid2book.folder.layout import pattern

from ..changes import Videos, ids_in, videos_in
from . import errors
from .errors import HubError
from .session import Tell, bound_silence

T = TypeVar("T")

# As semantic versioning writes them: "01.0.0" would be another name for 1.0.0.
VERSION = re.compile(r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)")

# Behind a gateway that gave up, what was asked for may still be under way: waits before each look.
LOOKS_S = (0, 5, 10, 20)


@dataclass(frozen=True)
class RemoteFile:
    """A file of a repository."""

    size: int
    sha256: str  # of LFS files, else empty
    git: str  # git's id of the file; of LFS files, of the pointer


class Hub:
    """The dataset `repo` ("org/name"). The token comes from where huggingface_hub looks for it."""

    def __init__(self, repo: str, tell: Tell = lambda line: None) -> None:
        """Raises HubError: this cannot be the name of a repository."""
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", repo):
            raise HubError(f"'{repo}' is not the name of a dataset; give ORG/NAME")
        self.repo, self.tell = repo, tell
        self.api = HfApi(library_name="vid2book")

    @cached_property
    def head(self) -> str | None:
        """The commit at the head of `main`; None: there is no such repository yet."""
        with self.errors():
            try:
                return self.api.dataset_info(self.repo).sha
            except HfHubHTTPError as error:
                if error.response.status_code == 404:
                    return None
                raise

    def look_again(self) -> None:
        """Forget where main was."""
        self.__dict__.pop("head", None)

    def create(self, private: bool | None) -> None:
        """Make the repository; None: as its owner's settings have it."""
        with self.errors():
            self.api.create_repo(self.repo, repo_type="dataset", private=private)
        self.look_again()

    def restrict(self, private: bool, gated: bool) -> None:
        """Close the repository to the public, or to those who did not ask; never open it.

        Raises:
            HubError: the Hub refused, or did not do what it was asked.
        """
        if not (private or gated):
            return
        with self.errors("nothing was sent"):
            self.api.update_repo_settings(
                self.repo,
                repo_type="dataset",
                private=True if private else None,
                gated="manual" if gated else None,
            )
            found = self.api.dataset_info(self.repo)
        for asked, done, word in (
            (private, found.private, "private"),
            (gated, found.gated, "gated"),
        ):
            if asked and not done:
                raise HubError(
                    f"{self.repo} is not {word}, though the Hub was asked to make it so; nothing "
                    "was sent. Change it in the settings of the repository, then push again"
                )

    @cached_property
    def versions(self) -> dict[str, str]:
        """Tags that are versions, the lowest first, and their commits."""
        if self.head is None:
            return {}
        with self.errors():
            tags = self.api.list_repo_refs(self.repo, repo_type="dataset").tags
        found = {tag.name: tag.target_commit for tag in tags if VERSION.fullmatch(tag.name)}
        return dict(sorted(found.items(), key=lambda item: order(item[0])))

    def files(self, revision: str) -> dict[str, RemoteFile]:
        """The files at a revision."""
        with self.errors():
            entries = self.api.list_repo_tree(
                self.repo, recursive=True, revision=revision, repo_type="dataset"
            )
            return {
                entry.path: RemoteFile(
                    entry.size, entry.lfs.sha256 if entry.lfs else "", entry.blob_id
                )
                for entry in entries
                if isinstance(entry, RepoFile)
            }

    def videos(self, revision: str) -> Videos:
        """The rows of the config `videos` at a revision."""
        with self.errors():
            return videos_in(self._opened(revision))

    def video_ids(self, revision: str) -> list[str]:
        """The ids of all videos at a revision, of which nothing else is read."""
        with self.errors():
            return ids_in(self._opened(revision))

    def content(self, path: str, revision: str) -> bytes:
        """A small file at a revision."""
        fs = HfFileSystem(endpoint=self.api.endpoint)
        with self.errors():
            return bytes(fs.read_bytes(f"datasets/{self.repo}@{revision}/{path}"))

    def text(self, path: str, revision: str) -> str:
        """The text of a small file at a revision."""
        with self.errors():
            return self.content(path, revision).decode()

    def tag(self, version: str, commit: str, replace: bool = False) -> None:
        """Name a commit."""
        missing = f"the files are there, only the tag {version} is missing; push again"
        if replace:
            with self.errors(missing):
                self.api.delete_tag(self.repo, tag=version, repo_type="dataset")

        def create() -> str:
            self.api.create_tag(self.repo, tag=version, revision=commit, repo_type="dataset")
            return commit

        def found() -> str | None:
            tags = self.api.list_repo_refs(self.repo, repo_type="dataset").tags
            return next((tag.target_commit for tag in tags if tag.name == version), None)

        self.once(create, found, f"the tag {version}", missing)

    def once(self, act: Callable[[], T], found: Callable[[], T | None], what: str, else_: str) -> T:
        """Do something, and where the answer leaves open whether it was done, look for it.

        Args:
            act: asks the Hub for it.
            found: what it gave if it was done, else None.
            what: names it.
            else_: how things stand if it was not done.

        Raises:
            HubError: it was not done, or nobody can tell.
        """
        bound_silence()
        try:
            return act()
        except errors.FAILURES as error:
            if not errors.is_unclear(error):
                with errors.hub_errors(self.repo, else_):
                    raise
            failure = error
        told, absent = errors.line(failure, self.repo), False
        answer = errors.status_of(failure) or "nothing"
        for wait in LOOKS_S:
            if wait:
                self.tell(f"The Hub answered {answer}: looking in {wait} s whether {what} is there")
                time.sleep(wait)
            try:
                there = found()
            except errors.FAILURES:
                continue
            if there is not None:
                self.tell(f"The Hub answered {answer}, but {what} is there")
                return there
            absent = True
        if absent:
            raise HubError(f"{told} ({else_})") from None
        raise HubError(
            f"{told} (whether {what} is there could not be seen; push again, which goes on from "
            "what it finds)"
        ) from None

    def forget(self, version: str, older: list[str]) -> list[int]:
        """Delete tags and all history before `version`, which is at the head of main.

        Open pull requests keep what they were opened with; their numbers.
        """
        with self.errors("the new version is there, older ones may still be", published=True):
            self.api.super_squash_history(
                self.repo, repo_type="dataset", commit_message=f"Version {version}"
            )
            self.tag(version, str(self.api.dataset_info(self.repo).sha), replace=True)
            # Last, so that a call that was interrupted finds them and does the whole again.
            for tag in older:
                self.api.delete_tag(self.repo, tag=tag, repo_type="dataset")
            return self._delete_unused()

    def _delete_unused(self) -> list[int]:
        """Free what nothing holds any more; the Hub would keep it where it has its hash.

        Pull requests that are merged or closed do not count: their refs stay for ever, and with
        them what was taken down.
        """
        refs = self.api.list_repo_refs(self.repo, repo_type="dataset", include_pull_requests=True)
        asked = self.api.get_repo_discussions(
            self.repo,
            repo_type="dataset",
            discussion_type="pull_request",
            discussion_status="open",
        )
        still = {f"refs/pr/{pull.num}": pull.num for pull in asked}
        pulls = [ref for ref in refs.pull_requests or [] if ref.ref in still]
        heads = [*refs.branches, *refs.tags, *refs.converts, *pulls]
        used = {file.sha256 for ref in heads for file in self.files(ref.target_commit).values()}
        stored = list(self.api.list_lfs_files(self.repo, repo_type="dataset"))
        unused = [file for file in stored if not {file.file_oid, file.oid} & used]
        self.api.permanently_delete_lfs_files(
            self.repo, unused, repo_type="dataset", rewrite_history=False
        )
        return sorted(still.values())

    def _opened(self, revision: str) -> Iterator[IO[bytes]]:
        fs = HfFileSystem(endpoint=self.api.endpoint)
        found = sorted(fs.glob(f"datasets/{self.repo}@{revision}/{pattern('videos')}"))
        if not found:
            raise HubError(f"{self.repo} at {revision}: no corpus, for it has no videos/")
        return (fs.open(path, "rb") for path in found)

    @contextmanager
    def errors(self, state: str = "", published: bool = False) -> Iterator[None]:
        """Turn what goes wrong into a `HubError`; `state`: how things stand then."""
        bound_silence()
        with errors.hub_errors(self.repo, state, published):
            yield


def order(version: str) -> tuple[int, ...]:
    """Sorts versions."""
    return tuple(map(int, version.split(".")))
