"""Addresses and numbers masked before anything is stored; faces blurred or dropped."""

from __future__ import annotations

import json
import time
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from vid2book.builder.source import open_corpus
from vid2book.builder.write import write_corpus
from vid2book.config import Config
from vid2book.media.frames import read_frames
from vid2book.models.face import HaarFaces
from vid2book.pipeline.local import run
from vid2book.privacy import hide_faces, mask_text, mask_transcript
from vid2book.records import Keyframe, Segment, Transcript, Word
from vid2book.store.packs import Pack

from ..support.media import write_video
from ..support.screens import slide

CELL = Path(__file__).parents[2] / "examples" / "lectures" / "cell.mp4"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Write to jane.doe+x@uni-bonn.example, please.", "Write to [e-mail], please."),
        ("jane at example dot org", "[e-mail]"),
        ("jane [at] uni-bonn.de", "[e-mail]"),
        ("Call +49 531 391-1234 now", "Call [phone] now"),
        ("Tel. 0531 391-1234.", "Tel. [phone]."),
        ("call 555-010-4477 or (555) 010-4477.", "call [phone] or [phone]."),
        ("1-800-555-0199", "[phone]"),
    ],
)
def test_addresses_and_numbers_are_masked(text: str, masked: str) -> None:
    assert mask_text(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "Look at example 2. It is on page 9.",
        "The class meets at 5.30 in room 0815.",
        "3.14159265358979 and 0.000000012",
        "In binary that is 0110 1101 0010 1111.",
        "From 1914-1918 to 2024-11-24, 10:15.",
        "1 000 000 000 and 6.022 10 23",
        "x @ y is the matrix product",
        "0 1 1 2 3 5 8 13 21 34",
        "A = [[12, 345], [678, 910]]",
    ],
)
def test_what_lectures_are_about_stays(text: str) -> None:
    assert mask_text(text) == text


@pytest.mark.parametrize(
    "part",
    [
        "a",
        "a.",
        "a@",
        "a at ",
        "jane@b.org ",
        "0531 391-1234 ",
        "x(at)a.",
        "at ",
        " dot b",
        "1-",
        " ",
    ],
)
def test_masking_takes_linear_time(part: str) -> None:
    began = time.process_time()
    masked = mask_text(f"x at b{part * (400_000 // len(part))} jane@example.org")
    assert masked.endswith("[e-mail]") and time.process_time() - began < 10


def test_masking_many_words_takes_linear_time() -> None:
    said = tuple(Word(n, n + 1, " jane@b.org" if n % 2 else " word") for n in range(50_000))
    began = time.process_time()
    masked = mask_transcript(Transcript((Segment(0, 50_000, "", said),), "en", "m", 50_000))
    assert masked.segments[0].text.count("[e-mail]") == 25_000
    assert time.process_time() - began < 10


def test_an_address_may_run_over_words_and_segments() -> None:
    first = (Word(0, 1, " Call"), Word(1, 2, " 555"), Word(2, 3, "-010"))
    second = (Word(3, 4, "-4477,"), Word(4, 5, " please."))
    heard = Transcript(
        (Segment(0, 3, "Call 555-010", first), Segment(3, 5, "", second)), "en", "m", 9
    )
    one, two = mask_transcript(heard).segments
    assert (one.text, two.text) == ("Call [phone],", "please.")
    assert one.words[1] == Word(1, 4, " [phone],") and two.words == second[1:]
    plain = Transcript((Segment(0, 3, "To a.b@c.org or not"),), "en", "captions", 9)
    assert mask_transcript(plain).segments[0].text == "To [e-mail] or not"
    quiet = Transcript((Segment(0, 5, "Energy is 5 joules.", second[1:]),), "en", "m", 9)
    assert mask_transcript(quiet).segments[0].words == second[1:]


def test_nothing_that_is_stored_or_written_holds_an_address(tmp_path: Path) -> None:
    secrets = ("jane.doe@uni.example", "555-010-4477")
    lines = ("Kinetic energy is m v v / 2", "jane.doe@uni.example", "Tel 555-010-4477")
    write_video(tmp_path / "a.mp4", [slide("Energy and work", lines)] * 60, 5)
    (tmp_path / "a.vtt").write_text(
        "00:00.500 --> 00:06.000\nThe kinetic energy of a body grows with its speed, squared.\n\n"
        "00:06.000 --> 00:11.500\nWork is force times distance, so write to jane.doe@uni.example "
        "or call 555-010-4477 about the energy.\n"
    )
    row = {
        "video_id": "a",
        "path": "a.mp4",
        "captions": "a.vtt",
        "language": "en",
        "title": "Work and energy, jane.doe@uni.example",
        "description": "Call 555-010-4477.",
        "channel": {"contact": ["jane.doe@uni.example"]},
    }
    (tmp_path / "manifest.jsonl").write_text(json.dumps(row))
    config = Config.model_validate({"privacy": {"mask": True}, "judge": {"enabled": False}})
    corpus = open_corpus(tmp_path / "manifest.jsonl", config, tmp_path / "store")
    assert [event.failure for event in run(corpus, 1)] == [""]
    write_corpus(corpus, tmp_path / "corpus")
    [sample] = corpus.samples(corpus.videos[0])
    written = " ".join(text for text in (*sample.texts, *sample.ocr_texts) if text)
    assert written.count("[e-mail]") >= 2 and written.count("[phone]") >= 2
    packs = [Pack(path.read_bytes()) for path in (tmp_path / "store").rglob("*.zip")]
    kept = [(pack, result) for pack in packs for result in pack.results()]
    stored = [data for pack, r in kept for name, data in pack.files(*r) if name.endswith(".json")]
    assert len(stored) > 8
    texts = [repr(corpus.decisions(corpus.videos[0])), *(s.decode() for s in stored)]
    texts += [p.read_text() for p in (tmp_path / "corpus").glob("*.*")]
    for secret in secrets:
        assert not [text[:80] for text in texts if secret in text]


@pytest.fixture(scope="module")
def talking_head() -> Keyframe:
    frame = next(iter(read_frames(CELL, 1.0, 3.0)))
    image, width, height = frame.jpeg(1280, 90)
    return Keyframe(0, 0, 5, image, width, height, 0, 0, 0, 0)


def plane(keyframe: Keyframe) -> NDArray[np.uint8]:
    pixels = cv2.imdecode(np.frombuffer(keyframe.image, np.uint8), cv2.IMREAD_GRAYSCALE)
    return np.asarray(pixels, np.uint8)


def plain_slide() -> Keyframe:
    picture = slide("Energy", ("Work is force times distance", "E = m c c"))
    encoded = cv2.imencode(".jpg", picture)[1].tobytes()
    height, width = picture.shape[:2]
    return Keyframe(6, 5, 9, encoded, width, height, 0, 0, 0, 0)


def test_faces_are_blurred_past_recognition(talking_head: Keyframe) -> None:
    boxes = partial(HaarFaces().boxes, smallest=0.04)
    before = boxes(plane(talking_head))
    assert before
    pictures = [talking_head, plain_slide()]
    [blurred, untouched], [told] = hide_faces(pictures, "v", boxes, "blur", 90)
    assert boxes(plane(blurred)) == []
    assert untouched == pictures[1]
    assert told.kept and "blurred" in told.reason and told.stage == "privacy"
    x0, y0, x1, y1 = before[0]
    sharp, soft = (
        cv2.Laplacian(plane(keyframe)[y0:y1, x0:x1], cv2.CV_64F).var()
        for keyframe in (talking_head, blurred)
    )
    assert soft < sharp / 4
    small = partial(HaarFaces().boxes, smallest=0.9)
    assert hide_faces(pictures, "v", small, "blur", 90) == (pictures, [])


def test_pictures_with_faces_are_dropped(talking_head: Keyframe) -> None:
    pictures = [talking_head, plain_slide()]
    kept, [told] = hide_faces(pictures, "v", partial(HaarFaces().boxes, smallest=0.04), "drop", 90)
    assert kept == pictures[1:]
    assert not told.kept and (told.start, told.end) == (0, 5)
