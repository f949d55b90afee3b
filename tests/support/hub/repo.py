"""What a Hub remembers: repositories of commits, branches and tags, and the objects of files."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class Refused(Exception):  # noqa: N818 - it names an answer, not a fault
    """An answer that is no success: status, message, and the Hub's code for it."""

    def __init__(self, status: int, message: str, code: str = "") -> None:
        super().__init__(message)
        self.status, self.code = status, code


@dataclass(frozen=True)
class Blob:
    """A file of a commit."""

    sha256: str  # names its object
    size: int
    git: str  # git's own id of the file or, for LFS, of its pointer
    lfs: bool


@dataclass(frozen=True)
class Commit:
    """A state of a repository."""

    sha: str
    files: dict[str, Blob]
    message: str
    parent: str | None


@dataclass
class Pull:
    """A pull request. Its own ref is `refs/pr/NUMBER`."""

    number: int
    title: str
    author: str
    head: str
    status: str = "draft"
    merged_as: str | None = None


class Objects:
    """Contents of files, by their SHA-256, on disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, sha256: str) -> Path:
        return self.folder / sha256

    def add(self, content: bytes) -> str:
        sha256 = hashlib.sha256(content).hexdigest()
        self.path(sha256).write_bytes(content)
        return sha256


@dataclass
class Repo:
    """A dataset repository."""

    name: str
    private: bool = False
    gated: Any = False
    commits: dict[str, Commit] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    pulls: dict[str, Pull] = field(default_factory=dict)  # by their ref

    def __post_init__(self) -> None:
        self.put("main", {}, "initial commit", None)

    def put(self, branch: str, files: dict[str, Blob], message: str, parent: str | None) -> str:
        listed = [(path, blob.git) for path, blob in sorted(files.items())]
        text = json.dumps([listed, message, parent])
        sha = hashlib.sha1(text.encode()).hexdigest()
        self.commits[sha] = Commit(sha, files, message, parent)
        if branch in self.pulls:
            self.pulls[branch].head = sha
        else:
            self.branches[branch] = sha
        return sha

    def at(self, revision: str) -> Commit:
        pull = self.pulls[revision].head if revision in self.pulls else ""
        sha = pull or self.branches.get(revision) or self.tags.get(revision) or revision
        if sha not in self.commits or sha not in self.reachable():
            raise Refused(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        return self.commits[sha]

    def reachable(self) -> set[str]:
        """Commits that a branch, a tag or a pull request still holds."""
        found: set[str] = set()
        pulls = [pull.head for pull in self.pulls.values()]
        for head in (*self.branches.values(), *self.tags.values(), *pulls):
            sha: str | None = head
            while sha and sha not in found:
                found.add(sha)
                sha = self.commits[sha].parent
        return found

    def commit(self, branch: str, lines: list[dict[str, Any]], objects: Objects) -> str:
        """Apply the lines of a commit request."""
        head = self.at(branch)
        files = dict(head.files)
        message = ""
        for line in lines:
            key, value = line["key"], line["value"]
            path = value.get("path", "")
            if key == "header":
                message = value["summary"]
                if value.get("parentCommit") not in (None, head.sha):
                    raise Refused(412, "A commit has happened since. Please refresh and try again.")
            elif key == "file":
                content = base64.b64decode(value["content"])
                git = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
                files[path] = Blob(objects.add(content), len(content), git, lfs=False)
            elif key == "lfsFile":
                if not objects.path(value["oid"]).is_file():
                    raise Refused(400, f"LFS object {value['oid']} was not uploaded")
                size = objects.path(value["oid"]).stat().st_size
                git = hashlib.sha1(f"pointer {value['oid']}".encode()).hexdigest()
                files[path] = Blob(value["oid"], size, git, lfs=True)
            elif key == "deletedFile":
                if path not in files:
                    raise Refused(404, "A file with this name doesn't exist", "EntryNotFound")
                del files[path]
            else:
                raise Refused(400, f"no such operation: {key}")
        return self.put(branch, files, message, head.sha)

    def open_pull(self, title: str, author: str) -> Pull:
        number = len(self.pulls) + 1
        pull = Pull(number, title, author, self.branches["main"])
        self.pulls[f"refs/pr/{number}"] = pull
        return pull

    def pull(self, number: int) -> Pull:
        if f"refs/pr/{number}" not in self.pulls:
            raise Refused(404, f"no discussion {number}", "EntryNotFound")
        return self.pulls[f"refs/pr/{number}"]

    def merge(self, pull: Pull) -> None:
        """Put the files of a pull request on main, in one commit.

        Of main, only what the request was opened from is known to be the same.
        """
        if pull.status != "open":
            raise Refused(400, f"a pull request that is {pull.status} cannot be merged")
        main = self.branches["main"]
        if main not in self._history(pull.head):
            raise Refused(409, "the pull request has conflicts")
        message = f"{pull.title} (#{pull.number})"
        pull.merged_as = self.put("main", self.commits[pull.head].files, message, main)
        pull.status = "merged"

    def _history(self, sha: str | None) -> set[str]:
        found = set()
        while sha:
            found.add(sha)
            sha = self.commits[sha].parent
        return found

    def squash(self, branch: str, message: str) -> None:
        self.put(branch, self.at(branch).files, message, None)

    def lfs_objects(self) -> dict[str, tuple[str, int]]:
        """What storage holds for this repository, by any commit it ever had: path and size."""
        blobs = (
            (path, blob) for commit in self.commits.values() for path, blob in commit.files.items()
        )
        return {blob.sha256: (path, blob.size) for path, blob in blobs if blob.lfs}

    def forget(self, oids: set[str]) -> None:
        """Drop LFS objects from all commits."""
        for sha, commit in self.commits.items():
            files = {p: b for p, b in commit.files.items() if b.sha256 not in oids}
            self.commits[sha] = Commit(sha, files, commit.message, commit.parent)


def entries(files: dict[str, Blob], inside: str, recursive: bool) -> Iterator[dict[str, Any]]:
    """A folder as the Hub lists it."""
    folders: set[str] = set()
    prefix = f"{inside}/" if inside else ""
    for path, blob in sorted(files.items()):
        if not path.startswith(prefix):
            continue
        parts = path[len(prefix) :].split("/")
        for depth in range(1, len(parts)):
            folder = prefix + "/".join(parts[:depth])
            if folder not in folders and (recursive or depth == 1):
                folders.add(folder)
                oid = hashlib.sha1(folder.encode()).hexdigest()
                yield {"type": "directory", "path": folder, "oid": oid, "size": 0}
        if recursive or len(parts) == 1:
            yield entry(path, blob)


def entry(path: str, blob: Blob) -> dict[str, Any]:
    entry: dict[str, Any] = {"type": "file", "path": path, "size": blob.size, "oid": blob.git}
    if blob.lfs:
        entry["lfs"] = {"oid": blob.sha256, "size": blob.size, "pointerSize": 134}
    return entry
