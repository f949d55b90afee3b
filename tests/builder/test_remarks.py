"""What a build says beside its figures: what is lost, left alone or still to be done."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from typer.testing import CliRunner

from vid2book.builder.remarks import on_pictures_only, pictures_only
from vid2book.cli import app
from vid2book.records import Outcome, Video

from ..support.media import write_video
from ..support.screens import CELLS, PHYSICS, slide
from ..support.small_videos import small_library
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
    assert "1 video has no stated licence: `vid2book push` will refuse the corpus" in words
    document = json.loads(CliRunner().invoke(app, [*build, "--json"]).stdout)
    (one,) = document["pictures_only"]
    assert one["video_id"] == "gis" and one["reason"].startswith(reason)


def test_a_second_build_says_what_it_leaves_alone(tmp_path: Path) -> None:
    small_library(tmp_path)
    (tmp_path / "manifest.jsonl").open("a").write('{"path": "bad.mp4"}\n{"path": "gone.mp4"}\n')
    (tmp_path / "bad.mp4").write_bytes(b"no video")
    build = ["build", str(tmp_path), "-o", str(tmp_path / "out"), "--store", str(tmp_path / "s")]
    told = (
        "1 video failed in an earlier build and was not tried again (bad); `--retry-failed` tries "
        "it again"
    )
    first = CliRunner().invoke(app, build, env={"COLUMNS": "200"})
    assert first.exit_code == 1 and "not tried again" not in first.stdout
    assert "no stated licence" not in first.stdout
    for part in ("preview", "measures"):
        (tmp_path / "out" / part).mkdir()
    second = CliRunner().invoke(app, build, env={"COLUMNS": "200"})
    assert told in " ".join(second.stdout.split())
    assert "The book in preview/" not in second.stdout  # the corpus is the same
    assert "The measures on the card" not in second.stdout
    found = json.loads(CliRunner().invoke(app, [*build, "--json"]).stdout)
    assert (found["not_tried_again"], found["without_licence"]) == (["bad"], 0)
    third = CliRunner().invoke(app, [*build, "--retry-failed", "--limit", "1"])
    assert "not tried again" not in third.stdout
    assert "The book in preview/ showed the old corpus and was deleted." in third.stdout
    told = "The measures on the card were of the old corpus and were removed: vid2book measure"
    assert told in " ".join(third.stdout.split())


def outcome(name: str, reason: str = "", words: int = 0) -> Outcome:
    return Outcome(Video(name, ""), "kept", reason, 60.0, words=words)


def test_equal_reasons_are_one_sentence() -> None:
    guess = "its language cannot be told from the sound (most likely '{}', {}); name it"
    some = [outcome("a", guess.format("en", 0.4)), outcome("b", guess.format("de", 0.31))]
    some += [outcome("c"), outcome("d", "no picture: none was found on its screen", 20)]
    assert list(on_pictures_only(pictures_only(some))) == [
        "2 videos were kept for their pictures alone (a, b), each since its language cannot be "
        "told from the sound; name it",
        "1 video was kept for its pictures alone (c), since no speech in it was found or kept",
    ]
