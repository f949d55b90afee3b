"""The store in a bucket: S3 over HTTP, by moto's server."""

from __future__ import annotations

import pickle
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import s3fs

from vid2book.records import Keyframe
from vid2book.remote import files
from vid2book.remote.files import RemoteError
from vid2book.store import Result, Store, StoreError

from ..support import s3

VIDEO, KEY = "ab" * 16, "c" * 32
FRAME = Keyframe(1.0, 0.0, 2.0, b"\xff\xd8\x00jpeg" * 999, 4, 3, 0.1, 0.0, 0.0, 2**63 + 1)


def test_results_come_back_in_another_process(bucket: str) -> None:
    store = Store(f"{bucket}/store")
    shelf = store.shelf(VIDEO)
    shelf.save("keyframes", KEY, list[Keyframe], [FRAME])
    shelf.save("read", KEY, list[int], [1])
    for copy in (Store(f"{bucket}/store/"), pickle.loads(pickle.dumps(store))):
        again = copy.shelf(VIDEO)
        assert again.has("keyframes", KEY) and not again.has("keyframes", "d" * 32)
        assert again.load("keyframes", KEY, list[Keyframe]) == [FRAME]
    store.save("latest", KEY, str, "it")
    assert store.load("latest", KEY, str) == "it"
    assert store.piece("gather", KEY, lambda: b"made") == b"made"
    assert store.piece("gather", KEY, lambda: b"again") == b"made"


def test_results_of_a_task_take_one_object(bucket: str) -> None:
    store = Store(bucket)
    shelf, late = store.shelf(VIDEO), store.shelf(VIDEO)
    for stage in ("keyframes", "read"):
        shelf.save(stage, KEY, list[int], [len(stage)])
    assert late.has("read", KEY)  # it has its list
    shelf.join([("keyframes", KEY), ("read", KEY), ("caption", KEY)])
    name = f"videos/ab/{VIDEO}/keyframes-{'c' * 12}.read-{'c' * 12}.zip"
    assert s3.objects(bucket) == [name]
    assert late.load("read", KEY, list[int]) == [4]  # where it was is nothing any more
    assert shelf.remove(["read"]) == 1
    assert s3.objects(bucket) == [f"videos/ab/{VIDEO}/keyframes-{'c' * 12}.zip"]
    assert store.shelf(VIDEO).load("keyframes", KEY, list[int]) == [9]


def test_what_is_provisional_holds_for_its_run(bucket: str) -> None:
    store = Store(bucket)
    store.shelf(VIDEO).save("refine", KEY, list[int], [1], provisional=True)
    same, later = pickle.loads(pickle.dumps(store)).shelf(VIDEO), Store(bucket).shelf(VIDEO)
    assert same.load("refine", KEY, list[int]) == [1] and same.provisional("refine", KEY)
    assert later.load("refine", KEY, list[int]) is None and not later.provisional("refine", KEY)
    later.save("refine", KEY, list[int], [2])
    assert s3.objects(bucket) == [f"videos/ab/{VIDEO}/refine-{'c' * 12}.zip"]


def test_a_survey_answers_for_all_and_a_miss_is_looked_at_anew(bucket: str) -> None:
    there, names = Store(bucket), [f"{n:02x}" * 16 for n in range(5)]
    for name in names[:4]:
        there.shelf(name).save("read", KEY, list[int], [1], note="failed" if name < "01" else "")
    store = Store(bucket)
    store.survey(51)
    there.shelf(names[4]).save("read", KEY, list[int], [5])
    there.shelf(names[1]).save("clip", KEY, list[int], [6])
    assert [store.shelf(name).has("read", KEY) for name in names] == [True] * 4 + [False]
    assert [store.shelf(name).note("read", KEY) for name in names[:2]] == ["failed", ""]
    assert store.shelf(names[4]).has("read", KEY)  # whoever missed it has it made
    assert not store.shelf(names[1]).has("clip", KEY) and store.shelf(names[1]).has("clip", KEY)
    store.shelf(names[2]).save("clip", KEY, list[int], [7])
    assert store.shelf(names[2]).load("clip", KEY, list[int]) == [7]


def test_few_shelves_are_asked_one_by_one_and_a_second_survey_only_where_it_has_to(
    bucket: str,
) -> None:
    few, many, name = Store(bucket), Store(bucket), "ef" * 16
    few.survey(50)
    many.survey(51)
    Store(bucket).shelf(name).save("read", KEY, list[int], [1])
    assert few.shelf(name).has("read", KEY)
    many.survey(51)
    assert not many.shelf(name).has("read", KEY)
    many.survey(51, anew=True)
    assert many.shelf(name).has("read", KEY)


WRITER = """
import sys
from vid2book.store import Store
shelf = Store(sys.argv[1]).shelf(sys.argv[2])
for n in range(1000):
    if n == 1:
        print("ready", flush=True)
    shelf.piece("big", f"{n:032}", lambda: bytes([n % 256]) * 8_000_000)
    shelf.save("read", f"{n:032}"[::-1], bytes, b"x" * 4_000_000)
"""


def test_a_writer_that_is_killed_leaves_nothing_half(bucket: str) -> None:
    for after in (0.1, 0.3):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, bucket, VIDEO], stdout=subprocess.PIPE
        ) as writer:
            assert writer.stdout and writer.stdout.readline() == b"ready\n"
            time.sleep(after)
            writer.kill()
    shelf = Store(bucket).shelf(VIDEO)
    found = s3.objects(bucket)
    assert found
    for path in found:
        if path.endswith(".piece"):
            assert s3.client().size(f"{bucket}/{path}") == 8_000_000
    for n in range(1000):
        value = shelf.load("read", f"{n:032}"[::-1], bytes)
        assert value in (None, b"x" * 4_000_000)
    assert s3.objects(bucket) == found  # none was damaged, or it would have been deleted


def test_a_place_that_cannot_be_written_is_told_without_keys(bucket: str) -> None:
    with pytest.raises(StoreError, match="s3://no-such-bucket/x cannot be written: there is no"):
        Store("s3://no-such-bucket/x").save("latest", KEY, str, "it")
    with pytest.raises(RemoteError, match="nothing is known of nowhere://"):
        Store("nowhere://x").save("latest", KEY, str, "it")


@pytest.fixture
def down(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody answers at the address of S3."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr(s3fs.S3FileSystem, "retries", 1)
    monkeypatch.setattr(files, "_opened", {})
    yield


def test_a_server_that_is_down_ends_the_run_in_one_line(down: None) -> None:
    with pytest.raises(StoreError, match="s3://b/store cannot be read: Connection refused") as told:
        Store("s3://b/store").shelf(VIDEO).has("read", KEY)
    assert "secret" not in str(told.value) and "\n" not in str(told.value)


def test_a_damaged_object_is_made_again(bucket: str) -> None:
    store = Store(bucket)
    store.shelf(VIDEO).save("read", KEY, list[int], [1])
    [path] = s3.objects(bucket)
    whole = s3.client().cat_file(f"{bucket}/{path}")
    for damaged in (b"", whole[:-9], b"<html>" + whole[6:], whole.replace(b"[1]", b"[2]")):
        s3.client().pipe_file(f"{bucket}/{path}", damaged)
        assert store.shelf(VIDEO).load("read", KEY, list[int]) in (None, [1])
        assert s3.objects(bucket) == [] or damaged == whole
        store.shelf(VIDEO).save("read", KEY, list[int], [1])


def test_a_file_server_that_cannot_replace_in_one_step_gets_it_beside_first(tmp_path: Path) -> None:
    import fsspec
    from fsspec.implementations.local import LocalFileSystem

    seen: list[set[str]] = []

    class Slow(LocalFileSystem):  # type: ignore[misc]
        protocol = "slow"

        def pipe_file(self, path: str, value: bytes, **_: object) -> None:
            Path(self._strip_protocol(path)).write_bytes(value[:3])
            seen.append(set(Store(f"slow://{tmp_path}").names(f"videos/ab/{VIDEO}")))
            Path(self._strip_protocol(path)).write_bytes(value)

        @classmethod
        def _strip_protocol(cls, path: str) -> str:
            return "/" + path.removeprefix("slow:").strip("/")

    fsspec.register_implementation("slow", Slow, clobber=True)
    store = Store(f"slow://{tmp_path}")
    store.shelf(VIDEO).save_together(
        [Result("contribution", KEY, list[int], [1]), Result("outcome", KEY, list[int], [2])]
    )
    assert seen == [set()]
    assert store.shelf(VIDEO).load("outcome", KEY, list[int]) == [2]
    assert [p.suffix for p in tmp_path.rglob("*") if p.is_file()] == [".zip"]
