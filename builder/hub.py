"""A dataset repository on the Hub, as pushing sees it. Whatever goes wrong there is a `HubError`
of one line that says what to do."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from huggingface_hub import (
    CommitOperationAdd,
    CommitOperationDelete,
    HfApi,
    HfFileSystem,
    get_token,
)
from huggingface_hub.errors import HfHubHTTPError, HFValidationError
from huggingface_hub.hf_api import RepoFile
from huggingface_hub.utils.tqdm import (
    are_progress_bars_disabled,
    disable_progress_bars,
    enable_progress_bars,
)

from vid2book.folder.layout import pattern
from vid2book.folder.record import CorpusError

from .changes import Videos, videos_in

VERSION = re.compile(r"\d+\.\d+\.\d+")

# Of httpx or of httpx2, as the version of huggingface_hub has it.
_TRANSPORT_ERROR: type[Exception] = HfHubHTTPError.__mro__[1]

_ADVICE = {
    401: "the Hub does not accept the token; log in with `hf auth login`, or set HF_TOKEN to a "
    "token that is valid",
    403: "the token has no right to do this in {repo}; use one with write access to it",
    404: "there is no dataset {repo}, or no such version of it, that this token can see",
    409: "something else is being done to {repo} at this moment; push again",
    412: "someone else committed to {repo} meanwhile; look at it, then push again",
    413: "the Hub finds a file or the commit too large",
    429: "the Hub asks for a pause, there were too many requests; push again in {wait}",
}


class HubError(CorpusError):
    """What the Hub refused; the message says why and what to do."""


@dataclass(frozen=True)
class RemoteFile:
    """A file of a repository."""

    size: int
    sha256: str  # of LFS files, else empty
    git: str  # git's id of the file; of LFS files, of the pointer


class Hub:
    """The dataset `repo` ("org/name"). The token comes from where huggingface_hub looks for it."""

    def __init__(self, repo: str) -> None:
        """Raises HubError: this cannot be the name of a repository."""
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", repo):
            raise HubError(f"'{repo}' is no name of a dataset; give ORG/NAME")
        self.repo = repo
        self._api = HfApi(library_name="vid2book")

    @cached_property
    def head(self) -> str | None:
        """The commit at the head of `main`; None: there is no such repository yet."""
        with self._told():
            try:
                return self._api.dataset_info(self.repo).sha
            except HfHubHTTPError as error:
                if error.response.status_code == 404:
                    return None
                raise

    def create(self, private: bool | None) -> None:
        """Make the repository; None: as its owner's settings have it."""
        with self._told():
            self._api.create_repo(self.repo, repo_type="dataset", private=private)
        del self.head

    def restrict(self, private: bool, gated: bool) -> None:
        """Close the repository to the public, or to those who did not ask; never open it."""
        if private or gated:
            with self._told():
                self._api.update_repo_settings(
                    self.repo,
                    repo_type="dataset",
                    private=True if private else None,
                    gated="manual" if gated else None,
                )

    @cached_property
    def versions(self) -> dict[str, str]:
        """Tags that are versions, the lowest first, and their commits."""
        if self.head is None:
            return {}
        with self._told():
            tags = self._api.list_repo_refs(self.repo, repo_type="dataset").tags
        found = {tag.name: tag.target_commit for tag in tags if VERSION.fullmatch(tag.name)}
        return dict(sorted(found.items(), key=lambda item: order(item[0])))

    def files(self, revision: str) -> dict[str, RemoteFile]:
        """The files at a revision."""
        with self._told():
            entries = self._api.list_repo_tree(
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
        fs = HfFileSystem(endpoint=self._api.endpoint)
        with self._told():
            found = sorted(fs.glob(f"datasets/{self.repo}@{revision}/{pattern('videos')}"))
            if not found:
                raise HubError(f"{self.repo} at {revision}: no corpus, for it has no videos/")
            return videos_in(fs.open(path, "rb") for path in found)

    def text(self, path: str, revision: str) -> str:
        """The text of a small file at a revision."""
        fs = HfFileSystem(endpoint=self._api.endpoint)
        with self._told():
            return str(fs.read_text(f"datasets/{self.repo}@{revision}/{path}", encoding="utf-8"))

    def upload(self, file: CommitOperationAdd) -> None:
        """Send a file's content, unless the Hub has it. Nobody sees it before the commit."""
        with self._told("what was uploaded is kept, and nobody sees it yet"):
            self._api.preupload_lfs_files(self.repo, [file], repo_type="dataset", free_memory=False)

    def commit(
        self, files: list[CommitOperationAdd], gone: list[str], parent: str | None, message: str
    ) -> str:
        """Put uploaded files in place and take others away, in one step; the new commit."""
        with self._told("what was uploaded is kept, and main is as it was"):
            done = self._api.create_commit(
                self.repo,
                [*(CommitOperationDelete(path) for path in gone), *files],
                commit_message=message,
                repo_type="dataset",
                parent_commit=parent,
            )
        return str(done.oid)

    def tag(self, version: str, commit: str, replace: bool = False) -> None:
        """Name a commit."""
        with self._told(f"the files are on main, only the tag {version} is missing"):
            if replace:
                self._api.delete_tag(self.repo, tag=version, repo_type="dataset")
            self._api.create_tag(self.repo, tag=version, revision=commit, repo_type="dataset")

    def forget(self, version: str, older: list[str]) -> None:
        """Delete tags and all history before `version`, which is at the head of main."""
        with self._told("the new version is there, older ones may still be"):
            self._api.super_squash_history(
                self.repo, repo_type="dataset", commit_message=f"Version {version}"
            )
            self.tag(version, str(self._api.dataset_info(self.repo).sha), replace=True)
            # Last, so that a call that was interrupted finds them and does the whole again.
            for tag in older:
                self._api.delete_tag(self.repo, tag=tag, repo_type="dataset")
            self._delete_unused()

    def _delete_unused(self) -> None:
        """Free what no branch and no tag holds; the Hub would keep it where it has its hash."""
        refs = self._api.list_repo_refs(self.repo, repo_type="dataset", include_pull_requests=True)
        heads = [*refs.branches, *refs.tags, *refs.converts, *(refs.pull_requests or [])]
        used = {file.sha256 for ref in heads for file in self.files(ref.target_commit).values()}
        stored = list(self._api.list_lfs_files(self.repo, repo_type="dataset"))
        unused = [file for file in stored if not {file.file_oid, file.oid} & used]
        self._api.permanently_delete_lfs_files(
            self.repo, unused, repo_type="dataset", rewrite_history=False
        )

    @contextmanager
    def _told(self, state: str = "") -> Iterator[None]:
        try:
            yield
        except CorpusError:
            raise
        except HFValidationError as error:
            raise HubError(f"'{self.repo}' is no name of a dataset: {error}") from None
        except (_TRANSPORT_ERROR, OSError, RuntimeError, ValueError) as error:
            raise HubError(_line(error, self.repo) + (f" ({state})" if state else "")) from None


def has_token() -> bool:
    """Whether there is a token to push with."""
    return bool(get_token())


def order(version: str) -> tuple[int, ...]:
    """Sorts versions."""
    return tuple(map(int, version.split(".")))


def operation(path: str, content: Path | bytes) -> CommitOperationAdd:
    """A file to be uploaded to `path`."""
    return CommitOperationAdd(path, content)


@contextmanager
def quiet() -> Iterator[None]:
    """Without the client's warnings of each retry, and without bars where nobody looks.

    A last failure is told in one line.
    """
    logger = logging.getLogger("huggingface_hub")
    level, bars = logger.level, not are_progress_bars_disabled()
    logger.setLevel(logging.ERROR)
    if bars and not sys.stderr.isatty():
        disable_progress_bars()
    try:
        yield
    finally:
        logger.setLevel(level)
        if bars:
            enable_progress_bars()


def _line(error: BaseException, repo: str) -> str:
    """What went wrong and what to do, without the token, whoever put it in the message."""
    refusal: BaseException | None = error
    while refusal is not None and not isinstance(refusal, HfHubHTTPError):
        refusal = refusal.__cause__ or refusal.__context__
    if isinstance(error, FileNotFoundError) and refusal is None:
        line = f"404: {_ADVICE[404].format(repo=repo)}"
    elif isinstance(error, ValueError) and refusal is None:
        line = str(error)
    elif refusal is None:
        line = f"the Hub cannot be reached: {error.__cause__ or error}; push again later"
    else:
        status = refusal.response.status_code
        after = refusal.response.headers.get("Retry-After", "")
        wait = f"{after} s" if after.isdigit() else "a few minutes"
        advice = _ADVICE.get(status, "").format(repo=repo, wait=wait)
        if status >= 500:
            advice = "the Hub cannot answer now; push again later"
        line = f"{status}: {advice or refusal.server_message or 'the Hub refused'}"
    line = " ".join(line.split())
    token = get_token()
    return line.replace(token, "[token]") if token else line
