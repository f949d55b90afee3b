"""A radio talk over a photograph of a square, with a level meter that dances below it."""

import cv2
import numpy as np
from rendering.draw import Frame
from rendering.film import Overlay
from rendering.timeline import Timed
from studio.pages import Art, Look, page
from studio.produce import Film, Part, Stage
from studio.textures import street


class Meter(Overlay):
    """Bars that follow the loudness of the last seconds."""

    def __init__(self, timed: Timed, stage: Stage) -> None:
        self._stage = stage

    def draw(self, frame: Frame, time: float) -> None:
        """Draw in place."""
        w, h = self._stage.size
        now = round(time * self._stage.fps)
        for k in range(48):
            number = now - (47 - k)
            loud = float(self._stage.loud[number]) if 0 <= number < len(self._stage.loud) else 0.0
            x = round(w * (0.2 + 0.6 * k / 48))
            tall = round(h * (0.01 + 0.06 * loud))
            box = (x, round(h * 0.91) - tall), (x + max(2, w // 140), round(h * 0.91) + tall)
            cv2.rectangle(frame, *box, (250, 250, 250), -1)


FILM = Film(
    "speech_photo",
    "The market and the guilds",
    "A radio essay on how craftsmen ruled a town.",
    "History",
    "Social history",
    (
        Part(
            page(
                (Art(lambda size: street(size, np.random.default_rng(44)), (0, 0, 1, 1)),), Look()
            ),
            """
            In the Middle Ages, the market was the heart of the town.
            Whoever wanted to sell bread or shoes there had to belong to a guild.
            The guild fixed the price, the weight and even the number of apprentices.
            A master could not simply hire more people and grow.
            That sounds narrow to us, but it fed every family in the trade.
            Widows received a pension, and the sick were paid from a common chest.
            In return, strangers had no chance of opening a workshop.
            By the fifteenth century the guilds sat on the council and made the laws.
            Merchants began to give the wool to peasants outside the walls instead.
            There no guild could forbid anything, and the cloth was cheaper.
            So the rule that had protected the weavers drove the work out of town.
            When the guilds were abolished at last, most of them were empty shells.
            What remains of them are the tall houses around the square.
            """,
            over=(Meter,),
            lead=1.5,
            tail=2.0,
            pause=1.2,
        ),
    ),
    size=(640, 480),
    fps=12,
    crf=33,
    key_every=20.0,
    seed=333,
)
