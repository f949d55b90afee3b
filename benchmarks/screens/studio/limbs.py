"""Parts of bodies as a camera sees them: rounded by light, covered with cloth or skin."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt
from rendering.draw import Frame, mix, rgb
from rendering.face import Sprite

from .textures import Plane, clouds

Point = tuple[float, float]


def cloth(size: tuple[int, int], color: str, weave: str, rng: np.random.Generator) -> Plane:
    """A fabric: `plain`, `stripes`, `checks` or `knit`; height x width x 3, float."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    light = 1 + 0.14 * clouds(size, rng, 5, 4)
    unit = max(3.0, height / 26)
    if weave == "stripes":
        light = light * np.where((x // unit) % 3 == 0, 0.62, 1.05)
    elif weave == "checks":
        light = light * (0.8 + 0.2 * ((x // unit) % 2) + 0.2 * ((y // unit) % 2))
    elif weave == "knit":
        light = light * (1 + 0.12 * np.sin(x * 6.28 / unit * 2 + np.sin(y * 6.28 / unit)))
    return np.array(rgb(color), np.float32) * light[..., None]


def rounded(mask: npt.NDArray[np.uint8], surface: Plane, soft: float) -> Sprite:
    """A shape with a surface, darker towards its edges, lit from the upper left."""
    depth = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
    round_ = np.sqrt(np.clip(depth / soft, 0, 1))
    slope = cv2.GaussianBlur(depth, (0, 0), soft / 4)
    across = cv2.Sobel(slope, cv2.CV_32F, 1, 0, ksize=3) + cv2.Sobel(
        slope, cv2.CV_32F, 0, 1, ksize=3
    )
    light = 0.5 + 0.5 * round_ + 0.03 * across
    alpha = cv2.GaussianBlur(mask.astype(np.float32) / 255, (0, 0), 0.9)
    out = np.dstack([np.clip(surface * light[..., None], 0, 255) * alpha[..., None], alpha * 255])
    return out.astype(np.uint8)


def limb(frame: Frame, points: list[Point], widths: tuple[float, float], color: str) -> None:
    """An arm or a leg along points, lit along its middle; drawn in place."""
    base = rgb(color)
    steps = 6
    for k in range(steps):
        share = k / (steps - 1)
        tone = mix(mix(base, (0, 0, 0), 0.45), mix(base, (255, 255, 255), 0.18), share)
        for n, (a, b) in enumerate(pairwise(points)):
            wide = widths[0] + (widths[1] - widths[0]) * n / max(1, len(points) - 1)
            shift = wide * 0.12 * share
            thick = max(1, round(wide * (1 - 0.8 * share)))
            ends = [(round((x - shift) * 8), round((y - shift) * 8)) for x, y in (a, b)]
            cv2.line(frame, *ends, tone, thick, cv2.LINE_AA, 3)


def elbow(shoulder: Point, hand: Point, length: float, side: float) -> Point:
    """Where an arm of `length` (upper and lower alike) bends between shoulder and hand."""
    dx, dy = hand[0] - shoulder[0], hand[1] - shoulder[1]
    reach = min(float(np.hypot(dx, dy)), 2 * length * 0.999)
    out = float(np.sqrt(max(0.0, length**2 - (reach / 2) ** 2)))
    norm = max(1e-3, float(np.hypot(dx, dy)))
    middle = (shoulder[0] + dx / norm * reach / 2, shoulder[1] + dy / norm * reach / 2)
    return middle[0] - side * out * dy / norm, middle[1] + side * out * dx / norm
