"""Pages by surya 2, a vision-language model for OCR behind a server (vLLM, llama.cpp).

One request per screen, like surya's own client for whole pages: the full-page prompt, on which the
model was trained, yields HTML with a `div` for each block in reading order. A `div` has a label and
a box; formulas are LaTeX in `math`. The package surya-ocr is not needed here; it can start the
server (https://github.com/datalab-to/surya, code Apache-2.0, weights restricted).
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import NamedTuple

import cv2

from ..config import Llm
from ..records import OcrLine
from .chat import Chat, ChatError, Prompt
from .error import ModelError
from .ocr import Image, typed

_PROMPT = (
    "OCR this image to HTML. Each block is a div with data-label and data-bbox "
    "(x0 y0 x1 y1, normalized 0-1000)."
)
_PICTURES = {"Figure", "Image", "Diagram", "Blank-Page"}  # blocks whose output is not their text
_ENDS_LINE = {"br", "p", "div", "li", "tr", "pre", "h1", "h2", "h3", "h4", "h5", "caption"}
_SIGN = {"sup": "^", "sub": "_"}


def default_server() -> Llm:
    """surya's own model at `$SURYA_INFERENCE_URL`.

    Raises:
        ModelError: it is not set.
    """
    url = os.environ.get("SURYA_INFERENCE_URL")
    if not url:
        raise ModelError(
            "surya runs behind a server: set SURYA_INFERENCE_URL to its address, such as "
            "http://localhost:8000/v1, or name it under read.llm"
        )
    return Llm(model="datalab-to/surya-ocr-2", base_url=url, max_tokens=12288, timeout=600)


class Surya:
    """Reads the blocks of screens, several at a time.

    Args:
        chat: the server.
    """

    finds_places = False  # only of blocks, and whole pages come out better than parts

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self.identity = f"surya {chat.identity}"

    def __call__(self, images: Sequence[Image]) -> list[list[OcrLine] | ChatError]:
        """The lines of RGB images in reading order, placed in their blocks."""
        prompts = [Prompt("", _PROMPT, (png(image),)) for image in images]
        return [
            page if isinstance(page, ChatError) else lines_of(page, image.shape[1], image.shape[0])
            for image, page in zip(images, self._chat.write(prompts), strict=True)
        ]


def png(image: Image) -> bytes:
    """An RGB image as a PNG file."""
    return cv2.imencode(".png", image[:, :, ::-1])[1].tobytes()


def lines_of(page: str, width: int, height: int) -> list[OcrLine]:
    """The lines of the model's HTML for an image of this size in pixels."""
    parser = _Page()
    parser.feed(page)
    parser.close()
    lines: list[OcrLine] = []
    for block in parser.blocks:
        numbers = re.findall(r"\d+(?:\.\d+)?", block.box)
        if block.label in _PICTURES or len(numbers) != 4:
            continue
        x0, y0, x1, y1 = (min(1000.0, float(n)) / 1000 for n in numbers)
        box = (x0 * width, y0 * height, x1 * width, y1 * height)
        if x0 < x1 and y0 < y1:
            lines += typed("".join(block.text).split("\n"), box)
    return lines


class _Block(NamedTuple):
    label: str
    box: str
    text: list[str]


class _Page(HTMLParser):
    """The outermost `div`s of a page, each as text with a newline after every line."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[_Block] = []
        self._depth = 0
        self._as_typed = False  # inside `pre`, where blanks count
        self._math = ""  # inside `math`, the delimiter around it

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "div":
            self._depth += 1
            if self._depth == 1:
                label, box = values.get("data-label") or "", values.get("data-bbox") or ""
                self.blocks.append(_Block(label, box, []))
                return
        if tag == "math":
            self._math = "$$" if values.get("display") == "block" else "$"
            self._write(self._math)
        elif tag in {"td", "th"}:
            self._write("\t")
        elif not self._math:
            self._write(_SIGN.get(tag, ""))
        if tag in _ENDS_LINE:
            self._end_line()
        self._as_typed |= tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if tag == "math":
            self._write(self._math)
            self._math = ""
        if tag in _ENDS_LINE:
            self._end_line()
        if tag == "div":
            self._depth = max(0, self._depth - 1)
        if tag == "pre":
            self._as_typed = False

    def handle_data(self, data: str) -> None:
        self._write(data if self._as_typed else re.sub(r"\s+", " ", data))

    def _end_line(self) -> None:
        """Join the cells of a finished row by bars, and strip blanks off any other line."""
        if not self._depth:
            return
        text = self.blocks[-1].text
        lines = "".join(text).split("\n")
        cells = lines[-1].split("\t")
        if len(cells) > 1:
            lines[-1] = " | ".join(cell.strip() for cell in cells[1:])
        elif not self._as_typed:
            lines[-1] = lines[-1].strip()
        text[:] = ["\n".join(lines), "" if not lines[-1] else "\n"]

    def _write(self, text: str) -> None:
        if self._depth and text:
            self.blocks[-1].text.append(text)
