"""A lecturer at a board: walks, writes with an arm that reaches, turns round and speaks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from rendering.draw import Frame
from rendering.face import Sprite, head
from rendering.presenter import MOUTHS, paste
from rendering.script import Look

from .ink import Box
from .limbs import Point, cloth, elbow, limb, rounded
from .produce import Stage


@dataclass(frozen=True)
class Figure:
    """What a lecturer looks like; `tall` is from head to hip as a share of the height."""

    look: Look
    weave: str = "checks"
    trousers: str = "#2b2f3a"
    tall: float = 0.62


@dataclass(frozen=True)
class Pose:
    """Where the neck is, where the writing hand is (if it writes), and how far the walk has got."""

    x: float
    hand: Point | None
    stride: float
    facing: bool


class Lecturer:
    """Draws a figure in a pose. Sizes follow the picture's height."""

    def __init__(self, figure: Figure, stage: Stage) -> None:
        rng = np.random.default_rng(stage.seed + 7)
        self._figure, self._stage = figure, stage
        self._unit = stage.size[1] * figure.tall
        side = round(self._unit * 0.4)
        self._faces = [
            [head(figure.look, side, mouth / (MOUTHS - 1), shut) for mouth in range(MOUTHS)]
            for shut in (False, True)
        ]
        self._back = self._hair(side, rng)
        self._torso = self._shirt(rng)
        self._phase = rng.uniform(0, 6, 4)
        self.top = stage.size[1] - self._unit * 1.02

    def draw(self, frame: Frame, pose: Pose, time: float) -> None:
        """Draw in place."""
        u, top = self._unit, self.top + self._bob(pose)
        loud = self._loud(time) if pose.facing else 0.0
        sway = 0.012 * u * math.sin(1.1 * time + self._phase[0])
        hip, shoulder = top + 0.92 * u, top + 0.36 * u
        skin, shirt = self._figure.look.skin, self._figure.look.shirt
        for side in (-1, 1):
            swing = 0.1 * u * math.sin(pose.stride + (0 if side > 0 else math.pi))
            foot = (pose.x + side * 0.1 * u + swing, hip + 0.7 * u)
            leg: list[Point] = [(pose.x + side * 0.1 * u, hip - 0.06 * u), foot]
            limb(frame, leg, (0.21 * u, 0.17 * u), self._figure.trousers)
        sides = (-1, 1) if pose.facing or pose.hand is None else (1, -1)
        arms = [self._arm(side, pose, time, (pose.x + sway, shoulder)) for side in sides]
        if pose.facing:
            paste(frame, self._torso, (pose.x + sway, top + 0.62 * u), 1.5 * math.sin(0.9 * time))
        for arm in arms:
            limb(frame, arm[:2], (0.135 * u, 0.12 * u), shirt)
            limb(frame, arm[1:], (0.115 * u, 0.085 * u), shirt)
            self._palm(frame, arm[-1], arm[-2], skin)
        if not pose.facing:
            paste(frame, self._torso, (pose.x + sway, top + 0.62 * u), 1.2 * math.sin(1.3 * time))
        mouth = round(loud * (MOUTHS - 1))
        blink = (time + self._phase[1]) % 3.7 < 0.14
        sprite = self._faces[int(blink)][mouth] if pose.facing else self._back
        nod = (pose.x + 1.6 * sway, top + 0.17 * u + 0.01 * u * loud)
        paste(frame, sprite, nod, 3 * math.sin(1.2 * time + self._phase[2]))

    def boxes(self, pose: Pose, time: float) -> list[Box]:
        """What of the picture the figure covers: head, body and arms."""
        u, top = self._unit, self.top + self._bob(pose)
        body = (pose.x - 0.22 * u, top + 0.36 * u, pose.x + 0.22 * u, float(self._stage.size[1]))
        found = [(pose.x - 0.16 * u, top - 0.02 * u, pose.x + 0.16 * u, top + 0.4 * u), body]
        for side in (-1, 1):
            arm = self._arm(side, pose, time, (pose.x, top + 0.36 * u))
            pad = 0.06 * u
            for (x0, y0), (x1, y1) in pairwise(arm):
                left, right = min(x0, x1) - pad, max(x0, x1) + pad
                found.append((left, min(y0, y1) - pad, right, max(y0, y1) + pad))
        return found

    def _arm(self, side: int, pose: Pose, time: float, neck: Point) -> list[Point]:
        u = self._unit
        shoulder = (neck[0] + side * 0.19 * u, neck[1] + 0.04 * u)
        writes = pose.hand is not None and (pose.hand[0] - pose.x) * side >= 0
        if writes and pose.hand:
            hand = pose.hand
            far = math.hypot(hand[0] - shoulder[0], hand[1] - shoulder[1])
            length = max(0.25 * u, far / 1.96)
            return [shoulder, elbow(shoulder, hand, length, side), hand]
        wave = math.sin(1.9 * time + self._phase[3] + side) * self._loud(time)
        lift = max(0.0, wave) * (0.26 if pose.facing else 0.05) * u
        swing = 0.06 * u * math.sin(pose.stride + (math.pi if side > 0 else 0))
        hand = (shoulder[0] + side * (0.05 * u + 0.5 * lift) + swing, shoulder[1] + 0.46 * u - lift)
        return [shoulder, elbow(shoulder, hand, 0.245 * u, side), hand]

    def _palm(self, frame: Frame, hand: Point, wrist: Point, skin: str) -> None:
        u = self._unit
        turn = math.atan2(hand[1] - wrist[1], hand[0] - wrist[0])
        tip = (hand[0] + 0.03 * u * math.cos(turn), hand[1] + 0.03 * u * math.sin(turn))
        limb(frame, [hand, tip], (0.085 * u, 0.07 * u), skin)
        for k in range(3):
            bend = turn + (k - 1) * 0.45
            end = (tip[0] + 0.05 * u * math.cos(bend), tip[1] + 0.05 * u * math.sin(bend))
            limb(frame, [tip, end], (0.026 * u, 0.02 * u), skin)

    def _bob(self, pose: Pose) -> float:
        return 0.012 * self._unit * abs(math.sin(pose.stride))

    def _loud(self, time: float) -> float:
        return float(
            self._stage.loud[min(round(time * self._stage.fps), len(self._stage.loud) - 1)]
        )

    def _hair(self, side: int, rng: np.random.Generator) -> Sprite:
        mask = np.zeros((side, side), np.uint8)
        middle, long = side // 2, self._figure.look.hair_style == "long"
        axes = (round(side * 0.275), round(side * (0.4 if long else 0.33)))
        cv2.ellipse(mask, (middle, round(side * 0.46)), axes, 0, 0, 360, 255, -1)
        y, x = np.mgrid[0:side, 0:side].astype(np.float32) / side
        strands = 0.85 + 0.25 * np.sin(150 * x + 8 * np.sin(7 * y)) + rng.normal(0, 0.1, x.shape)
        hair = cloth((side, side), self._figure.look.hair, "plain", rng) * strands[..., None]
        sprite = rounded(mask, hair.astype(np.float32), side * 0.16)
        neck = np.zeros_like(mask)
        cv2.rectangle(
            neck, (round(side * 0.4), round(side * 0.6)), (round(side * 0.6), side), 255, -1
        )
        under = rounded(neck, cloth((side, side), self._figure.look.skin, "plain", rng), side * 0.1)
        free = 1 - sprite[..., 3:].astype(np.float32) / 255
        return (sprite + under * free).astype(np.uint8)

    def _shirt(self, rng: np.random.Generator) -> Sprite:
        width, height = round(self._unit * 0.56), round(self._unit * 0.74)
        outline = np.array(
            (
                (0.4, 0.06),
                (0.6, 0.06),
                (0.8, 0.12),
                (0.9, 0.22),
                (0.84, 0.5),
                (0.8, 0.98),
                (0.2, 0.98),
                (0.16, 0.5),
                (0.1, 0.22),
                (0.2, 0.12),
            )
        )
        mask = np.zeros((height, width), np.uint8)
        shape = np.round(outline * (width, height)).astype(np.int32)
        cv2.fillPoly(mask, [shape], 255, cv2.LINE_AA)
        surface = cloth((width, height), self._figure.look.shirt, self._figure.weave, rng)
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        folds = 1 + 0.1 * np.sin(x / width * 9 + 3 * np.sin(y / height * 7)) * (y / height)
        return rounded(mask, (surface * folds[..., None]).astype(np.float32), width * 0.3)
