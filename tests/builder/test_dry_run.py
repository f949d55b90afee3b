"""`vid2book build --dry-run` tells the plan and runs nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from vid2book.builder.building import build
from vid2book.builder.dry_run import Plan, plan
from vid2book.builder.write import EmptyCorpusError
from vid2book.cli import app
from vid2book.config import Align, Config, Judge, Llm, Read, Reduce, Refine, Transcribe
from vid2book.console import NOTHING_DONE, SOME_FAILED
from vid2book.models import lazy
from vid2book.pipeline.corpus import Corpus
from vid2book.pipeline.graph import STAGES
from vid2book.pipeline.names import SHOWN, shown_as
from vid2book.records import Video

from ..support.library import Library, vid2book
from ..support.media import write_video
from ..support.screens import slide
from ..support.small_videos import small_video

NOBODY = "http://127.0.0.1:9/v1"


def planned(library: Library, *more: Video, **settings: object) -> Plan:
    corpus = library.corpus(**settings)
    videos = (*corpus.videos, *more)
    return plan(Corpus(videos, corpus.config, corpus.store), videos)


def todo(made: Plan) -> dict[str, int]:
    return {step.stage.name: step.todo for step in made.steps if step.todo}


def test_what_is_in_the_store_is_told(library: Library) -> None:
    made = planned(library)
    assert todo(made) == {}
    assert {step.stored for step in made.steps} == {3}
    assert (made.seconds, made.failed, made.missing) == (0.0, {}, [])
    read = next(step for step in made.steps if step.stage.name == "read")
    assert read.models[0].startswith("rapidocr ")


def test_what_the_config_denies_has_not_failed(library: Library) -> None:
    made = planned(library, reduce=Reduce(deny=("cells",)))
    assert (made.denied, made.failed, made.usable) == (["cells"], {}, 2)


def test_a_changed_setting_costs_its_stage_and_what_follows(library: Library) -> None:
    made = planned(library, align=Align(max_face=0.5))
    assert todo(made) == {"align": 3, "summarise": 3, "cut": 3}
    assert made.seconds > 30
    assert todo(planned(library, refine=Refine(join_gap=1.0))).keys() == {
        "refine", "score", "judge", "clip", "align", "summarise", "cut",
    }  # fmt: skip


def test_a_server_that_is_not_there_and_an_extra_that_is_missing(library: Library) -> None:
    llm = Llm(model="big", base_url=NOBODY)
    keyed = llm.model_copy(update={"api_key_env": "NO_SUCH_KEY"})
    made = planned(library, refine=Refine(llm=llm), judge=Judge(llms=(keyed,)))
    (refine, score) = made.missing
    assert refine.startswith(f"refine: {NOBODY}/models: ")
    assert score.startswith("score: the environment variable NO_SUCH_KEY")
    # Nothing is known of what follows a model that is not there; the screen is as it was.
    assert todo(made).keys() == {"refine", "score", "judge", "clip", "align", "summarise", "cut"}
    off = planned(library, refine=Refine(llm=llm, enabled=False), read=Read(enabled=False))
    assert off.missing == []


def test_a_video_that_cannot_be_used_is_told(library: Library, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video")
    made = planned(library, Video("gone", str(tmp_path / "gone.mp4")), Video("b", str(broken)))
    assert made.failed["gone"].startswith("cannot be read")
    assert made.failed["b"]
    assert {step.stored for step in made.steps} == {3}


def test_only_what_the_config_can_use_is_counted(library: Library, tmp_path: Path) -> None:
    pictures = [slide("Energy", ("E",))] * 10
    silent = Video("silent", str(write_video(tmp_path / "silent.mp4", pictures, 5)))
    made = planned(library, silent)
    assert (made.usable, made.failed) == (3, {})
    assert made.speechless == {"silent": "it has neither sound nor captions"}
    made = planned(library, silent, transcribe=Transcribe(backend="captions"))
    assert made.usable == 0 and "there are no captions" in made.failed["silent"]
    made = planned(library, transcribe=Transcribe(model="packaged:no-such"))
    assert made.usable == 0 and not made.failed and "no-such" in made.missing[0]


def test_speech_that_no_installed_model_hears_is_told(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lazy, "missing_extra", lambda model: "multilingual")
    german = replace(library.video("cells"), video_id="german", language="de")
    made = planned(library, german, transcribe=Transcribe(beam_size=4))
    assert made.usable == 3
    assert "pip install 'vid2book[multilingual]'" in made.speechless["german"]
    assert "'de'" in made.speechless["german"]


def test_every_stage_has_a_name_that_the_readme_knows() -> None:
    assert {shown_as(stage.name) for stage in STAGES} <= {*SHOWN, "clips"}
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    table = readme.split("| stage | what it does")[1].split("\n\n")[0].splitlines()[2:]
    assert [row.split("|")[1].strip() for row in table] == list(SHOWN)


def test_the_command_runs_nothing(library: Library, tmp_path: Path) -> None:
    out, store = tmp_path / "out", tmp_path / "store"
    arguments = ["build", library.manifest, "-o", out, "--store", store, "--dry-run"]
    told = vid2book(*arguments)
    assert told.returncode == 0, told.stderr
    rows = [line.split("│")[1].strip() for line in told.stdout.splitlines() if "│" in line]
    assert list(filter(None, rows)) == list(SHOWN)
    assert "3 of 3 videos can be used" in told.stdout
    assert not out.exists()
    assert not (store / "videos").exists()
    for name in ("one", "two"):
        write_video(tmp_path / f"{name}.mp4", [slide("Energy", ("E",))] * 10, 5)
        arguments.insert(2, tmp_path / f"{name}.mp4")
        told = vid2book(*arguments)
        words = " ".join(told.stdout.split())
        assert f"{name}: only its pictures can be used, since it has neither sound nor" in words
        which = {
            "one": "Whether one can is decided when its pictures are read.",
            "two": "Whether the 2 without usable speech can is decided when their pictures are",
        }
        assert f"can be used. {which[name]}" in words
    config = tmp_path / "mine.yaml"
    config.write_text(f"refine: {{llm: {{model: big, base_url: '{NOBODY}'}}}}\n")
    told = vid2book(*arguments, "--config", config)
    assert told.returncode == 1
    assert "missing" in told.stdout
    assert Config().refine.llm is None


def test_videos_without_a_stated_licence_are_counted(tmp_path: Path) -> None:
    build = ["build", tmp_path / "list.csv", "-o", tmp_path / "out", "--store", tmp_path / "s"]
    for name in ("energy", "genes"):
        small_video(tmp_path, name)
    rows = {"energy.mp4,": 2, "energy.mp4,CC BY 4.0": 1}
    for row, count in rows.items():
        (tmp_path / "list.csv").write_text(f"path,license\n{row}\ngenes.mp4,\ngone.mp4,\n")
        words = " ".join(call(*build, "--dry-run", code=SOME_FAILED).stdout.split())
        have = "1 video has" if count == 1 else f"{count} videos have"
        assert f"{have} no stated licence: `vid2book push` will refuse the corpus" in words
        document = json.loads(call(*build, "--dry-run", "--json", code=SOME_FAILED).stdout)
        assert document["without_licence"] == count
    (tmp_path / "list.csv").write_text("path,license\ngenes.mp4,CC0\n")
    assert "licence" not in call(*build, "--dry-run").stdout


def test_nothing_that_can_be_used_is_not_everything_in_the_store(tmp_path: Path) -> None:
    (tmp_path / "bad.mp4").write_bytes(b"no video")
    (tmp_path / "list.csv").write_text("pth\nbad.mp4\n")
    write_video(tmp_path / "silent.mp4", [slide("Energy", ("E",))] * 10, 5)
    told = "A build would end with nothing, since no video can be used."
    for source in ("bad.mp4", "list.csv", "silent.mp4"):
        arguments = ["build", tmp_path / source, "-o", tmp_path / "out", "--store", tmp_path / "s"]
        if source == "silent.mp4":  # that nothing is said or written in it is known by now
            assert call(*arguments, code=NOTHING_DONE).exit_code == NOTHING_DONE
        words = " ".join(call(*arguments, "--dry-run", code=NOTHING_DONE).stdout.split())
        assert f"0 of 1 video can be used. Nothing was built. {told}" in words
        document = json.loads(call(*arguments, "--dry-run", "--json", code=NOTHING_DONE).stdout)
        assert document["seconds"] is None and len(document["unusable"]) == 1


def test_a_mistyped_column_is_named_before_and_after(tmp_path: Path) -> None:
    video = small_video(tmp_path)
    (tmp_path / "list.csv").write_text(
        f"path,captions,langauge\n{video.path},{video.captions},en\n{video.path},,en\n"
    )
    note = (
        "list.csv: 'langauge' is not a known column and is kept as metadata; did you mean "
        "'language'?"
    )
    build = ["build", tmp_path / "list.csv", "-o", tmp_path / "out", "--limit", 1]
    plan = ["plan", tmp_path / "list.csv", "--sample", 1, "--workers", 1]
    for arguments in ([*build, "--dry-run"], build, plan):
        done = call(*arguments, "--json")
        assert json.loads(done.stdout)["notes"] == [note]
        assert " ".join(done.stderr.split()).count(f"Warning: {note}") == 1


def test_a_build_that_ends_with_nothing_names_the_column(tmp_path: Path) -> None:
    write_video(tmp_path / "a.mp4", [slide("Energy", ("E",))] * 10, 5)
    (tmp_path / "list.csv").write_text("pth\na.mp4\na.mp4\n")
    note = "list.csv: 'pth' is not a known column and is kept as metadata; did you mean 'path'?"
    done = call("build", tmp_path / "list.csv", "-o", tmp_path / "out", code=NOTHING_DONE)
    assert " ".join(done.stderr.split()).endswith(f"nothing was written to {tmp_path}/out {note}")
    with pytest.raises(EmptyCorpusError, match="did you mean 'path'"):
        build(tmp_path / "list.csv", tmp_path / "out", progress=False)


def call(*arguments: object, code: int = 0) -> Result:
    done = CliRunner().invoke(app, [*map(str, arguments)], env={"COLUMNS": "200"})
    assert done.exit_code == code, done.output
    return done
