"""Recipes and corpora: what a run takes, what it writes beside the model, what users are told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from vid2book.config import names as pipeline_names
from vid2book.eval.corpora import InterleavedCorpus
from vid2book.eval.sources import HubDataset, Row, Unread
from vid2book.eval.train import Data, TrainConfig, TrainError, load_config, loop, names, train
from vid2book.eval.train.model import optimizer_for
from vid2book.eval.train.schedule import few_steps, learning_rate
from vid2book.eval.vlm import VlmError

from ..support import vlms
from ..support.corpora import write_parquet
from ..support.training import ROWS, recipe, write_corpus

torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return vlms.save("llava", tmp_path_factory.mktemp("model"))


SCHEDULES = [
    {"schedule": schedule, "warmup": warmup}
    for schedule in ("constant", "cosine")
    for warmup in (0.0, 0.03, 0.5, 1.0)
]


@pytest.mark.parametrize("settings", SCHEDULES, ids=str)
def test_the_first_and_the_last_step_of_every_schedule_move_the_weights(
    settings: dict[str, object],
) -> None:
    for steps in range(1, 11):
        config = recipe(steps=steps, **settings)
        weights = torch.nn.Linear(4, 4)
        optimizer = optimizer_for(weights, config)
        for step in range(1, steps + 1):
            before = [weight.detach().clone() for weight in weights.parameters()]
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(config, step, steps)
            weights(torch.ones(4)).square().sum().backward()
            optimizer.step()
            moved = [
                not torch.equal(x, y) for x, y in zip(before, weights.parameters(), strict=True)
            ]
            assert all(moved), (steps, step)
            optimizer.zero_grad()


def test_the_rate_rises_stays_or_falls() -> None:
    constant, cosine = recipe(warmup=0.5), recipe(warmup=0.5, schedule="cosine")
    rates = [[learning_rate(one, step, 8) for step in range(1, 9)] for one in (constant, cosine)]
    assert rates[0] == pytest.approx([0.0025, 0.005, 0.0075, 0.01, 0.01, 0.01, 0.01, 0.01])
    assert rates[1][:5] == rates[0][:5]
    assert rates[1][6] == pytest.approx(0.005)
    assert rates[1][5] > rates[1][6] > rates[1][7] > 0


def test_a_run_of_few_steps_says_so_before_it_starts(
    model: Path, corpus: Path, tmp_path: Path
) -> None:
    told: list[str] = []
    with pytest.raises(VlmError):  # nothing is loaded yet
        train(
            recipe(epochs=1, batch_size=24), corpus, tmp_path / "none", tmp_path, warn=told.append
        )
    (few,) = told
    assert (
        "updates the weights once" in few
        and "(24 rows in steps of 24)" in few
        and "lower batch_size" in few
    )
    assert not few_steps(recipe(epochs=2, batch_size=4), rows=24)
    assert few_steps(recipe(steps=9), rows=None) and not few_steps(recipe(steps=10), rows=None)
    with pytest.warns(UserWarning, match="once"):
        train(recipe(epochs=1, batch_size=24), corpus, model, tmp_path / "one")


def test_the_card_tells_corpus_and_recipe(model: Path, corpus: Path, tmp_path: Path) -> None:
    train(recipe(epochs=1), corpus, model, tmp_path / "out", samples=4)
    text = (tmp_path / "out" / "README.md").read_text()
    head = yaml.safe_load(text.split("---\n")[1])
    assert head["pipeline_tag"] == "image-text-to-text"
    assert "base_model" not in head  # a folder here is no name on the Hub
    written = yaml.safe_load(text.split("```yaml\n")[1].split("```")[0])
    assert TrainConfig(**written) == recipe(epochs=1)
    assert "| its version | content " in text and "| samples | 4 |" in text


def test_every_shipped_recipe_loads() -> None:
    assert {"paper", "tiny"} <= set(names())
    for name in names():
        load_config(name)
    paper = load_config("paper")
    assert (paper.learning_rate, paper.warmup, paper.epochs) == (2e-5, 0.03, 1)
    assert (paper.schedule, paper.data.max_images) == ("constant", 12)
    assert (paper.data.joined_by, paper.data.more_images) == ("space", "drop")
    assert (paper.data.max_tokens, paper.data.learn_from) == (32768, "first-image")
    assert not {"tiny", "lora"} & set(pipeline_names())


def bad_corpus(folder: Path, name: str, **columns: object) -> Path:
    return write_parquet(folder / f"{name}.parquet", [ROWS[0] | columns])


def test_what_is_wrong_is_told_before_anything_is_loaded(
    model: Path, corpus: Path, tmp_path: Path
) -> None:
    one, out = recipe(epochs=1), tmp_path / "out"
    size = len(ROWS[0]["images"])
    no_images = bad_corpus(tmp_path, "a", images=[None] * size)
    with pytest.raises(TrainError, match="no images"):
        train(one, no_images, model, out / "a")
    no_texts = bad_corpus(tmp_path, "b", texts=[None] * size)
    with pytest.raises(TrainError, match="no texts"):
        train(one, no_texts, model, out / "b")
    neither = write_parquet(tmp_path / "c.parquet", [{"caption": "a slide"}])
    with pytest.raises(TrainError, match="a row without lists 'images' and 'texts'"):
        train(one, neither, model, out / "c")
    with pytest.raises(VlmError, match="cannot load"):
        train(one, corpus, tmp_path / "none", out / "d")
    both = recipe(epochs=1, data=Data(text="speech+ocr"))
    with pytest.raises(TrainError, match="no text_ocr_list"):
        train(both, corpus, model, out / "e")
    assert not out.exists()


def test_a_damaged_shard_costs_its_rows(model: Path, tmp_path: Path) -> None:
    for shard, rows in enumerate([ROWS[:3], ROWS[3:6]]):
        write_parquet(tmp_path / "corpus" / f"train-{shard:05d}-of-00002.parquet", rows)
    (tmp_path / "corpus" / "train-00001-of-00002.parquet").write_bytes(b"PAR1 no more")
    result = train(recipe(epochs=1), tmp_path / "corpus", model, tmp_path / "out")
    assert result.samples == 3
    assert result.dropped == {"train-00001-of-00002.parquet cannot be read": 1}


class Streamed(HubDataset):
    """A dataset of the Hub, without a Hub: rows in order, how many is not known."""

    def rows(self, samples: int | None, seed: int) -> Iterator[tuple[int, Row | Unread]]:
        yield from list(enumerate(ROWS))[:samples]

    def files(self) -> int:
        return 1


def test_a_stream_needs_an_end_and_then_trains(model: Path, tmp_path: Path) -> None:
    stream = InterleavedCorpus("org/lectures", Streamed("org/lectures", "v1", None, "train"))
    with pytest.raises(TrainError, match="give --samples, or steps"):
        train(recipe(epochs=1), stream, model, tmp_path / "none")
    some = train(recipe(epochs=1), stream, model, tmp_path / "some", samples=6)
    assert some.samples == 6
    lines = (some.model / "train.jsonl").read_text().splitlines()
    assert json.loads(lines[-1])["rows"] == 6
    many = train(recipe(steps=30), stream, model, tmp_path / "many")
    assert many.steps == 30 and many.samples > len(ROWS)  # more than one pass
    card = (many.model / "README.md").read_text()
    assert "| its version | revision v1 |" in card and "datasets:\n- org/lectures" in card


def test_broken_images_cost_their_row(model: Path, tmp_path: Path) -> None:
    broken = ROWS[1] | {"images": [{"bytes": b"no image", "path": None}, *ROWS[1]["images"][1:]]}
    file = write_parquet(tmp_path / "corpus.parquet", [ROWS[0], broken, ROWS[2]])
    result = train(recipe(epochs=1), file, model, tmp_path / "out")
    assert result.samples == 2
    assert result.dropped == {"a row with an image that cannot be read": 1}


def test_a_corpus_of_broken_images_ends_however_many_steps_are_asked_for(
    model: Path, tmp_path: Path
) -> None:
    broken = [{"bytes": b"no image", "path": None}, *ROWS[0]["images"][1:]]
    file = write_parquet(tmp_path / "corpus.parquet", [ROWS[0] | {"images": broken}])
    with pytest.raises(TrainError, match=r"nothing could be learned .*cannot be read': 1"):
        train(recipe(steps=5), file, model, tmp_path / "out")


def test_no_memory_is_told_with_what_helps(
    model: Path, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    monkeypatch.setattr(loop, "token_losses", full)
    with pytest.raises(TrainError, match=r"out of memory.*data\.max_tokens \(now 160\)"):
        train(recipe(), corpus, model, tmp_path / "out")


def test_the_log_has_a_line_a_step(model: Path, corpus: Path, tmp_path: Path) -> None:
    settings = recipe(epochs=1, steps=3, trackers=["tensorboard"])
    train(settings, corpus, model, tmp_path / "out")
    lines = [json.loads(x) for x in (tmp_path / "out" / "train.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [1, 2, 3]
    assert {"loss", "learning_rate", "grad_norm", "samples", "images", "tokens"} <= set(lines[0])
    assert list((tmp_path / "out" / "tensorboard").iterdir())
