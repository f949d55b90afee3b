"""`vid2book.build` does from Python what the command does, and says what came of it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from html import escape
from pathlib import Path

import pytest

import vid2book
from vid2book.builder.write import EmptyCorpusError
from vid2book.manifest import ManifestError

from ..support.library import LECTURES, Library, corpus_bytes, film
from ..support.library import vid2book as command


@pytest.fixture
def copied(library: Library, tmp_path: Path) -> Path:
    """The library's store, to be written to."""
    return Path(shutil.copytree(library.store, tmp_path / "store"))


def test_it_makes_the_corpus_that_the_command_makes(
    library: Library, copied: Path, tmp_path: Path
) -> None:
    made = vid2book.build(library.manifest, tmp_path / "corpus", store=copied)
    assert corpus_bytes(made.folder) == corpus_bytes(library.out)
    assert [o.video.video_id for o in made.kept] == list(LECTURES)
    assert made.filtered == made.failed == []
    assert sum(map(len, made.dataset.values())) == made.written.samples
    assert made.table("videos")["train"]["video_id"] == list(LECTURES)
    small = [d for d in made.table("decisions")["train"] if d["picture"]]
    assert {(d["level"], d["kept"]) for d in small} == {("keyframe", False)}
    assert any("thanks" in d["text"].lower() for d in small)  # an end card
    assert {max(d["picture"].size) for d in small} == {256}
    with pytest.raises(ValueError, match="decisions"):
        made.table("clips")


def test_what_was_lost_is_told(
    library: Library, copied: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "lectures"
    folder.mkdir()
    (folder / "cells.mp4").write_bytes(Path(library.video("cells").path).read_bytes())
    known = {"title": "A lecture on cells", "language": "en"}  # so that the store has its results
    (folder / "cells.info.json").write_text(json.dumps(known))
    (folder / "bad.mp4").write_text("this is no video")
    (folder / "half.mp4.part").write_text("")
    made = vid2book.build(folder, tmp_path / "corpus", store=copied)
    [bad] = made.failed
    assert bad.video.video_id == "bad" and "not a readable video" in bad.reason
    assert [(f.path, bool(f.reason)) for f in made.passed_over] == [("half.mp4.part", True)]
    assert len(repr(made).splitlines()) == 1 and "1 video kept" in repr(made)
    page = made._repr_html_()
    assert page.count("<img ") == made.written.images > 0
    assert escape(bad.reason) in page and escape(str(made.folder)) in page
    told = capsys.readouterr()
    assert told.out == "" and "bad: failed" in told.err


def test_quiet_is_quiet(
    library: Library, copied: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vid2book.build(library.manifest, tmp_path / "c", store=copied, progress=False)
    assert capsys.readouterr() == ("", "")


def test_nothing_kept_is_an_error_that_says_why(
    library: Library, copied: Path, tmp_path: Path
) -> None:
    strict = vid2book.config.Config(judge={"min_words": 500})  # type: ignore[arg-type]
    with pytest.raises(EmptyCorpusError, match=r"physics: filtered, .*words"):
        vid2book.build(library.manifest, tmp_path / "corpus", strict, store=copied)
    assert not (tmp_path / "corpus").exists()
    with pytest.raises(ManifestError, match="there is no such"):
        vid2book.build(tmp_path / "gone", tmp_path / "corpus")


def test_what_was_removed_stays_out(library: Library, copied: Path, tmp_path: Path) -> None:
    out = tmp_path / "corpus"
    vid2book.build(library.manifest, out, store=copied)
    assert command("remove", out, "cells").returncode == 0
    again = vid2book.build(library.manifest, out, store=copied)
    assert again.removed == ("cells",)
    assert [*again.dataset["train"]["video_ids"]] == [["physics"], ["sorting"]]


def test_a_script_needs_no_main_guard(tmp_path: Path) -> None:
    film(tmp_path / "cells.mp4", LECTURES["cells"])
    script = (
        "import sys, vid2book\n"
        "assert not {'datasets', 'vid2book.builder'} & set(sys.modules)\n"
        "made = vid2book.build('cells.mp4', 'corpus', workers=2, store='store')\n"
        "print(made)\n"
    )
    done = subprocess.run(
        [sys.executable, "-"],
        input=script,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("<Built: 1 video kept") == 1
