"""The book of a corpus in a real browser, where one is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vid2book.viewer import write_book

from ...support.books import FORCE, write_corpus


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    corpus = write_corpus(tmp_path_factory.mktemp("corpora") / "physics-textbook")
    return write_book(corpus).parent


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
    assert browser.page.locator("#count").inner_text() == "Nothing found"


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
    assert "face: 0.11 (0 to 1), at most 0.02 allowed" in browser.page.locator("#d1").inner_text()


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
    assert alts[4] == "The screen at 13:09, without text"
    assert "A small picture of what was left out" in alts
    browser.page.keyboard.press("Tab")
    assert browser.page.evaluate("document.activeElement.className") == "skip"


def test_a_typo_is_forgiven_in_the_book_and_on_a_page(book: Path, browser: Browser) -> None:
    for page in (book / "index.html", book / "videos" / "newton.html"):
        for typo in ("acceleratoin", "aceleration", "akceleration"):
            browser.page.goto(page.as_uri())
            assert "cceleration" in browser.search(typo)[0]
            said = browser.page.locator("#count").inner_text()
            assert f"“acceleration”; nothing found for “{typo}”" in said
        browser.page.goto(page.as_uri())
        assert browser.search("qqqqqq") in ([], ["Search all videos"])


def test_arrow_keys_turn_the_pages_in_the_order_of_the_contents(
    book: Path, browser: Browser
) -> None:
    browser.page.goto((book / "index.html").as_uri())
    links = browser.page.locator("main a[href^=videos]").all()
    order = [link.get_attribute("href").removeprefix("videos/") for link in links]
    browser.page.goto((book / "videos" / order[0]).as_uri())
    browser.page.keyboard.press("ArrowLeft")  # there is nothing before
    for key, names in (("ArrowRight", order[1:]), ("ArrowLeft", order[-2::-1])):
        for name in names:
            browser.page.keyboard.press(key)
            browser.page.wait_for_url(f"**/{name}")
    browser.search("x")
    here = browser.page.url
    browser.page.keyboard.press("ArrowRight")
    assert browser.page.url == here  # the key moves in the box


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_pass_axe_at_level_aa(book: Path, browser: Browser, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    browser.page.emulate_media(color_scheme=scheme)
    rules = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}
    for page in sorted(book.rglob("*.html")):
        browser.page.goto(page.as_uri())
        if (left_out := browser.page.locator("#left-out")).count():
            left_out.check()
        browser.search("the")
        found = axe.run(browser.page, options=rules).response
        assert len(found["passes"]) > 10
        wrong = [(v["id"], v["nodes"][0]["html"][:200]) for v in found["violations"]]
        assert wrong == [], page.name


def test_no_time_stands_alone_at_the_foot_of_a_printed_page(
    book: Path, browser: Browser, tmp_path: Path
) -> None:
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext reads the pages, and is not installed (Debian: poppler-utils)")
    browser.page.goto((book / "videos" / "newton.html").as_uri())
    browser.page.get_by_label("Left out").first.check()
    feet = []
    for height in range(500, 900, 25):  # so that a page ends anywhere
        browser.page.pdf(path=tmp_path / "page.pdf", width="794px", height=f"{height}px")
        read = subprocess.run(
            ["pdftotext", "-layout", tmp_path / "page.pdf", "-"], capture_output=True, text=True
        )
        pages = [page.split() for page in read.stdout.split("\f")]
        feet += [words[-1] for words in pages if words]
    assert len(feet) > 30
    assert [foot for foot in feet if re.fullmatch(r"\d+:\d\d", foot)] == []


def test_on_paper_everything_is_unfolded(book: Path, browser: Browser) -> None:
    browser.page.goto((book / "videos" / "newton.html").as_uri())
    folded = browser.page.locator("details:not([open])")
    assert folded.count() == 2  # a long screen, and why the video is there
    browser.page.pdf()
    assert folded.count() == 0
