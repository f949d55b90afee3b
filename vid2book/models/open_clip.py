"""Image embeddings by CLIP, through open_clip (extra `clip`)."""

from __future__ import annotations

import hashlib
from functools import cached_property, lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .error import ModelError


class ClipImages:
    """Images to unit vectors; the weights are loaded at the first call.

    Args:
        model: an architecture that open_clip knows, such as `ViT-B-32`.
        weights: a tag of open_clip for that architecture, or a file.
    """

    def __init__(self, model: str, weights: str) -> None:
        self.model = model
        self.weights = weights

    @cached_property
    def identity(self) -> str:
        """Model, weights (a file's by hash) and library; loads no model.

        Raises:
            ModelError: open_clip is not installed.
        """
        try:
            library = f"open_clip {version('open_clip_torch')}, torch {version('torch')}"
        except PackageNotFoundError:
            raise ModelError("CLIP needs open_clip: pip install 'vid2book[clip]'") from None
        weights = _hash(Path(self.weights)) if Path(self.weights).is_file() else self.weights
        return f"{self.model} {weights}, {library}"

    def __call__(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The vector of an RGB image (H x W x 3), of length 1.

        Raises:
            ModelError: the weights cannot be had.
        """
        model, preprocess = self._loaded
        vector = model.encode_image(preprocess(Image.fromarray(image))[None])[0]
        found: NDArray[np.float32] = vector.float().numpy()
        return found / max(float(np.linalg.norm(found)), 1e-12)

    @cached_property
    def _loaded(self) -> tuple[Any, Any]:
        import open_clip

        try:
            model, _, preprocess = open_clip.create_model_and_transforms(
                self.model, pretrained=self.weights
            )
        except Exception as error:
            cause = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ModelError(
                f"CLIP {self.model} with weights '{self.weights}' cannot be loaded ({cause}): see "
                "keyframes.clip_model and keyframes.clip_weights, the latter may be a file"
            ) from None
        return model.eval().requires_grad_(False), preprocess


@lru_cache
def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]
