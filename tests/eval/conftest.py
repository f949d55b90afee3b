"""A CLIP that every part of the evaluation can use."""

from __future__ import annotations

import json

import pytest

from vid2book.eval.clip import Clip

# Mechanics only: random weights say nothing about pictures.
_TINY = {
    "embed_dim": 16,
    "vision_cfg": {"image_size": 32, "layers": 1, "width": 32, "head_width": 16, "patch_size": 16},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1},
}


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """A tiny model with random weights, in a folder as open_clip reads it."""
    open_clip = pytest.importorskip("open_clip", reason="needs the extra 'clip'")
    import torch

    folder = tmp_path_factory.mktemp("clip")
    (folder / "configs").mkdir()
    (folder / "configs" / "tiny-random.json").write_text(json.dumps(_TINY))
    open_clip.add_model_config(folder / "configs")
    torch.manual_seed(0)
    model = open_clip.create_model("tiny-random")
    torch.save(model.state_dict(), folder / "tiny.pt")
    return Clip("tiny-random", str(folder / "tiny.pt"))
