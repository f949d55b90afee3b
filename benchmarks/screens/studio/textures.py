"""Surfaces and photographs: nothing that a camera films is of one colour."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from rendering.draw import Frame, rgb

Plane = npt.NDArray[np.floating[Any]]
Size = tuple[int, int]


def clouds(size: Size, rng: np.random.Generator, coarse: float, octaves: int = 5) -> Plane:
    """Smooth noise of many scales, from -1 to 1; `coarse` cells lie along the height."""
    width, height = size
    out = np.zeros((height, width), np.float32)
    for k in range(octaves):
        cells = coarse * 2**k
        rows = max(2, round(cells))
        grid = rng.normal(0, 1, (rows, max(2, round(cells * width / height)))).astype(np.float32)
        out += cv2.resize(grid, size, interpolation=cv2.INTER_CUBIC) / 2**k
    return np.clip(out / 2.2, -1, 1)


def shaded(color: str, light: Plane) -> Plane:
    """A colour, lit from 0 (black) over 1 (as it is); height x width x 3, float."""
    return np.clip(np.array(rgb(color), np.float32) * light[..., None], 0, 255)


def wood(size: Size, rng: np.random.Generator, color: str = "#8a5a34") -> Plane:
    """A table top: grain along the width."""
    width, height = size
    rings = clouds((max(8, width // 24), height), rng, 30, 4)
    bent = cv2.resize(rings, size, interpolation=cv2.INTER_CUBIC)
    fine = cv2.resize(rng.normal(0, 1, (height, width // 40)).astype(np.float32), size)
    return shaded(color, 1 + 0.22 * bent + 0.06 * fine)


def chalkboard(size: Size, rng: np.random.Generator, color: str) -> Plane:
    """A board with smears of earlier lessons."""
    width, height = size
    smear = np.maximum(0, clouds((width // 6, height), rng, 3, 3))
    smear = cv2.GaussianBlur(cv2.resize(smear, size), (0, 0), height * 0.015)
    board = shaded(color, 1 + 0.08 * clouds(size, rng, 4))
    return np.clip(board + 16 * smear[..., None], 0, 255)


def paper(size: Size, rng: np.random.Generator, ruled: str = "") -> Plane:
    """A sheet, `ruled` as `lines`, `squares`, or not."""
    height = size[1]
    sheet = shaded("#f4f1e6", 1 + 0.012 * clouds(size, rng, 40, 2) + 0.03 * clouds(size, rng, 2, 2))
    step = height // 22 if ruled == "squares" else height // 13
    if ruled:
        sheet[step::step, :] = sheet[step::step, :] * 0.7 + np.array((150, 180, 215)) * 0.3
    if ruled == "squares":
        sheet[:, step::step] = sheet[:, step::step] * 0.7 + np.array((150, 180, 215)) * 0.3
    return sheet


def mountains(size: Size, rng: np.random.Generator) -> Frame:
    """A photograph of a valley: sky, ridges in haze, a lake, a meadow."""
    width, height = size
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    light = 1.1 - 0.5 * y + 0.28 * np.maximum(0, clouds(size, rng, 3, 6))
    out = shaded("#8fb4d8", light)
    for k, tone in enumerate(("#7d90a8", "#5d7486", "#455c58", "#33482f")):
        line = _ridge(width, rng, 4 + 3 * k)
        ridge = height * (0.36 + 0.13 * k - 0.16 * line / (1 + 0.4 * k))
        below = np.arange(height)[:, None] >= ridge[None, :]
        rough = 1 + (0.1 + 0.09 * k) * clouds(size, rng, 14 + 8 * k, 4)
        out = np.where(below[..., None], shaded(tone, rough), out)
    lake = (y > 0.8) & (y < 0.93)
    ripples = 1 + 0.12 * clouds((width // 8, height), rng, 60, 2).repeat(8, axis=1)[:, :1]
    mirror = out[::-1][round(height * 0.1) :]
    mirror = np.vstack([mirror, mirror[: height - len(mirror)]])
    return np.where(lake[..., None], mirror * 0.75 * ripples[..., None], out).astype(np.uint8)


def _ridge(width: int, rng: np.random.Generator, peaks: int) -> Plane:
    """A skyline from about -1 to 1: few large mountains, each with smaller ones on it."""
    line = np.zeros(width, np.float32)
    for k in range(6):
        knots = rng.normal(0, 1, peaks * 2**k + 2)
        at = np.linspace(0, len(knots) - 1, width)
        line += np.interp(at, np.arange(len(knots)), knots).astype(np.float32) / 2.2**k
    return line / 1.6


def street(size: Size, rng: np.random.Generator) -> Frame:
    """A photograph of old houses along a square: facades, windows, roofs, people afar."""
    width, height = size
    out = shaded("#b9c3cb", 1 + 0.1 * clouds(size, rng, 3, 5)).astype(np.float32)
    x = 0
    while x < width:
        w = round(width * rng.uniform(0.1, 0.18))
        top = round(height * rng.uniform(0.12, 0.3))
        tone = tuple(float(c) for c in rng.uniform((120, 90, 70), (215, 190, 160)))
        cv2.rectangle(out, (x, top), (x + w, round(height * 0.78)), tone, -1)
        gable = np.array([(x - 4, top), (x + w + 4, top), (x + w // 2, round(top * 0.35))])
        cv2.fillPoly(out, [gable], (112.0, 62.0, 50.0), cv2.LINE_AA)
        step, tall = max(1, w // 4), max(1, round(height * 0.13))
        for row in range(top + tall // 3, round(height * 0.68), tall):
            for column in range(x + step // 2, x + w - step // 2, step):
                glass = float(rng.uniform(40, 120))
                box = (column, row), (column + step // 2, row + tall // 2)
                cv2.rectangle(out, *box, (glass, glass + 8, glass + 18), -1)
                cv2.rectangle(out, *box, (232.0, 226.0, 214.0), 1)
        x += w
    cv2.rectangle(out, (0, round(height * 0.78)), (width, height), (134.0, 126.0, 118.0), -1)
    for _ in range(60):
        px, py = int(rng.uniform(0, width)), round(height * rng.uniform(0.76, 0.93))
        h = round((py / height - 0.66) * height * 0.32)
        tone = tuple(float(c) for c in rng.uniform(20, 120, 3))
        cv2.ellipse(out, (px, py - h), (max(1, h // 5), h // 2), 0, 0, 360, tone, -1, cv2.LINE_AA)
        cv2.circle(out, (px, py - round(h * 1.6)), max(1, h // 6), (205.0, 165.0, 140.0), -1)
    rough = 1 + 0.12 * clouds(size, rng, 30, 4) + 0.14 * clouds(size, rng, 3, 2)
    return np.clip(out * rough[..., None], 0, 255).astype(np.uint8)
