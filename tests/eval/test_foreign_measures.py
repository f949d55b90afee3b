"""Corpora of others: what is written on their images is read, and their images are fetched."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from vid2book.errors import UserError
from vid2book.eval import measure
from vid2book.eval.corpora import InterleavedCorpus, open_corpus
from vid2book.eval.fetch import FORBIDDEN, GONE, NO_URL, PRIVATE, TOO_MANY, Fetcher, is_public
from vid2book.eval.report.names import distinct_names, shorten
from vid2book.eval.reservoir import Reservoir

from ..support.corpora import png, row, write_parquet
from ..support.screens import slide
from .test_report import run

SAID = {
    "Kinetic energy": "The kinetic energy of a body grows with the square of its velocity.",
    "Ribosomes": "Ribosomes read the RNA and build proteins from a chain of amino acids.",
    "Binary search": "Binary search compares the middle element and halves the sorted range.",
    "Glaciers": "Glaciers reflect sunlight, and as the ice melts the planet gets warmer.",
    "Inflation": "Inflation means that prices rise and money buys less bread than before.",
    "Photosynthesis": "In photosynthesis plants turn light, water and carbon dioxide to sugar.",
}


def encoded(pixels: Any) -> bytes:
    import cv2

    return bytes(cv2.imencode(".png", np.asarray(pixels)[:, :, ::-1])[1])


def foreign(path: Path, turned: int) -> Path:
    """A corpus without `ocr_texts`, each slide beside the text of another where it is turned."""
    titles, texts = list(SAID), list(SAID.values())
    rows = []
    for n, title in enumerate(titles):
        lines = [" ".join(texts[n].split()[:6])]
        image = {"bytes": encoded(slide(title, lines)), "path": None}
        said = texts[(n + turned) % len(texts)]
        rows.append({"url": f"https://example.org/{n}", "images": [image, None],
                     "texts": [None, said]})  # fmt: skip
    return write_parquet(path, rows)


def test_what_nobody_read_is_read_here(tmp_path: Path) -> None:
    right = foreign(tmp_path / "right.parquet", 0)
    wrong = foreign(tmp_path / "wrong.parquet", 2)
    told: list[tuple[str, int, int | None]] = []
    only = ["image_text_lift", "image_text_auc"]
    found = measure(right, wrong, only=only, tell=lambda *line: told.append(line)).to_dict()
    read = [line for line in told if line[0] == "pictures that are read"]
    assert read == 2 * [("pictures that are read", n, 6) for n in range(1, 7)]
    one, other = (corpus["measures"] for corpus in found["corpora"])
    assert set(one) == {"image_text_lift", "image_text_auc"}
    assert one["image_text_auc"]["value"] > 0.9 > other["image_text_auc"]["value"]
    assert one["image_text_lift"]["value"] > 0.2 > other["image_text_lift"]["value"]
    assert "6 images drawn at random, read by" in one["image_text_lift"]["scorer"]


def test_a_reservoir_holds_each_with_the_same_chance() -> None:
    counts = np.zeros(20)
    for seed in range(600):
        kept = Reservoir[int](5, seed)
        for item in range(20):
            kept.add(item, item)
        assert len(kept.items) == 5
        counts[kept.items] += 1
    assert counts.min() > 100 and counts.max() < 200  # 150 each


def test_only_some_measures_are_run_by_name(tmp_path: Path) -> None:
    corpus = write_parquet(tmp_path / "a.parquet", [row(f"v{i}") for i in range(6)])
    found = measure(corpus, only=["coherence"]).to_dict()
    assert list(found["figures"]) == ["coherence"] == list(found["corpora"][0]["measures"])
    with pytest.raises(UserError, match="no measure 'coherense'; did you mean coherence"):
        measure(corpus, only=["coherense"])
    result = run(corpus, "--only", "coherence,images_per_sample", "-o", tmp_path / "out")
    assert result.exit_code == 0
    assert "images_per_sample" in result.output and "tokens_per_sample" not in result.output


def test_a_measure_that_was_asked_for_does_not_vanish(tmp_path: Path) -> None:
    corpus = write_parquet(tmp_path / "a.parquet", [row(f"v{i}") for i in range(6)])
    arguments = (corpus, "-o", tmp_path / "out", "--only")
    some = run(*arguments, "screen_coverage,images_per_sample")
    assert some.exit_code == 0
    reason = "the corpus has no table `decisions`"
    assert f"a: screen_coverage could not be computed: {reason}" in " ".join(some.output.split())
    assert "images_per_sample could not" not in some.output
    none = run(*arguments, "screen_coverage", "--json")
    assert none.exit_code == 2
    assert "none of these measures could be computed" in none.stderr
    found = json.loads(none.stdout)["corpora"][0]["measures"]["screen_coverage"]
    assert found["value"] is None and found["reason"].startswith(reason)


def test_five_corpora_have_whole_names_in_a_terminal(tmp_path: Path) -> None:
    names = [f"lectures-of-spring-{i}-kept-by-the-judge" for i in range(5)]
    files = [
        write_parquet(tmp_path / f"{name}.parquet", [row(f"v{i}") for i in range(3)])
        for name in names
    ]
    result = run(*files, "--only", "images_per_sample", "-o", tmp_path / "out")
    assert result.exit_code == 0
    # A name may go on in the next line of its column.
    letters = result.output.replace(" ", "").replace("\n", "")
    assert "…" not in result.output and letters.count("the-judge") >= 5
    assert all(f"spring-{i}" in letters for i in range(5))


def test_names_are_told_apart(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        write_parquet(tmp_path / folder / "textbook" / "train-00000.parquet", [row("v")])
    opened = [open_corpus(tmp_path / folder / "textbook") for folder in ("one", "two")]
    assert distinct_names(opened) == ["one/textbook", "two/textbook"]
    assert distinct_names([opened[0], opened[0]]) == ["textbook", "textbook (2)"]
    long = [f"experiments/lectures-of-2026/run-{n}/textbook-as-it-was-built" for n in range(5)]
    cut = shorten(long, 26)
    assert len(set(cut)) == 5 and all(len(name) <= 26 for name in cut)
    assert shorten(["a", "b"], 26) == ["a", "b"]


class Site(BaseHTTPRequestHandler):
    """A site with a picture, one that is forbidden, one too large, one that moved to the former."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        told = {
            "/robots.txt": b"User-agent: *\nDisallow: /private/",
            "/a.png": png(1),
            "/private/b.png": png(2),
            "/large.png": b"x" * 10_000_001,
        }.get(self.path)
        moved = {"/moved.png": "/private/b.png", "/inside.png": "http://10.0.0.1/a.png"}
        if self.path in moved:
            self.send_response(302)
            self.send_header("Location", moved[self.path])
            self.end_headers()
            return
        self.send_response(200 if told else 404)
        self.end_headers()
        self.wfile.write(told or b"")

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    Site.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take this machine for a public one."""
    monkeypatch.setattr("vid2book.eval.fetch.is_public", lambda address: address == "127.0.0.1")


def test_this_machine_and_its_network_are_not_asked(
    site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = site.rpartition(":")[2]
    fetcher = Fetcher(tmp_path, pause=0.0)
    for host in ("127.0.0.1", "localhost", "0.0.0.0", "[::1]", "2130706433"):
        assert fetcher.get(f"http://{host}:{port}/a.png") == PRIVATE
    monkeypatch.setenv("http_proxy", site)
    assert Fetcher(tmp_path, pause=0.0).get("http://169.254.169.254/a.png") == PRIVATE
    assert not Site.asked


def test_addresses_of_the_internet_are_told_from_others() -> None:
    private = "10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 224.0.0.1 fe80::1%eth0 "
    private += "fc00::1 ::ffff:127.0.0.1"
    assert not [address for address in private.split() if is_public(address)]
    assert all(map(is_public, ["8.8.8.8", "2606:4700:4700::1111"]))


@pytest.mark.usefixtures("loopback")
def test_a_public_site_leads_to_no_private_one(site: str, tmp_path: Path) -> None:
    assert Fetcher(tmp_path, pause=0.0).get(f"{site}/inside.png") == PRIVATE


@pytest.mark.usefixtures("loopback")
def test_images_are_fetched_once_and_by_the_rules(site: str, tmp_path: Path) -> None:
    fetcher = Fetcher(tmp_path, pause=0.0)
    assert fetcher.get(f"{site}/a.png") == png(1)
    assert fetcher.get(f"{site}/private/b.png") == FORBIDDEN
    assert fetcher.get(f"{site}/moved.png") == GONE  # to where it is forbidden
    assert fetcher.get(f"{site}/none.png") == GONE
    assert fetcher.get(f"{site}/large.png") == GONE
    assert fetcher.get("file:///etc/passwd") == NO_URL
    again = Fetcher(tmp_path, most=0, pause=0.0)
    assert again.get(f"{site}/a.png") == png(1)
    assert again.get(f"{site}/none.png") == GONE
    assert again.get(f"{site}/other.png") == TOO_MANY
    asked = Site.asked
    assert "/private/b.png" not in asked and asked.count("/a.png") == 1 == asked.count("/none.png")


@pytest.mark.usefixtures("loopback")
def test_a_corpus_of_urls_is_fetched_on_request(
    site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    rows = [{"url": "https://example.org/1", "images": [f"{site}/a.png", None],
             "texts": [None, "A picture of noise."]}]  # fmt: skip
    file = write_parquet(tmp_path / "web.parquet", rows)
    without: InterleavedCorpus = open_corpus(file)
    list(without.samples())
    assert any("--fetch" in reason for reason in without.skipped)
    result = run(file, "--only", "images_per_sample", "--fetch", "-o", tmp_path / "out")
    assert result.exit_code == 0 and "left out" not in result.output
    assert "images_per_sample" in result.output
