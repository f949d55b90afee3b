"""Sends files to a repository: in commits of the size that the Hub recommends, on a side line that
nobody loads from, and from there to main in one step.

The only way to move a branch over several commits at once is to merge a pull request. A change that
fits into one commit does not need it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from huggingface_hub import CommitOperationAdd, CommitOperationDelete
from huggingface_hub.lfs import UploadInfo
from rich.filesize import decimal

from vid2book.quantities import number_of

from ..local import Content
from .errors import HubError
from .repo import Hub, RemoteFile

Operation = CommitOperationAdd | CommitOperationDelete

PART = 100  # files in a commit; https://huggingface.co/docs/hub/repositories-recommendations
_THREADS = 10  # twice the client's own number, since sending a small file is mostly waiting
_NO_PULLS = (403, 404, 405, 501)  # statuses if a Hub or a repository has no pull requests
_SAMPLE = 512  # first bytes of a file, from which the Hub decides how to receive it


@dataclass(frozen=True)
class Side:
    """A line of commits beside main."""

    revision: str  # of its head
    pull: int | None = None  # number of the pull request; None: a branch


class NoPullRequestsError(Exception):
    """The repository does not accept pull requests."""


def in_one_step(
    hub: Hub, send: dict[str, Content], delete: Sequence[str], base: str, message: str
) -> str:
    """Put files on main in one commit, and return it."""
    operations = list(_operations(send, delete))
    for part in _parts(operations, PART):
        _upload(hub, part, "main", "what was sent is kept, and main is unchanged")
    return _commit(hub, operations, "main", base, message, "main is unchanged")


def in_parts(
    hub: Hub, send: dict[str, Content], delete: Sequence[str], side: Side, message: str
) -> str:
    """Put files on a side line, commit by commit, and return its head.

    An interrupted call leaves its commits there; the next call does not get their files in `send`.
    """
    state = "what was sent is kept, and main is unchanged; push again to go on"
    count = -(-(len(send) + len(delete)) // PART)
    head = _head(hub, side.revision)
    for number, part in enumerate(_parts(_operations(send, delete), PART), 1):
        _upload(hub, part, side.revision, state)
        title = f"{message} (part {number} of {count})"
        head = _commit(hub, part, side.revision, head, title, state)
        hub.tell(f"Part {number} of {count} is there")
    return head


def open_pull(hub: Hub, title: str, base: str) -> Side:
    """A pull request of ours with this title: one that an earlier push left, or a new one.

    Raises:
        NoPullRequestsError: the repository does not accept any.
    """
    try:
        with hub.errors():
            me = str(hub.api.whoami()["name"])
            existing = _existing_pull(hub, title, me, base)
        if existing:
            hub.tell(f"Going on with pull request {existing.pull}, which an earlier push left")
            return existing
        return hub.once(
            lambda: _make_pull(hub, title),
            lambda: _existing_pull(hub, title, me, base),
            "the pull request",
            "main is unchanged",
        )
    except HubError as error:
        if error.status in _NO_PULLS:
            raise NoPullRequestsError(str(error)) from None
        raise


def merge(
    hub: Hub, side: Side, is_whole: Callable[[dict[str, RemoteFile]], bool], base: str
) -> str:
    """Merge a pull request into main, and return the new head of main.

    Args:
        side: the pull request.
        is_whole: whether files are exactly those that it must hold.
        base: the head of main that it was started from.

    Raises:
        HubError: it holds something else, or main has moved.
    """
    number = side.pull
    assert number is not None
    if not is_whole(hub.files(side.revision)):
        raise HubError(
            f"{hub.repo}: pull request {number} does not hold what was sent; close it and push "
            "again (main is unchanged)"
        )
    hub.look_again()
    if hub.head != base:
        raise HubError(
            f"{hub.repo}: someone else committed to main in the meantime; close pull request "
            f"{number}, "
            "look at main, then push again"
        )

    def act() -> str:
        details = hub.api.get_discussion_details(hub.repo, number, repo_type="dataset")
        if details.status == "draft":
            hub.api.change_discussion_status(hub.repo, number, "open", repo_type="dataset")
        hub.api.merge_pull_request(hub.repo, number, repo_type="dataset")
        return _head(hub, "main")

    def find() -> str | None:
        details = hub.api.get_discussion_details(hub.repo, number, repo_type="dataset")
        return _head(hub, "main") if details.status == "merged" else None

    head = hub.once(act, find, "the merge", "all files are there, and main is unchanged")
    hub.look_again()
    return head


def branch(hub: Hub, name: str, base: str) -> Side:
    """A branch that starts at `base`, or the one left by an earlier push."""
    with hub.errors():
        hub.api.create_branch(
            hub.repo, branch=name, revision=base, repo_type="dataset", exist_ok=True
        )
    return Side(name)


def delete_branch(hub: Hub, side: Side) -> None:
    """Delete a branch, once its head has a tag."""
    state = f"the version is there, only the branch {side.revision} is left over"
    with hub.errors(state, published=True):
        hub.api.delete_branch(hub.repo, branch=side.revision, repo_type="dataset")


def _existing_pull(hub: Hub, title: str, me: str, base: str) -> Side | None:
    """The pull request that an earlier push left; those from another state of main are closed."""
    for pull in hub.api.get_repo_discussions(
        hub.repo,
        repo_type="dataset",
        author=me,
        discussion_type="pull_request",
        discussion_status="open",
    ):
        # The request filters by author, but a stranger's files must never get to main.
        if pull.title == title and pull.author == me and pull.is_pull_request:
            revision = f"refs/pr/{pull.num}"
            if _starts_at(hub, revision, base):
                return Side(revision, pull.num)
            hub.api.change_discussion_status(hub.repo, pull.num, "closed", repo_type="dataset")
    return None


def _make_pull(hub: Hub, title: str) -> Side:
    pull = hub.api.create_pull_request(
        hub.repo,
        title=title,
        description="Made by vid2book, which merges it when all files are here.",
        repo_type="dataset",
    )
    return Side(f"refs/pr/{pull.num}", pull.num)


def _starts_at(hub: Hub, revision: str, base: str) -> bool:
    commits = hub.api.list_repo_commits(hub.repo, revision=revision, repo_type="dataset")
    return any(commit.commit_id == base for commit in commits)


def _head(hub: Hub, revision: str) -> str:
    with hub.errors():
        return str(hub.api.dataset_info(hub.repo, revision=revision).sha)


def _upload(hub: Hub, part: Iterable[Operation], revision: str, state: str) -> None:
    files = [operation for operation in part if isinstance(operation, CommitOperationAdd)]
    if not files:
        return
    size = sum(file.upload_info.size for file in files)
    hub.tell(
        f"Sending {number_of(len(files), 'file')} ({decimal(size)}), {files[0].path_in_repo} first"
    )
    with hub.errors(state):
        hub.api.preupload_lfs_files(
            hub.repo,
            files,
            repo_type="dataset",
            revision=revision,
            num_threads=_THREADS,
            free_memory=False,
        )


def _commit(
    hub: Hub, part: Iterable[Operation], revision: str, parent: str, message: str, state: str
) -> str:
    """Put uploaded files in place and delete others in one commit, and return it."""

    def act() -> str:
        commit = hub.api.create_commit(
            hub.repo,
            part,
            commit_message=message,
            repo_type="dataset",
            revision=revision,
            parent_commit=parent,
        )
        return str(commit.oid)

    def find() -> str | None:
        newest = hub.api.list_repo_commits(hub.repo, revision=revision, repo_type="dataset")[0]
        is_ours = newest.commit_id != parent and newest.title == message
        return str(newest.commit_id) if is_ours else None

    return hub.once(act, find, "the commit", state)


def _operations(send: dict[str, Content], delete: Iterable[str]) -> Iterator[Operation]:
    for path, content in send.items():
        # Created empty and filled, or some versions of the client would hash the file again.
        operation = CommitOperationAdd(path, b"")
        operation.path_or_fileobj = (
            content.source if isinstance(content.source, bytes) else str(content.source)
        )
        operation.upload_info = UploadInfo(
            sha256=bytes.fromhex(content.sha256), size=content.size, sample=_sample(content.source)
        )
        yield operation
    yield from (CommitOperationDelete(path) for path in delete)


def _sample(source: Path | bytes) -> bytes:
    if isinstance(source, bytes):
        return source[:_SAMPLE]
    with source.open("rb") as file:
        return file.read(_SAMPLE)


def _parts(operations: Iterable[Operation], size: int) -> Iterator[list[Operation]]:
    remaining = iter(operations)
    while part := list(islice(remaining, size)):
        yield part
