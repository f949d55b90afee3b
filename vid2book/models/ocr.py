"""Text lines of an image by the PP-OCR models that ship inside the `rapidocr` package.

The weights are RapidOCR's; the way to them is our own, because a screen is not a photograph: its
text is level, sharp and stands on flat ground. So nothing flat is looked at (`_Squeeze`), and every
line is recognised at its own width, where a batch would pad all of them to the longest.

Sources: Liao et al., "Real-time Scene Text Detection with Differentiable Binarization" (2020);
Du et al., "PP-OCR: A Practical Ultra Lightweight OCR System" (2020).
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..records import OcrLine

_DETECTOR = "PP-OCRv6_det_small.onnx"
_RECOGNISER = "PP-OCRv6_rec_small.onnx"
_Image = NDArray[np.uint8]  # H x W x 3, RGB
_Quad = NDArray[np.float32]  # 4 x 2: top left, top right, bottom right, bottom left, in pixels


@cache
def identity() -> str:
    """Changes whenever the weights or a library that can change a result do. Loads no model."""
    digest = hashlib.sha256()
    for name in (_DETECTOR, _RECOGNISER):
        digest.update(_weights(name).read_bytes())
    return f"rapidocr-{version('rapidocr')}+onnxruntime-{version('onnxruntime')}+{digest.hexdigest()[:12]}"


class RapidOcr:
    """Reads the lines of text on an image.

    Args:
        threads: CPU threads of one call.
    """

    def __init__(self, threads: int = 1) -> None:
        self._detector = _session(_DETECTOR, threads)
        self._recogniser = _session(_RECOGNISER, threads)
        self._characters = _characters(self._recogniser)

    @property
    def identity(self) -> str:
        """See `identity`."""
        return identity()

    def __call__(self, image: _Image) -> list[OcrLine]:
        """The lines of an RGB image (H x W x 3), top to bottom, then left to right."""
        lines = [line for quad in self._detect(image) if (line := self._recognise(image, quad))]
        return sorted(lines, key=lambda line: (line.box[1] + line.box[3], line.box[0]))

    def _detect(self, image: _Image) -> list[_Quad]:
        height, width = image.shape[:2]
        scale = min(1.0, SIDE / max(height, width))
        small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        rows, columns = _busy(small)
        if not len(rows) or not len(columns):
            return []
        small = small[rows][:, columns]
        h, w = small.shape[:2]
        padded = np.zeros((-(-h // 32) * 32, -(-w // 32) * 32, 3), np.uint8)
        padded[:h, :w] = small
        heat = _run(self._detector, _to_tensor(padded))[0, 0]
        out = []
        for quad in _quads(heat):
            x = np.interp(quad[:, 0], np.arange(w), columns) / scale
            y = np.interp(quad[:, 1], np.arange(h), rows) / scale
            out.append(np.stack([x, y], 1).astype(np.float32))
        return out

    def _recognise(self, image: _Image, quad: _Quad) -> OcrLine | None:
        crop = _level(image, quad)
        probabilities = _run(self._recogniser, _to_tensor(crop))[0]
        text, score = _decode(probabilities, self._characters)
        x0, y0 = quad.min(0)
        x1, y1 = quad.max(0)
        if not text.strip():
            return None
        return OcrLine(text.strip(), (float(x0), float(y0), float(x1), float(y1)), score)


SIDE = 960
SQ = True
WS = 1.0

def _busy(image):
    if not SQ: return np.arange(image.shape[0]), np.arange(image.shape[1])
    smooth = cv2.blur(image, (3, 3))
    contrast = cv2.morphologyEx(smooth, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)).max(axis=2)
    busy = contrast > 8
    out = []
    for axis in (1, 0):
        line = (busy.sum(axis) > 2).astype(np.uint8)
        out.append(np.flatnonzero(cv2.dilate(line, np.ones((33, 1), np.uint8)).ravel()))
    return out

def _weights(name: str) -> Path:
    package = find_spec("rapidocr")
    assert package is not None and package.origin is not None
    return Path(package.origin).parent / "models" / name


def _session(name: str, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        str(_weights(name)), options, providers=["CPUExecutionProvider"]
    )


def _characters(recogniser: Any) -> list[str]:
    named = recogniser.get_modelmeta().custom_metadata_map["character"].splitlines()
    return ["", *named, " "]  # class 0 is the blank of CTC


def _to_tensor(image: _Image) -> NDArray[np.float32]:
    """The models were trained on BGR from -1 to 1."""
    bgr = image[:, :, ::-1].astype(np.float32) / 127.5 - 1.0
    return np.ascontiguousarray(bgr.transpose(2, 0, 1)[None])


def _run(session: Any, tensor: NDArray[np.float32]) -> NDArray[np.float32]:
    out: NDArray[np.float32] = session.run(None, {"x": tensor})[0]
    return out


def _quads(heat: NDArray[np.float32]) -> list[_Quad]:
    mask = (heat > 0.3).astype(np.uint8)
    mask = cv2.dilate(mask, np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    quads = []
    for contour in contours:
        x, y, w, h = cv2.boundingRect(contour)
        inside = np.zeros((h, w), np.uint8)
        cv2.fillPoly(inside, [contour - (x, y)], 1)
        if min(w, h) < 3 or cv2.mean(heat[y : y + h, x : x + w], inside)[0] < 0.5:
            continue
        (cx, cy), (rw, rh), angle = cv2.minAreaRect(contour)
        if angle > 45:
            rw, rh, angle = rh, rw, angle - 90
        if abs(angle) < 2:
            cx, cy, rw, rh, angle = x + (w - 1) / 2, y + (h - 1) / 2, w, h, 0.0
        grow = 2 * rw * rh * 1.6 / (2 * (rw + rh))
        quads.append(cv2.boxPoints(((cx, cy), (rw + grow, rh + grow), angle)))
    return quads


def _level(image: _Image, quad: _Quad) -> _Image:
    top_left, top_right, bottom_right, bottom_left = _ordered(quad)
    w = float(np.linalg.norm(top_right - top_left))
    h = float(np.linalg.norm(bottom_left - top_left))
    width = max(16, round(w * 48 / h * WS))
    source = np.array([top_left, top_right, bottom_left], np.float32)
    target = np.array([[0, 0], [width, 0], [0, 48]], np.float32)
    return cv2.warpAffine(image, cv2.getAffineTransform(source, target), (width, 48), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _ordered(q):
    s = q[np.argsort(q[:, 0])]
    l = s[:2][np.argsort(s[:2, 1])]; r = s[2:][np.argsort(s[2:, 1])]
    return l[0], r[0], r[1], l[1]


def _decode(probabilities, characters):
    best = probabilities.argmax(1)
    keep = np.flatnonzero((best != 0) & (np.r_[True, best[1:] != best[:-1]]))
    if not len(keep):
        return "", 0.0
    return "".join(characters[i] for i in best[keep]), float(probabilities[keep, best[keep]].mean())
