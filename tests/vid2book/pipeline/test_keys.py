"""What a stage reads while it runs is what its key stands for."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import vid2book
from vid2book.config import Config
from vid2book.config.base import Section
from vid2book.models import lazy
from vid2book.models.lazy import Models
from vid2book.pipeline import code
from vid2book.pipeline.graph import STAGES
from vid2book.pipeline.keys import modules_of
from vid2book.pipeline.work import Work
from vid2book.records import Video
from vid2book.stage import Stage
from vid2book.store import Store

from ...support.library import Library, run_all

ROOT = Path(vid2book.__file__).parent
CONFIGS = [
    Config(),
    Config(privacy={"mask": True, "faces": "blur"}),  # type: ignore[arg-type]
    Config(clips={"enabled": True, "rate": 2}),  # type: ignore[arg-type]
]
# What names a video and its files is in the key by the files' content.
ALWAYS = {"video_id", "path", "captions", "problem"}


@pytest.fixture(params=range(len(CONFIGS)), ids=["offline", "private", "clips"])
def work(request: pytest.FixtureRequest, library: Library, tmp_path: Path) -> Work:
    """A video that is through, with all its results at hand."""
    video = library.video("cells")
    store = Store(tmp_path / "store")
    if request.param != 1:  # what only the last stage reads differs
        shutil.copytree(library.store, store.root)
    work = Work(video, CONFIGS[request.param], store)
    run_all(work)
    return work


def upstream(stage: Stage[Any]) -> set[Stage[Any]]:
    """The stage, and all whose keys are in its own."""
    return {stage}.union(*map(upstream, stage.needs))


@contextmanager
def recorded(owner: type, names: set[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Notes who is asked for which of these attributes."""
    seen: list[Any] = []
    real = owner.__getattribute__

    def noting(self: Any, name: str) -> Any:
        if name in names or (owner is Section and name in type(self).model_fields):
            seen.append((self, name))
        return real(self, name)

    with monkeypatch.context() as patched:
        patched.setattr(owner, "__getattribute__", noting)
        yield seen


def paths(section: Section, prefix: str = "") -> Iterator[tuple[int, str]]:
    """The dotted name of each section, by identity."""
    yield id(section), prefix
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, Section):
            yield from paths(value, f"{prefix}{name}.")


def test_settings(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    named = dict(paths(work.config))
    for stage in STAGES:
        with recorded(Section, set(), monkeypatch) as seen:
            stage.compute(work)
        sections = {prefix.rstrip(".") for prefix in named.values()}
        read = {f"{named[id(section)]}{name}" for section, name in seen} - sections
        allowed = {name for s in upstream(stage) for name in s.settings}
        inside = tuple(f"{name}." for name in allowed)
        assert not {n for n in read if n not in allowed and not n.startswith(inside)}, stage.name
        assert read or not stage.settings, stage.name


def test_fields_of_the_manifest(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = set(Video.__dataclass_fields__)
    for stage in STAGES:
        with recorded(Video, fields, monkeypatch) as seen:
            stage.compute(work)
        allowed = ALWAYS.union(*(s.facts for s in upstream(stage)))
        assert {name for _, name in seen} <= allowed, stage.name


def test_models(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = {name for stage in STAGES for name in stage.models} | {"count_tokens"}
    for stage in STAGES:
        with recorded(Models, loaded, monkeypatch) as seen:
            stage.compute(work)
        assert {name for _, name in seen} <= set(stage.models), stage.name


def test_needs(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    for stage in STAGES:
        asked: list[Stage[Any]] = []
        with monkeypatch.context() as patched:
            real = work.get

            def noting(need: Stage[Any], asked: list[Any] = asked, real: Any = real) -> Any:
                asked.append(need)
                return real(need)

            patched.setattr(work, "get", noting)
            patched.setattr(
                work,
                "decisions",
                lambda need, asked=asked: asked.append(need) or Work.decisions(work, need),
            )
            stage.compute(work)
        assert set(asked) <= set(stage.needs), stage.name


def test_code(work: Work) -> None:
    """Every function of the project that runs is in a module that counts."""
    for stage in STAGES:
        models = [getattr(work.models, name) for name in stage.models]
        roots = set[str]().union(*map(modules_of, models))
        counted = {code._file(name) for name in code.reach(stage.module, *roots)}
        ran = {Path(name) for name in _files_run(stage, work)}
        foreign = {
            file.relative_to(ROOT).as_posix() for file in ran - counted if file.is_relative_to(ROOT)
        }
        # Counted by the values of settings, by record, and by the lines that make a model; or what
        # only keeps results or watches.
        left_out = (
            "bounds.py",
            "config/",
            "pipeline/",
            "records.py",
            "models/lazy.py",
            "stage.py",
            "store/",
            "remote/",
        )
        assert not {name for name in foreign if not name.startswith(left_out)}, stage.name
        assert ran & counted, stage.name


def _files_run(stage: Stage[Any], work: Work) -> set[str]:
    found: set[str] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            found.add(frame.f_code.co_filename)

    sys.setprofile(note)
    try:
        stage.compute(work)
    finally:
        sys.setprofile(None)
    return found


def test_a_key_does_not_change_when_its_models_are_loaded(library: Library, tmp_path: Path) -> None:
    lazy._models.cache_clear()
    video, store = library.video("cells"), Store(tmp_path / "fresh")
    before = [Work(video, Config(), store).key(stage) for stage in STAGES]
    run_all(Work(video, Config(), store))
    models = lazy.models_of(Config())
    assert {"speech", "ocr", "embed", "faces"} <= vars(models).keys()
    empty = Store(tmp_path / "empty")
    assert [Work(video, Config(), empty).key(stage) for stage in STAGES] == before


def test_a_title_that_is_only_the_files_name_is_none(library: Library, tmp_path: Path) -> None:
    video, store = library.video("cells"), Store(tmp_path / "store")

    def keys(title: str) -> list[str]:
        work = Work(replace(video, title=title), Config(), store)
        return [work.key(stage) for stage in STAGES]

    assert keys("cells") == keys("Cells") == keys("")
    assert keys("Inside the cell") != keys("")


@pytest.mark.parametrize(
    ("path", "title", "seen"),
    [
        ("/a/cells.mp4", "cells", ""),
        ("/a/Lecture 1.2 Cells.mp4", "lecture 1.2 cells", ""),
        ("/a/cells.mp4", "Cells and their parts", "Cells and their parts"),
        ("https://example.org/a/Linear%20maps.mp4?v=2", "Linear maps", ""),
        ("s3://bucket/a/maps.tar.mp4", "maps", "maps"),
        ("", "Maps", "Maps"),
    ],
)
def test_which_title_stages_see(path: str, title: str, seen: str, tmp_path: Path) -> None:
    work = Work(Video("a", path, title=title), Config(), Store(tmp_path))
    assert work.video == Video("a", path, title=seen)
