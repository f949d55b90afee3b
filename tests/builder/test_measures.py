"""What `vid2book measure` found stands on the card of the version that it was found of."""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from huggingface_hub import DatasetCard
from PIL import Image

from vid2book import builder
from vid2book.builder.write import write_corpus
from vid2book.eval import measure
from vid2book.eval.measures.coverage import Coverage
from vid2book.eval.report.metrics import write_metrics
from vid2book.folder import record
from vid2book.folder.measures import number_on, put_on_card, read_measures, section_of
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


def card(hub: Hub, revision: str = "main") -> str:
    found = hub.repos["org/name"].at(revision).files["README.md"]
    return hub.objects.path(found.sha256).read_text()


def measures(hub: Hub, revision: str = "main") -> set[str]:
    """The files of measures in a version; the card shows them or it does not, as they are there."""
    files = hub.repos["org/name"].at(revision).files
    found = {path for path in files if path.startswith("measures/")}
    assert card(hub, revision).count("\n## Measures\n") == bool(found)
    return found


def test_a_version_goes_with_its_measures(
    hub: Hub, push: Callable, out: Path, report: Path
) -> None:
    assert push(out, "1.0.0", "--measures", str(report)).exit_code == 0
    files = hub.repos["org/name"].at("1.0.0").files
    card = hub.objects.path(files["README.md"].sha256).read_text()
    DatasetCard(card)  # the header is still whole
    assert "## Measures\n" in card
    assert card.index("## Measures") < card.index("## Licences")
    # Two videos that agree tell nothing about a third.
    assert "| Images per sample `images_per_sample` | 2 | none: 2 videos |" in card
    plot = hub.objects.path(files["measures/measures.png"].sha256).read_bytes()
    assert Image.open(io.BytesIO(plot)).width > 600


def test_measures_stay_as_long_as_the_samples_do(
    hub: Hub, push: Callable, make, out: Path, report: Path
) -> None:
    assert push(out, "1.0.0", "--measures", str(report)).exit_code == 0
    there, requests = measures(hub), len(hub.requests)
    again = push(out, "1.0.0")
    assert again.exit_code == 0
    assert "Version 1.0.0 of org/name is already published; nothing to do" in again.stdout
    assert not [kind for kind, _, _ in hub.requests[requests:] if kind in ("POST", "DELETE")]
    # Another version of the same samples.
    assert push(out, "1.1.0", "--decisions").exit_code == 0
    assert measures(hub) == measures(hub, "1.0.0") == there
    assert push(out, "1.1.0", "--decisions").exit_code == 0

    # Of other samples they would be false.
    write_corpus(make.corpus(make.video("a"), make.video("c")), out)
    would = push(out, "2.0.0", "--dry-run")
    assert "The measures on the card are of other samples" in would.stdout
    changed = push(out, "2.0.0")
    assert changed.exit_code == 0
    assert "The measures on the card were of other samples" in changed.stdout
    assert measures(hub) == set() and measures(hub, "1.1.0") == there
    assert "The measures" not in push(out, "2.1.0").stdout


def test_a_version_is_not_measured_anew_in_silence(
    hub: Hub, push: Callable, out: Path, report: Path
) -> None:
    assert push(out, "1.0.0").exit_code == 0
    done = push(out, "1.0.0", "--measures", str(report))
    assert done.exit_code == 2 and "version 1.0.0, with other measures" in done.stderr
    assert push(out, "1.0.0", "--measures", str(report), "--force").exit_code == 0
    assert measures(hub, "1.0.0")
    # Where the folder has them, a report of the same is no other version.
    put_on_card(report, out)
    assert push(out, "1.0.0").exit_code == 0


def test_the_card_of_the_folder_has_them_until_it_is_built_anew(
    hub: Hub, push: Callable, make, out: Path, report: Path
) -> None:
    before = (out / "README.md").read_text()
    put_on_card(report, out)
    put_on_card(report, out)
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
        assert "| Images per sample `images_per_sample` | 2 |" in (folder / "README.md").read_text()


def part(out: Path, tmp_path: Path, only: str, samples: int | None = None) -> Path:
    """A report with one measure."""
    folder = tmp_path / "part"
    folder.mkdir(exist_ok=True)
    write_metrics(measure(out, only=[only], samples=samples), folder / "metrics.json")
    return folder


def test_a_part_of_the_measures_leaves_the_others_on_the_card(
    out: Path, report: Path, tmp_path: Path
) -> None:
    every = put_on_card(report, out)
    before = section_of((out / "README.md").read_text())
    assert number_on(before) == every.now > 10 and every.kept == every.dropped == 0
    again = put_on_card(part(out, tmp_path, "images_per_sample"), out)
    assert (again.now, again.kept, again.dropped) == (every.now, every.now - 1, 0)
    assert section_of((out / "README.md").read_text()) == before
    written = json.loads((out / "measures" / "metrics.json").read_text())
    assert written["figures"].keys() == json.loads((report / "metrics.json").read_text())[
        "figures"
    ].keys()  # fmt: skip

    # Of one sample out of two, it is no part of the same.
    other = put_on_card(part(out, tmp_path, "images_per_sample", samples=1), out)
    assert (other.now, other.kept, other.dropped) == (1, 0, every.now - 1)
    assert number_on((out / "README.md").read_text()) == 1


def test_nothing_of_other_corpora_in_a_report_is_published(make, out: Path, tmp_path: Path) -> None:
    write_corpus(make.corpus(make.video("c")), tmp_path / "secret")
    write_metrics(measure(out, tmp_path / "secret"), tmp_path / "metrics.json")
    content = read_measures(tmp_path, out).files["measures/metrics.json"]
    [own] = json.loads(content)["corpora"]
    assert own["name"] == "textbook" and b"secret" not in content


def test_tables_leave_out_what_breaks_another_figure_down(out: Path, tmp_path: Path) -> None:
    metrics = measure(out).to_dict()
    assert metrics["figures"]["insi_sim_4"]["minor"]
    for figure in metrics["corpora"][0]["measures"].values():
        figure["value"], figure["low"], figure["high"] = 0.5, 0.4, 0.6  # as if CLIP was there
    (tmp_path / "metrics.json").write_text(json.dumps(metrics))
    section = read_measures(tmp_path, out).section
    assert "`insi_sim`" in section and "`duplicate_image_share_within`" in section
    assert "`insi_sim_4`" not in section
    # Whoever asks for it by name gets it.
    asked = measure(out, only=["insi_sim_4"]).to_dict()
    assert not asked["figures"]["insi_sim_4"]["minor"]


def test_a_push_says_that_the_card_shows_fewer_measures(
    hub: Hub, push: Callable, out: Path, report: Path, tmp_path: Path
) -> None:
    assert "The card" not in push(out, "1.2.1", "--measures", str(report)).stdout
    every = number_on(card(hub))
    one = str(part(out, tmp_path, "images_per_sample"))
    would = push(out, "1.3.0", "--measures", one, "--dry-run").stdout
    assert f"The card would show 1 measure; version 1.2.1 shows {every}" in would
    done = push(out, "1.3.0", "--measures", one).stdout
    assert f"The card shows 1 measure; version 1.2.1 showed {every}" in done
    assert number_on(card(hub)) == 1
    again = push(out, "1.3.0", "--measures", str(report), "--force").stdout
    assert "The card" not in again and number_on(card(hub)) == every
    replaced = push(out, "1.3.0", "--measures", one, "--force", "--json")
    assert json.loads(replaced.stdout)["fewer_measures"] == {
        "now": 1, "before": every, "version": "1.3.0",
    }  # fmt: skip


def test_what_the_folder_has_wins_over_an_earlier_push(
    hub: Hub, push: Callable, out: Path, report: Path, tmp_path: Path
) -> None:
    assert push(out, "1.0.0", "--measures", str(report)).exit_code == 0
    put_on_card(part(out, tmp_path, "images_per_sample"), out)
    assert "The card shows 1 measure" in push(out, "1.1.0").stdout
    assert number_on(card(hub)) == 1
    assert push(out, "1.2.0", "--measures", str(report)).exit_code == 0
    assert number_on(card(hub)) > 10


def test_a_figure_that_is_null_is_left_out(out: Path, report: Path) -> None:
    section = read_measures(report, out).section
    assert "InSI-SIM)" not in section  # needs CLIP
    assert "None" not in section


def test_a_report_of_something_else_is_refused(
    out: Path, report: Path, make, tmp_path: Path
) -> None:
    with pytest.raises(CorpusError, match="there is no such report; run `vid2book measure"):
        read_measures(tmp_path / "nowhere", out)
    other = tmp_path / "textbook-2"
    write_corpus(make.corpus(make.video("a")), other)
    with pytest.raises(CorpusError, match=r"about other samples \(textbook\) than"):
        read_measures(report, other)
    write_corpus(make.corpus(make.video("a"), make.video("b"), samples=3), out)
    with pytest.raises(CorpusError, match="about other samples"):
        read_measures(report, out)
    (report / "metrics.json").write_text("[]")
    with pytest.raises(CorpusError, match="not a report"):
        read_measures(report, out)


def test_a_report_is_of_samples_wherever_and_whenever_they_were_written(
    out: Path, report: Path, make, tmp_path: Path
) -> None:
    os.utime(report / "metrics.json", (0, 0))
    moved = out.rename(tmp_path / "moved")
    builder.remove(moved, ["b"])
    with pytest.raises(CorpusError, match="about other samples"):
        read_measures(report, moved)
    write_corpus(make.corpus(make.video("a"), make.video("b")), moved)  # as --undo does
    assert read_measures(report, moved).files


def test_a_published_figure_can_be_checked(
    hub: Hub, push: Callable, make, env: dict[str, str], tmp_path: Path
) -> None:
    """What the folder gave, the Hub gives to the last bit, with all samples and with some."""
    out = tmp_path / "textbook"
    write_corpus(make.corpus(*(make.video(name) for name in "gbdacfe")), out)
    assert push(out, "1.0.0").exit_code == 0
    for samples in ("1000", "5"):
        to = tmp_path / samples
        options = ["--samples", samples, "-o", str(to)]
        vid2book("measure", str(out), "org/name@1.0.0", *options, env=env)
        mine, theirs = json.loads((to / "metrics.json").read_text())["corpora"]
        beside = {figure.name for figure in Coverage.figures}  # of tables that are not pushed
        shared = [name for name in mine["measures"] if name not in beside]
        assert [mine["measures"][n] for n in shared] == [theirs["measures"][n] for n in shared]
        assert mine["drawn"] == theirs["drawn"]
        assert mine["samples"] == theirs["samples"] == min(int(samples), mine["samples"])


def test_a_report_that_fits_again_is_told(hub: Hub, push: Callable, make, tmp_path: Path) -> None:
    out, report = tmp_path / "textbook", tmp_path / "report"
    both = make.corpus(make.video("a"), make.video("b"))
    write_corpus(both, out)
    report.mkdir()
    write_metrics(measure(out), report / "metrics.json")
    assert push(out, "1.0.0", "--measures", str(report)).exit_code == 0
    write_corpus(make.corpus(make.video("a")), out)
    assert "fits again" not in push(out, "1.1.0").stdout
    write_corpus(both, out)
    told = "The measures of version 1.0.0 are of the same samples as this one"
    assert told in push(out, "1.2.0", "--dry-run").stdout
    again = push(out, "1.2.0")
    assert again.exit_code == 0 and told in again.stdout
    assert measures(hub) == set()
    assert "fits again" not in push(out, "1.3.0", "--measures", str(report)).stdout
    assert measures(hub)
