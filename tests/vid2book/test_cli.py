"""`vid2book build` from end to end, as a user runs it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import av
import numpy as np
import pyarrow.parquet as pq
import pytest

from ..support.library import (
    FPS,
    LECTURES,
    RATE,
    Library,
    command,
    corpus_bytes,
    film,
    manifest,
    spoken,
    vid2book,
)
from ..support.media import write_video


def videos_of(corpus: Path) -> dict[str, dict[str, object]]:
    rows = pq.read_table(corpus / "videos").to_pylist()
    return {row["video_id"]: row for row in rows}


def samples_of(corpus: Path) -> list[dict[str, object]]:
    return pq.read_table(corpus / "data").to_pylist()


def test_a_build_makes_a_book_of_every_lecture(library: Library) -> None:
    assert library.build.returncode == 0, library.build.stderr
    videos = videos_of(library.out)
    assert list(videos) == list(LECTURES)
    assert {v["status"] for v in videos.values()} == {"kept"}
    samples = samples_of(library.out)
    assert [s["id"] for s in samples] == [f"{name}_0000" for name in LECTURES]
    physics, cells, sorting = samples
    # Both end with the same card, which stays where it comes first.
    assert physics["image_num"] == 3 and cells["image_num"] == 1
    assert "kinetic energy" in " ".join(filter(None, physics["texts"])).lower()
    assert "genes" in " ".join(filter(None, cells["ocr_texts"]))
    assert "binary search" in " ".join(filter(None, sorting["texts"])).lower()


def test_a_line_for_every_video_and_a_summary(library: Library) -> None:
    lines = library.build.stderr.splitlines()
    assert sorted(line.split()[1] for line in lines) == sorted(f"{name}:" for name in LECTURES)
    assert all("of work" in line for line in lines)
    assert str(library.out) in library.build.stdout
    log = [json.loads(line) for line in (library.out / "build.log.jsonl").read_text().splitlines()]
    assert {line["video_id"] for line in log[:-1]} == set(LECTURES)
    assert log[-1]["kept"] == 3


def test_it_opens_with_load_dataset(library: Library, tmp_path: Path) -> None:
    from datasets import load_dataset

    rows = load_dataset(str(library.out), split="train", cache_dir=str(tmp_path))
    assert rows["id"] == [s["id"] for s in samples_of(library.out)]
    image = next(i for i in rows[0]["images"] if i is not None)
    assert image.size == (640, 360)


def test_a_second_run_loads_no_model_and_writes_nothing(library: Library) -> None:
    before = {p: p.stat().st_mtime_ns for p in library.out.rglob("*") if p.is_file()}
    heavy = (
        "{'faster_whisper', 'ctranslate2', 'onnxruntime', 'wordllama', 'tokenizers', 'datasets'}"
    )
    code = (
        "import sys\nfrom vid2book.cli import main\n"
        f"try: main()\nfinally: print('loaded', sorted({heavy} & set(sys.modules)))"
    )
    arguments = ["build", library.manifest, "-o", library.out, "--store", library.store]
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "loaded []" in done.stdout
    assert all("in the store" in line for line in done.stderr.splitlines())
    after = {p: p.stat().st_mtime_ns for p in library.out.rglob("*") if p.is_file()}
    assert {p.name for p in before if before[p] != after[p]} == {"build.log.jsonl"}
    assert before.keys() == after.keys()


@pytest.fixture(scope="module")
def bad(
    library: Library, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, subprocess.CompletedProcess[str]]]:
    """A build of one good lecture among everything that can be wrong with a video."""
    folder = tmp_path_factory.mktemp("bad")
    (folder / "text.mp4").write_text("this is no video\n" * 100)
    (folder / "empty.mp4").touch()
    picture, text = LECTURES["sorting"][0]
    sound = spoken(text)
    whole = write_video(folder / "whole.mkv", [picture] * (8 * FPS), FPS, sound=sound)
    noise = np.random.default_rng(0).integers(0, 255, (60, 90, 160, 3), np.uint8)
    write_video(whole, noise, 10, sound=sound[: 6 * RATE])
    (folder / "cut.mkv").write_bytes(whole.read_bytes()[: whole.stat().st_size // 3])
    moov_last = film(folder / "moov.mp4", [(picture, text)])
    (folder / "half.mp4").write_bytes(moov_last.read_bytes()[: moov_last.stat().st_size // 2])
    write_video(folder / "silent.mp4", [picture] * (3 * FPS), FPS)
    with av.open(str(folder / "dark.mp4"), "w") as container:
        stream = container.add_stream("aac", rate=RATE, layout="mono")
        for start in range(0, len(sound), 1024):
            frame = av.AudioFrame.from_ndarray(sound[None, start : start + 1024], "fltp", "mono")
            frame.rate, frame.pts = RATE, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    (folder / "a folder.mp4").mkdir()
    good = str(library.video("sorting").path)
    rows = [
        {"video_id": "text", "path": "text.mp4"},
        {"video_id": "empty", "path": "empty.mp4"},
        {"video_id": "cut", "path": "cut.mkv"},
        {"video_id": "half", "path": "half.mp4"},
        {"video_id": "silent", "path": "silent.mp4"},
        {"video_id": "dark", "path": "dark.mp4"},
        {"video_id": "gone", "path": "gone.mp4"},
        {"video_id": "folder", "path": "a folder.mp4"},
        {"video_id": "../x", "path": good},
        {"video_id": "good", "path": good, "title": "A lecture on sorting"},
        {"video_id": "good", "path": good},
    ]
    path = manifest(folder, rows)
    with path.open("a") as file:
        file.write("{not json\n")
    out = folder / "corpus"
    yield out, vid2book("build", path, "-o", out, "--store", folder / "store", "--workers", 2)
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("video_id", "reason"),
    [
        ("text", "text.mp4: not a readable video"),
        ("empty", "empty.mp4: the file is empty"),
        ("cut", "cut.mkv: truncated: its picture ends at"),
        ("half", "half.mp4: not a readable video"),
        ("dark", "no picture in it"),
        ("gone", "there is no file"),
        ("folder", "there is no file"),
        ("row-9", "'../x' cannot name files"),
        ("row-11", "'good' is already that of row 10"),
        ("row-12", "this is not JSON"),
    ],
)
def test_a_bad_video_is_a_row_with_the_reason(bad, video_id: str, reason: str) -> None:
    out, build = bad
    row = videos_of(out)[video_id]
    assert row["status"] == "failed"
    assert reason in row["reason"]
    assert "Traceback" not in build.stderr and "Error:" not in row["reason"]
    assert any(
        line.split()[1] == f"{video_id}:" for line in build.stderr.splitlines() if "/12" in line
    )


def test_the_good_video_beside_them_is_complete(bad, library: Library) -> None:
    out, build = bad
    assert build.returncode == 1
    assert "Not in the corpus" in build.stdout and "silent" in build.stdout
    rows = videos_of(out)
    assert len(rows) == 12 and rows["good"]["status"] == "kept"
    [sample] = samples_of(out)
    alone = next(s for s in samples_of(library.out) if s["id"] == "sorting_0000")
    assert list(filter(None, sample["texts"])) == list(filter(None, alone["texts"]))
    assert "Binary search" in " ".join(filter(None, sample["ocr_texts"]))


def test_nothing_worked(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.mp4").write_text("this is no video")
    out = tmp_path / "corpus"
    done = vid2book("build", tmp_path, "-o", out, "--store", tmp_path / "store")
    assert done.returncode == 2
    assert "no video gave a sample; nothing was written" in done.stderr
    assert done.stderr.count("not a readable video") >= 2
    assert not out.exists()


@pytest.mark.parametrize(
    ("source", "yaml", "told"),
    [
        ("empty", "", "no videos (.3gp"),
        ("nowhere", "", "nowhere: there is no such file or folder"),
        ("empty", "keyframes:\n  sample_rat: 5\n", "unknown key 'keyframes.sample_rat'"),
        ("empty", "judge:\n  min_teaching: 2\n", "judge.min_teaching: "),
        ("empty", "read: [", "this is not YAML"),
    ],
)
def test_a_wrong_input_is_one_line_and_exit_2(
    tmp_path: Path, source: str, yaml: str, told: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "my.yaml").write_text(yaml)
    out = tmp_path / "corpus"
    done = vid2book(
        "build", tmp_path / source, "-o", out, "--store", tmp_path / "store",
        "--config", tmp_path / "my.yaml",
    )  # fmt: skip
    assert done.returncode == 2
    assert told in done.stderr and "Traceback" not in done.stderr
    assert not out.exists()
    if "YAML" not in told:
        assert len(done.stderr.splitlines()) == 1


def test_a_row_has_the_language_that_was_heard(bad) -> None:
    out, _ = bad
    rows = videos_of(out)
    assert (rows["good"]["language"], rows["good"]["language_heard"]) == ("", "en")
    assert {sample["language"] for sample in samples_of(out)} == {"en"}
    assert rows["empty"]["language_heard"] is None


def test_minutes_and_limit(library: Library, tmp_path: Path) -> None:
    out = tmp_path / "corpus"
    done = vid2book(
        "build", library.manifest, "-o", out, "--store", tmp_path / "store",
        "--limit", 1, "--minutes", 0.13, "--workers", 2,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    [row] = videos_of(out).values()
    assert row["video_id"] == "physics" and row["duration_s"] == pytest.approx(7.8)
    assert all(e["end"] <= 8.5 for s in samples_of(out) for e in s["elements"])


def interrupt(arguments: list[object], sign: signal.Signals, log: Path) -> tuple[int, str]:
    """Start a build, and stop it after its first video. The exit code, and what it said."""
    with log.open("w") as file:
        process = subprocess.Popen(
            command(*arguments), stderr=file, stdout=file, start_new_session=True
        )
    try:
        while process.poll() is None and "1/3" not in log.read_text():
            time.sleep(0.02)
        if sign == signal.SIGINT:
            os.killpg(process.pid, sign)  # as a terminal does
        else:
            process.send_signal(sign)
        code = process.wait(timeout=60)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    return code, log.read_text()


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGINT])
def test_an_interrupted_build_goes_on_where_it_was(
    library: Library, tmp_path: Path, sign: signal.Signals
) -> None:
    out, store = tmp_path / "corpus", tmp_path / "store"
    arguments: list[object] = [
        "build", library.manifest, "-o", out, "--store", store, "--workers", 1,
    ]  # fmt: skip
    code, said = interrupt(arguments, sign, tmp_path / "log")
    assert code == (130 if sign == signal.SIGINT else -sign)
    assert "3/3" not in said and "Traceback" not in said
    assert {p.name for p in out.glob("[!.]*")} <= {"build.log.jsonl"}  # nothing half
    if sign == signal.SIGINT:
        assert "Stopped after 1 of 3 videos" in said
        assert "run the same command to continue" in said
    whole = (p for p in store.rglob("*.zip") if p.name.count(".") > 1)  # not to be joined yet
    held = {p: p.stat().st_mtime_ns for p in whole}
    assert held
    done = vid2book(*arguments)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("in the store") >= 1  # the video that was through
    assert all(p.stat().st_mtime_ns == at for p, at in held.items())  # nothing is done twice
    assert corpus_bytes(out) == corpus_bytes(library.out)
