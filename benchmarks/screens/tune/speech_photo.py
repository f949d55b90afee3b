"""A talk over one photograph of a valley, which grows very slowly; nothing else is shown."""

import numpy as np
from studio.motion import Key, moving
from studio.pages import Art, Look, page
from studio.produce import Film, Part
from studio.textures import mountains

FILM = Film(
    "speech_photo",
    "The valley that the railway forgot",
    "How an alpine valley lived before and after the tunnel.",
    "History",
    "Economic history",
    (
        Part(
            moving(
                page(
                    (Art(lambda size: mountains(size, np.random.default_rng(17)), (0, 0, 1, 1)),),
                    Look(),
                    scale=1.3,
                ),
                (Key(0.0, 1.02, 0.5, 0.5), Key(90.0, 1.22, 0.53, 0.48, False)),
            ),
            """
            This is the upper valley as it looked around the year eighteen eighty.
            About four hundred families lived here, and nearly all of them kept cattle.
            The road to the plain took two days on foot and was closed in winter.
            Cheese was the only good that could be sold far away, for it did not spoil.
            In eighteen eighty two the railway opened its tunnel under the next pass.
            Trade moved to the other valley within three years.
            The inns along the old road lost their guests, and then their owners.
            By nineteen hundred a third of the families had left for the towns.
            Those who stayed founded a cooperative and shared one dairy.
            It cut their costs, and it gave them one name under which they could sell.
            A committee tasted every wheel and sent the bad ones back without mercy.
            Historians see in it one of the first brands in this part of the Alps.
            The population never came back, but the cheese is still made today.
            """,
            pause=1.0,
            tail=1.5,
        ),
    ),
    size=(854, 480),
    fps=25,
    crf=30,
    key_every=10.0,
    seed=111,
)
