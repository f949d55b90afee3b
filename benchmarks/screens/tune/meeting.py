"""A meeting: first the gallery, then shared windows that change beside a column of faces."""

from rendering.script import Look as Person
from studio.captions import Toast, pointer, toast
from studio.pages import Bars, Fill, Look, Table, Text, bullets, page
from studio.people import Guest, Room, meeting
from studio.produce import Film, Part

ANNA = Person("#e6b894", "#6b4426", "long", "#4f6d8f", "#a79f92")
BEN = Person("#8a5a3d", "#191311", "short", "#c9c2b2", "#6d7a7e")
CARLA = Person("#dca783", "#2a1d16", "long", "#8d3f56", "#b4a98c")
DAN = Person("#c98f6b", "#8d8378", "short", "#30343c", "#59687d")
COLUMN = Room(
    (
        Guest("Anna", ANNA, (0.9, 0.16)),
        Guest("Ben", BEN, (0.9, 0.38), 1.0),
        Guest("Carla", CARLA, (0.9, 0.6), 1.0),
        Guest("Dan", DAN, (0.9, 0.82), 0.9),
    ),
    tall=0.2,
    share=(0.01, 0.06, 0.79, 0.86),
)
WALL = Room(
    (
        Guest("Anna", ANNA, (0.27, 0.27)),
        Guest("Ben", BEN, (0.73, 0.27), 0.4),
        Guest("Carla", CARLA, (0.27, 0.71), 1.0),
        Guest("Dan", DAN, (0.73, 0.71), 1.0),
    ),
    tall=0.4,
)
LOOK = Look("#ffffff", ink="#2b2b33", accent="#5a3d8a", face="DejaVuSans.ttf")
WEB = Look(
    "#f3f4f6",
    ink="#1b2733",
    accent="#1a6fb5",
    face="LiberationSans-Regular.ttf",
    bold="LiberationSans-Bold.ttf",
)
SLIDE = (
    Fill((0, 0, 0.02, 1), "#5a3d8a"),
    Text("Sampling error", (0.07, 0.08), 0.09, bold=True),
    *bullets(
        (
            ("A sample never mirrors the population exactly", None),
            ("The error shrinks with the root of the size", "with the square root"),
            ("Four times the people, half the error", "Four times as many"),
        ),
        (0.08, 0.32),
        0.062,
        0.18,
    ),
)
SHEET = (
    Fill((0, 0, 1, 0.07), "#217346"),
    Text("survey.xlsx", (0.02, 0.012), 0.04, color="#ffffff"),
    Table(
        (
            ("Sample", "Yes", "Share", "Margin"),
            ("100", "54", "54.0 %", "9.8 %"),
            ("400", "209", "52.3 %", "4.9 %"),
            ("1600", "827", "51.7 %", "2.4 %"),
            ("6400", "3291", "51.4 %", "1.2 %"),
        ),
        (0.03, 0.13, 0.97, 0.78),
        0.062,
    ),
)
PLOT = (
    Text("Margin of error by sample size", (0.06, 0.06), 0.075, bold=True),
    Bars((9.8, 4.9, 2.4, 1.2), ("100", "400", "1600", "6400"), (0.08, 0.24, 0.94, 0.92), size=0.06),
)
FILM = Film(
    "meeting",
    "Sampling error, an online seminar",
    "Why a survey of four hundred people is nearly as good as one of a thousand.",
    "Mathematics",
    "Statistics",
    (
        Part(
            meeting(WALL, None),
            """
            ~ Good morning everyone, can you all hear me, Ben, is your microphone working now?
            ~ Great, then let us wait one more minute for the others to join.
            """,
        ),
        Part(
            meeting(COLUMN, page(SLIDE, LOOK)),
            """
            Let us talk about the sampling error, the reason why surveys differ from one another.
            Even a perfect random sample never mirrors the whole population exactly.
            The error shrinks with the square root of the sample size, which is slow.
            Four times as many people give you only half the error.
            """,
            over=(toast(Toast("Eva", "is in the waiting room", 9.0)),),
        ),
        Part(
            meeting(COLUMN, page(SHEET, WEB)),
            """
            I share the spreadsheet now, in which we simulated four surveys of one town.
            With a hundred people the margin is nearly ten percent, so the result means little.
            With sixteen hundred it is down to two point four percent.
            The last row needs four times the interviews and gains just one percent.
            """,
            over=(pointer(),),
            lead=1.0,
        ),
        Part(
            meeting(COLUMN, page(PLOT, LOOK)),
            """
            The same numbers as a chart show how the gain fades.
            This is why most national polls stop at about a thousand people.
            Beyond that the money is better spent on a more careful choice of whom to ask.
            """,
        ),
        Part(
            meeting(WALL, None),
            """
            ~ Thank you, that is all for today, see you on Thursday.
            """,
        ),
    ),
    size=(1280, 720),
    fps=15,
    crf=30,
    key_every=20.0,
    seed=21,
)
