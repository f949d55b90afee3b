"""Text lines of an image by Tesseract (Smith, "An Overview of the Tesseract OCR Engine", 2007).

It runs through tesserocr (extra `tesseract`), whose wheel has the engine but no language data. This
comes from the system (Debian: `tesseract-ocr-eng`) or from
https://github.com/tesseract-ocr/tessdata_fast.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from PIL import Image as Pil

from ..bounds import within
from ..records import OcrLine
from .error import ModelError
from .ocr import Image

_FOLDERS = (  # where systems keep language data
    "/usr/share/tesseract-ocr/*/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
)


class Tesseract:
    """Reads the lines of text on an image.

    Args:
        language: Tesseract's names of language data, joined by `+`: `eng`, `deu+eng`.
    """

    finds_places = True

    def __init__(self, language: str = "eng") -> None:
        self.language = language

    @cached_property
    def identity(self) -> str:
        """Engine and language data.

        Raises:
            ModelError: one of them is missing.
        """
        digest = hashlib.sha256()
        for name in self.language.split("+"):
            digest.update((self._folder / f"{name}.traineddata").read_bytes())
        engine = str(_tesserocr().tesseract_version()).split()[1]
        return f"tesseract {engine}, {self.language} {digest.hexdigest()[:12]}"

    def __call__(self, images: Sequence[Image]) -> list[list[OcrLine]]:
        """The lines of RGB images, from top to bottom."""
        return [self._read(image) for image in images]

    @within("the OCR model")
    def _read(self, image: Image) -> list[OcrLine]:
        tesserocr = _tesserocr()
        self._api.SetImage(Pil.fromarray(image))
        self._api.Recognize()
        line = tesserocr.RIL.TEXTLINE
        lines = []
        for part in tesserocr.iterate_level(self._api.GetIterator(), line):
            text = " ".join((part.GetUTF8Text(line) or "").split()) if not part.Empty(line) else ""
            box = part.BoundingBox(line)
            if text and box:
                score = round(part.Confidence(line) / 100, 4)
                x0, y0, x1, y1 = map(float, box)
                lines.append(OcrLine(text, (x0, y0, x1, y1), score))
        return lines

    @cached_property
    def _api(self) -> Any:
        tesserocr = _tesserocr()
        return tesserocr.PyTessBaseAPI(
            path=f"{self._folder}/", lang=self.language, psm=tesserocr.PSM.AUTO
        )

    @cached_property
    def _folder(self) -> Path:
        """The folder with the language data: `$TESSDATA_PREFIX` if set, or a usual one."""
        files = [f"{name}.traineddata" for name in self.language.split("+")]
        prefix = os.environ.get("TESSDATA_PREFIX")
        folders = _usual_folders()
        if prefix:
            folders = [Path(prefix), Path(prefix) / "tessdata"]
        for folder in folders:
            if all((folder / name).is_file() for name in files):
                return folder
        places = ", ".join(map(str, folders)) or "the usual folders"
        raise ModelError(
            f"tesseract has no {' and '.join(files)} in {places}: install it (Debian: apt install "
            f"{' '.join(f'tesseract-ocr-{n}' for n in self.language.split('+'))}), or set "
            "TESSDATA_PREFIX to the folder that has it"
        )


def _usual_folders() -> list[Path]:
    return [folder for pattern in _FOLDERS for folder in sorted(Path("/").glob(pattern[1:]))]


def _tesserocr() -> Any:
    try:
        import tesserocr
    except ModuleNotFoundError:
        raise ModelError("tesseract needs tesserocr: pip install 'vid2book[tesseract]'") from None
    return tesserocr
