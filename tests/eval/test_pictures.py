"""Likeness of pictures: SSIM as scikit-image has it, CLIP as open_clip has it, InSI-SIM by hand."""

from __future__ import annotations

import io
from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from PIL import Image
from skimage.metrics import structural_similarity

from vid2book.eval.measures.base import PerSample
from vid2book.eval.measures.coherence import Coherence, distinct
from vid2book.eval.measures.insi_sim import InSampleSimilarity, as_released
from vid2book.eval.seen import SampleWithImages
from vid2book.eval.tools import Tools
from vid2book.models.error import ModelError
from vid2book.models.open_clip import OpenClip
from vid2book.screen.ssim import SummedImage, uniform_ssim

from ..support.corpora import png, sample


def greys() -> Iterator[tuple[np.ndarray, np.ndarray]]:
    draw = np.random.default_rng(0)
    noise = draw.integers(0, 255, (90, 120), np.uint8)
    near = np.clip(noise.astype(int) + draw.integers(-30, 30, noise.shape), 0, 255)
    yield noise, near.astype(np.uint8)
    yield noise, noise
    slide = np.full((90, 120), 250, np.uint8)
    other = slide.copy()
    slide[20:24, 10:80] = other[40:44, 10:100] = 20
    yield slide, other
    yield np.zeros((7, 9), np.uint8), np.full((7, 9), 255, np.uint8)


@pytest.mark.parametrize("first, second", list(greys()))
def test_ssim_is_that_of_scikit_image(first: np.ndarray, second: np.ndarray) -> None:
    assert uniform_ssim(SummedImage(first), SummedImage(second)) == pytest.approx(
        structural_similarity(first, second), abs=1e-6
    )


def test_ssim_of_what_has_none() -> None:
    small = SummedImage(np.zeros((6, 30), np.uint8))
    assert uniform_ssim(small, small) is None
    with pytest.raises(ValueError, match="pixels"):
        uniform_ssim(small, SummedImage(np.zeros((8, 8), np.uint8)))


def test_the_later_picture_is_resized_to_the_earlier() -> None:
    seen = SampleWithImages(sample("s", [png(1, (64, 48)), png(1, (128, 96)), png(2, (5, 5))]), 0)
    assert seen.ssims[0, 1] > 0.9 and seen.ssims[0, 1] == seen.ssims[1, 0]
    assert np.isnan(seen.ssims[0, 0]) and np.isfinite(seen.ssims[0, 2])
    grown = SampleWithImages(sample("s", [png(2, (5, 5)), png(1, (64, 48))]), 0)
    assert np.isnan(grown.ssims[0, 1])  # no window fits


def test_clip_is_open_clip(clip_model: OpenClip) -> None:
    import open_clip
    import torch

    model, _, prepare = open_clip.create_model_and_transforms(
        clip_model.model, pretrained=clip_model.weights
    )
    model.eval()
    images = [Image.open(io.BytesIO(png(n))).convert("RGB") for n in range(3)]
    with torch.no_grad():
        pictures = model.encode_image(torch.stack([prepare(image) for image in images]))
        texts = model.encode_text(open_clip.get_tokenizer(clip_model.model)(["a slide", "a face"]))
    cosines = torch.nn.functional.cosine_similarity(pictures[:, None], texts[None], dim=2).numpy()
    ours = (
        clip_model.images([np.asarray(image) for image in images])
        @ clip_model.texts(["a slide", "a face"]).T
    )
    assert ours == pytest.approx(cosines, abs=1e-5)
    assert clip_model.texts([]).shape[0] == clip_model.images([]).shape[0] == 0


def test_random_weights_are_never_taken_by_accident() -> None:
    with pytest.raises(ModelError, match="name the weights"):
        OpenClip("ViT-B-32")


def test_insi_sim_by_hand(clip_model: OpenClip) -> None:
    """Four images: the plain mean over pairs, and the released scripts' step by step."""
    contents = [png(n, (64, 48)) for n in range(4)]
    measure = InSampleSimilarity(Tools(open_clip=clip_model))
    for index, parts in enumerate(
        ([*contents, "Words."], contents[:1], [*contents[:3], b"broken"])
    ):
        seen = SampleWithImages(sample(f"s{index}", parts), index)
        seen.vectors = clip_model.images([picture.pixels for picture in seen.pictures])
        measure.see(seen)
    pixels = [np.asarray(Image.open(io.BytesIO(content))) for content in contents]
    grey = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in pixels]
    vectors = clip_model.images(pixels)
    pairs = [(i, j) for i in range(4) for j in range(i + 1, 4)]
    structural = [structural_similarity(grey[i], grey[j]) for i, j in pairs]
    cosines = [(float(vectors[i] @ vectors[j]) + 1) / 2 for i, j in pairs]
    plain = np.mean([(c + s) / 2 for c, s in zip(cosines, structural, strict=True)])
    # The scripts: both sums over pairs; the first mapped to 0..1 once more; halved; by pairs.
    released = (sum(structural) + (sum(cosines) + 1) / 2) / 2 / 6

    found = measure.finish()
    for name, value, counts in (
        ("insi_sim", plain, [1, 0, 1]),
        ("insi_sim_4", plain, [1, 0, 0]),
        ("insi_sim_as_released", released, [1, 0, 0]),
        ("insi_sim_as_released_4", released, [1, 0, 0]),
        ("insi_sim_as_released_5", 0.0, [0, 0, 0]),
        ("in_sample_ssim", np.mean(structural), [1, 0, 1]),
    ):
        figure = found[name]
        assert isinstance(figure, PerSample) and figure.count == counts
        assert figure.total[0] == pytest.approx(value, abs=1e-6)
        assert all(total == 0 for total, n in zip(figure.total, counts, strict=True) if not n)


def test_a_failed_ssim_counts_as_nothing_in_the_released_score() -> None:
    cosines = np.array([0.5, 0.75, 1.0])
    assert as_released(cosines, np.array([0.1, np.nan, 0.2])) == (0 + (2.25 + 1) / 2) / 2 / 3
    assert as_released(cosines, np.array([0.1, 0.3, 0.2])) == pytest.approx(
        (0.6 + (2.25 + 1) / 2) / 2 / 3
    )


def coherence_of(*parts: bytes) -> tuple[float, float]:
    measure = Coherence(Tools())
    measure.see(SampleWithImages(sample("s", list(parts)), 0))
    found = measure.finish()["coherence"]
    assert isinstance(found, PerSample)
    return found.total[0], found.count[0]


def blend(seed: int, other: int, share: float) -> bytes:
    pictures = [Image.open(io.BytesIO(png(n, (96, 72)))) for n in (seed, other)]
    out = io.BytesIO()
    Image.blend(*pictures, share).save(out, "PNG")
    return out.getvalue()


def test_coherence_is_of_order() -> None:
    slow = [blend(1, 2, share) for share in (0, 0.3, 0.5, 0.7, 1)]
    total, count = coherence_of(*slow)
    assert count == 4 and total / count > 0.9
    total, count = coherence_of(*[slow[i] for i in (0, 4, 1, 3, 2)])
    assert total / count < 0.5
    assert coherence_of(*slow[:2]) == (0, 0)


def test_a_picture_shown_twice_is_no_coherence() -> None:
    first, second, third = png(1), png(2), png(3)
    assert coherence_of(first, first, second, second, third, third) == coherence_of(
        first, second, third
    )
    alike = np.array([[np.nan, 1, 0.2], [1, np.nan, 0.2], [0.2, 0.2, np.nan]])
    assert distinct(alike) == [0, 2]
