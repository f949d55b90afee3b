"""What cells are asked, and what they are trained on, does not favour one of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from vid2book.eval.ablate import report
from vid2book.eval.ablate.config import Ablation, Overrides, StudyCorpus
from vid2book.eval.ablate.folders import AblateError, Folders, KeyedFolder
from vid2book.eval.ablate.grid import cells
from vid2book.eval.ablate.runs import Job, RunResult, run
from vid2book.eval.ablate.study import jobs
from vid2book.eval.ablate.table import measures, table
from vid2book.eval.corpora import CorpusError
from vid2book.eval.train import train

from ..support import vlms
from ..support.corpora import png, row, write_parquet
from ..support.training import recipe, write_corpus
from .test_ablate import found

pytest.importorskip("torch")

JUDGED = {"judge": {"yes": {}, "no": {"pipeline": {"judge": {"enabled": False}}}}}
RECIPE = {"batch_size": 4, "learning_rate": 0.01, "data": {"max_tokens": 160}}


def corpus(folder: Path, train: Sequence[str], test: Sequence[str], images: int = 2) -> Path:
    for split, names in (("train", train), ("test", test)):
        rows = [row(name, images=images) for name in names]
        write_parquet(folder / "data" / f"{split}-00000.parquet", rows)
    return folder


class TwoPipelines(Folders):
    """Corpora that are there already, for pipelines with a judge and without."""

    def __init__(self, root: Path, judged: Path, whole: Path) -> None:
        super().__init__(root, lambda said: None)
        self.judged, self.whole = judged, whole

    def corpus(self, corpus: StudyCorpus, pipeline: Overrides) -> KeyedFolder:
        if corpus.path:
            return super().corpus(corpus, pipeline)
        path = self.whole if pipeline.get("judge") else self.judged
        return KeyedFolder(str(path), path.name)


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TwoPipelines:
    monkeypatch.setenv("VID2BOOK_STORE", str(tmp_path / "store"))
    good, bad = [f"good{i}" for i in range(3)], [f"bad{i}" for i in range(9)]
    held_out = [f"held{i}" for i in range(12)]
    return TwoPipelines(
        tmp_path / "work",
        corpus(tmp_path / "judged", good, held_out),
        corpus(tmp_path / "whole", [*good, *bad], held_out, images=3),
    )


def study(**values: Any) -> Ablation:
    given = {
        "title": "A study",
        "corpus": {"videos": "lectures"},
        "model": {"path": "model"},
        "train": RECIPE,
        "axes": JUDGED,
        "seeds": [0],
    }
    return Ablation.model_validate(given | values)


def asked(ablation: Ablation, folders: Folders) -> list[Job]:
    return jobs(ablation, cells(ablation), folders)


def test_the_first_cell_does_not_choose_what_all_are_asked(folders: TwoPipelines) -> None:
    turned = {"judge": dict(reversed(JUDGED["judge"].items()))}
    one, other = asked(study(), folders), asked(study(axes=turned), folders)
    assert [job.cell for job in one] == ["yes", "no"] == [job.cell for job in other[::-1]]
    sets = {job.held_out for job in (*one, *other)}
    assert len(sets) == 1
    (only,) = sets
    assert [held_out.name for held_out in only] == ["split test of yes", "split test of no"]
    assert {job.key for job in one} == {job.key for job in other}  # nothing is run again


def test_lessons_of_their_own_are_asked(folders: TwoPipelines, tmp_path: Path) -> None:
    own = corpus(tmp_path / "own", ["other"], [f"own{i}" for i in range(10)])
    found = asked(study(held_out={"corpus": {"path": str(own)}}), folders)
    assert {held_out.kept.path for job in found for held_out in job.held_out} == {str(own)}


def test_what_cannot_be_held_out_is_told_before_training(
    folders: TwoPipelines, tmp_path: Path
) -> None:
    leaking = corpus(tmp_path / "leaking", ["x"], ["new", "bad3", "good1"])
    with pytest.raises(AblateError, match=r"2 held-out lessons .*whole \(bad3, good1\)|1 held-out"):
        asked(study(held_out={"corpus": {"path": str(leaking)}}), folders)
    with pytest.raises(CorpusError, match="has no split 'dev'; it has test, train"):
        asked(study(held_out={"split": "dev"}), folders)
    with pytest.raises(AblateError, match=r"under held_out\.corpus"):
        asked(study(held_out={"questions": "questions"}), folders)


def test_cells_can_have_corpora_of_their_own(tmp_path: Path) -> None:
    own = corpus(tmp_path / "own", ["other"], [f"own{i}" for i in range(10)])
    mine = corpus(tmp_path / "mine", ["a", "b"], ["c"])
    theirs = tmp_path / "theirs.jsonl"
    theirs.write_text('{"images": [null], "texts": ["A text."]}\n' * 3)
    given = {
        "corpus": {"path": str(mine)},
        "axes": {"corpus": {"mine": {}, "theirs": {"corpus": {"path": str(theirs)}}}},
        "held_out": {"corpus": {"path": str(own)}},
    }
    folders = Folders(tmp_path / "work", lambda line: None)
    found = asked(study(**given, design="whole corpora", budget=100), folders)
    assert [(job.cell, job.corpus.path) for job in found] == [
        ("mine", str(mine)), ("theirs", str(theirs)),
    ]  # fmt: skip
    assert [job.offered for job in found] == [2, 3]
    with pytest.raises(AblateError, match=r"theirs.jsonl: samples are matched by id in corpora of"):
        asked(study(**given), folders)


def test_a_corpus_of_another_shape_can_be_shuffled(tmp_path: Path) -> None:
    released = tmp_path / "foreign.jsonl"
    rows = [
        {"images": [f"{n}.png", None], "texts": [None, f"Text {n}."], "video_id": f"v{n}"}
        for n in range(6)
    ]
    for n in range(6):
        (tmp_path / f"{n}.png").write_bytes(png(n))
    released.write_text("\n".join(map(json.dumps, rows)))
    own = corpus(tmp_path / "own", ["other"], [f"own{i}" for i in range(10)])
    axes = {"images": {"in order": {}, "moved": {"shuffle_across": 1.0}}}
    given = {"corpus": {"path": str(released)}, "axes": axes}
    folders = Folders(tmp_path / "work", lambda line: None)
    ordered, moved = asked(study(**given, held_out={"corpus": {"path": str(own)}}), folders)
    first, second = (list(job.learned.samples()) for job in (ordered, moved))
    assert [sample.texts for sample in first] == [sample.texts for sample in second]
    images = [[sample.images[0] for sample in samples] for samples in (first, second)]
    assert images[0] != images[1] and set(images[0]) == set(images[1]) == set(map(png, range(6)))
    with pytest.raises(AblateError, match=r"foreign.jsonl has no splits, .* held_out.corpus"):
        asked(study(**given), folders)


def test_a_filter_is_compared_by_whole_corpora_alone(folders: TwoPipelines) -> None:
    matched = asked(study(seeds=[0, 1]), folders)
    assert [job.offered for job in matched] == [3, 12, 3, 12]
    # Nothing is copied: the corpora are read as they are.
    assert {Path(job.corpus.path).name for job in matched} == {"judged", "whole"}
    assert {len(list(job.learned.samples())) for job in matched} == {3}
    whole = asked(study(design="whole corpora", budget=500), folders)
    assert [Path(job.corpus.path).name for job in whole] == ["judged", "whole"]
    assert [job.recipe.tokens for job in whole] == [500, 500]
    counted = asked(study(train={**RECIPE, "tokens": 70}), folders)  # as the recipe says
    assert [job.recipe.tokens for job in counted] == [70, 70]
    with pytest.raises(ValueError, match="go together"):
        study(design="whole corpora")
    with pytest.raises(ValueError, match="go together"):
        study(budget=5)
    with pytest.raises(ValueError, match="no steps or tokens of its own"):
        study(design="whole corpora", budget=5, train={"steps": 3})


@pytest.mark.parametrize("design", ["matched ids", "whole corpora"])
def test_a_study_counts_what_was_left_out_and_repeated(
    design: str, folders: TwoPipelines, tmp_path: Path
) -> None:
    vlms.save("llava", tmp_path / "model")
    budget = 500 if design == "whole corpora" else None
    ablation = study(design=design, budget=budget, model={"path": str(tmp_path / "model")})
    results: dict[str, dict[int, RunResult]] = {}
    for job in asked(ablation, folders):
        results.setdefault(job.cell, {})[job.seed] = run(job, tmp_path / "runs")
    lines = table(results)
    names = [measure.name for measure in measures(results["yes"][0])]
    own = ["loss on split test of yes", "loss on split test of no"]
    assert names == ["held-out loss", *own]
    assert {line.cell: sum(n["lessons"] for n in line.asked.values()) for line in lines} == {
        "yes": 24,
        "no": 24,
    }
    text = report.markdown(ablation, lines, [], measures(results["yes"][0]))
    assert f"Design: {design}." in text and "split test of yes: 12 lessons, 12 samples" in text
    if design == "matched ids":
        assert [(line.offered, line.used) for line in lines] == [(3, 3), (12, 3)]
        assert "| no | 12 | 9 | 1 | 3 |" in text
        assert "Most of what no holds is in no other cell" in text
    else:
        assert [(line.offered, line.used) for line in lines] == [(3, 3), (12, 12)]
        assert all(500 <= line.loss_tokens[0] < 800 for line in lines)
        assert lines[0].samples[0] > lines[1].samples[0] >= 12  # the small one is repeated


def test_own_splits_are_shown_and_decide_nothing() -> None:
    def parted(loss: float) -> RunResult:
        return replace(found(loss, 0.5), parts={"split test of a": 10, "split test of b": 20})

    lines = table({"a": {0: parted(1.0)}, "b": {0: parted(1.5)}})
    differences = lines[1].differences
    assert differences["held-out loss"].stands
    assert not differences["loss on split test of a"].stands
    assert differences["loss on split test of a"].asked == 10


def test_no_verdict_on_fewer_than_ten_lessons() -> None:
    for lessons, stands in ((9, False), (10, True)):
        results = {name: {0: found(loss, 0.5, lessons)} for name, loss in (("a", 1.0), ("b", 2.0))}
        lines = table(results)
        assert lines[1].differences["held-out loss"].excludes_zero
        assert lines[1].differences["held-out loss"].stands is stands
        text = report.markdown(study(), lines, [], measures(results["a"][0]))
        assert ("fewer than 10 held-out lessons, no verdict" in text) is not stands
        assert ("**+1**" in text) is stands


def test_a_run_stops_at_its_tokens_and_its_rate_falls_to_there(tmp_path: Path) -> None:
    vlms.save("llava", tmp_path / "model")
    given = write_corpus(tmp_path / "corpus")
    once = train(recipe(epochs=1), given, tmp_path / "model", tmp_path / "once")
    budget = 2 * once.loss_tokens + 10  # no whole number of passes
    budgeted = recipe(tokens=budget, schedule="cosine")
    result = train(budgeted, given, tmp_path / "model", tmp_path / "out")
    log = (tmp_path / "out" / "train.jsonl").read_text().splitlines()
    told = [json.loads(line) for line in log]
    assert result.loss_tokens - told[-1]["tokens"] == 0 and told[-2]["tokens"] < budget
    assert budget <= result.loss_tokens and 48 < result.samples < 72
    assert told[-1]["learning_rate"] < 0.05 * max(line["learning_rate"] for line in told)
