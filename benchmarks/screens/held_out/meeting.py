"""A meeting with a strip of faces on top; a browser, then slides are shared, and a face pops up."""

from rendering.script import Look as Person
from studio.captions import Toast, pointer, toast
from studio.pages import Fill, Look, Table, Text, bullets, page
from studio.people import Guest, Room, meeting
from studio.produce import Film, Part

PEOPLE = (
    ("Priya", Person("#a06a45", "#100c0a", "long", "#2d7f79", "#9c8f80")),
    ("Lars", Person("#f1cdb0", "#d8b56a", "short", "#2f3e63", "#a9b0b5")),
    ("Mei", Person("#e9c29e", "#0f0d0d", "long", "#e2ded4", "#6f665c")),
    ("Tom", Person("#e3b18f", "#5c3a24", "short", "#7a2f2f", "#5e6b58")),
    ("Aisha", Person("#6e452f", "#0c0908", "long", "#8a5fa8", "#b5a892")),
)
STRIP = Room(
    tuple(
        Guest(name, look, (0.14 + 0.18 * k, 0.1), 0.0 if k == 1 else 1.0)
        for k, (name, look) in enumerate(PEOPLE)
    ),
    tall=0.17,
    share=(0.08, 0.21, 0.92, 0.98),
    ground="#0f1115",
    bar=False,
)
GRID = Room(
    tuple(
        Guest(name, look, (0.2 + 0.3 * (k % 3), 0.28 + 0.44 * (k // 3)), 0.0 if k == 1 else 0.8)
        for k, (name, look) in enumerate(PEOPLE)
    ),
    tall=0.3,
    ground="#0f1115",
)
SIDE = Room(
    (Guest("Lars", PEOPLE[1][1], (0.85, 0.3)), Guest("Mei", PEOPLE[2][1], (0.85, 0.62), 0.9)),
    tall=0.26,
    share=(0.01, 0.1, 0.69, 0.78),
    ground="#0f1115",
)
SITE = Look(
    "#ffffff",
    ink="#1c1e21",
    accent="#c24d2c",
    face="LiberationSerif-Regular.ttf",
    bold="LiberationSerif-Bold.ttf",
)
DECK = Look(
    "#14342b",
    ink="#f5f0e1",
    accent="#f4c95d",
    face="LiberationSans-Regular.ttf",
    bold="LiberationSans-Bold.ttf",
)
WEB = (
    Fill((0, 0, 1, 0.09), "#dfe3e8"),
    Text("soil.example/acidity", (0.12, 0.02), 0.045, color="#4a4f57"),
    Text("Why soil turns acid", (0.08, 0.14), 0.085, bold=True),
    Text(
        "Rain washes calcium and magnesium out of the ground. Roots give off acid, and so do "
        "needles that rot. Lime brings the balance back.",
        (0.08, 0.32),
        0.056,
        width=0.84,
    ),
    Text("Good for potatoes: 5.5. Good for clover: 6.5.", (0.08, 0.7), 0.056),
)
ONE = (
    Text("Measuring pH in the field", (0.06, 0.08), 0.085, bold=True),
    *bullets(
        (
            ("Take soil from ten places", None),
            ("Stir with distilled water", "stir it"),
            ("Wait, dip the strip, compare", "Wait a minute"),
        ),
        (0.08, 0.3),
        0.068,
        0.17,
        mark="-",
    ),
)
TWO = (
    Table(
        (
            ("Field", "pH", "Lime per hectare"),
            ("North", "4.9", "3.0 t"),
            ("Brook", "5.6", "1.5 t"),
            ("Hill", "6.4", "none"),
        ),
        (0.05, 0.1, 0.95, 0.62),
        0.056,
    ),
    Text("Spread in autumn, never with manure", (0.06, 0.72), 0.066),
)
FILM = Film(
    "meeting",
    "Acid soil and lime, a training by video call",
    "What makes soil acid, how to measure it and how much lime a field needs.",
    "Agriculture",
    "Soil science",
    (
        Part(
            meeting(STRIP, page(WEB, SITE)),
            """
            I have opened the page of the soil service, can everybody see it?
            The rain washes calcium and magnesium out of the ground year after year.
            Roots and rotting needles add acid of their own.
            Lime brings the balance back, and how much you need depends on what you grow.
            Potatoes like it at five and a half, clover only above six.
            """,
            over=(pointer(),),
            lead=2.0,
        ),
        Part(
            meeting(GRID, None),
            """
            ~ Wait, somebody is still in the lobby, I will let her in.
            ~ Hello Aisha, good that you made it, how is the weather on your side?
            """,
            lead=0.5,
        ),
        Part(
            meeting(STRIP, page(ONE, DECK)),
            """
            Now to the measurement, which costs next to nothing.
            You take soil from ten places of a field and mix it in a bucket.
            Then fill a cup halfway, add distilled water and stir it well.
            Wait a minute until the mud has settled, dip the strip and compare the colours.
            Tap water would spoil the result, because it contains lime itself.
            """,
            over=(toast(Toast("Tom", "raised his hand", 12.0)),),
        ),
        Part(
            meeting(SIDE, page(TWO, DECK)),
            """
            These are three fields of ours, as they were measured in March.
            The north field is far too acid and gets three tons per hectare.
            The field at the brook gets half of that, and the hill needs nothing at all.
            Spread it in autumn, and never together with manure, or the nitrogen escapes.
            """,
        ),
    ),
    size=(1280, 800),
    fps=12,
    crf=33,
    key_every=30.0,
    seed=255,
)
