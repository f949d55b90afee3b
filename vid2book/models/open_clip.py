"""Image and text embeddings by CLIP, through open_clip (extra `clip`)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..bounds import loading, within
from .error import ModelError
from .weights import file_hash, folder_hash

Vectors = NDArray[np.float32]  # rows of length 1

_BATCH = 64  # pictures at once; bounds memory


class OpenClip:
    """Any model of open_clip, from the Hub or a file; loaded on first use, on a GPU if any.

    Args:
        model: a name of `open_clip.list_models()`, or `local-dir:FOLDER`, which includes weights.
        weights: a file, or a tag of `open_clip.list_pretrained()` for that model.

    Raises:
        ModelError: no weights are named; open_clip would use random ones.
    """

    def __init__(self, model: str, weights: str | None = None) -> None:
        if not weights and ":" not in model:
            raise ModelError(f"name the weights of '{model}': a file, or a tag such as openai")
        self.model = model
        self.weights = weights

    @property
    def name(self) -> str:
        """Model, weights (of a file, its name) and library, for a person; loads no model.

        Raises:
            ModelError: open_clip is not installed.
        """
        weights = f" {Path(self.weights).name}" if self.weights else ""
        return f"open_clip {_version('open_clip_torch')} {self.model}{weights}"

    @cached_property
    def identity(self) -> str:
        """Model, weights (of a file, its hash) and libraries: all that vectors depend on.

        Loads no model.

        Raises:
            ModelError: open_clip is not installed.
        """
        library = f"open_clip {_version('open_clip_torch')}, torch {_version('torch')}"
        model, weights = self.model, self.weights or ""
        weights = file_hash(Path(weights)) if Path(weights).is_file() else weights
        kind, _, place = model.partition(":")
        if kind == "local-dir" and Path(place).is_dir():  # a path may be private
            model, weights = Path(place).name, f"{weights} {folder_hash(Path(place))}".strip()
        return f"{model} {weights}, {library}"

    def images(self, images: Sequence[NDArray[np.uint8]]) -> Vectors:
        """Embed RGB images (H x W x 3).

        Returns:
            Array of shape (len(images), dimensions), rows of length 1.

        Raises:
            ModelError: the model cannot be loaded.
        """
        _, _, prepare, _ = self._loaded
        return self._embed("encode_image", [prepare(Image.fromarray(image)) for image in images])

    def image(self, image: NDArray[np.uint8]) -> Vectors:
        """Embed one RGB image (H x W x 3): an array of shape (dimensions,).

        Raises:
            ModelError: the model cannot be loaded.
        """
        return self.images([image])[0]

    def texts(self, texts: Sequence[str]) -> Vectors:
        """Embed texts, cut to the length of the model's context (mostly 77 tokens).

        Returns:
            Array of shape (len(texts), dimensions), rows of length 1.

        Raises:
            ModelError: the model cannot be loaded.
        """
        _, _, _, tokenize = self._loaded
        return self._embed("encode_text", list(tokenize(list(texts))) if texts else [])

    def _embed(self, encode: str, inputs: list[Any]) -> Vectors:
        import torch

        model, device, _, _ = self._loaded
        parts = [np.zeros((0, 1), np.float32)] if not inputs else []
        with torch.inference_mode():
            for start in range(0, len(inputs), _BATCH):
                batch = torch.stack(inputs[start : start + _BATCH]).to(device)
                with within("the CLIP model"):
                    vectors = getattr(model, encode)(batch, normalize=True).float().cpu()
                parts.append(vectors.numpy())
        return np.concatenate(parts)

    @cached_property
    @loading("the CLIP model")
    def _loaded(self) -> tuple[Any, Any, Any, Any]:
        """Model, device, transform of images, tokenizer."""
        try:
            import open_clip
            import torch
        except ModuleNotFoundError as error:
            raise ModelError(f"{error.name} is missing: pip install 'vid2book[clip]'") from None
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        try:
            model, _, prepare = open_clip.create_model_and_transforms(
                self.model, pretrained=self.weights, device=device
            )
            tokenize = open_clip.get_tokenizer(self.model)
        except Exception as error:  # the library, torch and the Hub each raise their own
            cause = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ModelError(
                f"CLIP model '{self.model}' with weights '{self.weights}' cannot be loaded "
                f"({cause}): clip_model is a name that open_clip knows, clip_weights a file or a "
                "tag of open_clip.list_pretrained()"
            ) from None
        return model.eval(), device, prepare, tokenize


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        raise ModelError("CLIP needs open_clip: pip install 'vid2book[clip]'") from None
