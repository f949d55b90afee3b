"""What `vid2book measure` found stands on the card of the version that it was found of."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from huggingface_hub import DatasetCard
from PIL import Image

from vid2book.builder.write import write_corpus
from vid2book.eval import measure
from vid2book.eval.report.metrics import write_metrics
from vid2book.folder import record
from vid2book.folder.measures import put_on_card, read_measures
from vid2book.folder.record import CorpusError

from ..support.hub.server import Hub
from ..support.library import vid2book

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


@pytest.fixture
def out(make, tmp_path: Path) -> Path:
    write_corpus(make.corpus(make.video("a"), make.video("b")), tmp_path / "textbook")
    return tmp_path / "textbook"


@pytest.fixture
def report(out: Path, tmp_path: Path) -> Path:
    (tmp_path / "report").mkdir()
    write_metrics(measure(out), tmp_path / "report" / "metrics.json")
    return tmp_path / "report"


def test_a_version_goes_with_its_measures(
    hub: Hub, push: Callable, out: Path, report: Path
) -> None:
    assert push(out, "1.0.0", "--measures", str(report)).exit_code == 0
    files = hub.repos["org/name"].at("1.0.0").files
    card = hub.objects.path(files["README.md"].sha256).read_text()
    DatasetCard(card)  # the header is still whole
    assert "## Measures\n" in card
    assert card.index("## Measures") < card.index("## Licences")
    rows = [line for line in card.splitlines() if line.startswith("| ") and " to " in line]
    assert any(row.startswith("| Images per sample | 2 | 2 to 2 |") for row in rows)
    plot = hub.objects.path(files["measures/measures.png"].sha256).read_bytes()
    assert Image.open(io.BytesIO(plot)).width > 600

    # The next version was not measured.
    assert push(out, "1.1.0").exit_code == 0
    later = hub.repos["org/name"].at("main").files
    assert not [path for path in later if path.startswith("measures/")]
    assert "## Measures" not in hub.objects.path(later["README.md"].sha256).read_text()


def test_the_card_of_the_folder_has_them_until_it_is_built_anew(
    hub: Hub, push: Callable, make, out: Path, report: Path
) -> None:
    before = (out / "README.md").read_text()
    put_on_card(report, out, "textbook")
    put_on_card(report, out, "textbook")
    card = (out / "README.md").read_text()
    assert card.count("## Measures\n") == 1 and len(card.split("## Measures")[1].split("\n## ")) > 3
    assert Image.open(out / "measures" / "measures.png").width > 600
    DatasetCard(card)
    assert record.checked_record(out)

    assert push(out, "1.0.0").exit_code == 0
    files = hub.repos["org/name"].at("1.0.0").files
    assert "measures/measures.png" in files
    assert "## Measures\n" in hub.objects.path(files["README.md"].sha256).read_text()

    write_corpus(make.corpus(make.video("a"), make.video("b")), out)
    assert (out / "README.md").read_text() == before
    assert not (out / "measures").exists()


def test_the_command_puts_them_there(out: Path, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere" / "textbook"  # of the same name
    shutil.copytree(out, other)
    plain = tmp_path / "plain.parquet"
    shutil.copy(next((out / "data").iterdir()), plain)
    done = vid2book(
        "measure", out, other, plain, "-o", tmp_path / "r", "--card", "--only", "images_per_sample"
    )
    assert done.returncode == 0, done.stderr
    for folder in (out, other):
        assert "| Images per sample | 2 |" in (folder / "README.md").read_text()


def test_a_figure_that_is_null_is_left_out(out: Path, report: Path) -> None:
    section = read_measures(report, out).section
    assert "InSI-SIM)" not in section  # needs CLIP
    assert "None" not in section


def test_a_report_of_something_else_is_refused(out: Path, report: Path, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="there is no such report; run `vid2book measure"):
        read_measures(tmp_path / "nowhere", out)
    other = out.rename(tmp_path / "other")
    with pytest.raises(CorpusError, match="measures textbook and not other"):
        read_measures(report, other)
    os.utime(report / "metrics.json", (0, 0))
    with pytest.raises(CorpusError, match="older than the corpus"):
        read_measures(report, other.rename(out))
    (report / "metrics.json").write_text("[]")
    with pytest.raises(CorpusError, match="not a report"):
        read_measures(report, out)
