"""The book of a corpus: its pages as files."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from vid2book.folder.record import FolderError
from vid2book.viewer import chapters, write_book
from vid2book.viewer.search import script_json
from vid2book.viewer.times import clock, safe_url, url_at

from ...support.books import FORCE, HOSTILE, VIDEOS, decision, write_corpus


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("corpora") / "physics-textbook")


@pytest.fixture(scope="module")
def book(corpus: Path) -> Path:
    return write_book(corpus).parent


def test_every_video_has_a_page_and_progress_is_told(corpus: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    index = write_book(corpus, tmp_path / "out", lambda done, total: told.append((done, total)))
    assert told == [(n, 5) for n in range(1, 6)]
    names = {page.stem for page in (index.parent / "videos").iterdir()}
    assert names == {video["video_id"] for video in VIDEOS}
    assert index == tmp_path / "out" / "index.html"


def test_a_page_is_in_order_of_time_with_what_was_dropped(book: Path) -> None:
    page = (book / "videos" / "newton.html").read_text("utf-8")
    order = [
        "Sample 1",
        "Today we look",
        "We measure a force",
        "a talking head",
        "Smash the like",
        "Mind the arrows",
        "MIND THE ARROWS",
        "Sample 2",
        "Now a cart",
        "Figure 4",
    ]
    main = page[page.index("<main") :]
    places = [main.index(words) for words in order]
    assert places == sorted(places)
    assert "probability that it teaches: 0.12 (0 to 1), at least 0.5 needed" in page
    assert page.count("data:image/jpeg;base64,") == 5  # and one of what was left out
    assert 'href="https://lectures.example/newton.mp4#t=754"' in page


def test_a_picture_that_was_left_out_is_shown_with_its_reason(book: Path) -> None:
    page = (book / "videos" / "newton.html").read_text("utf-8")
    item = page[page.index('<li id="d1"') :].split("</li>")[0]
    assert "Picture left out" in item and "a talking head" in item
    shown = re.search(r'src="data:image/jpeg;base64,([^"]+)" width="(\d+)" height="(\d+)"', item)
    assert shown is not None
    image = Image.open(io.BytesIO(base64.b64decode(shown[1])))
    assert image.size == (int(shown[2]), int(shown[3]))
    assert page.count("Picture left out") == 1 and item.count("<img") == 1
    hostile = (book / "videos" / "hostile.html").read_text("utf-8")
    assert "Picture left out" in hostile and "left out, small" not in hostile  # it is no picture


def test_a_page_has_the_words_of_why(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "corpus")
    more = [
        decision("newton", "video", "recognise", 0, 812, reason="no sound"),
        decision("newton", "keyframe", "keyframes", 300, 310, reason="see the picture of 75.4 s"),
        decision("newton", "line", "interleave", 38, 55, reason="repeated", text=FORCE[0]),
    ]
    [file] = (folder / "decisions").iterdir()
    table = pq.read_table(file)
    rows = [{name: row.get(name) for name in table.column_names} for row in more]
    new = pa.Table.from_pylist(rows, table.schema)
    pq.write_table(pa.concat_tables([table, new]), file)
    page = (write_book(folder).parent / "videos" / "newton.html").read_text("utf-8")
    verdicts = page[page.index('<details class="verdicts">') :].split("</details>")[0]
    assert "<b>Note</b> by recognise" in verdicts and "<b>Kept</b> by judge" in verdicts
    assert "<b>Left out</b>" not in verdicts
    assert "share of the words that teach: 0.93 (0 to 1), at least 0.25 needed" in verdicts
    assert "see the picture of 1:15" in page and "75.4 s" not in page
    # A line that the picture before shows too is not left out.
    assert "Left out: 1 picture, 1 sentence, 1 on-screen line, 1 stretch of the screen." in page
    assert "<td>interleave</td>" not in (folder / "preview" / "index.html").read_text("utf-8")


def test_hostile_text_is_text_and_hostile_links_are_none(book: Path) -> None:
    for page in book.rglob("*.html"):
        text = page.read_text("utf-8")
        assert "<img src=x" not in text and "javascript:" not in text
        assert text.count("</script>") == 1
    for script in (book / "search").rglob("*.js"):
        text = script.read_text("utf-8")
        assert "<" not in text and "\u2028" not in text
        name, value = json.loads(f"[{text.removeprefix('bookPart(').rstrip().removesuffix(');')}]")
        assert script == book / "search" / f"{name}.js"
        assert name != "titles" or value[1][1] == HOSTILE


def test_a_video_without_grades_says_what_it_was_judged_by(corpus: Path, tmp_path: Path) -> None:
    silent = Path(shutil.copytree(corpus, tmp_path / corpus.name))
    [file] = (silent / "videos").iterdir()
    rows = pq.read_table(file).to_pylist()
    why = "85 different words are written on its pictures, and they teach (mean probability 0.96)"
    graded = ("relevance", "knowledge_density", "transcription_quality", "teaching_share")
    for row in rows:
        row["judgement"] = "teaches: 93% of 132 words teach"
        if row["video_id"] == "newton":
            row |= dict.fromkeys(graded) | {"words": 0, "judgement": f"silent; {why}"}
    pq.write_table(pa.Table.from_pylist(rows), file)
    page = (write_book(silent).parent / "videos" / "newton.html").read_text("utf-8")
    assert 'class="scores"' not in page
    told = page[page.index("Judged by its pictures: ") :]
    assert why in told.split("</p>")[0]


def test_a_video_whose_topic_is_unknown_was_graded_all_the_same(
    corpus: Path, tmp_path: Path
) -> None:
    untitled = Path(shutil.copytree(corpus, tmp_path / corpus.name))
    [file] = (untitled / "videos").iterdir()
    rows = pq.read_table(file).to_pylist()
    for row in rows:
        row["judgement"] = "teaches: 93% of 132 words teach"
        if row["video_id"] == "newton":
            row["relevance"] = None
    pq.write_table(pa.Table.from_pylist(rows), file)
    page = (write_book(untitled).parent / "videos" / "newton.html").read_text("utf-8")
    assert "<dt>Knowledge density</dt>" in page and "<dt>Relevance</dt>" not in page
    assert "not graded" not in page and "Judged by its pictures" not in page


def files_of(book: Path) -> dict[str, bytes]:
    return {str(f.relative_to(book)): f.read_bytes() for f in book.rglob("*") if f.is_file()}


def test_the_number_of_processes_changes_nothing(corpus: Path, tmp_path: Path) -> None:
    one, three = (write_book(corpus, tmp_path / str(n), workers=n).parent for n in (1, 3))
    assert files_of(one) == files_of(three)


def test_a_video_may_lie_in_several_files(corpus: Path, book: Path, tmp_path: Path) -> None:
    cut = Path(shutil.copytree(corpus, tmp_path / corpus.name))
    rows = pa.concat_tables(pq.read_table(file) for file in sorted((cut / "data").iterdir()))
    shutil.rmtree(cut / "data")
    (cut / "data").mkdir()
    for number in range(len(rows)):
        pq.write_table(rows.slice(number, 1), cut / "data" / f"train-{number:05}.parquet")
    assert len(rows) > len(VIDEOS) - 2
    again = write_book(cut, workers=2).parent
    for page in (book / "videos").iterdir():
        assert page.read_bytes() == (again / "videos" / page.name).read_bytes()


def test_the_contents_of_many_videos_have_pages(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chapters, "PAGE_VIDEOS", 2)
    index = write_book(corpus, tmp_path / "out", workers=1)
    pages = [index, index.with_name("index-2.html"), index.with_name("index-3.html")]
    assert sorted(index.parent.glob("index*.html")) == sorted(pages)
    texts = [page.read_text("utf-8") for page in pages]
    for video in VIDEOS:
        link = f'href="videos/{video["video_id"]}.html"'
        assert sum(link in text for text in texts) == 1
    for text in texts:
        for link in re.findall(r'href="(index[^"#]*)(?:#[^"]*)?"', text):
            assert (index.parent / link).is_file()
    for name in ("filtered", "failed"):
        [page] = [
            page.name for page, text in zip(pages, texts, strict=True) if f'id="{name}"' in text
        ]
        assert f'href="{"" if page == "index.html" else page}#{name}"' in texts[0]


def test_a_figure_is_dated_by_the_span_in_which_it_stands(book: Path) -> None:
    page = (book / "videos" / "newton.html").read_text("utf-8")
    dated = re.findall(r'<span class="when">(.*?)</span>', page)
    assert dated[0] == "0:04–0:21"  # of the decision that kept it; its frame is that of 0:18
    assert dated[1] == "0:52–0:55"  # no decision says more


def test_videos_of_one_title_are_told_apart(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "corpus")
    [file] = (folder / "videos").iterdir()
    table = pq.read_table(file)
    ids = table["video_id"].to_pylist()
    titles = pa.array(["Lecture" if name in ("newton", "speech-only") else name for name in ids])
    pq.write_table(table.set_column(table.column_names.index("title"), "title", titles), file)
    index = write_book(folder).read_text("utf-8")
    assert re.findall(r'Lecture <small class="id">(.*?)</small>', index) == [
        "newton",
        "speech-only",
    ]
    assert index.count('<small class="id">') == 2
    page = (folder / "preview" / "videos" / "speech-only.html").read_text("utf-8")
    assert 'Lecture <small class="id">newton</small>' in page


def test_the_contents_show_a_picture_of_each_video_and_how_many(book: Path) -> None:
    index = (book / "index.html").read_text("utf-8")
    sizes = re.findall(r'class="size">(.*?)</span>', index)
    assert sizes == ["4 pictures", "no pictures", "2 pictures"]
    thumbnails = re.findall(r'<img src="data:image/jpeg;base64,(.*?)" alt="" ', index)
    for encoded in thumbnails:
        assert max(Image.open(io.BytesIO(base64.b64decode(encoded))).size) == 192
    assert len(thumbnails) == 2
    assert "no picture of this video" in (book / "videos" / "speech-only.html").read_text("utf-8")
    assert "No picture of this video" not in (book / "videos" / "newton.html").read_text("utf-8")


def test_the_book_has_the_title_of_the_card(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "corpus")
    assert '<h1 dir="auto">corpus</h1>' in write_book(folder).read_text("utf-8")
    (folder / "README.md").write_text("---\npretty_name: Optics, by hand\n---\n# Words\n")
    assert '<h1 dir="auto">Optics, by hand</h1>' in write_book(folder).read_text("utf-8")
    (folder / "README.md").write_text("---\n{no yaml\n---\n")
    assert '<h1 dir="auto">corpus</h1>' in write_book(folder).read_text("utf-8")


def test_script_json_reads_back() -> None:
    value = {"a": HOSTILE + "<!--\u2029"}
    assert "<" not in script_json(value) and json.loads(script_json(value)) == value


def test_a_page_needs_no_other_file(book: Path) -> None:
    page = (book / "videos" / "newton.html").read_text("utf-8")
    assert '<link rel="stylesheet"' not in page and "<script src" not in page
    assert page.count(' src="') == page.count(' src="data:image/jpeg')


def test_columns_and_folders_that_are_missing(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "corpus")
    shutil.rmtree(folder / "decisions")
    for file in (folder / "videos").iterdir():
        pq.write_table(pq.read_table(file).select(["video_id", "status"]), file)
    for file in (folder / "data").iterdir():
        pq.write_table(pq.read_table(file).select(["images", "texts", "video_ids"]), file)
    page = (write_book(folder).parent / "videos" / "newton.html").read_text("utf-8")
    assert "Now a cart" in page and page.count("data:image/jpeg") == 4
    assert "has no decisions" in page


def test_a_second_book_replaces_the_first_and_nothing_else(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "corpus")
    stale = write_book(folder).parent / "videos" / "removed.html"
    stale.write_text("a video that was taken out of the corpus")
    write_book(folder)
    assert not stale.exists()
    dear = tmp_path / "dear"
    dear.mkdir()
    (dear / "index.html").write_text("somebody's site")
    with pytest.raises(FolderError, match="not a book"):
        write_book(folder, dear)
    assert (dear / "index.html").read_text() == "somebody's site"


# A process that is killed as it does something for the so manieth time.
KILLED = """
import os, shutil, signal, sys
from pathlib import Path
from vid2book.folder import swap
from vid2book.viewer import chapters, write_book

where = {"page": (None, "", 3), "place": (swap, "_put", 1), "clear": (shutil, "rmtree", 1)}
owner, name, left = where[sys.argv[2]]

def die():
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)

def dying(*_, **__):
    die()
    return real(*_, **__)

if owner:
    real = getattr(owner, name)
    setattr(owner, name, dying)
write_book(Path(sys.argv[1]), progress=lambda *_: None if owner else die())
"""


@pytest.mark.parametrize(("when", "new"), [("page", False), ("place", False), ("clear", True)])
def test_a_killed_view_leaves_the_old_book_or_the_new(tmp_path: Path, when: str, new: bool) -> None:
    folder = write_corpus(tmp_path / "corpus")
    old = {p.relative_to(folder): p.read_bytes() for p in pages(write_book(folder).parent)}
    file = next((folder / "videos").iterdir())
    titles = pa.array([f"New {n}" for n in range(len(pq.read_table(file)))])
    table = pq.read_table(file)
    pq.write_table(table.set_column(table.column_names.index("title"), "title", titles), file)
    killed = subprocess.run([sys.executable, "-c", KILLED, str(folder), when])
    assert killed.returncode == -signal.SIGKILL
    found = {p.relative_to(folder): p.read_bytes() for p in pages(folder / "preview")}
    assert found.keys() == old.keys()
    assert all((found[page] != old[page]) == new for page in found)
    assert (b"New 0" in found[Path("preview/index.html")]) == new
    write_book(folder)
    assert [p.name for p in folder.iterdir() if p.name.startswith(".")] == []


def pages(book: Path) -> list[Path]:
    return sorted(path for path in book.rglob("*.html") if path.is_file())


def test_folders_that_are_no_corpus(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="no such folder"):
        write_book(tmp_path / "nowhere")
    with pytest.raises(FolderError, match=r"no videos/\*\.parquet"):
        write_book(tmp_path)
    folder = write_corpus(tmp_path / "corpus")
    (folder / "data" / "train-00001-of-00002.parquet").write_bytes(b"half a file")
    with pytest.raises(FolderError, match="cannot be read") as caught:
        write_book(folder)
    assert "\n" not in str(caught.value)
    assert not (folder / "preview").exists() and not list(folder.glob(".preview*"))


def test_an_id_that_would_leave_the_folder(tmp_path: Path) -> None:
    (tmp_path / "videos").mkdir()
    pq.write_table(pa.table({"video_id": ["../../x"]}), tmp_path / "videos" / "a.parquet")
    with pytest.raises(FolderError, match="is not a video id"):
        write_book(tmp_path)


def test_samples_that_do_not_stand_together(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "corpus")
    file = folder / "data" / "train-00001-of-00002.parquet"
    pq.write_table(pq.read_table(file).take([1, 0]), file)
    with pytest.raises(FolderError, match="'newton' are not together"):
        write_book(folder)


def test_times_and_links() -> None:
    assert [clock(s) for s in (0, 75.9, 3601)] == ["0:00", "1:15", "1:00:01"]
    for bad in (
        "javascript:alert(1)",
        "data:text/html,x",
        "//host/x",
        "https://",
        "http://[",
        None,
        "java\nscript:x",
        "file:///etc/passwd",
    ):
        assert safe_url(bad) == ""
    assert url_at(safe_url("https://youtu.be/x?t=3"), 75.5) == "https://youtu.be/x?t=75s"
    assert url_at("https://a.example/v.mp4", 75.5) == "https://a.example/v.mp4#t=75"


def test_what_has_nothing_to_show_is_one_line_and_no_box(corpus: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(corpus, tmp_path / "copy")
    (file,) = (copy / "decisions").iterdir()
    brief = decision("newton", "keyframe", "keyframes", 10, 10.5, reason="a brief change")
    rows = pq.read_table(file).to_pylist()
    rows.insert(1, {"picture": None} | brief)  # a video's rows stand together
    pq.write_table(pa.Table.from_pylist(rows), file)
    book = write_book(copy).parent
    plain = boxed = 0
    for page in (book / "videos").iterdir():
        for box in re.findall(r'<aside class="left-out.*?</aside>', page.read_text("utf-8"), re.S):
            items = re.findall(r"<li.*?</li>", box, re.S)
            shows = ["<img" in item or "<q" in item for item in items]
            assert ['class="plain"' not in item.split(">")[0] for item in items] == shows
            assert box.startswith('<aside class="left-out plain"') != any(shows)
            plain += not any(shows)
            boxed += any(shows)
    assert plain and boxed
    style = (book / "videos" / "newton.html").read_text("utf-8")
    assert re.search(r"\.left-out\.plain \{[^}]*border: 0", style)


def test_a_length_has_one_form(book: Path) -> None:
    for page in (book / "index.html", book / "videos" / "newton.html"):
        assert ">13:32</span>" in page.read_text("utf-8")
