"""Every family: as many image tokens as its images need, in plain text and in conversations."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from PIL import Image

from vid2book.eval.vlm import Message, Vlm, VlmError, chat, encode, image_tokens, load

from ..support import vlms

torch = pytest.importorskip("torch")

SIZES = [(60, 40), (100, 100), (30, 90)]


def picture(size: tuple[int, int], shade: int = 90) -> Image.Image:
    return Image.new("RGB", size, (shade, 200, 40))


def expected(family: str, size: tuple[int, int]) -> int | None:
    """Image tokens by the family's own rule, for the sizes of `vlms`, where it is a short one."""
    width, height = size
    if family == "llava":  # a square of 32 by 32, patches of 8
        return 16
    if family in {"idefics2", "gemma3"}:  # four whatever the size
        return 4
    if family in {"idefics3", "smolvlm"}:  # longest side 64, tiles of 32, and the whole; four each
        scale = 64 / max(size)
        tiles = math.ceil(width * scale / 32) * math.ceil(height * scale / 32)
        return 4 * (tiles + 1)
    if family == "gemma4":  # at most 70 tokens of 12 by 12 pixels
        scale = math.sqrt(70 * 12 * 12 / (width * height))
        return math.floor(width * scale / 12) * math.floor(height * scale / 12)
    if family.startswith("qwen"):  # at most 32 by 32 pixels, by 16
        beta = max(1.0, math.sqrt(width * height / (32 * 32)))
        return math.floor(width / beta / 16) * math.floor(height / beta / 16)
    return None


@pytest.fixture(scope="module", params=vlms.FAMILIES)
def family(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def vlm(family: str, tmp_path_factory: pytest.TempPathFactory) -> Vlm:
    return load(vlms.save(family, tmp_path_factory.mktemp(family)))


def test_every_image_has_its_tokens(vlm: Vlm, family: str) -> None:
    for size in SIZES:
        (tokens,) = image_tokens(vlm, encode(vlm, [picture(size), "a square"]))
        assert tokens == (expected(family, size) or tokens) > 0
    sequence = ["first", picture(SIZES[0]), picture(SIZES[1]), "the square", picture(SIZES[2])]
    inputs = encode(vlm, sequence)
    if family == "llava":
        assert image_tokens(vlm, inputs) == [16 * 3]
    # The model refuses where there are more tokens than features, or fewer.
    assert torch.isfinite(vlm.model(**inputs).logits).all()


def test_the_text_stands_where_it_stood(vlm: Vlm) -> None:
    ids = encode(vlm, ["before", picture(SIZES[0]), "after"])["input_ids"][0].tolist()
    images = [i for i, token in enumerate(ids) if token in vlm.mark_ids]
    decode = vlm.tokenizer.decode
    assert decode(ids[: images[0]], skip_special_tokens=True).rstrip("\n") == "before"
    assert decode(ids[images[-1] + 1 :], skip_special_tokens=True).lstrip("\n") == "after"
    assert ids[-1] == vlm.tokenizer.eos_token_id
    assert ids.count(vlm.tokenizer.bos_token_id) == 1 and ids[0] == vlm.tokenizer.bos_token_id


def test_a_conversation_of_shots_has_every_image(vlm: Vlm) -> None:
    shots = [
        Message(role, content)
        for size in SIZES[:2]
        for role, content in [
            ("user", (picture(size), "What is it?")),
            ("assistant", ("A square.",)),
        ]
    ]
    question = Message("user", (picture(SIZES[2]), "And this?"))
    inputs = chat(vlm, [[*shots, question], [question]])
    plain = [encode(vlm, [picture(s) for s in sizes]) for sizes in (SIZES, SIZES[2:])]
    assert image_tokens(vlm, inputs) == [n for one in plain for n in image_tokens(vlm, one)]
    # Padded on the left: the last token of each row is the last of the prompt.
    assert inputs["attention_mask"][:, -1].tolist() == [1, 1]
    text = vlm.tokenizer.decode(inputs["input_ids"][0], skip_special_tokens=True)
    assert text.index("<|user|>") < text.index("<|assistant|>A square.") < text.index("And this?")
    new = vlm.model.generate(**inputs, max_new_tokens=2, do_sample=False)
    assert new.shape[0] == 2 and new.shape[1] > inputs["input_ids"].shape[1]


def test_control_tokens_that_are_said_are_text(vlm: Vlm) -> None:
    marks = " ".join(vlm.tokenizer.convert_ids_to_tokens(sorted(vlm.mark_ids)))
    said = f"Write <s> and </s> around it, and {vlm.processor.image_token} or {marks}."
    ids = encode(vlm, [picture(SIZES[0]), said, "more"])["input_ids"][0].tolist()
    assert ids.count(vlm.tokenizer.eos_token_id) == 1 and ids[-1] == vlm.tokenizer.eos_token_id
    inputs = chat(vlm, [[Message("user", (picture(SIZES[0]), said))]])
    assert image_tokens(vlm, inputs) == image_tokens(vlm, encode(vlm, [picture(SIZES[0])]))


def test_transparent_pictures_are_laid_on_white(vlm: Vlm) -> None:
    clear = Image.new("RGBA", (60, 60), (0, 0, 0, 0))
    white = Image.new("RGB", (60, 60), "white")
    a, b = (encode(vlm, [image, "x"])["pixel_values"] for image in (clear, white))
    assert torch.equal(a, b)


def test_no_chat_template_is_told(tmp_path: Path) -> None:
    vlm = load(vlms.save("llava", tmp_path, chat=False))
    with pytest.raises(VlmError, match="no chat template"):
        chat(vlm, [[Message("user", ("Hello",))]])


def test_a_text_model_is_told(tmp_path: Path) -> None:
    from transformers import LlamaConfig

    LlamaConfig().save_pretrained(tmp_path)
    with pytest.raises(VlmError, match=r"llama model, which takes no images"):
        load(tmp_path)


def test_a_model_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(VlmError, match="cannot load the model"):
        load(tmp_path / "nowhere")
