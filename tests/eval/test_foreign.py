"""Rows as other corpora have them, which measures and training read like ours."""

from __future__ import annotations

import io
import json
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from vid2book.eval.corpora import open_corpus


def video(seconds: int) -> bytes:
    """A video whose grey is ten times the second."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(10 * seconds):
            pixels = np.full((48, 64, 3), 10 * (number // 10), np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels)
            frame.pts, frame.time_base = number, Fraction(1, 10)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return out.getvalue()


def time(seconds: float) -> str:
    return f"00:00:{seconds:06.3f}"


def finevideo(mp4: bytes, **more: object) -> dict[str, object]:
    spans = [(0, 6), (6, 10)]
    scenes = [
        {"timestamps": {"start_timestamp": time(a), "end_timestamp": time(b)}, "title": "t"}
        for a, b in spans
    ]
    said = [(0.5, 4, " First."), (4, 6.5, "Second."), (7, 9, "Third."), (11, 12, "Late.")]
    told = {
        "content_metadata": {"scenes": scenes},
        "timecoded_text_to_speech": [
            {"start": time(a), "end": time(b), "text": text} for a, b, text in said
        ],
        "original_video_filename": "abc_9.mp4",
        "content_parent_category": "Education",
    }
    return {"mp4": mp4, "json": told | more}


def samples(path: Path, rows: list[dict[str, object]]):
    pq.write_table(pa.Table.from_pylist(rows), path)
    corpus = open_corpus(path)
    return list(corpus.samples()), corpus.skipped


def test_finevideo(tmp_path: Path) -> None:
    (sample,), skipped = samples(tmp_path / "train-00000.parquet", [finevideo(video(10))])
    assert not skipped
    assert sample.texts == (None, "First. Second.", None, "Third. Late.")
    greys = [np.asarray(Image.open(io.BytesIO(image))).mean() for image in sample.images if image]
    assert greys == pytest.approx([30, 80], abs=5)
    assert (sample.id, sample.video_id, sample.subject) == ("abc_9", "abc_9", "Education")
    assert [element.clip_start for element in sample.elements] == [0, 0, 6, 6]


def test_a_row_of_finevideo_that_is_broken_costs_itself(tmp_path: Path) -> None:
    rows = [
        finevideo(b"no video"),
        finevideo(video(10)),
        finevideo(video(2), content_metadata=None),
    ]
    for row in rows:
        row["json"] = json.dumps(row["json"])
    found, skipped = samples(tmp_path / "train-00000.parquet", rows)
    assert len(found) == 1
    assert sorted(skipped) == [
        "a row whose video cannot be read",
        "a row without scenes or times as FineVideo has them",
    ]


def test_omnicorpus(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    (tmp_path / "1.png").write_bytes(out.getvalue())
    row = {
        "general_metadata": {"id": "d1", "url": "https://example.org/page", "domain": ["web"]},
        "images": ["", "1.png", "https://example.org/2.png"],
        "texts": ["Said.", "", ""],
        "metadata": [None, {"aesthetic_prob": 0.5}, None],
    }
    (sample,), skipped = samples(tmp_path / "train-00000.parquet", [row])
    assert sample.texts == ("Said.", None)
    assert sample.images == (None, out.getvalue())
    assert (sample.id, sample.video_id) == ("d1", "https://example.org/page")
    assert list(skipped) == ["an image that is only a URL; `vid2book measure --fetch` downloads it"]


def test_a_list_of_something_else_is_told_in_a_line(tmp_path: Path) -> None:
    """Chats, as trainers have them, are no interleaved corpus."""
    chats = [{"messages": [{"role": "user", "content": "<image>"}], "images": ["1.jpg"]}]
    (tmp_path / "chats.json").write_text(json.dumps(chats))
    chats_as_corpus = open_corpus(tmp_path / "chats.json")
    assert list(chats_as_corpus.samples()) == []
    assert dict(chats_as_corpus.skipped) == {"a row without lists 'images' and 'texts'": 1}
