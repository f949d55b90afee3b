"""The command `vid2book store`: looking after what builds keep."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape

from vid2book.console import NOTHING_DONE, SOME_FAILED, agreed, user_errors
from vid2book.errors import UserError
from vid2book.pipeline.names import SHOWN, shown_as
from vid2book.quantities import number_of
from vid2book.terminal import AsJson, Terminal, table

if TYPE_CHECKING:
    from vid2book.store import Store
    from vid2book.store.upkeep import Holding, Selection

_DAY = 86_400.0  # seconds
_CORPUS_LEVEL = {"contribution", "outcome"}  # kept beside the stages' results
_BESIDE = {  # what else the store has, by the stage that it is of
    "contribution": "interleave",
    "outcome": "interleave",
    "gather": "reduce",
    "reduce-latest": "reduce",
    "hashes": "hashes of files",
}


@user_errors()
def store(
    action: Annotated[
        Literal["list", "check", "prune"],
        typer.Argument(
            metavar="list|check|prune",
            help="list shows what the store holds. check reads everything and reports damage. "
            "prune deletes what matches all of the options.",
        ),
    ],
    place: Annotated[
        str | None,
        typer.Option(
            "--store",
            help="Folder or URL of the store. Default: $VID2BOOK_STORE, or ~/.cache/vid2book.",
        ),
    ] = None,
    older_than: Annotated[
        float | None, typer.Option(min=0, metavar="DAYS", help="Delete results older than this.")
    ] = None,
    corpus: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SOURCE", help="Delete results of the videos in this manifest or folder."
        ),
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SOURCE",
            help="Delete results of all videos except those in this manifest or folder.",
        ),
    ] = None,
    stage: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Delete results of this stage, such as read."),
    ] = None,
    older_layout: Annotated[
        bool,
        typer.Option(
            "--older-layout", help="Delete what earlier versions of vid2book left behind."
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
    as_json: AsJson = False,
) -> None:
    """List, check or prune the store of intermediate results."""
    from vid2book.store import Store
    from vid2book.store.upkeep import Selection

    opened, out = (Store(place) if place else Store()), Terminal(as_json)
    narrowed = older_than is not None or corpus or keep or stage
    if action != "prune":
        if narrowed or older_layout:
            raise UserError(f"only prune takes these options, {action} takes --store alone")
        _list(opened, out) if action == "list" else _check(opened, out)
        return
    if bool(narrowed) == older_layout:
        raise UserError(
            "say what to delete: --older-than DAYS, --corpus SOURCE, --keep SOURCE, --stage NAME "
            "(what matches all of them), or --older-layout"
        )
    if older_layout:
        _prune_older(opened, out, yes)
        return
    before = None if older_than is None else time.time() - older_than * _DAY
    shelves = _shelves(opened, corpus or (), keep or ())
    _prune(opened, out, Selection(before, shelves, _stages(stage or ())), yes)


def _list(store: Store, out: Terminal) -> None:
    from vid2book.store.upkeep import inventory

    found = inventory(store, _known())
    shown = table("results of", "objects", "size", "written", numbers=[1, 2])
    kinds = _by_shown(found.kinds)
    for kind, holding in sorted(kinds.items(), key=lambda item: -item[1].size):
        shown.add_row(escape(kind), f"{holding.objects:,}", _size(holding.size), _span(holding))
    out.results.print(shown)
    held = sum(holding.size for holding in kinds.values())
    out.results.print(
        f"{number_of(found.videos, 'video')}, {_size(held)} in {escape(str(store.root))}"
    )
    if found.older.objects:
        objects = number_of(found.older.objects, "object")
        out.results.print(
            f"Left by earlier versions of vid2book, and no longer used: {objects} "
            f"({_size(found.older.size)}). `vid2book store prune --older-layout` deletes them."
        )
    out.document(
        {
            "store": str(store.root),
            "videos": found.videos,
            "results": {
                kind: {
                    "objects": holding.objects,
                    "bytes": holding.size,
                    "oldest": _day(holding.oldest),
                    "newest": _day(holding.newest),
                }
                for kind, holding in kinds.items()
            },
            "older_layout": {"objects": found.older.objects, "bytes": found.older.size},
        }
    )


def _check(store: Store, out: Terminal) -> None:
    """Raises typer.Exit: something is damaged."""
    from vid2book.store.upkeep import check

    read = 0

    def tell(objects: int) -> None:
        nonlocal read
        read += objects

    damaged = list(check(store, tell))
    for damage in damaged:
        out.results.print(escape(f"{damage.path}: {damage.reason}"))
    out.results.print(f"{number_of(read, 'object')} read, {len(damaged):,} damaged")
    out.document(
        {
            "store": str(store.root),
            "objects": read,
            "damaged": [{"path": str(d.path), "reason": d.reason} for d in damaged],
        }
    )
    if damaged:
        out.results.print(
            "You may delete these files or leave them: a build makes what is damaged again."
        )
        raise typer.Exit(SOME_FAILED)


def _prune(store: Store, out: Terminal, wanted: Selection, yes: bool) -> None:
    from vid2book.store.upkeep import prune

    _agreed(prune(store, wanted, act=False), store, out, yes)
    _told(prune(store, wanted, act=True), store, out)


def _prune_older(store: Store, out: Terminal, yes: bool) -> None:
    from vid2book.store.upkeep import inventory, prune_older

    _agreed(inventory(store, _known()).older, store, out, yes)
    _told(prune_older(store, _known()), store, out)


def _agreed(found: Holding, store: Store, out: Terminal, yes: bool) -> None:
    """Raises typer.Exit: there is nothing to do, or the user does not want it."""
    if not found.results:
        out.results.print("Nothing in the store matches; nothing was deleted")
        out.document({"store": str(store.root), "taken_out": 0})
        raise typer.Exit
    asked = (
        f"Delete {number_of(found.results, 'result')} from {store.root} (in "
        f"{number_of(found.objects, 'object')} of {_size(found.size)})?"
    )
    if not yes and not agreed(asked):
        out.errors.print("Nothing was deleted; --yes deletes without asking")
        raise typer.Exit(NOTHING_DONE)


def _told(gone: Holding, store: Store, out: Terminal) -> None:
    out.results.print(
        f"Deleted {number_of(gone.results, 'result')}; a build that needs them computes them again"
    )
    out.document({"store": str(store.root), "taken_out": gone.results})


def _shelves(
    store: Store, corpora: Sequence[str], keep: Sequence[str]
) -> Callable[[str], bool] | None:
    """Whether a shelf is among those that the user means; None: all are.

    Raises:
        UserError: a video that is to be kept cannot be read, so that nobody knows its results.
    """
    mine, _ = _folders(store, corpora)
    kept, unread = _folders(store, keep)
    if unread:
        raise UserError(f"{unread[0]}; so it is not known what to keep, and nothing was deleted")
    if not corpora and not keep:
        return None
    return lambda folder: folder not in kept and (not corpora or folder in mine)


def _folders(store: Store, sources: Sequence[str]) -> tuple[set[str], list[str]]:
    """The shelves of the videos of some sources, and why some are not known."""
    from vid2book.pipeline.corpus import Corpus
    from vid2book.pipeline.work import Failed

    from ..source import open_corpus

    found: set[str] = set()
    unknown: list[str] = []
    if not sources:
        return found, unknown
    corpus: Corpus = open_corpus(sources, store=store.root)
    for video in corpus.videos:
        try:
            found.add(corpus.work(video).shelf.folder)
        except Failed as failure:
            unknown.append(f"{video.video_id}: {failure}")
    return found, unknown


def _by_shown(kinds: Mapping[str, Holding]) -> dict[str, Holding]:
    """What lies together, by the stages that users know."""
    found: dict[str, Holding] = {}
    for kind, holding in kinds.items():
        names = [_BESIDE.get(name) or shown_as(name) for name in kind.split(", ")]
        name = ", ".join(dict.fromkeys(names))
        found[name] = found[name] + holding if name in found else holding
    return found


def _known() -> set[str]:
    from vid2book.pipeline.graph import STAGES

    return {stage.name for stage in STAGES} | _CORPUS_LEVEL


def _stages(named: Sequence[str]) -> Sequence[str]:
    """The stages that users know by these names, with all their parts; or the parts themselves.

    Raises:
        UserError: there is no such stage.
    """
    found: list[str] = []
    for name in named:
        parts = [s for s in sorted(_known()) if name in (s, _BESIDE.get(s) or shown_as(s))]
        if not parts:
            raise UserError(f"there is no stage '{name}'; the stages are {', '.join(SHOWN)}")
        found += parts
    return found


def _size(count: int) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000  # type: ignore[assignment]
    return f"{count:.3g} TB"


def _span(holding: Holding) -> str:
    return " to ".join(dict.fromkeys(map(_day, (holding.oldest, holding.newest))))


def _day(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).date().isoformat()
