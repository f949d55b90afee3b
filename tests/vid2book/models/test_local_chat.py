"""A language model in this process: mechanics only.

The model is tiny and knows one answer by heart, so that nothing here says anything about quality.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from vid2book.config import Config, Llm
from vid2book.models.chat import AnswerError, BackendError, Chat, Prompt
from vid2book.models.lazy import chat_of
from vid2book.models.local_chat import LocalChat
from vid2book.pipeline.graph import SCORE
from vid2book.pipeline.work import Work
from vid2book.store import Store

from ...support.library import Library
from .test_chat import GOOD, PROMPT, RATING, Rating

_TEMPLATE = (
    "{% for m in messages %}<{{ m['role'] }}>{{ m['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Llama of two layers, taught one answer to one question."""
    torch = pytest.importorskip("torch", reason="needs the extra 'llm'")
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    torch.manual_seed(0)
    question = PROMPT.messages(Rating.model_json_schema())
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=600,
        special_tokens=["<end>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([m["content"] for m in question], trainer)
    wrapped = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<end>")
    wrapped.chat_template = _TEMPLATE
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=tokenizer.get_vocab_size(), hidden_size=64, intermediate_size=128,
            num_hidden_layers=2, num_attention_heads=4, max_position_embeddings=2048,
            eos_token_id=0, bos_token_id=0,
        )
    )  # fmt: skip
    asked = wrapped.apply_chat_template(question, tokenize=False, add_generation_prompt=True)
    tokens = wrapped(asked + json.dumps(GOOD) + "<end>", return_tensors="pt")["input_ids"]
    labels = tokens.clone()
    labels[:, : len(wrapped(asked)["input_ids"])] = -100
    optimizer = torch.optim.AdamW(model.parameters(), 5e-3)
    loss = float("inf")
    for _ in range(200):
        step: Any = model(input_ids=tokens, labels=labels).loss
        step.backward()
        optimizer.step()
        optimizer.zero_grad()
        if (loss := step.item()) < 0.01:
            break
    assert loss < 0.05
    path = tmp_path_factory.mktemp("model")
    model.save_pretrained(path)
    wrapped.save_pretrained(path)
    return path


def local(folder: Path, **settings: Any) -> Chat:
    return chat_of(Llm(backend="transformers", model=str(folder), **settings))


def test_answers_are_read_as_those_of_a_server(folder: Path) -> None:
    chat = local(folder, max_tokens=60)
    assert isinstance(chat, LocalChat)
    assert chat.ask([PROMPT], Rating) == [RATING]
    (text,) = chat.write([Prompt("", "Any question.")])
    assert isinstance(text, AnswerError | str)


def test_a_batch_is_padded_on_the_left_and_keeps_its_order(folder: Path) -> None:
    chat = local(folder, max_tokens=60, concurrency=2)
    short = Prompt("", "x")
    answers = chat.ask([short, PROMPT, short], Rating)
    assert len(answers) == 3 and answers[1] == RATING


def test_an_answer_that_is_too_long_and_a_picture_are_told(folder: Path) -> None:
    (cut,) = local(folder, max_tokens=5).ask([PROMPT], Rating)
    assert isinstance(cut, AnswerError) and "llm.max_tokens" in str(cut)
    (seen,) = local(folder).ask([Prompt("", "Caption this.", (b"\xff\xd8",))], Rating)
    assert isinstance(seen, AnswerError) and "llm.backend: server" in str(seen)


def test_other_weights_have_another_identity(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "copy")
    same = local(folder).identity.removeprefix(folder.name)
    assert local(copy).identity == f"copy{same}" and "transformers" in same
    weights = bytearray((copy / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (copy / "model.safetensors").write_bytes(weights)
    changed = LocalChat(Llm(backend="transformers", model=str(copy)))
    assert changed.identity != f"copy{same}"


def test_weights_that_cannot_be_had_are_told_before_the_work(
    library: Library, store: Store, tmp_path: Path
) -> None:
    llm = {"backend": "transformers", "model": "nobody/nothing"}
    work = Work(library.video("cells"), Config(judge={"llms": [llm]}), store)  # type: ignore[arg-type]
    with pytest.raises(BackendError, match="'nobody/nothing' is not a folder"):
        work.is_done(SCORE)
    (empty,) = local(tmp_path).write([PROMPT])
    assert isinstance(empty, BackendError)
