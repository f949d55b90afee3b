"""Looking into a store, and taking results out of it."""

from __future__ import annotations

from pathlib import Path

from vid2book.pipeline.graph import STAGES
from vid2book.store import Store

_STAGES = {stage.name for stage in STAGES}


def objects(store: Store) -> dict[str, bytes]:
    """The objects that hold results of the per-video stages."""
    return {
        path.relative_to(store.root).as_posix(): path.read_bytes()
        for path in files(store)
        if path.name.split("-")[0] in _STAGES
    }


def results(store: Store) -> list[str]:
    """Stage and key of each result of the per-video stages."""
    return [part for path in objects(store) for part in Path(path).stem.split(".")]


def files(store: Store) -> list[Path]:
    """The archives on the shelves."""
    return sorted((Path(store.root) / "videos").rglob("*.zip"))


def forget(store: Store, *stages: str) -> None:
    """Take out the results of stages, of every video."""
    for folder in (Path(store.root) / "videos").glob("*/*"):
        store.shelf(folder.name).remove(stages)
