"""A trained model opens where its base does: also in a transformers older than the one that trains.

Slow, and in an environment of its own:

    python -m venv OLD && OLD/bin/pip install 'transformers==4.57.*' torch torchvision
    TRANSFORMERS_4_57=OLD/bin/python python -m pytest -m slow tests/eval/test_checkpoint_versions.py
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from vid2book.eval.train import train
from vid2book.eval.train.config import Lora

from ..support.corpora import png
from ..support.training import recipe, write_corpus
from ..support.vlms.older import answer

torch = pytest.importorskip("torch")

OLDER = os.environ.get("TRANSFORMERS_4_57", "")
ROOT = Path(__file__).parents[2]
THERE = (
    "llava",
    "idefics2",
    "idefics3",
    "smolvlm",
    "qwen2_vl",
    "qwen2_5_vl",
    "qwen3_vl",
    "gemma3",
    "internvl",
    "llava_next",
    "llava_onevision",
)
"""Families that 4.57 knows by the name that 5 gives them."""


def older(*args: object) -> str:
    command = [OLDER, "-m", "tests.support.vlms.older", *map(str, args)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip().rpartition("\n")[2]


@pytest.mark.slow
@pytest.mark.skipif(not OLDER, reason="TRANSFORMERS_4_57 names no Python with transformers 4.57")
def test_transformers_4_57_opens_what_was_trained(tmp_path: Path) -> None:
    older("save", tmp_path / "base", *THERE)
    corpus, shown = write_corpus(tmp_path / "corpus"), tmp_path / "shown.png"
    shown.write_bytes(png(1, (64, 36)))
    settings = recipe(epochs=1, steps=2, weights="lora", lora=Lora(rank=2))
    trained = [
        train(settings, corpus, tmp_path / "base" / family, tmp_path / family).model
        for family in THERE
    ]
    opened = json.loads(older("open", shown, *trained))
    for family, model, then in zip(THERE, trained, opened, strict=True):
        now, before = answer(model, shown), answer(tmp_path / "base" / family, shown)
        assert then["version"].startswith("4.57") and then["ids"] == now["ids"], family
        # Pictures are resized by another library there, which rounds otherwise.
        assert then["logits"] == pytest.approx(now["logits"], abs=0.02), family
        assert now["logits"] != pytest.approx(before["logits"], abs=1e-3), family
        card = (model / "README.md").read_text()
        assert f"transformers {then['version']} or newer" in card
