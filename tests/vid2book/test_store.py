from __future__ import annotations

import os
from pathlib import Path

from vid2book.records import Keyframe
from vid2book.store import Store, default_root, make_key

from ..support import stored

VIDEO, KEY = "ab" * 16, "c" * 32
FRAMES = list[Keyframe]

FRAME = Keyframe(1.0, 0.0, 2.0, b"\xff\xd8\x00jpeg", 4, 3, 0.1, 0.0, 0.0, 2**63 + 1)


def test_records_come_back_as_they_were(tmp_path: Path) -> None:
    store = Store(tmp_path)
    key = make_key("a", 1)
    shelf = store.shelf(VIDEO)
    assert not shelf.has("keyframes", key) and shelf.load("keyframes", key, FRAMES) is None
    shelf.save("keyframes", key, FRAMES, [FRAME])
    for again in (shelf, store.shelf(VIDEO)):
        assert again.has("keyframes", key)
        assert again.load("keyframes", key, FRAMES) == [FRAME]


def test_a_damaged_result_is_none_and_leaves(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.shelf(VIDEO).save("keyframes", "k" * 32, FRAMES, [FRAME])
    [path] = stored.files(store)
    path.write_bytes(path.read_bytes()[:-9])
    assert store.shelf(VIDEO).load("keyframes", "k" * 32, FRAMES) is None
    assert not path.exists()


def test_what_belongs_to_no_video_comes_back_too(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.load("latest", "a" * 32, str) is None
    store.save("latest", "a" * 32, str, "it")
    assert Store(tmp_path).load("latest", "a" * 32, str) == "it"


def test_nothing_half_written_is_left_behind(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for _ in range(2):
        store.shelf(VIDEO).save("read", "a" * 32, list[int], [1])
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == [f"read-{'a' * 12}.zip"]


def test_content_is_remembered_and_noticed_when_changed(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    file = tmp_path / "v.mp4"
    file.write_bytes(b"one")
    first = store.content(file)
    assert store.content(file) == first
    file.write_bytes(b"two")
    os.utime(file, ns=(1, 1))
    assert store.content(file) != first
    file.write_bytes(b"one")
    os.utime(file, ns=(2, 2))
    assert store.content(file) == first


def test_one_result_goes_and_the_others_of_its_object_stay(tmp_path: Path) -> None:
    shelf = Store(tmp_path).shelf(VIDEO)
    for stage in ("refine", "read"):
        shelf.save(stage, KEY, list[int], [1], note="failed")
    shelf.join([("refine", KEY), ("read", KEY)])
    shelf.save("refine", "d" * 32, list[int], [2], provisional=True)
    shelf.forget("refine", KEY)
    shelf.forget("refine", "d" * 32)
    again = Store(tmp_path).shelf(VIDEO)
    assert not again.has("refine", KEY) and again.load("read", KEY, list[int]) == [1]
    assert again.note("read", KEY) == "failed" and again.note("refine", KEY) is None
    assert len(list(tmp_path.rglob("*.*"))) == 1


def test_without_a_run_what_is_provisional_of_any_run_holds(tmp_path: Path) -> None:
    Store(tmp_path).shelf(VIDEO).save("refine", KEY, list[int], [1], provisional=True)
    assert Store(tmp_path, run="").shelf(VIDEO).load("refine", KEY, list[int]) == [1]
    assert Store(tmp_path).shelf(VIDEO).load("refine", KEY, list[int]) is None


def test_keys_differ_with_any_part() -> None:
    keys = {make_key("a", 1), make_key("a", 2), make_key("b", 1), make_key("a", [1])}
    assert len(keys) == 4
    assert make_key({"x": 1, "y": 2}) == make_key({"y": 2, "x": 1})


def test_the_root_follows_the_environment(monkeypatch, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("VID2BOOK_STORE", str(tmp_path))
    assert Store().root == tmp_path
    monkeypatch.delenv("VID2BOOK_STORE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_root() == tmp_path / "vid2book"
