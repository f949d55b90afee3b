"""What a model is asked when it is loaded, and that nothing of an image is ever learned."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from vid2book.eval.train.config import Data, Lora, TrainConfig
from vid2book.eval.train.loss import evaluate_loss
from vid2book.eval.train.model import choose_weights
from vid2book.eval.vlm import FAMILIES, Vlm, VlmError, encode_with_mask, load
from vid2book.eval.vlm.probe import feature_mask

from ..support import vlms
from ..support.corpora import png, sample

torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module", params=vlms.FAMILIES)
def vlm(request: pytest.FixtureRequest, folders: Path) -> Vlm:
    return strong(load(vlms.save(request.param, folders / request.param)))


def strong(vlm: Vlm) -> Vlm:
    """With weights so large that a glance across samples shows in the loss."""
    with torch.no_grad():
        for weight in vlm.model.parameters():
            if weight.ndim > 1:
                weight.mul_(5)
    return vlm


def picture(size: tuple[int, int]) -> Image.Image:
    return Image.linear_gradient("L").resize(size).convert("RGB")


def test_every_family_is_known_and_written_as_its_template_does(vlm: Vlm) -> None:
    family = vlm.model.config.model_type
    assert vlm.writing.placeholder == vlms.WRITTEN.get(family, "<image>")
    assert family in FAMILIES and vlm.family.packs == (family in vlms.PACKED)


def test_without_a_template_the_marks_are_the_same(vlm: Vlm, tmp_path: Path) -> None:
    plain = load(vlms.save(vlm.model.config.model_type, tmp_path, chat=False))
    assert plain.writing == vlm.writing


@pytest.mark.parametrize("size", [(90, 30), (30, 90), (64, 64)])
def test_what_the_model_fills_is_masked_and_so_are_the_marks(
    vlm: Vlm, size: tuple[int, int]
) -> None:
    """Also of shapes that the model was not asked about, whose tiles have marks of their own."""
    sequence = ["the square", picture(size), "of the sum", picture((60, 40)), "as we said"]
    inputs, image = encode_with_mask(vlm, sequence)
    assert image[feature_mask(vlm.model, inputs)].all()
    text = inputs["input_ids"][0][~image]
    assert not set(text.tolist()) & set(vlm.mark_ids)
    told = vlm.tokenizer.decode(text, skip_special_tokens=False)
    assert re.findall(r"<[^>]*>", told) == ["<s>", "</s>"]
    said = [item for item in sequence if isinstance(item, str)]
    assert re.sub(r"\s", "", told) == re.sub(r"\s", "", "".join(["<s>", *said, "</s>"]))


def test_what_parts_two_images_is_no_text(vlm: Vlm) -> None:
    inputs, image = encode_with_mask(vlm, [picture((60, 40)), picture((40, 60)), "the sum"])
    first, last = image.nonzero()[0], image.nonzero()[-1]
    assert image[first : last + 1].all()
    assert vlm.tokenizer.decode(inputs["input_ids"][0][last + 1 :]).strip() == "the sum</s>"


def test_losses_are_those_of_samples_on_their_own(vlm: Vlm) -> None:
    """With windows of eight tokens (Gemma), images that see both ways, convolutions (LFM2)."""
    samples = [
        sample("a", [png(1, (60, 40)), "the square of the sum", png(2, (90, 30)), "as we said"]),
        sample("b", ["only text, of which there is more than a window of attention holds"]),
        sample("c", [png(3, (40, 40)), png(4, (100, 70)), "the slide"]),
        sample("d", ["before", png(5, (30, 80)), "and after"]),
    ]
    together = evaluate_loss(vlm, samples, Data(max_tokens=4000))
    alone = [evaluate_loss(vlm, [one], Data(max_tokens=4000))[0] for one in samples]
    assert [one.tokens for one in together] == [one.tokens for one in alone]
    for a, b in zip(together, alone, strict=True):
        assert a.loss_sum == pytest.approx(b.loss_sum, rel=1e-4)
    vlm.model.eval()
    for one, wanted in zip(samples, alone, strict=True):
        assert wanted.loss_sum == pytest.approx(by_hand(vlm, one), rel=1e-4)


def by_hand(vlm: Vlm, one: Any) -> float:
    """Cross-entropy by the model's own loss, on what its processor makes of the sample."""
    from vid2book.eval.train.samples import sequence

    inputs, image = encode_with_mask(vlm, sequence(one, "speech"))
    labels = inputs["input_ids"].masked_fill(image, -100)
    labels[0, 0] = -100
    with torch.no_grad():
        mean = vlm.model(**inputs, labels=labels).loss
    return float(mean * (labels != -100).sum())


@pytest.mark.parametrize("family", vlms.PADDED)
def test_families_that_are_padded_would_see_across(family: str, folders: Path) -> None:
    """Else they could share a sequence, which is faster."""
    from dataclasses import replace

    vlm = strong(load(vlms.save(family, folders / f"{family}-packed")))
    packed = replace(vlm, family=replace(vlm.family, packs=True))
    samples = [sample("a", ["the square of the sum"]), sample("b", ["the slide shows it"])]
    together = evaluate_loss(packed, samples)
    alone = [evaluate_loss(packed, [one])[0] for one in samples]
    assert any(
        a.loss_sum != pytest.approx(b.loss_sum, rel=1e-4)
        for a, b in zip(together, alone, strict=True)
    )


def test_adapters_are_on_the_language_model_alone(vlm: Vlm, tmp_path: Path) -> None:
    linear = {
        name
        for name, module in vlm.model.get_decoder().named_modules()
        if isinstance(module, torch.nn.Linear)
    }
    adapted = choose_weights(vlm, TrainConfig(weights="lora", lora=Lora(rank=2)))
    names = {
        name.removeprefix("base_model.model.").removesuffix(".lora_A.default")
        for name, _ in adapted.named_modules()
        if name.endswith(".lora_A.default")
    }
    place = next(n for n, m in vlm.model.named_modules() if m is vlm.model.get_decoder())
    assert names == {f"{place}.{name}" for name in linear} and linear
    adapted.unload()


def test_pictures_that_come_in_otherwise_are_refused(tmp_path: Path) -> None:
    with pytest.raises(VlmError, match=r"\(mllama\) cannot be shown images between texts"):
        load(vlms.save("mllama", tmp_path))


def test_a_config_that_names_another_token_is_refused(tmp_path: Path) -> None:
    vlms.save("gemma3", tmp_path)
    config = tmp_path / "config.json"
    token = re.search(r'"(image_token_i\w+)": \d+', config.read_text())
    assert token
    config.write_text(config.read_text().replace(token[0], f'"{token[1]}": 70'))
    with pytest.raises(VlmError, match="cannot be shown images between texts"):
        load(tmp_path)


def test_a_tokenizer_in_the_processors_place_is_refused(tmp_path: Path) -> None:
    vlms.save("qwen3_vl", tmp_path)
    for name in ("processor_config.json", "preprocessor_config.json"):
        (tmp_path / name).unlink(missing_ok=True)
    with pytest.raises(VlmError, match=r"no processor for text and images|cannot load the model"):
        load(tmp_path)


def test_an_encoder_decoder_is_refused(tmp_path: Path) -> None:
    from transformers import UdopConfig

    UdopConfig().save_pretrained(tmp_path)
    with pytest.raises(VlmError, match="udop model, whose encoder reads the whole prompt"):
        load(tmp_path)


def test_a_family_that_no_test_covers_is_padded_and_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(FAMILIES, "internvl")
    with caplog.at_level(logging.WARNING):
        vlm = load(vlms.save("internvl", tmp_path))
    assert not vlm.family.packs
    assert "no test covers internvl models; samples are padded, not packed" in caplog.text
    samples = [sample("a", [png(1), "the slide"]), sample("b", ["only text"])]
    together = evaluate_loss(vlm, samples)
    for one, row in zip(together, samples, strict=True):
        assert one.loss_sum == pytest.approx(by_hand(vlm, row), rel=1e-4)
