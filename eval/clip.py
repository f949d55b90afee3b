"""Image and text embeddings by open_clip, any of its models, from the Hub or from local weights."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vid2book.errors import UserError

Vectors = NDArray[np.float32]

_BATCH = 64


class ClipError(UserError):
    """A model that cannot be loaded; the message says why and what to do."""


class Clip:
    """An open_clip model, loaded on first use; on a GPU where there is one.

    Args:
        model: a name of `open_clip.list_models()`, or `local-dir:FOLDER`, which has its config too.
        weights: a file, or a tag of `open_clip.list_pretrained()`.

    Raises:
        ClipError: no weights are named; open_clip would take random ones.
    """

    def __init__(self, model: str = "ViT-B-32", weights: str | None = None) -> None:
        if not weights and ":" not in model:
            raise ClipError(f"name the weights of '{model}': a file, or a tag such as openai")
        self.model = model
        self.weights = weights

    @property
    def name(self) -> str:
        """Model, weights and library version."""
        weights = f" {Path(self.weights).name}" if self.weights else ""
        return f"open_clip {version('open_clip_torch')} {self.model}{weights}"

    def images(self, images: Sequence[NDArray[np.uint8]]) -> Vectors:
        """Embed RGB images (H x W x 3).

        Returns:
            Array of shape (len(images), dimensions), rows of length 1.

        Raises:
            ClipError: the model cannot be loaded.
        """
        _, _, prepare, _ = self._loaded
        return self._embed("encode_image", [prepare(Image.fromarray(image)) for image in images])

    def texts(self, texts: Sequence[str]) -> Vectors:
        """Embed texts; what is longer than the model's context (77 tokens, mostly) is cut.

        Returns:
            Array of shape (len(texts), dimensions), rows of length 1.

        Raises:
            ClipError: the model cannot be loaded.
        """
        _, _, _, tokenize = self._loaded
        return self._embed("encode_text", list(tokenize(list(texts))) if texts else [])

    def _embed(self, encode: str, inputs: list[Any]) -> Vectors:
        import torch

        model, device, _, _ = self._loaded
        found = [np.zeros((0, 1), np.float32)] if not inputs else []
        with torch.inference_mode():
            for start in range(0, len(inputs), _BATCH):
                batch = torch.stack(inputs[start : start + _BATCH]).to(device)
                vectors = getattr(model, encode)(batch, normalize=True)
                found.append(vectors.float().cpu().numpy())
        return np.concatenate(found)

    @cached_property
    def _loaded(self) -> tuple[Any, Any, Any, Any]:
        """Model, device, transform of images, tokenizer."""
        try:
            import open_clip
            import torch
        except ModuleNotFoundError as error:
            raise ClipError(f"{error.name} is missing: pip install 'vid2book[clip]'") from None
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        try:
            model, _, prepare = open_clip.create_model_and_transforms(
                self.model, pretrained=self.weights, device=device
            )
            tokenize = open_clip.get_tokenizer(self.model)
        except (RuntimeError, OSError, ValueError, KeyError) as error:
            lines = str(error).splitlines() or [type(error).__name__]
            raise ClipError(
                f"CLIP model '{self.model}' with weights '{self.weights}' cannot be loaded: "
                f"{lines[0]}; see open_clip.list_pretrained()"
            ) from None
        return model.eval(), device, prepare, tokenize
