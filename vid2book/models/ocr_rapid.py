"""Text lines of an image by the PP-OCR models that ship inside the `rapidocr` package.

The weights are RapidOCR's; the pipeline is our own, because a screen is not a photograph. Most of
it is flat, and the detector only looks at the rest. Its text is sharp, so the detector can work on
a smaller copy. Each line is recognised at its own width, whereas a batch would pad every line to
the longest. This takes less than half the time of RapidOCR's own pipeline and finds no fewer words.

Sources: Liao et al., "Real-time Scene Text Detection with Differentiable Binarization" (2020);
Du et al., "PP-OCR: A Practical Ultra Lightweight OCR System" (2020).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..bounds import loading, within
from ..records import OcrLine
from .error import ModelError
from .ocr import Image
from .packages import package_folder

_Quad = NDArray[np.float32]  # 4 x 2: the corners of a line, from its top left clockwise, in pixels
_Index = NDArray[np.intp]

_DETECTOR = "PP-OCRv6_det_small.onnx"
_RECOGNISER = "PP-OCRv6_rec_small.onnx"
_RELEASE = "rapidocr>=3.10,<3.11"  # other releases may name these files differently

_DETECTION_SIDE = 800  # longer side of the detector's first input
# The same for pages with small type, whose lines come out too loose at first. "Real videos" in
# benchmarks/README.md shows the gain.
_CLOSE_SIDE = 1280
# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_CLOSEST = 2.0  # most enlargement of the image
_SMALL = 24  # pixels of the first input; less height, margins included, makes a line small
_STRIDE = 32  # the detector's input is a multiple of this
_FLAT = 8  # levels of 255; less contrast is sensor or JPEG noise
_FLAT_MARGIN = 16  # flat pixels to keep around the rest
# As in the configuration of rapidocr: thresh, box_thresh, unclip_ratio.
_INK = 0.3  # least heat of a pixel in a line
_LINE = 0.5  # least mean heat of a line
_UNCLIP = 1.6  # how much lines grow back, since the detector is trained on shrunk ones
# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_LEVEL = 2.0  # degrees; smaller slopes are artefacts of the mask
_UPENDED = 1.5  # height over width from which on a line may be rotated
_FEW_SIGNS = 0.1  # taken off the score of one or two characters, which read well rotated too
_LINE_HEIGHT = 48  # pixels, of the recogniser's input
_STEP = 8  # columns of that input per step of the recogniser
_SPACE = 8  # blank columns that separate a number from a letter: a sixth of the line's height
_RUNNER_UP = 0.1  # least probability of a second-best character that is taken if it fits better
_ROUND = "COQDo"  # handwritten zeros may look like these
_NUMBER_END = re.compile(r"(?<!\w)\d+[.,]?$|[.,]\d+$")


class RapidOcr:
    """Reads the lines of text on an image. The weights are loaded at the first call.

    Args:
        threads: CPU threads of one call.
    """

    finds_places = True

    def __init__(self, threads: int = 1) -> None:
        self._threads = threads
        self._detector: Any = None
        self._recogniser: Any = None
        self._characters: list[str] = []

    @cached_property
    def identity(self) -> str:
        """Changes with the weights and any library that can change a result.

        Raises:
            ModelError: the weights are missing.
        """
        digest = hashlib.sha256()
        for name in (_DETECTOR, _RECOGNISER):
            digest.update(_weights(name).read_bytes())
        return f"rapidocr {digest.hexdigest()[:12]}, onnxruntime {version('onnxruntime')}"

    def __call__(self, images: Sequence[Image]) -> list[list[OcrLine]]:
        """The lines of RGB images, from top to bottom."""
        if self._detector is None:
            self._load()
        return [self._read(image) for image in images]

    @within("the OCR model")
    def _read(self, image: Image) -> list[OcrLine]:
        lines = (self._recognise(image, quad) for quad in self._detect(image))
        return sorted(
            (line for line in lines if line is not None),
            key=lambda line: (line.box[1] + line.box[3], line.box[0]),
        )

    @loading("the OCR model")
    def _load(self) -> None:
        self._recogniser = _session(_RECOGNISER, self._threads)
        characters = self._recogniser.get_modelmeta().custom_metadata_map["character"].splitlines()
        self._characters = ["", *characters, " "]  # the first class is the blank of CTC
        self._detector = _session(_DETECTOR, self._threads)

    def _detect(self, image: Image) -> list[_Quad]:
        """The lines; if some have small type, from a second look at a larger scale."""
        scale = min(1.0, _DETECTION_SIDE / max(image.shape))
        quads = self._look(image, scale)
        closer = min(_CLOSEST, _CLOSE_SIDE / max(image.shape))
        if closer > scale and any(_height(quad) * scale < _SMALL for quad in quads):
            return self._look(image, closer)
        return quads

    def _look(self, image: Image, scale: float) -> list[_Quad]:
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        scaled = cv2.resize(image, None, fx=scale, fy=scale, interpolation=how)
        rows, columns = _busy(np.asarray(scaled, np.uint8))
        if not len(rows) or not len(columns):
            return []
        dense = scaled[rows][:, columns]
        padding = [(0, -length % _STRIDE) for length in dense.shape[:2]]
        heat = _run(self._detector, np.pad(dense, [*padding, (0, 0)]))[0, 0]
        quads = _quads(heat[: len(rows), : len(columns)])
        for quad in quads:
            quad[:, 0] = np.interp(quad[:, 0], np.arange(len(columns)), columns) / scale
            quad[:, 1] = np.interp(quad[:, 1], np.arange(len(rows)), rows) / scale
        return quads

    def _recognise(self, image: Image, quad: _Quad) -> OcrLine | None:
        text, score = self._text(image, quad)
        if _is_upended(quad):
            # Either a tall letter, or a line that runs up or down beside an axis.
            turned = (self._text(image, np.roll(quad, turn, axis=0)) for turn in (1, -1))
            text, score = max((text, score), *turned, key=_likeness)
        if not text.strip():
            return None
        (x0, y0), (x1, y1) = quad.min(axis=0).tolist(), quad.max(axis=0).tolist()
        return OcrLine(text.strip(), (x0, y0, x1, y1), score)

    def _text(self, image: Image, quad: _Quad) -> tuple[str, float]:
        """The text of a line and its score; the text begins at the quad's first corner."""
        line = _line_image(image, quad)
        return _decode(_run(self._recogniser, line)[0], self._characters, _blank(line))


def _weights(name: str) -> Path:
    folder = package_folder("rapidocr")
    if folder is None or not (folder / "models" / name).is_file():
        raise ModelError(
            f"the OCR model {name} is missing: pip install --force-reinstall --no-deps '{_RELEASE}'"
        )
    return folder / "models" / name


def _session(name: str, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False  # keeps a plan per input shape, and every line has its own
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        str(_weights(name)), options, providers=["CPUExecutionProvider"]
    )


def _run(session: Any, image: NDArray[Any]) -> NDArray[np.float32]:
    """A model's output for an RGB image; both were trained on BGR from -1 to 1."""
    tensor = (image[:, :, ::-1].transpose(2, 0, 1)[None] / np.float32(127.5)) - np.float32(1)
    output: NDArray[np.float32] = session.run(None, {"x": np.ascontiguousarray(tensor)})[0]
    return output


def _busy(image: Image) -> tuple[_Index, _Index]:
    """Rows and columns with drawings, plus a margin. Backgrounds and gradients do not count."""
    smooth = cv2.blur(image, (3, 3))
    contrast = cv2.morphologyEx(smooth, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)).max(axis=2)
    margin = np.ones(2 * _FLAT_MARGIN + 1)
    rows, columns = (
        np.flatnonzero(np.convolve((contrast > _FLAT).sum(axis) > 2, margin, "same") > 0.5)
        for axis in (1, 0)
    )
    return rows, columns


def _quads(heat: NDArray[np.float32]) -> list[_Quad]:
    """The places of lines, from the detector's heat (H x W, 0 to 1)."""
    mask = cv2.dilate((heat > _INK).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    quads = []
    for contour in contours:
        x, y, w, h = cv2.boundingRect(contour)
        inside = cv2.fillPoly(np.zeros((h, w), np.uint8), [contour - (x, y)], 1)
        if min(w, h) < 3 or cv2.mean(heat[y : y + h, x : x + w], inside)[0] < _LINE:
            continue
        centre, (width, height), angle = cv2.minAreaRect(contour)
        if abs(angle) > 45:  # releases of OpenCV disagree on which side is the width
            width, height, angle = height, width, angle - np.copysign(90, angle)
        if abs(angle) < _LEVEL:
            centre, width, height, angle = (x + (w - 1) / 2, y + (h - 1) / 2), w, h, 0.0
        grow = width * height * _UNCLIP / (width + height)
        quads.append(_corners(centre, width + grow, height + grow, float(np.radians(angle))))
    return quads


def _height(quad: _Quad) -> float:
    """The shorter side, in pixels."""
    return float(min(np.linalg.norm(quad[1] - quad[0]), np.linalg.norm(quad[3] - quad[0])))


def _is_upended(quad: _Quad) -> bool:
    top_left, top_right, _, bottom_left = quad
    tall = np.linalg.norm(bottom_left - top_left)
    return bool(tall >= _UPENDED * np.linalg.norm(top_right - top_left))


def _likeness(reading: tuple[str, float]) -> float:
    """How good a reading is: its score, reduced if it has only a character or two."""
    text, score = reading
    return score if len(text) > 2 else score - _FEW_SIGNS


def _corners(centre: Sequence[float], width: float, height: float, angle: float) -> _Quad:
    along = np.array([np.cos(angle), np.sin(angle)]) * width / 2
    down = np.array([-np.sin(angle), np.cos(angle)]) * height / 2
    corners = np.array([-along - down, along - down, along + down, down - along])
    return np.asarray(corners + np.asarray(centre), np.float32)


def _line_image(image: Image, quad: _Quad) -> Image:
    """The line cut out, turned level, and brought to the recogniser's height."""
    top_left, top_right, _, bottom_left = quad
    aspect = np.linalg.norm(top_right - top_left) / np.linalg.norm(bottom_left - top_left)
    width = max(_LINE_HEIGHT // 2, round(float(aspect) * _LINE_HEIGHT))
    target = np.array([[0, 0], [width, 0], [0, _LINE_HEIGHT]], np.float32)
    turn = cv2.getAffineTransform(np.array([top_left, top_right, bottom_left]), target)
    line = cv2.warpAffine(
        image, turn, (width, _LINE_HEIGHT), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(line, np.uint8)


def _blank(line: Image) -> NDArray[np.bool_]:
    """Columns of a line without ink. Ink differs from the ground about as much as anything does."""
    levels = line[_LINE_HEIGHT // 8 : -_LINE_HEIGHT // 8].astype(np.float32)
    contrast = np.abs(levels - np.median(levels, axis=(0, 1))).max(axis=2)
    ink: NDArray[np.bool_] = contrast > 0.4 * np.percentile(contrast, 98)
    return np.asarray(~ink.any(axis=0))


def _decode(
    probabilities: NDArray[np.float32], characters: list[str], blank: NDArray[np.bool_]
) -> tuple[str, float]:
    """Text and its mean probability from CTC (steps x classes), by the best class of each step.

    The best class alone confuses characters that a font draws alike, and loses spaces in narrow
    type and formulas. So a runner-up is taken where it fits its neighbours better, and a number and
    a letter are separated if there are `blank` columns between them.
    """
    best = probabilities.argmax(axis=1)
    steps = np.flatnonzero((best != 0) & (np.diff(best, prepend=0) != 0))
    if not len(steps):
        return "", 0.0
    score = float(probabilities[steps, best[steps]].mean())
    signs = [characters[index] for index in best[steps]]
    space = probabilities[:, -1] > _RUNNER_UP
    text = ""
    for position, (step, end) in enumerate(pairwise([*steps, len(best)])):
        sign, after = signs[position], "".join(signs[position + 1 : position + 2])
        letter = {"1": "l", "0": "o"}.get(sign)
        if letter and after.isalpha() and not text[-1:].isdigit():
            likely = probabilities[step, characters.index(letter)] > _RUNNER_UP
            sign = letter if likely else sign
        if sign in _ROUND and _is_in_number(text, after):
            likely = probabilities[step, characters.index("0")] > _RUNNER_UP
            sign = "0" if likely else sign
        text += sign
        between = blank[step * _STEP + _STEP // 2 : end * _STEP + _STEP // 2]
        faint = space[step + 1 : end].any() and _may_part(sign, after)
        if faint or (_is_number_and_letter(sign, after) and _longest(between) >= _SPACE):
            text += " "
    return text.translate(_NARROW), score


def _is_in_number(before: str, after: str) -> bool:
    """Whether a character between these two belongs to a number, like the C in `1.C5` and `10C`."""
    return bool(_NUMBER_END.search(before)) and not after.isalpha()


def _may_part(before: str, after: str) -> bool:
    """Whether a faint space between two characters is real: not inside a name like `a.b`."""
    return after.isalnum() and (before.isalnum() or (before in ".,:;!?" and after.isupper()))


def _is_number_and_letter(before: str, after: str) -> bool:
    return (before.isdecimal() and after.isalpha()) or (before.isalpha() and after.isdecimal())


def _longest(flags: NDArray[np.bool_]) -> int:
    """Length of the longest run of True."""
    ends = np.flatnonzero(~np.concatenate([[False], flags, [False]]))
    return int(np.diff(ends).max()) - 1


# The recogniser is multilingual and sometimes takes ASCII for its full-width form.
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
