"""The command `vid2book store`: lists, checks and prunes the results of builds."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape

from vid2book.console import NOTHING_DONE, SOME_FAILED, confirm, user_errors
from vid2book.errors import UserError
from vid2book.pipeline.names import SHOWN, shown_as
from vid2book.quantities import number_of
from vid2book.terminal import AsJson, Terminal, table

if TYPE_CHECKING:
    from vid2book.store import Store
    from vid2book.store.upkeep import Holding, Selection

_DAY = 86_400.0  # seconds
_CORPUS_LEVEL = {"contribution", "outcome"}  # stored beside the stages' results
_BESIDE = {  # other objects in the store, with the stage that they belong to
    "contribution": "interleave",
    "outcome": "interleave",
    "gather": "reduce across videos",
    "reduce-latest": "reduce across videos",
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

    result_store, out = (Store(place) if place else Store()), Terminal(as_json)
    has_filter = older_than is not None or corpus or keep or stage
    if action != "prune":
        if has_filter or older_layout:
            raise UserError(f"only prune takes these options, {action} takes --store alone")
        _list(result_store, out) if action == "list" else _check(result_store, out)
        return
    if bool(has_filter) == older_layout:
        raise UserError(
            "say what to delete: --older-than DAYS, --corpus SOURCE, --keep SOURCE, --stage NAME "
            "(what matches all of them), or --older-layout"
        )
    if older_layout:
        _prune_older(result_store, out, yes)
        return
    before = None if older_than is None else time.time() - older_than * _DAY
    shelves = _shelves(result_store, corpus or (), keep or ())
    _prune(result_store, out, Selection(before, shelves, _stages(stage or ())), yes)


def _list(store: Store, out: Terminal) -> None:
    from vid2book.store.upkeep import inventory

    contents = inventory(store, _stage_names())
    overview = table("results of", "objects", "size", "written", numbers=[1, 2])
    kinds = _by_user_stage(contents.kinds)
    for kind, holding in sorted(kinds.items(), key=lambda item: -item[1].size):
        overview.add_row(escape(kind), f"{holding.objects:,}", _size(holding.size), _span(holding))
    overview.caption = (
        "Stages on one line are stored together. A stage on two lines was once computed again "
        "without the others."
    )
    overview.caption_justify = "left"
    out.results.print(overview)
    total = sum(holding.size for holding in kinds.values())
    out.results.print(
        f"{number_of(contents.videos, 'video')}, {_size(total)} in {escape(str(store.root))}"
    )
    if contents.older.objects:
        objects = number_of(contents.older.objects, "object")
        out.results.print(
            f"Left by earlier versions of vid2book, and no longer used: {objects} "
            f"({_size(contents.older.size)}). `vid2book store prune --older-layout` deletes them."
        )
    out.document(
        {
            "store": str(store.root),
            "videos": contents.videos,
            "results": {
                kind: {
                    "objects": holding.objects,
                    "bytes": holding.size,
                    "oldest": _day(holding.oldest),
                    "newest": _day(holding.newest),
                }
                for kind, holding in kinds.items()
            },
            "older_layout": {"objects": contents.older.objects, "bytes": contents.older.size},
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


def _prune(store: Store, out: Terminal, selection: Selection, yes: bool) -> None:
    from vid2book.store.upkeep import prune

    _confirm_deletion(prune(store, selection, act=False), store, out, yes)
    _report_deletion(prune(store, selection, act=True), store, out)


def _prune_older(store: Store, out: Terminal, yes: bool) -> None:
    from vid2book.store.upkeep import inventory, prune_older

    _confirm_deletion(inventory(store, _stage_names()).older, store, out, yes)
    _report_deletion(prune_older(store, _stage_names()), store, out)


def _confirm_deletion(holding: Holding, store: Store, out: Terminal, yes: bool) -> None:
    """Ask before deleting. Raises typer.Exit: there is nothing to delete, or the user refuses."""
    if not holding.results:
        out.results.print("Nothing in the store matches; nothing was deleted")
        out.document({"store": str(store.root), "taken_out": 0})
        raise typer.Exit
    question = (
        f"Delete {number_of(holding.results, 'result')} from {store.root} (in "
        f"{number_of(holding.objects, 'object')} of {_size(holding.size)})?"
    )
    if not yes and not confirm(question):
        out.errors.print("Nothing was deleted; --yes deletes without asking")
        raise typer.Exit(NOTHING_DONE)


def _report_deletion(deleted: Holding, store: Store, out: Terminal) -> None:
    out.results.print(
        f"Deleted {number_of(deleted.results, 'result')}; a build that needs them computes them "
        "again"
    )
    out.document({"store": str(store.root), "taken_out": deleted.results})


def _shelves(
    store: Store, corpora: Sequence[str], keep: Sequence[str]
) -> Callable[[str], bool] | None:
    """A function that tells whether a shelf is selected; None: all are.

    Raises:
        UserError: a video to be kept cannot be read, so its results are unknown.
    """
    selected, _ = _folders(store, corpora)
    kept, unread = _folders(store, keep)
    if unread:
        raise UserError(f"{unread[0]}; so it is not known what to keep, and nothing was deleted")
    if not corpora and not keep:
        return None
    return lambda folder: folder not in kept and (not corpora or folder in selected)


def _folders(store: Store, sources: Sequence[str]) -> tuple[set[str], list[str]]:
    """The shelves of the videos of these sources, and the reasons why some are unknown."""
    from vid2book.pipeline.corpus import Corpus
    from vid2book.pipeline.work import Failed

    from ..source import open_corpus

    folders: set[str] = set()
    unknown: list[str] = []
    if not sources:
        return folders, unknown
    corpus: Corpus = open_corpus(sources, store=store.root)
    for video in corpus.videos:
        try:
            folders.add(corpus.work(video).shelf.folder)
        except Failed as failure:
            unknown.append(f"{video.video_id}: {failure}")
    return folders, unknown


def _by_user_stage(kinds: Mapping[str, Holding]) -> dict[str, Holding]:
    """The contents of the store, by the stages that users know."""
    by_stage: dict[str, Holding] = {}
    for kind, holding in kinds.items():
        names = [_BESIDE.get(name) or shown_as(name) for name in kind.split(", ")]
        name = ", ".join(dict.fromkeys(names))
        by_stage[name] = by_stage[name] + holding if name in by_stage else holding
    return by_stage


def _stage_names() -> set[str]:
    from vid2book.pipeline.graph import STAGES

    return {stage.name for stage in STAGES} | _CORPUS_LEVEL


def _stages(names: Sequence[str]) -> Sequence[str]:
    """All parts of the stages with these names; a name may also be that of a part.

    Raises:
        UserError: there is no such stage.
    """
    stages: list[str] = []
    for name in names:
        parts = [s for s in sorted(_stage_names()) if name in (s, _BESIDE.get(s) or shown_as(s))]
        if not parts:
            raise UserError(f"there is no stage '{name}'; the stages are {', '.join(SHOWN)}")
        stages += parts
    return stages


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
