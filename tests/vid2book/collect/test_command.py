"""The command `vid2book collect` itself."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from vid2book.cli import app
from vid2book.collect import command

from ...support.collected import item, rss
from ...support.site import Site

TAXONOMY = "subject: Physics\ncourses:\n  Mechanics:\n    Energy: [kinetic energy]\n"


@pytest.fixture
def asked(site: Site, tmp_path: Path) -> list[str]:
    """The arguments of a collection of one video."""
    pytest.importorskip("yt_dlp", reason="the extra 'collect' is not installed")
    (tmp_path / "physics.yaml").write_text(TAXONOMY)
    page = site.put("/1.html", "<html></html>")
    video = item("Kinetic energy", page, site.put("/1.mp4", b"media"))
    site.put("/feed.xml", rss(site, video))
    (tmp_path / "plan.yaml").write_text(
        f"sources: [{{kind: feed, url: '{site.url}/feed.xml'}}]\n"
        "manners: {seconds_between: 0}\ndownload: {keep_free_gb: 0}\n"
    )
    taxonomy, plan = str(tmp_path / "physics.yaml"), str(tmp_path / "plan.yaml")
    return ["collect", taxonomy, "-o", str(tmp_path / "m.jsonl"), "--plan", plan]


def test_it_tells_what_came_and_where_it_is(asked: list[str], tmp_path: Path) -> None:
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.stderr
    assert "candidates  1" in done.stdout and "fetched     1" in done.stdout
    assert "manners.contact" in done.stderr
    assert {path.name for path in tmp_path.glob("m.*")} >= {
        "m.jsonl", "m.videos", "m.decisions.jsonl", "m.report.html", "m.ledger.sqlite",
    }  # fmt: skip


def test_the_report_alone_asks_nobody(asked: list[str], tmp_path: Path, site: Site) -> None:
    CliRunner().invoke(app, asked)
    (tmp_path / "m.report.html").unlink()
    before = len(site.requests)
    done = CliRunner().invoke(app, [*asked, "--report"])
    assert done.exit_code == 0 and (tmp_path / "m.report.html").is_file()
    assert len(site.requests) == before


def test_the_report_alone_writes_the_decisions_too(asked: list[str], tmp_path: Path) -> None:
    CliRunner().invoke(app, asked)
    before = (tmp_path / "m.decisions.jsonl").read_text()
    (tmp_path / "m.decisions.jsonl").unlink()
    CliRunner().invoke(app, [*asked, "--report"])
    assert (tmp_path / "m.decisions.jsonl").read_text() == before != ""


def test_a_query_without_an_answer_is_a_line_of_its_own(asked: list[str], site: Site) -> None:
    del site.things["/feed.xml"]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 1 and "1 query is unanswered" in done.stderr
    assert f"feed {site.url}/feed.xml: {site.url}/feed.xml: 404" in done.stderr


@pytest.mark.parametrize(
    ("path", "status", "code", "says"),
    [
        ("/feed.xml", 500, 1, "1 query is unanswered; the next run asks again"),
        ("/feed.xml", 404, 1, "1 query is unanswered; the next run asks again"),
        ("/feed.xml", 401, 0, "1 query is refused:"),
        ("/1.mp4", 500, 1, "1 video is unanswered"),
        ("/1.html", 429, 1, "1 video is unanswered"),
        ("/1.mp4", 404, 0, "not there any more"),
        ("/1.mp4", 401, 0, "the site wants a login"),
    ],
)
def test_the_exit_code_says_whether_another_run_asks_again(
    asked: list[str], site: Site, tmp_path: Path, path: str, status: int, code: int, says: str
) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text(plan.read_text().replace("between: 0", "between: 0, tries: 1"))
    site.fail(path, status, times=99)
    # Without its page an enclosure is fetched all the same; with neither there is no answer.
    site.put("/feed.xml", rss(site, item("Kinetic energy", f"{site.url}/1.html", "")))
    if path == "/1.mp4":
        site.put("/feed.xml", rss(site, item("Kinetic energy", "", f"{site.url}/1.mp4")))
    done = CliRunner().invoke(app, asked)
    told = " ".join((done.stderr + done.stdout).split())
    assert done.exit_code == code and says in told, told
    before = site.asked()[path]
    CliRunner().invoke(app, asked)
    assert (site.asked()[path] > before) == (code == 1)


def test_entries_that_are_no_candidates_are_told(asked: list[str], site: Site) -> None:
    site.put("/feed.xml", rss(site, "<item><title>Kinetic energy</title></item>"))
    done = CliRunner().invoke(app, asked)
    assert "neither an enclosure nor a page (1)" in done.stderr


def test_a_stop_says_how_to_go_on(asked: list[str], site: Site, tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    lost = f"{{kind: feed, url: '{site.url}/lost.xml'}}"
    plan.write_text(plan.read_text().replace("sources: [", f"sources: [{lost}, "))
    halfway = site.fail("/1.mp4", 0)
    with subprocess.Popen(
        [sys.executable, "-m", "vid2book", *asked], stderr=subprocess.PIPE, text=True
    ) as running:
        assert halfway.reached.wait(60)
        running.send_signal(signal.SIGINT)
        halfway.release.set()
        _, told = running.communicate(timeout=60)
    assert running.returncode == 130 and "the same command goes on" in told
    assert "1 query is unanswered" in told and "lost.xml: 404" in told
    assert (tmp_path / "m.decisions.jsonl").is_file() and (tmp_path / "m.report.html").is_file()


def test_progress_says_what_its_numbers_count() -> None:
    shown: list[str] = []
    progress = command._Progress(shown.append)
    progress.counted(1200, 3)
    progress.downloading("Waves [part 1]", 2_500_000)
    assert shown == [
        "1,200 candidates found, 3 rows in the manifest",
        "1,200 candidates found, 3 rows in the manifest; downloading Waves \\[part 1]: 2.5 MB",
    ]


HOLD = """
import sys, time
from pathlib import Path
from vid2book.folder.lock import hold
with hold(Path(sys.argv[1]), Path(sys.argv[1])):
    print("has it", flush=True)
    time.sleep(60)
"""


def test_another_process_at_work_is_told(asked: list[str], tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "m.lock")], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None and other.stdout.readline() == "has it\n"
        done = CliRunner().invoke(app, asked)
        other.kill()
    assert done.exit_code == 2 and f"process {other.pid}" in done.stderr


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--subject", "Cookery"], "no subject 'Cookery'; there are Physics"),
        (["--plan", "nowhere.yaml"], "nowhere.yaml: there is no such plan file"),
        (["--plan", "nowhere"], "there is no plan named 'nowhere'; the package has open"),
        (["-o", "m.csv"], "give it a name in .jsonl"),
        (["-o", "s3://bucket/m.jsonl"], "only a folder on this machine"),
    ],
)
def test_what_is_wrong_is_told_in_a_line(asked: list[str], more: list[str], says: str) -> None:
    done = CliRunner().invoke(app, [*asked, *more])
    told = done.stderr.replace("\n", " ")
    assert done.exit_code == 2 and says in told and "config" not in told


@pytest.mark.parametrize(
    "more", [["--plan", "nowhere.yaml"], ["--subject", "Cookery"], ["--report"]]
)
def test_a_command_that_is_refused_leaves_no_folder(
    asked: list[str], more: list[str], tmp_path: Path
) -> None:
    before = sorted(tmp_path.iterdir())
    done = CliRunner().invoke(app, [*asked, *more, "-o", str(tmp_path / "new" / "m.jsonl")])
    assert done.exit_code == 2 and sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        ("sources: [{kind: table, path: lost.csv}]", "lost.csv: the plan names it as a table"),
        ("sources: [{kind: folder, url: lost}]", "lost: the plan names it as a folder"),
        (
            "sources: [{kind: peertube}]\nreview: {llm: {model: m, base_url: 'http://127.0.0.1:9'}}",
            "the language model cannot be asked",
        ),
    ],
)
def test_what_a_plan_needs_is_looked_for_before_anything_is_made(
    asked: list[str], tmp_path: Path, plan: str, says: str
) -> None:
    (tmp_path / "plan.yaml").write_text(plan)
    done = CliRunner().invoke(app, [*asked, "-o", str(tmp_path / "new" / "m.jsonl")])
    assert done.exit_code == 2 and says in done.stderr
    assert not (tmp_path / "new").exists()


def test_a_missing_extra_is_named(asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "_EXTRA", ("json", "no_such_package"))
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 2
    assert "no_such_package is missing: pip install 'vid2book[collect]'" in done.stderr
