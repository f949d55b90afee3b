"""A small corpus in the layout of the real ones, with text in all scripts and hostile text."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image, ImageDraw, ImageFont

HOSTILE = '</script><img src=x onerror="window.hacked=1">\u2028\'"&<b>{{7*7}}'
ARABIC = "قانون نيوتن الثاني يربط القوة بالتسارع"
Row = dict[str, Any]


def slide(lines: list[str], mark: int = 0) -> bytes:
    """A slide as a JPEG."""
    image = Image.new("RGB", (960, 540), "#fbfaf5")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 960, 16 + mark), fill="#1f5673")
    for i, line in enumerate(lines):
        draw.text((70, 60 + 70 * i), line, "#222222", ImageFont.load_default(52 if i == 0 else 36))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def sample(video_id: str, number: int, clips: list[tuple[float, float, list[Any]]]) -> Row:
    """A row of the corpus; a clip holds speech (str) and pictures ((time, end, lines, bytes))."""
    row: Row = {name: [] for name in ("images", "texts", "ocr_texts", "elements")}
    for start, end, content in clips:
        for piece in content:
            speech = isinstance(piece, str)
            at, until = (start, end) if speech else piece[:2]
            row["texts"].append(piece if speech else None)
            row["images"].append(None if speech else {"bytes": piece[3], "path": None})
            row["ocr_texts"].append(None if speech else "\n".join(piece[2]))
            row["elements"].append(
                {
                    "kind": "text" if speech else "image",
                    "video_id": video_id,
                    "start": at,
                    "end": until,
                    "clip_start": start,
                    "clip_end": end,
                    "name": "",
                }
            )
    return row | {"id": f"{video_id}-{number:04}", "video_ids": [video_id], "token_num": 1800}


def picture(at: float, until: float, lines: list[str]) -> tuple[float, float, list[str], bytes]:
    return at, until, lines, slide(lines)


def decision(video_id: str, level: str, stage: str, start: float, end: float, **more: Any) -> Row:
    empty = {"kept": False, "reason": "", "score": None, "threshold": None, "text": ""}
    return {
        "video_id": video_id,
        "level": level,
        "stage": stage,
        "start": start,
        "end": end,
        **empty,
        **more,
    }


FORCE = [
    "Newton's second law",
    "The net force is mass times acceleration",
    "F = m a",
    "Unit: newton, kg m / s²",
]
TABLE = ["Motion on a table", *(f"step {i}: x = {i * i}" for i in range(1, 10))]
SAMPLES = [
    sample(
        "newton",
        0,
        [
            (
                4.0,
                21.0,
                [
                    picture(18.0, 21.5, FORCE[:2]),
                    "Today we look at the second law of motion. It says how the velocity of a "
                    "body changes when a force acts on it, and it is the law that you will use "
                    "more than any other in this course.",
                ],
            ),
            (
                21.5,
                38.0,
                [
                    "The net force on a body equals its mass times its acceleration. Twice the "
                    "force gives twice the acceleration; twice the mass gives half of it."
                ],
            ),
            (
                38.0,
                55.0,
                [
                    picture(52.0, 55.0, FORCE),
                    "We measure a force in newtons. One newton is the force that gives a mass "
                    "of one kilogram an acceleration of one metre per second squared.",
                ],
            ),
            (
                70.0,
                84.0,
                [
                    "Mind the arrows: force and acceleration point the same way, even where the "
                    "velocity points somewhere else. Schrödinger comes later."
                ],
            ),
        ],
    ),
    sample(
        "newton",
        1,
        [
            (
                754.0,
                768.0,
                [
                    picture(760.0, 768.0, TABLE),
                    "Now a cart rolls along the table, and every step we write down where it is.",
                ],
            ),
            (768.0, 790.0, [picture(789.0, 790.0, [])]),
        ],
    ),
    sample(
        "hostile",
        0,
        [
            (0.0, 12.0, [HOSTILE, picture(3.0, 9.0, [HOSTILE, "x" * 300])]),
            (12.0, 20.0, [ARABIC, (12.0, 12.4, [ARABIC], b"no picture")]),
        ],
    ),
    sample("speech-only", 0, [(3601.0, 3615.0, ["A radio lecture, spoken and not shown."])]),
]
VIDEOS: list[Row] = [
    {
        "video_id": "newton",
        "title": "Newton's second law",
        "subject": "Physics",
        "course": "Mechanics",
        "knowledge_point": "Force and acceleration",
        "language": "en",
        "license": "CC-BY-4.0",
        "source_url": "https://lectures.example/newton.mp4",
        "author": "A. Teacher",
        "duration_s": 812.0,
        "status": "kept",
        "reason": "",
        "relevance": 4.6,
        "knowledge_density": 3.875,
        "transcription_quality": 4.2,
        "teaching_share": 0.93,
        "words": 132,
        "clips": 6,
        "keyframes": 4,
        "samples": 2,
    },
    {
        "video_id": "hostile",
        "title": HOSTILE,
        "subject": HOSTILE,
        "source_url": "javascript:alert(1)",
        "language": '"><script>',
        "license": HOSTILE,
        "duration_s": 20.0,
        "status": "kept",
        "reason": "",
        "words": 9,
        "keyframes": 2,
        "samples": 1,
    },
    {
        "video_id": "speech-only",
        "title": "On the radio",
        "subject": "Physics",
        "course": "Mechanics",
        "duration_s": 3700.0,
        "status": "kept",
        "samples": 1,
        "keyframes": 0,
        "words": 7,
        "source_url": "https://www.youtube.com/watch?v=abc&t=3",
    },
    {
        "video_id": "vlog",
        "title": "What I ate this week",
        "duration_s": 300.0,
        "status": "filtered",
        "reason": "4% of the words teach; 25% are wanted",
    },
    {
        "video_id": "broken",
        "title": "",
        "duration_s": 0.0,
        "status": "failed",
        "reason": f"moov atom not found {HOSTILE}",
    },
]
DECISIONS = [
    decision(
        "newton",
        "video",
        "judge",
        0,
        812,
        kept=True,
        reason="it teaches",
        score=0.93,
        threshold=0.25,
    ),
    decision(
        "newton",
        "sentence",
        "judge",
        56,
        62,
        reason="not about the topic",
        score=0.12,
        threshold=0.5,
        text="Smash the like button and subscribe to the channel.",
    ),
    decision(
        "newton",
        "keyframe",
        "align",
        55,
        70,
        reason="a talking head",
        score=0.11,
        threshold=0.02,
        picture={"bytes": slide(["A head"]), "path": None},
    ),
    decision("newton", "keyframe", "keyframes", 4.2, 21.5, kept=True, reason="a state of its own"),
    decision(
        "newton", "line", "align", 70, 84, reason="a burned-in caption", text="MIND THE ARROWS"
    ),
    decision("newton", "sentence", "judge", 4, 21, kept=True, reason="", score=0.9, threshold=0.5),
    decision("hostile", "sentence", "judge", 5, 6, reason=HOSTILE, text=HOSTILE),
    decision(
        "hostile",
        "keyframe",
        "align",
        7,
        8,
        reason=HOSTILE,
        picture={"bytes": HOSTILE.encode(), "path": "/etc/hostname"},
    ),
    decision(
        "vlog", "video", "judge", 0, 300, reason="too little teaching", score=0.04, threshold=0.25
    ),
    decision(
        "vlog",
        "sentence",
        "judge",
        0,
        9,
        reason="not about the topic",
        score=0.03,
        threshold=0.5,
        text="So on Monday I had pancakes.",
    ),
]


def write_corpus(folder: Path) -> Path:
    """A small corpus in the layout of the real ones: samples in two shards."""
    for config, rows in [("videos", VIDEOS), ("decisions", DECISIONS)]:
        (folder / config).mkdir(parents=True)
        columns = sorted({name for row in rows for name in row})
        complete = [{name: row.get(name) for name in columns} for row in rows]
        file = folder / config / "train-00000-of-00001.parquet"
        pq.write_table(pa.Table.from_pylist(complete), file, row_group_size=3)
    (folder / "data").mkdir()
    for shard, rows in enumerate([SAMPLES[:1], SAMPLES[1:]]):
        file = folder / "data" / f"train-{shard:05}-of-00002.parquet"
        pq.write_table(pa.Table.from_pylist(rows), file)
    return folder
