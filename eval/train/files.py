"""The files beside the weights of a trained model, which are those of its base.

`save_pretrained` writes config, tokenizer and processor in the format of the running version of
transformers, and 4.57 and libraries built on it cannot open what 5 wrote. Training changes only the
weights, whose names `save_pretrained` keeps. So the trained model takes over its base's files, and
opens wherever its base does.
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
_FILES = (
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
    """Replace the files beside the weights in `out` with those of the base.

    Two are changed: the config names the precision of the saved weights, and LLaVA's processor pads
    pictures to a square, as in training.
    """
    base = base_folder(vlm)
    for name in _FILES:
        (out / name).unlink(missing_ok=True)
        if (base / name).is_file():
            shutil.copyfile(base / name, out / name)
    _change(out / _CONFIG, lambda config: _set_dtype(config, _saved_dtype(out)))
    if getattr(vlm.processor.image_processor, "do_pad", False) and vlm.family.pads_to_square:
        _change(out / _IMAGES, _with_padding)
        _change(out / _PROCESSOR, _with_padding_inside)


def base_folder(vlm: Vlm) -> Path:
    """The folder of the base's files; from the Hub, they are downloaded without the weights."""
    if (folder := Path(vlm.name)).is_dir():
        return folder
    from huggingface_hub import snapshot_download

    commit = getattr(vlm.model.config, "_commit_hash", None)
    return Path(snapshot_download(vlm.name, revision=commit, allow_patterns=list(_FILES)))


def files_version(folder: Path) -> str:
    """The version of transformers that wrote the config in a model's folder."""
    config = json.loads((folder / _CONFIG).read_text())
    return str(config.get("transformers_version") or "unknown")


def _change(file: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    if file.is_file():
        file.write_text(json.dumps(change(json.loads(file.read_text())), indent=2) + "\n")


def _set_dtype(config: dict[str, Any], dtype: str) -> dict[str, Any]:
    """Set the dtype, under its older or newer name, also in parts of the config that have one."""
    if not {"dtype", "torch_dtype"} & set(config):
        config = config | {"dtype": dtype}
    return _replace_dtype(config, dtype)


def _replace_dtype(config: dict[str, Any], dtype: str) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    for name, value in config.items():
        if isinstance(value, dict):
            changed[name] = _replace_dtype(value, dtype)
        else:
            changed[name] = dtype if value and name in ("dtype", "torch_dtype") else value
    return changed


def _saved_dtype(out: Path) -> str:
    from safetensors import safe_open

    with safe_open(next(out.glob("*.safetensors")), "pt") as weights:
        return str(weights.get_tensor(next(iter(weights.keys()))).dtype).removeprefix("torch.")


def _with_padding(images: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in images.items() if name != "feature_extractor_type"}
    return kept | {"image_processor_type": "LlavaImageProcessor", "do_pad": True}


def _with_padding_inside(processor: dict[str, Any]) -> dict[str, Any]:
    """For transformers 5, which keeps the image processor's settings in the processor's file."""
    images = processor.get("image_processor")
    return processor | ({"image_processor": _with_padding(images)} if images else {})
