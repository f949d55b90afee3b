"""Slides under a camera that zooms in slowly, drifts by a pixel and a half, and pans a photo."""

import numpy as np
from studio.motion import Drift, Key, moving
from studio.pages import Art, Bars, Fill, Look, Table, Text, bullets, page
from studio.produce import Film, Part
from studio.textures import mountains

LOOK = Look(
    "#fbfaf5",
    ink="#25313c",
    accent="#23695a",
    face="LiberationSans-Regular.ttf",
    bold="LiberationSans-Bold.ttf",
)
FIRST = (
    Fill((0, 0, 1, 0.025), "#23695a"),
    Text("How glaciers shape a valley", (0.08, 0.1), 0.075, bold=True),
    *bullets(
        (
            ("Ice flows downhill under its own weight", None),
            ("Stones frozen into its base scrape the rock", "Stones that are frozen"),
            ("A valley with steep sides and a flat floor remains", "What remains"),
        ),
        (0.1, 0.32),
        0.052,
        0.15,
    ),
)
TABLE = (
    Text("Speed of some glaciers", (0.08, 0.07), 0.07, bold=True),
    Table(
        (
            ("Glacier", "Country", "Metres per day"),
            ("Jakobshavn", "Greenland", "40"),
            ("Columbia", "Alaska", "28"),
            ("Aletsch", "Switzerland", "0.5"),
            ("Pasterze", "Austria", "0.1"),
        ),
        (0.08, 0.26, 0.92, 0.86),
        0.05,
    ),
)
CHART = (
    Text("Ice lost since 1900, in cubic kilometres", (0.06, 0.06), 0.06, bold=True),
    Bars(
        (58.0, 33.0, 20.0, 8.0),
        ("Alps", "Pyrenees", "Caucasus", "Norway"),
        (0.1, 0.22, 0.9, 0.92),
        size=0.05,
    ),
)
FILM = Film(
    "pan_zoom",
    "How glaciers shape valleys",
    "What ice does to rock, how fast it flows and how much of it is left.",
    "Earth Science",
    "Geology",
    (
        Part(
            moving(
                page(FIRST, LOOK, fade=0.4, scale=1.5),
                (Key(0.0, 1.0), Key("What remains", 1.05), Key(60.0, 1.16, 0.46, 0.46, False)),
            ),
            """
            A glacier is a river of ice, and like a river it flows downhill, only far more slowly.
            Stones that are frozen into the base of the ice scrape over the rock like \
              coarse sandpaper.
            What remains when the ice has gone is a valley with steep sides and a flat floor.
            Geologists call it a trough, and its cross section looks like the letter U.
            """,
        ),
        Part(
            moving(
                page(
                    (Art(lambda size: mountains(size, np.random.default_rng(5)), (0, 0, 1, 1)),),
                    LOOK,
                    scale=1.5,
                ),
                (Key(0.0, 1.12, 0.45, 0.5), Key(60.0, 1.9, 0.68, 0.44, False)),
            ),
            """
            Here is such a valley, seen from the pass at its upper end.
            Notice the lake that fills the floor where the glacier once ended.
            The ridges on both sides were too high for the ice and kept their sharp crests.
            """,
            how="fade",
            seconds=1.0,
        ),
        Part(
            moving(page(TABLE, LOOK), (Key(0.0),), Drift(1.5, 5.0)),
            """
            How fast does ice move, then, and where is it fastest?
            The record is held by Jakobshavn in Greenland, with forty metres in a single day.
            Glaciers of the Alps are slow: the Aletsch makes half a metre, the Pasterze ten \
              centimetres.
            The slope, the thickness and the water below the ice explain the difference.
            """,
            how="fade",
            seconds=0.8,
        ),
        Part(
            moving(
                page(CHART, LOOK, scale=2.0),
                (
                    Key(0.0, 1.0),
                    Key("The Alps alone", 1.0),
                    Key("more than", 2.0, 0.28, 0.74),
                    Key(90.0, 2.0, 0.34, 0.74, False),
                ),
                Drift(0.6, 7.0, 0.05),
            ),
            """
            Since nineteen hundred the ice has been shrinking in every range that we know.
            The chart compares four of them by the volume that has melted.
            The Alps alone have lost about fifty eight cubic kilometres.
            That is more than all the water in Lake Constance, and the loss is getting faster.
            """,
        ),
    ),
    size=(1280, 720),
    fps=25,
    crf=27,
    key_every=8.0,
    seed=3,
)
