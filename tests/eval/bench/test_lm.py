"""Tiny models of every family: prompts of shots with their images, batches, and the resume log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from vid2book.eval.bench.answers import AnswerLog, key_of
from vid2book.eval.bench.lm import BenchError, VlmLM, identity_of
from vid2book.eval.bench.rows import Library
from vid2book.eval.bench.task import Setting, VisualTask, load_task
from vid2book.eval.bench.turns import Turn
from vid2book.eval.vlm import Message, Vlm, chat, image_tokens, load

from ...support import benchmarks, vlms


@pytest.fixture(scope="module", params=vlms.FEW)
def vlm(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Vlm:
    return load(vlms.save(request.param, tmp_path_factory.mktemp(request.param)))


@pytest.fixture(scope="module")
def llava(tmp_path_factory: pytest.TempPathFactory) -> Vlm:
    return load(vlms.save("llava", tmp_path_factory.mktemp("llava")))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Vlm:
    """A base model: it has no chat template."""
    return load(vlms.save("idefics3", tmp_path_factory.mktemp("base"), chat=False))


def task(data: Path, shots: int, name: str = "slides", limit: int | None = None) -> VisualTask:
    found = load_task(name, Setting(shots=shots, library=Library(data, limit)))
    found.config.generation_kwargs["max_gen_toks"] = 4
    found.build_all_requests()
    return found


def turns_of(request: Any) -> tuple[Turn, ...]:
    return tuple(request.args[2]["turns"])


def one_image(vlm: Vlm) -> int:
    """Image tokens of one picture of `benchmarks`."""
    image = Image.new("RGB", (60, 40))
    return image_tokens(vlm, chat(vlm, [[Message("user", (image, "x"))]]))[0]


class Watched(VlmLM):
    """Keeps what the model was given."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.batches: list[dict[str, Any]] = []

    def _generate(self, inputs: dict[str, Any], settings: dict[str, Any]) -> list[tuple[str, str]]:
        self.batches.append(inputs)
        return super()._generate(inputs, settings)


@pytest.mark.parametrize("shots", [0, 4])
def test_a_prompt_of_shots_has_the_tokens_of_all_its_images(
    vlm: Vlm, shots: int, data: Path
) -> None:
    lm = Watched(vlm)
    answers = lm.generate_until(task(data, shots, limit=2).instances)
    assert image_tokens(vlm, lm.batches[0]) == [(shots + 1) * one_image(vlm)] * 2
    for answer in answers:
        assert not answer.failure and answer.dropped == 0
        assert answer.prompt.count("<|user|>") == shots + 1
        assert answer.prompt.count("<|assistant|>") == shots + 1


def test_a_base_model_gets_plain_interleaved_text(base: Vlm, data: Path) -> None:
    lm = Watched(base)
    requests = task(data, 2, limit=2).instances
    answers = lm.generate_until(requests)
    assert image_tokens(base, lm.batches[0]) == [3 * 20] * 2  # four tiles and the whole, four each
    first, second, query = turns_of(requests[0])
    prompt = answers[0].prompt
    assert f"\n{first.question}\nAnswer: {first.answer}\n" in prompt
    assert f"\n{second.question}\nAnswer: {second.answer}\n" in prompt
    assert prompt.endswith(f"\n{query.question}\nAnswer:") and "<|user|>" not in prompt


def test_lm_evals_own_shots_fail(vlm: Vlm, data: Path, tmp_path: Path) -> None:
    """There a prompt gets an image token for every shot, and the query's image alone."""
    from lm_eval import simple_evaluate
    from lm_eval.tasks import TaskManager

    files = {split: str(next((data / "slides").glob(f"{split}*"))) for split in ("test", "train")}

    def run(shots: int) -> Any:
        own = {
            "task": "own_slides",
            "dataset_path": "parquet",
            "dataset_kwargs": {"data_files": files},
            "test_split": "test",
            "fewshot_split": "train",
            "output_type": "generate_until",
            "doc_to_image": ["image"],
            "doc_to_text": "<image>{{question}}",
            "doc_to_target": "answer",
            "generation_kwargs": {"until": ["\n"], "max_gen_toks": 2},
            "metric_list": [{"metric": "exact_match"}],
        }
        return simple_evaluate(
            model="hf-multimodal",
            model_args={"pretrained": vlm.name, "device": "cpu", "dtype": "float32"},
            tasks=[own],
            num_fewshot=shots,
            limit=1,
            batch_size=1,
            bootstrap_iters=0,
            apply_chat_template=True,
            task_manager=TaskManager(include_path=str(tmp_path), include_defaults=False),
        )

    assert "own_slides" in run(0)["results"]
    with pytest.raises(ValueError, match=r"3 <\S+> tokens and 1 images|\[3\] and images +\[1\]"):
        run(2)


def test_a_killed_run_asks_only_what_is_missing(llava: Vlm, data: Path, tmp_path: Path) -> None:
    requests = task(data, 1).instances
    whole = VlmLM(llava).generate_until(requests)
    path = tmp_path / "answers.jsonl"
    VlmLM(llava, AnswerLog(path), batch_size=2).generate_until(requests)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:3]) + lines[3][:20], encoding="utf-8")  # killed while writing
    again = Watched(llava, AnswerLog(path), batch_size=2)
    assert again.generate_until(requests) == whole
    assert sum(len(batch["input_ids"]) for batch in again.batches) == len(requests) - 3
    third = Watched(llava, AnswerLog(path))
    assert third.generate_until(requests) == whole and not third.batches


def test_an_answer_is_known_by_all_that_it_depends_on(llava: Vlm, data: Path) -> None:
    turns = turns_of(task(data, 2).instances[0])
    settings = {"until": ["\n"], "max_gen_toks": 4}
    first, second, query = turns
    keys = [
        key_of("model", turns, settings),
        key_of("other model", turns, settings),
        key_of("model", turns, settings | {"max_gen_toks": 5}),
        key_of("model", [second, first, query], settings),
        key_of(
            "model", [Turn(second.pictures, first.question, first.answer), second, query], settings
        ),
        key_of("model", [Turn(first.pictures, first.question, "x"), second, query], settings),
    ]
    assert len(set(keys)) == len(keys)
    hidden = Turn(query.pictures, query.question, "another answer")
    assert key_of("model", [first, second, hidden], settings) == keys[0]


def test_a_model_is_known_by_its_weights(llava: Vlm, tmp_path: Path) -> None:
    other = load(vlms.save("llava", tmp_path / "other", seed=1))
    same = load(vlms.save("llava", tmp_path / "same"))
    assert identity_of(llava) == identity_of(same) != identity_of(other)
    unnamed = [replace(v, name="in memory") for v in (llava, same, other)]
    found = [identity_of(v) for v in unnamed]
    assert found[0] == found[1] != found[2]


class Small(Watched):
    """Memory for two prompts at once."""

    room = 2

    def _encode(self, batch: Sequence[Sequence[Turn]]) -> dict[str, Any]:
        if len(batch) > self.room:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return super()._encode(batch)


def test_the_batch_is_halved_until_it_fits(llava: Vlm, data: Path) -> None:
    lm = Small(llava, batch_size=8)
    requests = task(data, 1).instances
    assert lm.generate_until(requests) == VlmLM(llava).generate_until(requests)
    assert lm.batch_size == 2 and [len(b["input_ids"]) for b in lm.batches] == [2, 2, 2]


def test_one_prompt_that_does_not_fit_into_memory_is_told(llava: Vlm, data: Path) -> None:
    lm = Small(llava)
    lm.room = 0
    with pytest.raises(BenchError, match="one prompt of 1 shots does not fit into memory"):
        lm.generate_until(task(data, 1).instances)


def test_shots_are_dropped_and_counted_not_cut(
    llava: Vlm, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = task(data, 4, limit=1).instances
    lm = Watched(llava)
    whole = int(lm._encode([turns_of(requests[0])])["attention_mask"].sum())
    config = llava.model.config.get_text_config()
    monkeypatch.setattr(config, "max_position_embeddings", whole + 3)  # one less than it takes
    (answer,) = lm.generate_until(requests)
    assert answer.dropped == 1 and not answer.failure
    assert image_tokens(llava, lm.batches[0]) == [4 * one_image(llava)]
    first, *_, query = turns_of(requests[0])
    assert first.question not in answer.prompt and query.question in answer.prompt
    monkeypatch.setattr(config, "max_position_embeddings", 12)
    (answer,) = Watched(llava).generate_until(requests)
    assert answer.text == "" and answer.dropped == 4 and "longer than the context" in answer.failure


def test_an_image_that_cannot_be_read_costs_its_question(llava: Vlm, tmp_path: Path) -> None:
    cells = benchmarks.slides(3)
    cells[1]["image"] = b"no picture"
    benchmarks.write(tmp_path, "slides", "test", cells)
    answers = VlmLM(llava).generate_until(task(tmp_path, 0).instances)
    assert [bool(answer.failure) for answer in answers] == [False, True, False]
    assert "image 1 of 1 cannot be read" in answers[1].failure


def test_pictures_are_read_when_their_batch_is_made(
    llava: Vlm, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vid2book.eval.bench.rows import Picture

    opened: list[int] = []
    plain = Picture.open

    def watched(picture: Picture) -> Image.Image:
        opened.append(picture.index)
        return plain(picture)

    monkeypatch.setattr(Picture, "open", watched)
    requests = task(data, 0).instances
    assert not opened
    VlmLM(llava, batch_size=2).generate_until(requests)
    assert set(opened) == set(range(6))
