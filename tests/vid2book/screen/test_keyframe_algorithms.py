"""The other ways to see change: SSIM, pixels, CLIP. They give the records that `writing` gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vid2book.models.error import ModelError
from vid2book.models.open_clip import OpenClip
from vid2book.screen.keyframes.pixel import difference
from vid2book.screen.ssim import gaussian_ssim

from ...support.screens import CELLS, PHYSICS, fade, hold, shown, slide, watch
from ...support.tiny_clip import tiny_clip

A = slide("Work and energy", PHYSICS)
B = slide("Inside the cell", CELLS, paper=(20, 40, 30), ink=(240, 240, 240))


@pytest.mark.parametrize("algorithm", ["ssim", "pixel"])
def test_each_slide_is_a_state_shown_by_its_last_sample(tmp_path: Path, algorithm: str) -> None:
    film = [*hold(A, 3), *fade(A, B, 0.5), *hold(B, 3)]
    found, decisions = watch(tmp_path / "v.mp4", film, algorithm=algorithm)
    assert shown(found, [A, B]) == [0, 1]
    assert [k.time for k in found] == pytest.approx([2.9, 6.4], abs=0.35)
    assert [k.end for k in found] == pytest.approx([3.1, 6.4], abs=0.35)
    assert found[0].change > 0.04 and found[1].change == 0  # nothing follows the last
    assert [d.end for d in decisions if d.kept] == [k.end for k in found]
    transitions = [d for d in decisions if not d.kept]
    assert transitions and {d.reason for d in transitions} == {"a transition: it does not stand"}


@pytest.mark.parametrize("algorithm", ["ssim", "pixel"])
def test_a_state_is_shown_by_its_first_sample_if_the_config_says_so(
    tmp_path: Path, algorithm: str
) -> None:
    film = [*hold(A, 3), *hold(B, 3)]
    found, _ = watch(tmp_path / "v.mp4", film, algorithm=algorithm, shown="first")
    assert shown(found, [A, B]) == [0, 1]
    assert [k.time for k in found] == pytest.approx([0.0, 3.0], abs=0.25)
    assert [k.end for k in found] == pytest.approx([3.0, 6.0], abs=0.25)


@pytest.mark.parametrize("algorithm", ["ssim", "pixel"])
def test_the_threshold_is_the_users(tmp_path: Path, algorithm: str) -> None:
    film = [*hold(A, 2), *hold(B, 2)]
    found, _ = watch(tmp_path / "v.mp4", film, algorithm=algorithm, threshold=1.0)
    assert shown(found, [A, B]) == [1]


def test_ssim_is_that_of_the_paper() -> None:
    a, b = np.full((40, 60), 100, np.uint8), np.full((40, 60), 150, np.uint8)
    c1 = (0.01 * 255) ** 2  # of flat images the term of their means is all there is
    assert gaussian_ssim(a, b) == pytest.approx(
        (2 * 100 * 150 + c1) / (100**2 + 150**2 + c1), abs=1e-5
    )
    noise = np.random.default_rng(0).integers(0, 256, (40, 60), np.uint8)
    assert gaussian_ssim(noise, noise) == pytest.approx(1, abs=1e-5)
    assert gaussian_ssim(noise, (255 - noise).astype(np.uint8)) < -0.5
    assert (
        gaussian_ssim(a, noise) == pytest.approx(gaussian_ssim(noise, a))
        and gaussian_ssim(a, noise) < 0.2
    )
    assert gaussian_ssim(a, a[:20]) == 0


def test_the_pixel_difference_is_a_mean_of_levels() -> None:
    a, b = np.zeros((4, 4), np.uint8), np.zeros((4, 4), np.uint8)
    b[0, 0] = 255
    assert difference(a, b) == pytest.approx(1 / 16)
    assert difference(a, a) == 0 and difference(a, a[:2]) == 1


@pytest.fixture(scope="module")
def clip_model(tmp_path_factory: pytest.TempPathFactory) -> OpenClip:
    return tiny_clip(tmp_path_factory.mktemp("clip"))


def test_clip_sees_what_its_model_sees(clip_model: OpenClip, tmp_path: Path) -> None:
    vectors = [clip_model.image(picture) for picture in (A, A, B)]
    assert np.linalg.norm(vectors[0]) == pytest.approx(1, abs=1e-5)
    apart = 1 - float(vectors[0] @ vectors[2])
    assert 1 - float(vectors[0] @ vectors[1]) < 1e-5 < apart
    film = [*hold(A, 2), *hold(B, 2)]
    threshold = min(0.9, apart / 2)
    found, _ = watch(
        tmp_path / "v.mp4",
        film,
        image_embed=clip_model.image,
        algorithm="clip",
        threshold=threshold,
    )
    assert shown(found, [A, B]) == [0, 1]


def test_clip_is_known_by_its_weights(clip_model: OpenClip, tmp_path: Path) -> None:
    path = tmp_path / "other.pt"
    path.write_bytes(b"other weights")
    name, other = clip_model.model, OpenClip(clip_model.model, str(path))
    identities = {model.identity for model in (clip_model, other)}
    assert len(identities) == 2 and all("open_clip" in i and name in i for i in identities)
    with pytest.raises(ModelError, match=r"weights '.*other\.pt' cannot be loaded .*clip_weights"):
        other.image(A)
