"""The files beside the weights of a trained model, kept as its base has them.

`save_pretrained` writes config, tokenizer and processor in the form of the transformers that runs,
and 4.57 and what builds on it open none that 5 wrote. Training changes weights alone, whose names
`save_pretrained` keeps, so the trained model takes over its base's files and opens wherever that
does.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..vlm import Vlm

_CONFIG, _PROCESSOR = "config.json", "processor_config.json"
_IMAGES = "preprocessor_config.json"
_KEPT = (
    _CONFIG,
    "generation_config.json",
    _PROCESSOR,
    _IMAGES,
    "video_preprocessor_config.json",
    "chat_template.json",
    "chat_template.jinja",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "tokenizer.model",
)


def keep_files(vlm: Vlm, out: Path) -> None:
    """Put the base's files beside the weights in `out`, instead of those that are there.

    Two are changed: the config names the precision of the weights as they are saved, and LLaVA's
    processor pads pictures to a square, as in training.
    """
    base = base_folder(vlm)
    for name in _KEPT:
        (out / name).unlink(missing_ok=True)
        if (base / name).is_file():
            shutil.copyfile(base / name, out / name)
    _change(out / _CONFIG, lambda config: _with_dtype(config, _saved_dtype(out)))
    if getattr(vlm.processor.image_processor, "do_pad", False) and vlm.family.pads_to_square:
        _change(out / _IMAGES, _padding)
        _change(out / _PROCESSOR, _padding_within)


def base_folder(vlm: Vlm) -> Path:
    """Where the base's files are; those of a name on the Hub are fetched, without weights."""
    if (folder := Path(vlm.name)).is_dir():
        return folder
    from huggingface_hub import snapshot_download

    commit = getattr(vlm.model.config, "_commit_hash", None)
    return Path(snapshot_download(vlm.name, revision=commit, allow_patterns=list(_KEPT)))


def written_by(folder: Path) -> str:
    """The version of transformers whose form the files in a model's folder have."""
    config = json.loads((folder / _CONFIG).read_text())
    return str(config.get("transformers_version") or "unknown")


def _change(file: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    if file.is_file():
        file.write_text(json.dumps(change(json.loads(file.read_text())), indent=2) + "\n")


def _with_dtype(config: dict[str, Any], dtype: str) -> dict[str, Any]:
    """By the older name or the newer, and in the parts of the config that name one."""
    if not {"dtype", "torch_dtype"} & set(config):
        config = config | {"dtype": dtype}
    return _replaced(config, dtype)


def _replaced(config: dict[str, Any], dtype: str) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    for name, value in config.items():
        if isinstance(value, dict):
            changed[name] = _replaced(value, dtype)
        else:
            changed[name] = dtype if value and name in ("dtype", "torch_dtype") else value
    return changed


def _saved_dtype(out: Path) -> str:
    from safetensors import safe_open

    with safe_open(next(out.glob("*.safetensors")), "pt") as weights:
        return str(weights.get_tensor(next(iter(weights.keys()))).dtype).removeprefix("torch.")


def _padding(images: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in images.items() if name != "feature_extractor_type"}
    return kept | {"image_processor_type": "LlavaImageProcessor", "do_pad": True}


def _padding_within(processor: dict[str, Any]) -> dict[str, Any]:
    """transformers 5 keeps the image processor's settings in the processor's file."""
    images = processor.get("image_processor")
    return processor | ({"image_processor": _padding(images)} if images else {})
