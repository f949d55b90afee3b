"""The command and its report, looked at in a real browser that is offline."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from playwright.sync_api import Browser, sync_playwright
from typer.testing import CliRunner, Result

from vid2book.eval.report.command import measure

from ..support.corpora import row, write_parquet

CHROMIUM = Path("/usr/bin/chromium")


def run(*arguments: object) -> Result:
    app = typer.Typer()
    app.command()(measure)
    result = CliRunner().invoke(app, [str(a) for a in arguments])
    print(result.output)  # of a test that fails
    return result


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a corpus and one in which every sample stands twice, with a hostile id."""
    folder = tmp_path_factory.mktemp("report")
    rows = [row(f"v{i}", images=3) for i in range(6)]
    rows[0]["texts"][1] = "<script>document.title = 'taken'</script> is what a vlog might say."
    twice = rows + [r | {"id": r["id"] + "<b>again"} for r in rows]
    first = write_parquet(folder / "once.parquet", rows)
    second = write_parquet(folder / "twice.parquet", twice)
    assert run(first, second, "-o", folder / "out").exit_code == 0
    return folder / "out"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is missing: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


def test_the_page_shows_numbers_plots_and_pictures(report: Path, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1200, "height": 900}, offline=True)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto((report / "report.html").as_uri())
    assert page.title() == "Measures of once, twice"
    assert complaints == []

    metrics = json.loads((report / "metrics.json").read_text())
    line = page.locator("#all tbody tr", has_text="Images that an earlier one already shows")
    assert "0.500" in line.inner_text() and "once is better" in line.inner_text()
    within = page.locator("#all tbody tr", has_text="Images repeated within their sample")
    assert within.count() == 1
    shown = {a["name"] for a in page.evaluate(
        "[...document.querySelectorAll('section.figure')].map(s => ({name: s.id}))")}  # fmt: skip
    computed = {n for n, m in metrics["corpora"][0]["measures"].items() if m["value"] is not None}
    assert shown == computed and "image_text_lift" in shown
    assert "no benchmark to look for" in page.locator("main").inner_text()

    # Every picture is there: plots of both corpora, examples with their images.
    sizes = page.evaluate("[...document.images].map(i => [i.complete, i.naturalWidth])")
    assert len(sizes) > len(shown) and all(done and width for done, width in sizes)
    examples = page.locator("#image_text_lift .sample")
    assert examples.count() >= 4 and examples.first.is_visible()
    assert examples.first.locator("img").count() == 3
    headings = [h.inner_text() for h in page.locator("#image_text_lift h4").all()]
    assert headings[:2] == ["Best", "Worst"]
    # Fewer duplicates are better, and the best still come first.
    once, twice = page.locator("#duplicate_image_share .corpus").all()
    assert once.locator("h4").all_text_contents() == ["All are equal: 0.000"]
    assert not once.locator("img").count()
    assert twice.locator("h4").all_text_contents() == ["Best", "Worst"]
    values = page.locator("#duplicate_image_share .corpus:last-child .value b").all_text_contents()
    assert float(values[0]) < float(values[-1])
    assert "6 samples in 6 videos; 12 samples in 6 videos" in " ".join(
        page.locator("#images_per_sample dl").inner_text().split()
    )
    assert "Licences" in page.locator("main").inner_text()
    folded = page.locator("#tokens_per_sample .sample").first
    assert not folded.is_visible()
    page.locator("#tokens_per_sample summary").click()
    assert folded.is_visible()
    page.close()


def test_corpora_without_a_shared_video_are_compared_as_wholes(tmp_path: Path) -> None:
    first = write_parquet(tmp_path / "a.parquet", [row(f"v{i}") for i in range(6)])
    other = write_parquet(tmp_path / "b.parquet", [row(f"w{i}", images=4) for i in range(6)])
    assert run(first, other, "-o", tmp_path / "out").exit_code == 0
    (compared,) = json.loads((tmp_path / "out" / "metrics.json").read_text())["compared"]
    assert compared["shared_videos"] == 0 and compared["measures"] == {}
    images = compared["whole"]["images_per_sample"]
    assert (images["difference"], images["verdict"]) == (-2.0, "differs")
    html = " ".join((tmp_path / "out" / "report.html").read_text().split())
    assert "a and b share no video, so they are only compared as wholes" in html


def test_the_terminal_names_corpora_that_are_too_small(tmp_path: Path) -> None:
    small = write_parquet(tmp_path / "small.parquet", [row(f"v{i}") for i in range(4)])
    large = write_parquet(tmp_path / "large.parquet", [row(f"v{i}") for i in range(5)])
    told = "small: fewer than 5 videos, too few for a verdict\n"
    only = ("--only", "duplicate_image_share_within", "-o", tmp_path / "out")
    both = run(large, small, *only).stdout
    assert told in both and "large: fewer" not in both
    assert "duplicate_image_share_within" in both
    assert "fewer than" not in run(large, *only).stdout


def test_hostile_text_stays_text(report: Path) -> None:
    html = (report / "report.html").read_text()
    assert "<script" not in html and "&lt;script&gt;" in html
    assert "<b>again" not in html
    assert 'src="http' not in html and 'href="http' not in html


def test_it_fits_a_phone(report: Path, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 800}, offline=True)
    page.goto((report / "report.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()


def test_what_cannot_be_measured_is_one_line(tmp_path: Path) -> None:
    corpus = write_parquet(tmp_path / "x.parquet", [row("v")])
    for arguments, told in (
        ([tmp_path / "none"], "not a folder or file"),
        ([corpus, "--split", "test", "--benchmark", "nowhere.jsonl"], "nowhere.jsonl"),
        ([corpus, "--clip-weights", tmp_path / "no.pt"], "cannot be loaded"),
    ):
        result = run(*arguments, "-o", tmp_path / "out")
        assert result.exit_code == 2 and told in result.stderr
        assert result.stderr.startswith("Error:") and len(result.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_missing_matplotlib_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = run(write_parquet(tmp_path / "x.parquet", [row("v")]), "-o", tmp_path / "out")
    assert result.exit_code == 2 and "pip install 'vid2book[measure]'" in result.stderr
