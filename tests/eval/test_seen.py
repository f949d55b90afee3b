"""What of a picture reaches the model; LLaVA's is laid on a square, as its reference does."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from PIL import Image

from vid2book.eval.train import train
from vid2book.eval.vlm import Message, chat, encode, load

from ..support import vlms
from ..support.training import recipe, write_corpus

torch = pytest.importorskip("torch")


def slide() -> Image.Image:
    """16 by 9, with a red mark at its left edge and a blue one at its right."""
    picture = Image.new("RGB", (320, 180), "white")
    picture.paste("red", (0, 60, 40, 120))
    picture.paste("blue", (280, 60, 320, 120))
    return picture


def as_the_reference(picture: Image.Image, mean: list[float], side: int) -> torch.Tensor:
    """LLaVA's `expand2square` and CLIP's scaling, by Pillow. Shape (3, side, side), 0 to 1."""
    from torchvision.transforms.functional import to_tensor

    largest = max(picture.size)
    square = Image.new("RGB", (largest, largest), tuple(int(x * 255) for x in mean))
    left, top = ((largest - length) // 2 for length in picture.size)
    square.paste(picture, (left, top))
    return to_tensor(square.resize((side, side), Image.Resampling.BICUBIC))


def test_llava_sees_the_whole_slide(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        vlm = load(vlms.save("llava", tmp_path))
        load(tmp_path)
    told = [record.message for record in caplog.records if str(tmp_path) in record.message]
    assert len(told) == 1  # said once
    assert "shows 56% of the width and 100% of the height of a 16:9 picture" in told[0]
    assert vlm.visible.whole
    images = vlm.processor.image_processor
    mean, std = (torch.tensor(x)[:, None, None] for x in (images.image_mean, images.image_std))
    wanted = as_the_reference(slide(), images.image_mean, 32)
    read = encode(vlm, [slide(), "a slide"])["pixel_values"][0] * std + mean
    asked = chat(vlm, [[Message("user", (slide(), "What is it?"))]])["pixel_values"][0] * std + mean
    for seen in (read, asked):
        assert (seen - wanted).abs().max() < 3 / 255  # resized by another library
    red, blue = read[:, 16, 1], read[:, 16, -2]
    assert red[0] > 0.9 and red[2] < 0.2 and blue[2] > 0.9 and blue[0] < 0.2


def test_an_upright_picture_is_padded_too_and_a_square_is_left(tmp_path: Path) -> None:
    vlm = load(vlms.save("llava", tmp_path))
    images = vlm.processor.image_processor
    mean, std = (torch.tensor(x)[:, None, None] for x in (images.image_mean, images.image_std))
    for size in [(90, 200), (64, 64)]:
        picture = slide().resize(size)
        read = encode(vlm, [picture, "x"])["pixel_values"][0] * std + mean
        wanted = as_the_reference(picture, images.image_mean, 32)
        assert (read - wanted).abs().max() < 3 / 255


@pytest.mark.parametrize("family", [name for name in vlms.FAMILIES if name != "llava"])
def test_other_families_cut_nothing_away(family: str, tmp_path: Path) -> None:
    assert load(vlms.save(family, tmp_path)).visible.whole


def test_a_crop_that_is_not_padded_is_measured_and_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vid2book.eval.vlm import FAMILIES, Family

    monkeypatch.setitem(FAMILIES, "llava", Family(packs=True))
    with caplog.at_level(logging.WARNING):
        vlm = load(vlms.save("llava", tmp_path))
    assert vlm.visible.width == pytest.approx(9 / 16, abs=0.03) and vlm.visible.height == 1
    assert "shows the model 56% of the width" in caplog.text


def test_a_trained_llava_goes_on_padding_wherever_it_is_opened(tmp_path: Path) -> None:
    from transformers import AutoProcessor

    base = vlms.save("llava", tmp_path / "base")
    settings = recipe(epochs=1, steps=1)
    out = train(settings, write_corpus(tmp_path / "corpus"), base, tmp_path / "out").model
    processor = AutoProcessor.from_pretrained(out)
    pixels = processor(text=["<image>"], images=[[slide()]], return_tensors="pt")["pixel_values"]
    assert torch.equal(pixels, encode(load(base), [slide(), "x"])["pixel_values"])
    card = (out / "README.md").read_text()
    assert "| seen of a 16:9 picture | all |" in card
    base_config, config = (json.loads((f / "config.json").read_text()) for f in (base, out))
    assert config == base_config | {"dtype": "float32"}
    assert f"transformers {config['transformers_version']} or newer" in card
