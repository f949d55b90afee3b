"""Nobody's pose is taken for something written."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from vid2book.models.face import Box
from vid2book.screen.keyframes.cells import Plane
from vid2book.screen.keyframes.still import Still

from ....support.screens import CELLS, HEIGHT, PHYSICS, look, luma, sampled, shown, slide

BOARD = luma(slide("Work and energy", PHYSICS, paper=(24, 60, 44), ink=(240, 240, 230)))
OTHER = luma(slide("Inside the cell", CELLS, paper=(24, 60, 44), ink=(240, 240, 230)))
HEAD = 60  # pixels
GREY = 201  # of the skin: nothing else has as much of it


def lecturer(board: Plane, x: int, pose: int) -> Plane:
    """Somebody in a striped shirt before the board, at rest, in one of some poses."""
    image = Image.fromarray(board)
    draw = ImageDraw.Draw(image)
    top = 200
    draw.rectangle((x - 60, top + HEAD, x + 60, HEIGHT), fill=90)
    for stripe in range(x - 56 + 3 * pose, x + 60, 10 + pose):
        draw.line((stripe, top + HEAD, stripe + 4 * pose, HEIGHT), fill=160, width=3)
    draw.ellipse((x - HEAD // 2, top, x + HEAD // 2, top + HEAD), fill=GREY)
    draw.line((x - 10, top + 20, x - 4, top + 20), fill=40, width=3)
    draw.line((x + 4, top + 20, x + 10, top + 20), fill=40, width=3)
    return np.array(image)


def heads(plane: Plane) -> list[Box]:
    """Finds the lecturer as a detector of faces does."""
    skin = (np.abs(plane.astype(int) - GREY) <= 1).astype(np.uint8)
    skin = cv2.morphologyEx(skin, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    x, y, width, height = cv2.boundingRect(skin)
    return [(x, y, x + width, y + height)] if width else []


def poses(board: Plane, *where: int) -> list[Plane]:
    """Three seconds in each place."""
    return [lecturer(board, x, pose) for pose, x in enumerate(where) for _ in range(15)]


def test_a_pose_before_a_board_is_no_content() -> None:
    film = poses(BOARD, 480, 540, 460, 560)
    assert len(look(sampled(film), heads)[0]) == 1
    assert len(look(sampled(film))[0]) > 1  # who is not seen to be a person is a drawing


def test_a_new_board_behind_a_person_is_one() -> None:
    film = [*poses(BOARD, 480, 540), *poses(OTHER, 480, 540)]
    found, _ = look(sampled(film), heads)
    assert shown(found, [np.dstack([p] * 3) for p in (film[29], film[-1])]) == [0, 1]


def test_the_pose_before_an_old_board_is_told() -> None:
    film = [*poses(BOARD, 480, 540), *[OTHER] * 20, *poses(BOARD, 500)]
    found, decisions = look(sampled(film), heads)
    assert len(found) == 2
    again = [d for d in decisions if not d.kept and d.start > 9]
    assert all(f"picture of {found[0].time:.1f} s" in d.reason for d in again)


def test_faces_are_measured_on_the_pictures_alone() -> None:
    looked: list[Plane] = []

    def find(plane: Plane) -> list[Box]:
        looked.append(plane)
        return heads(plane)

    film = poses(BOARD, 480)
    [found] = look(sampled(film), find)[0]
    assert found.faces * BOARD.size == pytest.approx((HEAD + 1) ** 2, rel=0.4)
    assert len(looked) <= 4 < len(film)


def test_no_more_faces_are_looked_for_where_nobody_is_seen() -> None:
    looked: list[Plane] = []

    def nobody(plane: Plane) -> list[Box]:
        looked.append(plane)
        return []

    letters = np.random.default_rng(5).integers(ord("a"), ord("z"), (12, 6, 30), np.uint8)
    pages = [
        luma(slide(f"Step {n}", [line.tobytes().decode() for line in lines]))
        for n, lines in enumerate(letters)
    ]
    found, _ = look(sampled([page for page in pages for _ in range(15)]), nobody)
    whole = [plane for plane in looked if plane.shape == pages[0].shape]
    assert len(found) > 8 > len(whole)


def test_a_face_that_is_gone_a_moment_earlier_is_none() -> None:
    with_head = poses(BOARD, 480)[0]
    asked: list[Plane] = []

    def find(plane: Plane) -> list[Box]:
        asked.append(plane)
        return heads(plane)

    assert Still(with_head, lambda: with_head, find).faces == heads(with_head)
    assert asked[1].size < asked[0].size  # it can only be where it is
    assert Still(with_head, lambda: BOARD, find).faces == []
