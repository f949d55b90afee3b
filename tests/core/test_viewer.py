"""The book of a corpus, looked at with a real browser where one is installed."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image, ImageDraw, ImageFont

from vid2book.viewer import ViewError, write_book
from vid2book.viewer.search import script_json
from vid2book.viewer.times import clock, safe_url, url_at

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
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
        "words": 7,
        "source_url": "https://www.youtube.com/watch?v=abc&t=3",
    },
    {
        "video_id": "vlog",
        "title": "What I ate this week",
        "duration_s": 300.0,
        "status": "filtered",
        "reason": "4 % of the words teach; 25 % are wanted",
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
        "newton", "keyframe", "align", 55, 70, reason="a talking head", score=0.11, threshold=0.02
    ),
    decision(
        "newton", "line", "align", 70, 84, reason="a burned-in caption", text="MIND THE ARROWS"
    ),
    decision("newton", "sentence", "judge", 4, 21, kept=True, reason="", score=0.9, threshold=0.5),
    decision("hostile", "sentence", "judge", 5, 6, reason=HOSTILE, text=HOSTILE),
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
    assert "0.12 against 0.5" in page and "a talking head" in page
    assert page.count("data:image/jpeg;base64,") == 4
    assert 'href="https://lectures.example/newton.mp4#t=754"' in page


def test_hostile_text_is_text_and_hostile_links_are_none(book: Path) -> None:
    for page in book.rglob("*.html"):
        text = page.read_text("utf-8")
        assert "<img src=x" not in text and "javascript:" not in text
        assert text.count("</script>") == 1
    for script in (book / "search").iterdir():
        text = script.read_text("utf-8")
        assert "<" not in text and "\u2028" not in text
        videos = json.loads(text.removeprefix("bookText(").rstrip().removesuffix(");"))
        assert videos[1]["title"] == HOSTILE


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
    with pytest.raises(ViewError, match="no book"):
        write_book(folder, dear)
    assert (dear / "index.html").read_text() == "somebody's site"


def test_folders_that_are_no_corpus(tmp_path: Path) -> None:
    with pytest.raises(ViewError, match="no such folder"):
        write_book(tmp_path / "nowhere")
    with pytest.raises(ViewError, match=r"no videos/\*\.parquet"):
        write_book(tmp_path)
    folder = write_corpus(tmp_path / "corpus")
    (folder / "data" / "train-00001-of-00002.parquet").write_bytes(b"half a file")
    with pytest.raises(ViewError, match="cannot be read") as caught:
        write_book(folder)
    assert "\n" not in str(caught.value)
    assert not (folder / "preview").exists() and not (folder / "preview.part").exists()


def test_an_id_that_would_leave_the_folder(tmp_path: Path) -> None:
    (tmp_path / "videos").mkdir()
    pq.write_table(pa.table({"video_id": ["../../x"]}), tmp_path / "videos" / "a.parquet")
    with pytest.raises(ViewError, match="no video id"):
        write_book(tmp_path)


def test_samples_that_do_not_stand_together(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "corpus")
    file = folder / "data" / "train-00001-of-00002.parquet"
    pq.write_table(pq.read_table(file).take([1, 0]), file)
    with pytest.raises(ViewError, match="'newton' do not stand together"):
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


class Browser:
    """A page in headless Chromium that notes errors and what it asks the network for."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.errors: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    def search(self, words: str) -> list[str]:
        self.page.keyboard.press("/")
        self.page.keyboard.type(words)
        self.page.wait_for_selector("#panel[aria-busy=false]")
        return list(self.page.locator("#results a").all_inner_texts())


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if not CHROMIUM:
        pytest.skip("no Chromium is installed (Debian: apt install chromium)")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with (
        sync_api.sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"]) as browser,
    ):
        yield browser


@pytest.fixture
def browser(chromium: Any) -> Iterator[Browser]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    browser = Browser(context.new_page())
    yield browser
    assert browser.errors == []
    assert [url for url in browser.requests if not url.startswith(("file:", "data:"))] == []
    context.close()


def test_search_finds_words_in_any_video_and_jumps_there(book: Path, browser: Browser) -> None:
    browser.page.goto((book / "index.html").as_uri())
    assert "speech" in browser.search("schrodinger")[0]
    assert browser.page.locator("#results mark").inner_text() == "Schrödinger"
    browser.page.keyboard.press("ArrowDown")
    browser.page.keyboard.press("Enter")
    browser.page.wait_for_url("**/newton.html#p4")
    assert browser.page.locator("#p4").is_visible()


def test_search_finds_screen_left_out_titles_and_other_scripts(
    book: Path, browser: Browser
) -> None:
    for words, wanted in [
        ("kg m", "screen"),
        ("pancakes", "left out"),
        ("what i ate", "video"),
        ("التسارع", "speech"),
        ("radio spoken", "On the radio"),
    ]:
        browser.page.goto((book / "index.html").as_uri())
        assert wanted in browser.search(words)[0]
    browser.page.goto((book / "index.html").as_uri())
    assert browser.search("in no lecture") == []
    assert browser.page.locator("#count").inner_text() == "Found nowhere"


def test_a_result_that_was_left_out_is_shown_when_jumped_to(book: Path, browser: Browser) -> None:
    browser.page.goto((book / "index.html").as_uri())
    browser.search("smash")
    browser.page.locator("#results a").first.click()
    browser.page.wait_for_url("**/newton.html#d*")
    assert browser.page.locator("li:target q").is_visible()


def test_the_switch_shows_what_was_left_out_and_why(book: Path, browser: Browser) -> None:
    browser.page.goto((book / "videos" / "newton.html").as_uri())
    reason = browser.page.get_by_text("a talking head")
    assert not reason.is_visible()
    browser.page.get_by_label("Left out").first.check()
    assert reason.is_visible()
    assert "0.11 against 0.02" in browser.page.locator("#d1").inner_text()


def test_a_page_alone_can_be_searched(book: Path, browser: Browser, tmp_path: Path) -> None:
    page = shutil.copy(book / "videos" / "newton.html", tmp_path)
    browser.page.goto(Path(page).as_uri())
    found = browser.search("newtons")
    assert len(found) == 2 and "speech" in found[0] and found[1] == "Search all videos"
    browser.page.locator("#results a").first.click()
    assert browser.page.url.endswith("#p3")


def test_no_hostile_text_runs(book: Path, browser: Browser) -> None:
    browser.page.goto((book / "index.html").as_uri())
    assert browser.search("onerror")
    assert browser.page.evaluate("window.hacked") is None
    for name in ("hostile", "broken"):
        browser.page.goto((book / "videos" / f"{name}.html").as_uri())
        browser.search("onerror")
        assert browser.page.evaluate("window.hacked") is None
        assert browser.page.locator("img[src=x]").count() == 0
        assert "<img src=x" in browser.page.locator("main").inner_text()


def test_no_page_is_wider_than_the_screen(book: Path, browser: Browser) -> None:
    for page in sorted(book.rglob("*.html")):
        browser.page.goto(page.as_uri())
        left_out = browser.page.locator("#left-out")
        if left_out.count():
            left_out.check()
        for width in (390, 768, 1280):
            browser.page.set_viewport_size({"width": width, "height": 844})
            assert browser.page.evaluate("document.documentElement.scrollWidth") <= width


def test_names_for_those_who_do_not_see(book: Path, browser: Browser) -> None:
    browser.page.goto((book / "videos" / "newton.html").as_uri())
    assert browser.page.locator("h1").count() == 1
    alts = [image.get_attribute("alt") for image in browser.page.locator("img").all()]
    assert alts[0] == f"The screen at 0:18: {FORCE[0]} {FORCE[1]}"
    assert alts[3] == "The screen at 13:09, without text"
    browser.page.keyboard.press("Tab")
    assert browser.page.evaluate("document.activeElement.className") == "skip"


def test_on_paper_everything_is_unfolded(book: Path, browser: Browser) -> None:
    browser.page.goto((book / "videos" / "newton.html").as_uri())
    folded = browser.page.locator("details:not([open])")
    assert folded.count() == 1
    browser.page.pdf()
    assert folded.count() == 0
