"""A dataset repository on the Hub. Any failure there is a `HubError`."""

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

# As in semantic versioning, without leading zeros: "01.0.0" would be another name for 1.0.0.
VERSION = re.compile(r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)")

# Seconds to wait before each check: after a gateway gave up, the request may still be running.
LOOKS_S = (0, 5, 10, 20)


@dataclass(frozen=True)
class RemoteFile:
    """A file of a repository."""

    size: int
    sha256: str  # only of LFS files, else empty
    git: str  # git's id of the file, or of the pointer of an LFS file


class Hub:
    """The dataset `repo` ("org/name"). huggingface_hub finds the token."""

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
        """Forget the cached head of main."""
        self.__dict__.pop("head", None)

    def create(self, private: bool | None) -> None:
        """Create the repository. `private` None: by the settings of its owner."""
        with self.errors():
            self.api.create_repo(self.repo, repo_type="dataset", private=private)
        self.look_again()

    def restrict(self, private: bool, gated: bool) -> None:
        """Make the repository private or gated; never open it.

        Raises:
            HubError: the Hub refused, or accepted without doing it.
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
            repo_info = self.api.dataset_info(self.repo)
        for requested, is_set, word in (
            (private, repo_info.private, "private"),
            (gated, repo_info.gated, "gated"),
        ):
            if requested and not is_set:
                raise HubError(
                    f"{self.repo} is not {word}, though the Hub was asked to make it so; nothing "
                    "was sent. Change it in the settings of the repository, then push again"
                )

    @cached_property
    def versions(self) -> dict[str, str]:
        """Tags that are versions, the lowest first, with their commits."""
        if self.head is None:
            return {}
        with self.errors():
            tags = self.api.list_repo_refs(self.repo, repo_type="dataset").tags
        commits = {tag.name: tag.target_commit for tag in tags if VERSION.fullmatch(tag.name)}
        return dict(sorted(commits.items(), key=lambda item: order(item[0])))

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
            return videos_in(self._open_videos(revision))

    def video_ids(self, revision: str) -> list[str]:
        """The ids of all videos at a revision; no other column is read."""
        with self.errors():
            return ids_in(self._open_videos(revision))

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
        """Tag a commit with a version."""
        missing = f"the files are there, only the tag {version} is missing; push again"
        if replace:
            with self.errors(missing):
                self.api.delete_tag(self.repo, tag=version, repo_type="dataset")

        def create() -> str:
            self.api.create_tag(self.repo, tag=version, revision=commit, repo_type="dataset")
            return commit

        def find() -> str | None:
            tags = self.api.list_repo_refs(self.repo, repo_type="dataset").tags
            return next((tag.target_commit for tag in tags if tag.name == version), None)

        self.once(create, find, f"the tag {version}", missing)

    def once(self, act: Callable[[], T], find: Callable[[], T | None], what: str, else_: str) -> T:
        """Make a request; if the answer leaves open whether it succeeded, look for the result.

        Args:
            act: makes the request.
            find: gives the result if it is there, else None.
            what: the name of the result, for messages.
            else_: the state of the repository if the request was not carried out.

        Raises:
            HubError: it was not carried out, or this cannot be found out.
        """
        bound_silence()
        try:
            return act()
        except errors.FAILURES as error:
            if not errors.is_unclear(error):
                with errors.hub_errors(self.repo, else_):
                    raise
            failure = error
        message, absent = errors.line(failure, self.repo), False
        answer = errors.status_of(failure) or "nothing"
        for wait in LOOKS_S:
            if wait:
                self.tell(f"The Hub answered {answer}: looking in {wait} s whether {what} is there")
                time.sleep(wait)
            try:
                result = find()
            except errors.FAILURES:
                continue
            if result is not None:
                self.tell(f"The Hub answered {answer}, but {what} is there")
                return result
            absent = True
        if absent:
            raise HubError(f"{message} ({else_})") from None
        raise HubError(
            f"{message} (whether {what} is there could not be seen; push again, which goes on from "
            "what it finds)"
        ) from None

    def forget(self, version: str, older: list[str]) -> list[int]:
        """Delete tags and all history before `version`, which is at the head of main.

        Returns the numbers of open pull requests, which keep what they were opened with.
        """
        with self.errors("the new version is there, older ones may still be", published=True):
            self.api.super_squash_history(
                self.repo, repo_type="dataset", commit_message=f"Version {version}"
            )
            self.tag(version, str(self.api.dataset_info(self.repo).sha), replace=True)
            # Last, so that the call after an interrupted one finds them and repeats everything.
            for tag in older:
                self.api.delete_tag(self.repo, tag=tag, repo_type="dataset")
            return self._delete_unused()

    def _delete_unused(self) -> list[int]:
        """Delete files that nothing refers to; the Hub would keep them available by their hash.

        Merged or closed pull requests do not count: their refs stay for ever, and would keep what
        was taken down. Returns the numbers of open ones.
        """
        refs = self.api.list_repo_refs(self.repo, repo_type="dataset", include_pull_requests=True)
        open_requests = self.api.get_repo_discussions(
            self.repo,
            repo_type="dataset",
            discussion_type="pull_request",
            discussion_status="open",
        )
        open_refs = {f"refs/pr/{pull.num}": pull.num for pull in open_requests}
        pulls = [ref for ref in refs.pull_requests or [] if ref.ref in open_refs]
        heads = [*refs.branches, *refs.tags, *refs.converts, *pulls]
        used = {file.sha256 for ref in heads for file in self.files(ref.target_commit).values()}
        stored = list(self.api.list_lfs_files(self.repo, repo_type="dataset"))
        unused = [file for file in stored if not {file.file_oid, file.oid} & used]
        self.api.permanently_delete_lfs_files(
            self.repo, unused, repo_type="dataset", rewrite_history=False
        )
        return sorted(open_refs.values())

    def _open_videos(self, revision: str) -> Iterator[IO[bytes]]:
        fs = HfFileSystem(endpoint=self.api.endpoint)
        paths = sorted(fs.glob(f"datasets/{self.repo}@{revision}/{pattern('videos')}"))
        if not paths:
            raise HubError(f"{self.repo} at {revision}: not a corpus, since it has no videos/")
        return (fs.open(path, "rb") for path in paths)

    @contextmanager
    def errors(self, state: str = "", published: bool = False) -> Iterator[None]:
        """Turn failures into a `HubError`; `state` is that of the repository after a failure."""
        bound_silence()
        with errors.hub_errors(self.repo, state, published):
            yield


def order(version: str) -> tuple[int, ...]:
    """A key to sort versions by."""
    return tuple(map(int, version.split(".")))
