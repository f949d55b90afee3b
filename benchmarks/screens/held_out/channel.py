"""A channel with big outlined captions, a spoken word in colour, its mark low on the left."""

import numpy as np
from rendering.script import Look as Person
from studio.captions import Mark, Style, captions, logo
from studio.channel import Card, card
from studio.motion import Key, moving
from studio.pages import Art, Fill, Look, Table, Text, bullets, page
from studio.people import head
from studio.produce import Film, Part
from studio.textures import mountains

HOST = Person("#7d4f37", "#0f0b09", "long", "#e07a3f", "#3d4a5c")
LOOK = Look(
    "#fff7e0",
    ink="#332211",
    accent="#1f7a8c",
    face="LiberationSans-Regular.ttf",
    bold="LiberationSans-Bold.ttf",
)
WORDS = captions(Style(4, 0.062, 0.82, False, "#ffffff", "LiberationSans-Bold.ttf", "#ffe14d"))
OVER = (WORDS, logo(Mark("terra tv", (0.02, 0.9), "#203040", "#1f7a8c", 0.03, 0.75)))
FILM = Film(
    "channel",
    "Why volcanoes erupt",
    "Gas, viscosity and the two kinds of eruptions.",
    "Earth Science",
    "Volcanology",
    (
        Part(
            head(HOST),
            """
            ~ What is up everybody, today is going to be explosive, literally.
            """,
            over=OVER,
            lead=0.2,
        ),
        Part(
            card(
                Card(
                    ("terra tv", "the planet explained"),
                    "#1f7a8c",
                    "#0b2c33",
                    kind="intro",
                    size=0.12,
                )
            ),
            lead=4.0,
            tail=0.0,
        ),
        Part(
            moving(
                page(
                    (Art(lambda size: mountains(size, np.random.default_rng(31)), (0, 0, 1, 1)),),
                    LOOK,
                    scale=1.4,
                ),
                (Key(0.0, 1.25, 0.4, 0.45), Key(30.0, 1.05, 0.5, 0.5, False)),
            ),
            """
            This quiet mountain was one of the most dangerous places on earth in the last century.
            Its summit used to be four hundred metres higher than it is now.
            """,
            over=OVER,
        ),
        Part(
            page(
                (
                    Fill((0.04, 0.06, 0.96, 0.21), "#1f7a8c"),
                    Text("Gas drives the eruption", (0.07, 0.08), 0.08, color="#fff7e0"),
                    *bullets(
                        (
                            ("Magma holds dissolved water", None),
                            ("Less pressure: bubbles grow", "the pressure falls"),
                            ("Foam bursts out of the vent", "the foam"),
                        ),
                        (0.08, 0.29),
                        0.06,
                        0.15,
                    ),
                ),
                LOOK,
                fade=0.3,
            ),
            """
            Deep down the magma holds water and other gases, like a bottle that is still closed.
            When it rises, the pressure falls, and the bubbles begin to grow.
            In the end the foam takes up a hundred times more room and bursts out of the vent.
            """,
            over=OVER,
            how="fade",
        ),
        Part(
            head(HOST),
            """
            ~ Speaking of pressure, do you know what takes the pressure off my evenings?
            """,
            over=OVER,
        ),
        Part(
            card(
                Card(
                    ("LeafBox", "fresh dinners, zero stress", "first box free: TERRA"),
                    "#5fae57",
                    "#20502c",
                )
            ),
            """
            ~ Leaf Box brings fresh dinners to my door, and your first box is free with the \
              code terra.
            ~ Link in the description, you will thank me later.
            """,
            over=(WORDS,),
            how="push",
        ),
        Part(
            page(
                (
                    Table(
                        (
                            ("", "Hawaii", "Vesuvius"),
                            ("Lava", "thin", "thick"),
                            ("Gas", "escapes", "trapped"),
                            ("Danger", "slow flows", "ash clouds"),
                        ),
                        (0.06, 0.08, 0.94, 0.68),
                        0.06,
                    ),
                ),
                LOOK,
            ),
            """
            There are two kinds of volcanoes, and the difference is how thick the lava is.
            Thin lava lets the gas escape and flows away slowly, as on Hawaii.
            Thick lava traps the gas until everything goes up at once, as at Vesuvius.
            """,
            over=OVER,
            how="push",
        ),
        Part(
            card(
                Card(
                    (
                        "See you next week!",
                        "more volcanoes",
                    ),
                    "#0b2c33",
                    "#1f7a8c",
                    kind="end",
                )
            ),
            """
            ~ That is it for today, leave a comment, ring the bell, and stay curious.
            """,
            over=(WORDS,),
            tail=5.0,
            how="fade",
        ),
    ),
    size=(640, 360),
    fps=30,
    crf=30,
    key_every=8.0,
    seed=311,
)
