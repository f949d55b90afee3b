"""Run by an older transformers: write tiny models, and open trained ones.

    python -m tests.support.vlms.older save FOLDER FAMILY...
    python -m tests.support.vlms.older open PICTURE FOLDER...

`open` prints JSON: for each folder the token ids, and the logits of the last token.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import transformers
from PIL import Image

from . import WRITTEN, qwen, save
from .sizes import text
from .tokenizer import tokenizer


def _as_qwen(**named: str) -> Any:
    """Older processors of Qwen's took no tokenizer of another class."""
    made = tokenizer(**named)
    made.__class__ = transformers.Qwen2TokenizerFast
    return made


def _with_scaling(words: Any, **more: Any) -> dict[str, Any]:
    """The older name of rope_parameters."""
    return text(words, rope_scaling={"rope_type": "default", "mrope_section": [1, 1, 2]}, **more)


def answer(folder: Path, picture: Path) -> dict[str, Any]:
    """What the model in a folder makes of a picture between two texts."""
    import torch

    model = transformers.AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32)
    processor = transformers.AutoProcessor.from_pretrained(folder)
    written = WRITTEN.get(model.config.model_type, "<image>")
    inputs = processor(
        text=[f"before\n{written}\nafter"], images=[[Image.open(picture)]], return_tensors="pt"
    )
    with torch.no_grad():
        logits = model.eval()(**inputs).logits[0, -1]
    return {
        "version": transformers.__version__,
        "ids": inputs["input_ids"][0].tolist(),
        "logits": [round(float(x), 4) for x in logits],
    }


if __name__ == "__main__":
    command, first, *others = sys.argv[1:]
    if command == "save":
        qwen.tokenizer, qwen.rotated = _as_qwen, _with_scaling
        for family in others:
            save(family, Path(first) / family)
    else:
        print(json.dumps([answer(Path(folder), Path(first)) for folder in others]))
