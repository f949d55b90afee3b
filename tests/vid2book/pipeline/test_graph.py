"""Nothing is computed twice, and what can change a result is noticed."""

from __future__ import annotations

import os
import shutil
import sys
import zlib
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from vid2book.assemble.align import ALIGN
from vid2book.assemble.clip import CLIP
from vid2book.config import Config
from vid2book.media.container import MediaError
from vid2book.models.lazy import Models
from vid2book.pipeline.graph import STAGES
from vid2book.pipeline.work import Failed, Work
from vid2book.records import Video
from vid2book.screen import keyframes
from vid2book.screen.keyframes import KEYFRAMES
from vid2book.screen.read import READ
from vid2book.speech.rehear import REHEAR
from vid2book.stage import Stage
from vid2book.store import Store
from vid2book.store.packs import archive

from ...support.library import Library, run_all

NAMES = [stage.name for stage in STAGES]
MODELS = {"FasterWhisper", "RapidOcr", "HaarFaces"}


def missing(work: Work) -> set[str]:
    return {stage.name for stage in STAGES if not work.is_done(stage)}


@pytest.fixture
def video(library: Library) -> Video:
    return library.video("cells")


def test_every_stage_runs_once(video: Video, tmp_path: Path, calls: Counter[str]) -> None:
    store = Store(tmp_path)
    run_all(Work(video, Config(), store))
    assert {name: calls[name] for name in NAMES} == dict.fromkeys(NAMES, 1)
    assert calls.keys() >= MODELS
    calls.clear()
    run_all(Work(video, Config(), store))
    assert not calls


def test_a_result_from_the_store_is_the_computed_one(
    library: Library, video: Video, tmp_path: Path
) -> None:
    """One process here, two in the build."""
    fresh = Work(video, Config(), Store(tmp_path))
    stored = Work(video, Config(), Store(library.store))
    for stage in STAGES:
        assert stored.is_done(stage)
        assert fresh.get(stage) == stored.get(stage)
        assert fresh.decisions(stage) == stored.decisions(stage)


@pytest.mark.parametrize(
    ("settings", "redone", "models"),
    [
        (
            {"read": {"reuse": False}},
            "read rehear legible score judge clip align summarise cut",
            {"RapidOcr", "FasterWhisper"},
        ),
        ({"read": {"min_score": 0.7}}, "legible score judge clip align summarise cut", set()),
        ({"judge": {"min_teaching": 0.4}}, "judge clip align summarise cut", set()),
        ({"judge": {"min_relevance": 1.1}}, "judge clip align summarise cut", set()),
        ({"clip": {"max_duration": 15}}, "clip align summarise cut", set()),
        ({"align": {"max_face": 0.5}}, "align summarise cut", set()),
        ({"refine": {"join_gap": 1.5}}, "refine score judge clip align summarise cut", set()),
        ({"reduce": {"phash_distance": 2}}, "", set()),
        ({"interleave": {"max_tokens": 1000}}, "", set()),
    ],
)
def test_a_changed_setting_redoes_its_stage_and_what_follows(
    video: Video,
    store: Store,
    calls: Counter[str],
    settings: dict[str, Any],
    redone: str,
    models: set[str],
) -> None:
    work = Work(video, Config(**settings), store)
    expected = set(redone.split())
    # Whether other text on the screen changes what is said shows only when it was looked for.
    assert missing(work) == expected | ({"refine"} if "rehear" in expected else set())
    run_all(work)
    assert {name: calls[name] for name in NAMES if calls[name]} == dict.fromkeys(redone.split(), 1)
    assert MODELS & calls.keys() == models
    # And back: both results are there.
    assert not missing(Work(video, Config(), store))


@pytest.mark.parametrize(
    ("settings", "kept"),
    [
        ({"keyframes": {"min_stable": 1.0}}, {"recognise", "transcribe"}),
        ({"transcribe": {"beam_size": 1}}, {"keyframes", "read", "caption", "glimpses"}),
    ],
)
def test_speech_and_screen_do_not_depend_on_each_other(
    video: Video, store: Store, settings: dict[str, Any], kept: set[str]
) -> None:
    assert set(NAMES) - missing(Work(video, Config(**settings), store)) == kept


def test_speech_that_the_screen_does_not_change_is_not_refined_anew(
    video: Video, store: Store, calls: Counter[str]
) -> None:
    other = Work(video, Config(transcribe={"screen_terms": False}), store)  # type: ignore[arg-type]
    assert {"rehear", "refine"} <= missing(other)
    run_all(other)
    assert other.get(REHEAR) == Work(video, Config(), store).get(REHEAR)
    assert not other.decisions(REHEAR)
    assert not calls and not missing(other)


def test_a_changed_title_redoes_what_reads_it(video: Video, store: Store) -> None:
    changed = replace(video, title="Ribosomes")
    kept = {"keyframes", "read", "caption", "glimpses"}
    assert set(NAMES) - missing(Work(changed, Config(), store)) == kept


@pytest.mark.parametrize(
    "fields",
    [
        {"license": "CC BY-SA 4.0"},
        {"source_url": "https://example.org/2"},
        {"author": "J. Doe"},
        {"split": "test"},
        {"video_id": "renamed"},
        {"metadata": {"channel": "x"}},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_what_no_stage_reads_redoes_nothing(
    video: Video, store: Store, fields: dict[str, Any]
) -> None:
    assert not missing(Work(replace(video, **fields), Config(), store))


def test_another_time_of_change_redoes_nothing_and_other_content_all(
    video: Video, store: Store, tmp_path: Path, calls: Counter[str]
) -> None:
    path = Path(shutil.copy(video.path, tmp_path / "copy.mp4"))
    copy = replace(video, path=str(path))
    assert not missing(Work(copy, Config(), store))
    os.utime(path, (1, 1))
    assert not missing(Work(copy, Config(), store))
    with path.open("ab") as file:
        file.write(b"\0\0\0\x08free")
    assert missing(Work(copy, Config(), store)) == set(NAMES)
    assert not calls


def test_the_first_minutes_are_another_result(video: Video, store: Store) -> None:
    assert missing(Work(video, Config(), store, until=60)) == set(NAMES)


def test_weights_and_versions_are_in_the_key(
    video: Video, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Models.identity

    def newer(models: Models, name: str) -> str:
        return "other weights" if name == "ocr" else known(models, name)

    monkeypatch.setattr(Models, "identity", newer)
    assert missing(Work(video, Config(), store)) == {
        "read",
        "rehear",
        "refine",
        "legible",
        "score",
        "judge",
        "clip",
        "align",
        "summarise",
        "cut",
    }


def alone(work: Work, stage: Stage[Any]) -> Path:
    """The object that holds a stage's result and no other."""
    return Path(work.store.root) / work.shelf.folder / f"{stage.name}-{work.key(stage)[:12]}.zip"


@pytest.mark.parametrize("damage", ["cut", "text", "empty", "other"])
def test_a_damaged_result_is_computed_again(
    video: Video, store: Store, calls: Counter[str], damage: str
) -> None:
    work = Work(video, Config(), store)
    expected = work.get(CLIP)
    work.shelf.remove(["clip"])
    assert Work(video, Config(), store).get(CLIP) == expected
    path = alone(work, CLIP)
    whole = path.read_bytes()
    path.write_bytes(
        {
            "cut": whole[: len(whole) // 2],
            "text": b"no archive",
            "empty": b"",
            "other": archive([(f"clip-{work.key(CLIP)}.json", b'{"clips": 3}')]),
        }[damage]
    )
    calls.clear()
    assert Work(video, Config(), store).get(CLIP) == expected
    assert dict(calls) == {"clip": 1}
    assert path.read_bytes() == whole


def test_a_fault_of_the_video_is_kept(
    video: Video, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def read_frames(*_: object, **__: object) -> None:
        tries.append(1)
        raise MediaError("the picture is upside down")

    monkeypatch.setattr(keyframes, "read_frames", read_frames)
    for _ in range(2):
        work = Work(video, Config(), Store(tmp_path))
        for stage in (KEYFRAMES, READ):
            with pytest.raises(Failed, match="upside down"):
                work.get(stage)
        assert work.decisions(READ) == ()
    assert len(tries) == 1


def test_any_other_fault_is_tried_again(
    video: Video, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, calls: Counter[str]
) -> None:
    real = keyframes.read_frames

    def read_frames(*_: object, **__: object) -> None:
        raise zlib.error("out of something")

    monkeypatch.setattr(keyframes, "read_frames", read_frames)
    with pytest.raises(zlib.error):
        Work(video, Config(), Store(tmp_path)).get(KEYFRAMES)
    assert not Work(video, Config(), Store(tmp_path)).is_done(KEYFRAMES)
    monkeypatch.setattr(keyframes, "read_frames", real)
    assert len(Work(video, Config(), Store(tmp_path)).get(KEYFRAMES)) == 2


def test_a_problem_of_the_row_fails_at_once(video: Video, tmp_path: Path) -> None:
    work = Work(replace(video, problem="line 3: no path"), Config(), Store(tmp_path))
    with pytest.raises(Failed, match="line 3: no path"):
        work.get(KEYFRAMES)
    gone = Work(replace(video, path=str(tmp_path / "gone.mp4")), Config(), Store(tmp_path))
    with pytest.raises(Failed, match="cannot be read: No such file"):
        gone.is_done(ALIGN)


def test_switched_off_stages(video: Video, store: Store, calls: Counter[str]) -> None:
    off = {"enabled": False}
    work = Work(video, Config(keyframes=off, transcribe=off, judge=off), store)  # type: ignore[arg-type]
    run_all(work)
    assert work.get(KEYFRAMES) == [] and work.get(READ) == [] and work.get(CLIP) == []
    assert not MODELS & calls.keys()
    unread = Work(video, Config(read=off), store)  # type: ignore[arg-type]
    assert unread.get(READ) == [(), ()]


def test_flipped_bytes_in_the_store_cost_only_work(video: Video, store: Store) -> None:
    work = Work(video, Config(), store)
    expected = work.get(CLIP)
    work.shelf.remove(["clip"])
    assert Work(video, Config(), store).get(CLIP) == expected
    path = alone(work, CLIP)
    whole = path.read_bytes()
    path.write_bytes(whole[:40] + bytes(b ^ 0x5A for b in whole[40:60]) + whole[60:])
    assert Work(video, Config(), store).get(CLIP) == expected


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_a_stage_reads_the_files_at_hand(stage: Stage[Any]) -> None:
    """The video itself may name a file elsewhere."""
    code = Path(sys.modules[stage.module].__file__ or "").read_text("utf-8")
    assert ".video.path" not in code and ".video.captions" not in code
