"""The endpoints: method, path, and what is done."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, urlencode

from .repo import Blob, Commit, Pull, Refused, Repo, entries, entry

if TYPE_CHECKING:
    from .server import Handler, Hub

PAGE = 1000  # entries of a tree in one answer
USER = "someone"

Body = Path  # the body of the request, in a file


def whoami(on: Handler, hub: Hub, body: Body) -> None:
    on.writer()
    on.answer({"type": "user", "name": USER, "orgs": [{"name": "org"}]})


def create(on: Handler, hub: Hub, body: Body) -> None:
    on.writer()
    asked = json.loads(body.read_bytes())
    name = f"{asked['organization']}/{asked['name']}"
    if name in hub.repos:
        raise Refused(409, "You already created this dataset repo")
    private = asked.get("visibility") == "private" or bool(asked.get("private"))
    hub.repos[name] = Repo(name, private)
    on.answer({"url": f"{hub.url}/datasets/{name}", "name": name})


def settings(on: Handler, hub: Hub, body: Body, repo: str) -> None:
    on.writer()
    found, asked = on.repo(hub, repo), json.loads(body.read_bytes())
    found.gated = asked.get("gated", found.gated)
    if "visibility" in asked or "private" in asked:
        found.private = asked.get("visibility") == "private" or bool(asked.get("private"))
    on.answer({"private": found.private, "gated": found.gated})


def validate_yaml(on: Handler, hub: Hub, body: Body) -> None:
    text = json.loads(body.read_bytes())["content"]
    if not text.startswith("---\n"):
        on.answer({"errors": [{"message": "empty or missing yaml metadata"}]}, 400)
    else:
        on.answer({"errors": [], "warnings": []})


def info(on: Handler, hub: Hub, body: Body, repo: str, revision: str = "") -> None:
    found = on.repo(hub, repo)
    commit = found.at(revision or "main")
    on.answer(
        {
            "_id": "0" * 24,
            "id": repo,
            "sha": commit.sha,
            "private": found.private,
            "gated": found.gated,
            "disabled": False,
            "downloads": 0,
            "likes": 0,
            "tags": [],
            "lastModified": "2026-01-01T00:00:00.000Z",
            "createdAt": "2026-01-01T00:00:00.000Z",
            "siblings": [{"rfilename": path} for path in sorted(commit.files)],
        }
    )


def refs(on: Handler, hub: Hub, body: Body, repo: str) -> None:
    found = on.repo(hub, repo)

    def listed(kind: str, names: dict[str, str]) -> list[dict[str, str]]:
        return [
            {"name": name, "ref": f"refs/{kind}/{name}", "targetCommit": sha}
            for name, sha in names.items()
        ]

    on.answer(
        {
            "branches": listed("heads", found.branches),
            "tags": listed("tags", found.tags),
            "converts": [],
            "pullRequests": [
                {"name": ref.removeprefix("refs/"), "ref": ref, "targetCommit": pull.head}
                for ref, pull in found.pulls.items()
            ],
        }
    )


def add_tag(on: Handler, hub: Hub, body: Body, repo: str, revision: str) -> None:
    on.writer()
    found, tag = on.repo(hub, repo), json.loads(body.read_bytes())["tag"]
    if tag in found.tags:
        raise Refused(409, f"Tag {tag} already exists")
    found.tags[tag] = found.at(revision).sha
    on.answer({})


def delete_tag(on: Handler, hub: Hub, body: Body, repo: str, tag: str) -> None:
    on.writer()
    if on.repo(hub, repo).tags.pop(tag, None) is None:
        raise Refused(404, f"no tag {tag}", "RevisionNotFound")
    on.answer({})


def add_branch(on: Handler, hub: Hub, body: Body, repo: str, branch: str) -> None:
    on.writer()
    found, asked = on.repo(hub, repo), json.loads(body.read_bytes())
    if branch in found.branches:
        raise Refused(409, f"Branch {branch} already exists")
    found.branches[branch] = found.at(asked.get("startingPoint", "main")).sha
    on.answer({})


def delete_branch(on: Handler, hub: Hub, body: Body, repo: str, branch: str) -> None:
    on.writer()
    if branch == "main" or on.repo(hub, repo).branches.pop(branch, None) is None:
        raise Refused(404, f"no branch {branch} to delete", "RevisionNotFound")
    on.answer({})


def discussions(on: Handler, hub: Hub, body: Body, repo: str) -> None:
    asked = {key: values[0] for key, values in on.query.items()}
    wanted = {"open": {"draft", "open"}, "closed": {"merged", "closed"}}
    found = [
        _discussion(pull, repo)
        for pull in on.repo(hub, repo).pulls.values()
        if asked.get("author", pull.author) == pull.author
        and pull.status in wanted.get(asked.get("status", ""), {pull.status})
    ]
    on.answer({"discussions": found, "count": len(found), "start": 0})


def open_discussion(on: Handler, hub: Hub, body: Body, repo: str) -> None:
    on.writer()
    asked = json.loads(body.read_bytes())
    if not asked["pullRequest"]:
        raise Refused(400, "only pull requests here")
    on.answer(_discussion(on.repo(hub, repo).open_pull(asked["title"], USER), repo))


def discussion(on: Handler, hub: Hub, body: Body, repo: str, number: str) -> None:
    on.answer(_discussion(on.repo(hub, repo).pull(int(number)), repo))


def change_discussion(on: Handler, hub: Hub, body: Body, repo: str, number: str, to: str) -> None:
    on.writer()
    found = on.repo(hub, repo)
    pull = found.pull(int(number))
    if to == "merge":
        found.merge(pull)
    else:
        pull.status = json.loads(body.read_bytes())["status"]
    when = "2026-01-01T00:00:00.000Z"
    event = {"id": "1", "type": "status-change", "createdAt": when, "author": {"name": USER}}
    on.answer({"newStatus": event | {"data": {"status": pull.status}}})


def _discussion(pull: Pull, repo: str) -> dict[str, Any]:
    return {
        "title": pull.title,
        "num": pull.number,
        "author": {"name": pull.author},
        "createdAt": "2026-01-01T00:00:00.000Z",
        "status": pull.status,
        "repo": {"name": repo, "type": "dataset"},
        "isPullRequest": True,
        "changes": {"base": "refs/heads/main", "mergeCommitId": pull.merged_as},
        "filesWithConflicts": False,
        "events": [],
    }


def squash(on: Handler, hub: Hub, body: Body, repo: str, branch: str) -> None:
    on.writer()
    on.repo(hub, repo).squash(branch, json.loads(body.read_bytes())["message"])
    on.answer({})


def lfs_files(on: Handler, hub: Hub, body: Body, repo: str) -> None:
    on.writer()
    on.answer(
        [
            {
                "fileOid": oid,
                "filename": path,
                "oid": oid,
                "pushedAt": "2026-01-01T00:00:00.000Z",
                "ref": "main",
                "size": size,
            }
            for oid, (path, size) in on.repo(hub, repo).lfs_objects().items()
        ]
    )


def delete_lfs_files(on: Handler, hub: Hub, body: Body, repo: str) -> None:
    on.writer()
    oids = set(json.loads(body.read_bytes())["deletions"]["sha"])
    on.repo(hub, repo).forget(oids)
    for oid in oids:
        hub.objects.path(oid).unlink()
    on.answer({})


def preupload(on: Handler, hub: Hub, body: Body, repo: str, revision: str) -> None:
    on.writer()
    files = on.repo(hub, repo).at(revision).files
    answers = []
    for file in json.loads(body.read_bytes())["files"]:
        held = files.get(file["path"])
        lfs = file["path"].endswith(".parquet") or file["size"] > 10_000_000
        known = held and (held.sha256 if held.lfs else held.git)
        mode = "lfs" if lfs else "regular"
        answers.append(
            {"path": file["path"], "uploadMode": mode, "shouldIgnore": False, "oid": known}
        )
    on.answer({"files": answers})


def lfs_batch(on: Handler, hub: Hub, body: Body, repo: str) -> None:
    on.writer()
    on.repo(hub, repo)
    objects = []
    for asked in json.loads(body.read_bytes())["objects"]:
        answer = {"oid": asked["oid"], "size": asked["size"]}
        if not hub.objects.path(asked["oid"]).is_file():
            answer["actions"] = {
                "upload": {"href": f"{hub.url}/lfs/{asked['oid']}"},
                "verify": {"href": f"{hub.url}/lfs/{asked['oid']}/verify"},
            }
        objects.append(answer)
    on.answer({"transfer": "basic", "objects": objects})


def lfs_upload(on: Handler, hub: Hub, body: Body, oid: str) -> None:
    with body.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != oid:
        raise Refused(400, "the content is not that of the object")
    shutil.copy(body, hub.objects.path(oid))
    on.answer()


def lfs_verify(on: Handler, hub: Hub, body: Body, oid: str) -> None:
    if not hub.objects.path(oid).is_file():
        raise Refused(404, "no such object")
    on.answer({})


def commit(on: Handler, hub: Hub, body: Body, repo: str, revision: str) -> None:
    on.writer()
    lines = [json.loads(line) for line in body.read_text().splitlines()]
    oid = on.repo(hub, repo).commit(revision, lines, hub.objects)
    url = f"{hub.url}/datasets/{repo}/commit/{oid}"
    on.answer({"success": True, "commitOid": oid, "commitUrl": url})


def commits(on: Handler, hub: Hub, body: Body, repo: str, revision: str) -> None:
    found = on.repo(hub, repo)
    sha: str | None = found.at(revision).sha
    listed = []
    while sha:
        one = found.commits[sha]
        date = "2026-01-01T00:00:00.000Z"
        listed.append({"id": sha, "title": one.message, "message": "", "date": date, "authors": []})
        sha = one.parent
    on.answer(listed)


def tree(on: Handler, hub: Hub, body: Body, repo: str, revision: str, path: str = "") -> None:
    files = on.repo(hub, repo).at(revision).files
    inside = path.strip("/")
    recursive = on.query.get("recursive", ["false"])[0].lower() in {"true", "1"}
    found = list(entries(files, inside, recursive))
    if inside and not found:
        raise Refused(404, f"{inside} does not exist on {revision}", "EntryNotFound")
    first = int(on.query.get("cursor", ["0"])[0])
    headers = {}
    if first + PAGE < len(found):
        more = {key: values[0] for key, values in on.query.items()} | {"cursor": first + PAGE}
        at = f"{hub.url}/api/datasets/{repo}/tree/{quote(revision, safe='')}"
        at += f"/{quote(inside, safe='')}" if inside else ""
        headers["Link"] = f'<{at}?{urlencode(more)}>; rel="next"'
    on.answer(found[first : first + PAGE], headers=headers)


def paths_info(on: Handler, hub: Hub, body: Body, repo: str, revision: str) -> None:
    files = on.repo(hub, repo).at(revision).files
    text = body.read_text()
    is_json = "json" in (on.headers.get("Content-Type") or "")
    paths = json.loads(text)["paths"] if is_json else parse_qs(text).get("paths", [])
    found = []
    for path in paths:
        if path in files:
            found.append(entry(path, files[path]))
        elif any(name.startswith(f"{path}/") for name in files):
            found.append({"type": "directory", "path": path, "oid": "0" * 40, "size": 0})
    on.answer(found)


def resolve(on: Handler, hub: Hub, body: Body, repo: str, revision: str, path: str) -> None:
    at = on.repo(hub, repo, content=True).at(revision)
    headers, blob = {"X-Repo-Commit": at.sha}, _file(at, path)
    if not blob.lfs:
        headers["ETag"] = f'"{blob.git}"'
        on.send_file(hub.objects.path(blob.sha256), headers)
        return
    # The content of large files comes from another address.
    headers |= {"X-Linked-Size": str(blob.size), "X-Linked-ETag": f'"{blob.sha256}"'}
    headers["Location"] = f"{hub.cdn}/cdn/{blob.sha256}"
    on.answer(None, 302, headers)


def _file(at: Commit, path: str) -> Blob:
    if path not in at.files:
        raise Refused(404, f"{path} is not there", "EntryNotFound")
    return at.files[path]


def cdn(on: Handler, hub: Hub, body: Body, oid: str) -> None:
    on.send_file(hub.objects.path(oid), {"ETag": f'"{oid}"'})


_REPO = r"(?P<repo>[\w.-]+/[\w.-]+)"
_API = rf"/api/datasets/{_REPO}"

ROUTES: list[tuple[str, str, Callable[..., None]]] = [
    ("GET", "/api/whoami-v2", whoami),
    ("POST", "/api/repos/create", create),
    ("POST", "/api/validate-yaml", validate_yaml),
    ("PUT", rf"{_API}/settings", settings),
    ("GET", rf"{_API}/refs", refs),
    ("POST", rf"{_API}/tag/(?P<revision>[^/]+)", add_tag),
    ("DELETE", rf"{_API}/tag/(?P<tag>[^/]+)", delete_tag),
    ("POST", rf"{_API}/branch/(?P<branch>[^/]+)", add_branch),
    ("DELETE", rf"{_API}/branch/(?P<branch>[^/]+)", delete_branch),
    ("GET", rf"{_API}/discussions", discussions),
    ("POST", rf"{_API}/discussions", open_discussion),
    ("GET", rf"{_API}/discussions/(?P<number>\d+)", discussion),
    ("POST", rf"{_API}/discussions/(?P<number>\d+)/(?P<to>status|merge)", change_discussion),
    ("POST", rf"{_API}/super-squash/(?P<branch>[^/]+)", squash),
    ("GET", rf"{_API}/lfs-files", lfs_files),
    ("POST", rf"{_API}/lfs-files/batch", delete_lfs_files),
    ("POST", rf"{_API}/preupload/(?P<revision>[^/]+)", preupload),
    ("POST", rf"{_API}/commit/(?P<revision>[^/]+)", commit),
    ("GET", rf"{_API}/commits/(?P<revision>[^/]+)", commits),
    ("GET", rf"{_API}/tree/(?P<revision>[^/]+)(?P<path>/.*)?", tree),
    ("POST", rf"{_API}/paths-info/(?P<revision>[^/]+)", paths_info),
    ("GET", rf"{_API}/revision/(?P<revision>[^/]+)", info),
    ("GET", _API, info),
    ("POST", rf"/datasets/{_REPO}\.git/info/lfs/objects/batch", lfs_batch),
    ("PUT", r"/lfs/(?P<oid>[0-9a-f]{64})", lfs_upload),
    ("POST", r"/lfs/(?P<oid>[0-9a-f]{64})/verify", lfs_verify),
    ("GET", rf"/datasets/{_REPO}/resolve/(?P<revision>[^/]+)/(?P<path>.+)", resolve),
    ("GET", r"/cdn/(?P<oid>[0-9a-f]{64})", cdn),
]
