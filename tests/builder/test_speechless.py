"""A build says of which kept videos it has no speech, and why."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from typer.testing import CliRunner

from vid2book.builder.speechless import pictures_only, sentences
from vid2book.cli import app
from vid2book.records import Outcome, Video

from ..support.media import write_video
from ..support.screens import CELLS, PHYSICS, slide
from ..support.sounds import RATE, spoken


def test_a_build_names_the_videos_that_lost_their_speech(tmp_path: Path) -> None:
    picture = slide("Work, energy and the cell", (*PHYSICS, *CELLS))
    said = spoken("The kinetic energy of a body grows with the square of its velocity.")
    write_video(
        tmp_path / "gis.mp4", [picture] * (5 * (len(said) // RATE + 1)), 5,
        sound=np.pad(said, (0, RATE - len(said) % RATE)),
    )  # fmt: skip
    (tmp_path / "list.csv").write_text("path,language\ngis.mp4,Klingon\n")
    build = ["build", str(tmp_path / "list.csv"), "-o", str(tmp_path / "out")]
    done = CliRunner().invoke(app, build, env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    words = " ".join(done.stdout.split())
    reason = "its speech is not heard: it is in 'tlh', which"
    assert f"1 video was kept for its pictures alone (gis), since {reason}" in words
    document = json.loads(CliRunner().invoke(app, [*build, "--json"]).stdout)
    (one,) = document["pictures_only"]
    assert one["video_id"] == "gis" and one["reason"].startswith(reason)


def outcome(name: str, reason: str = "", words: int = 0) -> Outcome:
    return Outcome(Video(name, ""), "kept", reason, 60.0, words=words)


def test_equal_reasons_are_one_sentence() -> None:
    guess = "its language cannot be told from the sound (most likely '{}', {}); name it"
    some = [outcome("a", guess.format("en", 0.4)), outcome("b", guess.format("de", 0.31))]
    some += [outcome("c"), outcome("d", "no picture: none was found on its screen", 20)]
    assert list(sentences(pictures_only(some))) == [
        "2 videos were kept for their pictures alone (a, b), each since its language cannot be "
        "told from the sound; name it",
        "1 video was kept for its pictures alone (c), since no speech in it was found or kept",
    ]
