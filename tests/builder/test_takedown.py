"""Videos are found and taken out by where they come from, and stay out."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from datasets import load_dataset
from typer.testing import CliRunner

from vid2book import builder, cli
from vid2book.builder.takedown import address, is_at
from vid2book.builder.write import write_corpus
from vid2book.console import NOTHING_DONE, SOME_FAILED
from vid2book.folder.layout import PREVIEW
from vid2book.folder.record import CorpusError

from ..support.hub.server import Hub

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


@pytest.fixture
def out(make, tmp_path: Path) -> Path:
    """Three channels, one of them with two videos."""
    optics = {
        "channel": "Optics",
        "channel_id": "UC1",
        "channel_url": "https://youtube.com/@optics",
    }
    videos = (
        make.video("a", metadata=optics, source_url="https://www.youtube.com/watch?v=aaaaaaaaaaa"),
        make.video("b", metadata=optics, source_url="https://youtu.be/bbbbbbbbbbb?t=3"),
        make.video("c", metadata={"uploader_id": "@law"}, author="Law School"),
        make.video("d", metadata={}, author="", source_url=""),
    )
    write_corpus(make.corpus(*videos, samples=1, status={"d": "filtered"}), tmp_path / "out")
    return tmp_path / "out"


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ({"channel": "optics"}, ["a", "b"]),
        ({"channel": "UC1"}, ["a", "b"]),
        ({"channel": "https://www.youtube.com/@optics/"}, ["a", "b"]),
        ({"uploader": "law school"}, ["c"]),
        ({"uploader": "@law"}, ["c"]),
        ({"url": "http://m.youtube.com/watch?v=bbbbbbbbbbb&list=x"}, ["b"]),
        ({"url": "https://youtu.be/aaaaaaaaaaa"}, ["a"]),
        ({"url": "example.org/*"}, ["c"]),
        ({"url": "*://youtu.be/*"}, ["b"]),
        ({"url": "https://youtube.com/*", "channel": "Optics"}, ["a", "b"]),
        ({"url": "https://example.org"}, []),
        ({"channel": ""}, None),
        ({}, None),
    ],
)
def test_videos_are_found(out: Path, asked: dict[str, str], ids: list[str] | None) -> None:
    if ids is None:
        with pytest.raises(CorpusError, match="name the videos by their ids"):
            builder.find(out, **asked)
    else:
        assert [found.video_id for found in builder.find(out, **asked)] == ids


def test_an_address_is_known_however_it_is_written() -> None:
    same = [
        "https://www.youtube.com/watch?v=x-Y_1&t=5", "youtu.be/x-Y_1", "https://m.youtube.com/shorts/x-Y_1",
        "https://www.youtube-nocookie.com/embed/x-Y_1?start=1", "http://youtube.com/live/x-Y_1",
    ]  # fmt: skip
    assert {address(url) for url in same} == {"youtube.com/watch?v=x-Y_1"}
    assert address("https://youtu.be/x-y_1") != address(same[0])  # ids know case
    assert not is_at("https://example.org/a", "") and not is_at("", "https://example.org")


def test_videos_are_found_by_their_ids(out: Path, tmp_path: Path) -> None:
    builder.remove(out, ["b"])
    found = builder.find(out, ["a", "b", "zzz"], channel="Optics")
    today = datetime.now(UTC).date().isoformat()
    assert [(m.video_id, m.status, m.removed_on) for m in found] == [
        ("a", "kept", ""),
        ("b", "removed", today),
    ]
    with pytest.raises(CorpusError, match="there is no such folder"):
        builder.find(tmp_path / "nowhere", ["a"])


def test_they_are_removed_and_put_on_record(out: Path) -> None:
    done = builder.remove(out, channel="Optics")
    assert (done.video_ids, done.samples, done.left.samples) == (("a", "b"), 2, 1)
    today = datetime.now(UTC).date().isoformat()
    text = (out / "REMOVED.csv").read_text()
    assert text == f"video_id,removed_on\na,{today}\nb,{today}\n"
    assert load_dataset(str(out), "videos", split="train")["video_id"] == ["c", "d"]
    with pytest.raises(CorpusError, match="nothing was removed"):
        builder.remove(out, channel="Optics")
    with pytest.raises(CorpusError, match="name the videos"):
        builder.remove(out)


def test_the_commands(out: Path) -> None:
    def run(*arguments: str, code: int = 0) -> str:
        result = CliRunner().invoke(cli.app, [arguments[0], str(out), *arguments[1:]])
        assert result.exit_code == code, result.output
        return result.stdout

    assert run("find", "--channel", "Optics").splitlines()[0].startswith("a  Lecture a, part one")
    nowhere = run("find", "--url", "https://youtu.be/zzzzzzzzzzz", code=SOME_FAILED)
    assert nowhere == "No matching video in the corpus\n"
    some = run("find", "a", "zzz", "A", code=SOME_FAILED).splitlines()
    assert some[0].startswith("a  Lecture a")
    assert some[1:] == ["Not in the corpus: A (did you mean a?), zzz"]
    run("remove", "--channel", "Nobody", code=NOTHING_DONE)
    assert "Look at the corpus: vid2book view" in run("remove", "b")
    (out / PREVIEW).mkdir()
    removed = run("remove", "--channel", "Optics")
    assert "Removed a, with" in removed and not (out / PREVIEW).exists()
    assert f"was deleted. Make it again: vid2book view {out}" in " ".join(removed.split())
    assert "No matching video" in run("find", "--channel", "Optics", code=SOME_FAILED)


def test_a_version_says_what_was_removed(make, out: Path, hub: Hub, push) -> None:
    push(out, "1.0.0")
    builder.remove(out, ["a"])
    assert push(out, "1.1.0").exit_code == 0
    found = hub.repos["org/name"].at("1.1.0").files["REMOVED.csv"]
    today = datetime.now(UTC).date().isoformat()
    assert hub.objects.path(found.sha256).read_text() == f"video_id,removed_on\na,{today}\n"
    assert "REMOVED.csv" not in hub.repos["org/name"].at("1.0.0").files
    # A corpus of another folder that knows nothing of it, and has the video again.
    other = out.parent / "other"
    write_corpus(make.corpus(make.video("a"), make.video("c")), other)
    result = push(other, "1.2.0")
    assert result.exit_code == 2
    assert "a was taken down in an earlier version" in result.stderr
    write_corpus(make.corpus(make.video("c")), other)
    assert push(other, "1.2.0").exit_code == 0
    assert "REMOVED.csv" in hub.repos["org/name"].at("1.2.0").files
    # Taken back on purpose, it is on the list no longer, and no later push minds.
    write_corpus(make.corpus(make.video("a"), make.video("c")), other)
    assert push(other, "1.3.0", "--allow-removed").exit_code == 0
    found = hub.repos["org/name"].at("1.3.0").files["REMOVED.csv"]
    assert hub.objects.path(found.sha256).read_text() == "video_id,removed_on\n"
    write_corpus(make.corpus(make.video("a"), make.video("c"), make.video("d")), other)
    assert push(other, "1.4.0").exit_code == 0
    card = hub.objects.path(hub.repos["org/name"].at("1.4.0").files["README.md"].sha256).read_text()
    assert card.count("<!-- vid2book:") == 2 and card.count("### 1.") == 5


def test_publishing_from_python(make, out: Path, hub: Hub, push) -> None:
    lines: list[str] = []
    pushed = builder.push(out, "org/name", version="1.0.0", tell=lines.append)
    assert pushed.commit == hub.repos["org/name"].tags["1.0.0"]
    assert pushed.plan.send and lines
    assert builder.push(out, "org/name", version="1.0.0").commit is None
    builder.remove(out, ["a"])
    assert builder.diff("org/name@1.0.0", out).removed == ["a"]
    assert [found.video_id for found in builder.find("org/name", channel="Optics")] == ["a", "b"]
