"""A CLIP of random weights: it shows that the parts work together, and nothing about pictures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vid2book.models.open_clip import OpenClip

_TINY = {
    "embed_dim": 16,
    "vision_cfg": {"image_size": 32, "layers": 1, "width": 32, "head_width": 16, "patch_size": 8},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1},
}


def tiny_clip(folder: Path) -> OpenClip:
    """The model, written to a folder as open_clip reads it; skips the test without open_clip."""
    open_clip = pytest.importorskip("open_clip", reason="needs the extra 'clip'")
    import torch

    (folder / "configs").mkdir()
    (folder / "configs" / "tiny-random.json").write_text(json.dumps(_TINY))
    open_clip.add_model_config(folder / "configs")
    torch.manual_seed(0)
    torch.save(open_clip.create_model("tiny-random").state_dict(), folder / "tiny.pt")
    return OpenClip("tiny-random", str(folder / "tiny.pt"))
