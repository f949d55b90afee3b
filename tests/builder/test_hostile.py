"""A corpus comes from anyone: none of its names leads out of the folder that is written or read."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vid2book.builder.export.formats import Format
from vid2book.builder.export.write import write_export
from vid2book.builder.write import write_corpus
from vid2book.eval.corpora import open_corpus
from vid2book.eval.questions import open_sought_questions
from vid2book.folder import layout
from vid2book.folder.record import FolderError
from vid2book.names import inside, plain
from vid2book.viewer.book import write_book

SECRET = "the content of a file of this machine"


@pytest.fixture
def out(make, tmp_path: Path) -> Path:
    write_corpus(make.corpus(make.video("a"), make.video("b"), samples=1), tmp_path / "corpus")
    return tmp_path / "corpus"


def change(out: Path, table: str, edit) -> None:
    """Write a table anew, as someone else may have."""
    (file,) = layout.shards(out, table)
    read = pq.read_table(file)
    rows = read.to_pylist()
    edit(rows)
    pq.write_table(pa.Table.from_pylist(rows, schema=read.schema), file)


def everything(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


NAMES = [
    "/ABS",
    "../up",
    "..",
    "a/../../up",
    "a\\..\\up",
    "C:\\up",
    "x\0y",
    "",
    ".hidden",
    "a" * 300,
]


@pytest.mark.parametrize("to", Format)
@pytest.mark.parametrize("field", ["id", "video_ids", "video_id", "name", "images"])
def test_no_export_leaves_its_folder(out: Path, tmp_path: Path, to: Format, field: str) -> None:
    for number, name in enumerate(NAMES):
        name = name.replace("/ABS", str(tmp_path / "absolute"))

        def edit(rows: list[dict], name: str = name) -> None:
            row = rows[0]
            if field == "images":
                row["images"][0] = {"bytes": None, "path": name}
            elif field in ("id", "video_ids"):
                row[field] = name if field == "id" else [name]
            else:
                row["elements"][0][field] = name

        change(out, "default", edit)
        before = everything(tmp_path)
        done = write_export(out, to, tmp_path / f"new{number}")
        assert done.samples == 1 and done.left_out.total() == 1
        new = everything(tmp_path) - before
        assert all(path.split("/")[0] == f"new{number}" for path in new)


def test_no_book_leaves_its_folder(out: Path, tmp_path: Path) -> None:
    change(out, "videos", lambda rows: rows[0].update(video_id="../../up"))
    before = everything(tmp_path)
    with pytest.raises(FolderError, match="is not a video id"):
        write_book(out)
    assert everything(tmp_path) == before


def test_a_foreign_row_reads_no_file_elsewhere(tmp_path: Path, make, monkeypatch) -> None:
    (tmp_path / "secret.jpg").write_bytes(make.jpeg(1))
    folder = tmp_path / "corpus"
    (folder / "images").mkdir(parents=True)
    (folder / "images" / "own.jpg").write_bytes(make.jpeg(2))
    secret = str(tmp_path / "secret.jpg")
    paths = [secret, "../secret.jpg", f"images/../../{Path(secret).name}", f"/{secret}", "own.jpg"]
    with (folder / "rows.jsonl").open("w") as file:
        for path in [*paths, str(folder / "images" / "own.jpg")]:
            file.write(json.dumps({"images": [path, None], "texts": [None, "said"]}) + "\n")
    monkeypatch.chdir(tmp_path)
    corpus = open_corpus(folder)
    found = [[image for image in sample.images if image] for sample in corpus.samples()]
    assert found == [[]] * 4 + [[make.jpeg(2)]] * 2
    assert corpus.skipped["an image whose path leaves the folder of the corpus"] == 4
    released = [{"images": [path, None], "texts": [None, "said"]} for path in paths[:4]]
    (folder / "released.json").write_text(json.dumps(released))
    corpus = open_corpus(folder / "released.json")
    assert [sample.images for sample in corpus.samples()] == [(None,)] * 4
    questions = folder / "questions.jsonl"
    questions.write_text(json.dumps({"question": "What is the shown thing here?", "image": secret}))
    (question,) = open_sought_questions(questions, "test").questions
    assert not question.images


def test_paths_are_seen_through() -> None:
    folder = Path("/corpus")
    for path in ("/etc/passwd", "../x", "a/../../x", "..\\x", "x\0", "//etc/passwd", "/corpusx/a"):
        assert inside(folder, path) is None
    assert inside(folder, "a/b.jpg") == Path("/corpus/a/b.jpg")
    assert inside(folder, "/corpus/b.jpg") == Path("/corpus/b.jpg")
    assert plain("a\x1b[2Jb\nc") == "a [2Jb c"
