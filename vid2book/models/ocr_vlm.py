"""Lines of a screen by any vision-language model (`chat.py`), with formulas as LaTeX."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from pydantic import Field

from ..records import OcrLine
from .chat import Answer, Chat, ChatError, Prompt
from .ocr import Image, typed
from .ocr_surya import png

_SYSTEM = (
    "You copy what is written on a picture of a lecture: a slide, a board, a screen. Copy every "
    "line as it stands, in reading order: column by column, tables row by row. Keep the blanks "
    "before a line of program code. Write formulas as LaTeX between dollar signs. Describe "
    "nothing, translate nothing, correct nothing, and do not guess at what cannot be read. Where "
    "nothing is written, there are no lines."
)
_USER = "What is written on this picture?"


class _Line(Answer):
    text: str
    box: list[float] = Field(
        description="x0, y0, x1, y1 in thousandths of width and height; empty if unknown"
    )


class _Screen(Answer):
    lines: list[_Line]


class VlmOcr:
    """Reads whole screens, several at a time.

    Args:
        chat: the model; it must take images.
    """

    finds_places = False  # not well enough to merge single lines with others

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        prompt = hashlib.sha256(f"{_SYSTEM}{_USER}{_Screen.model_json_schema()}".encode())
        self.identity = f"{chat.identity}, prompt {prompt.hexdigest()[:8]}"

    def __call__(self, images: Sequence[Image]) -> list[list[OcrLine] | ChatError]:
        """The lines of RGB images in reading order."""
        prompts = [Prompt(_SYSTEM, _USER, (png(image),)) for image in images]
        return [
            screen if isinstance(screen, ChatError) else _lines(screen, image)
            for image, screen in zip(images, self._chat.ask(prompts, _Screen), strict=True)
        ]


def _lines(screen: _Screen, image: Image) -> list[OcrLine]:
    """Lines with their boxes if the model gave them all, or as if typed over the whole screen."""
    height, width = image.shape[:2]
    written = [line for line in screen.lines if line.text.strip()]
    if not all(_is_box(line.box) for line in written):
        texts = [part for line in written for part in line.text.split("\n")]
        return typed(texts, (0.0, 0.0, float(width), float(height)))
    lines: list[OcrLine] = []
    for line in written:
        x0, y0, x1, y1 = (number / 1000 for number in line.box)
        box = (x0 * width, y0 * height, x1 * width, y1 * height)
        texts = line.text.split("\n")
        # The box of a single line already shows its indentation.
        lines += typed(texts if len(texts) > 1 else [line.text.strip()], box)
    return lines


def _is_box(box: Sequence[float]) -> bool:
    if len(box) != 4:
        return False
    x0, y0, x1, y1 = box
    return 0 <= x0 < x1 <= 1000 and 0 <= y0 < y1 <= 1000
