"""A round camera inset that glides from corner to corner over slides, once in full frame."""

from rendering.script import Look as Person
from studio.lens import Held, filmed
from studio.pages import Curve, Fill, Look, Text, bullets, page
from studio.people import Inset, Place, head, inset, under
from studio.produce import Film, Part

TEACHER = Person("#b97f58", "#241a14", "long", "#a03b52", "#8f8a7c")
LOOK = Look(
    "#f7f3ea", ink="#2f2a24", accent="#9c4a1a", face="DejaVuSerif.ttf", bold="DejaVuSerif-Bold.ttf"
)
A = Inset(
    TEACHER,
    (Place(0.0, 0.88, 0.8), Place("The second part", 0.12, 0.8), Place("A third part", 0.88, 0.2)),
    form="circle",
    tall=0.3,
)
B = Inset(TEACHER, (Place(0.0, 0.88, 0.2), Place("The seller", 0.88, 0.8)), form="circle", tall=0.3)
C = Inset(
    TEACHER,
    (
        Place(0.0, 0.12, 0.8),
        Place("Bread behaves", 0.12, 0.22),
        Place("Cinema tickets", 0.88, 0.78),
    ),
    form="circle",
    tall=0.34,
)
FIRST = (
    Text("What is elasticity?", (0.06, 0.07), 0.085, bold=True),
    *bullets(
        (
            ("How strongly buyers react to a price", None),
            ("Change in quantity over change in price", "The second part"),
            ("Below one: buyers can hardly do without", "A third part"),
        ),
        (0.08, 0.28),
        0.052,
        0.14,
    ),
)
SECOND = (
    Fill((0, 0, 1, 0.16), "#9c4a1a"),
    Text("Two demand curves", (0.05, 0.03), 0.07, color="#ffffff"),
    Curve(lambda x: 0.95 - 0.35 * x, (0.1, 0.26, 0.46, 0.8)),
    Curve(lambda x: 0.95 * (1 - x) ** 2.2, (0.54, 0.26, 0.9, 0.8), "#2a6f97", "If the price"),
    Text("steep: salt", (0.2, 0.85), 0.055),
    Text("flat: holidays", (0.62, 0.85), 0.055, "If the price"),
)
THIRD = (
    Text("Measured values", (0.3, 0.08), 0.08, bold=True),
    *bullets(
        (
            ("Bread 0.2", None),
            ("Petrol 0.4", None),
            ("Cinema 0.9", "Cinema tickets"),
            ("Air travel 2.1", "Cinema tickets"),
        ),
        (0.36, 0.27),
        0.062,
        0.14,
        mark="-",
    ),
)
FILM = Film(
    "moving_head",
    "Price elasticity of demand",
    "Why salt sells at any price and holidays do not.",
    "Economics",
    "Microeconomics",
    (
        Part(
            under(page(FIRST, LOOK), A, ((0.06, 0.07, 0.66, 0.18), (0.08, 0.28, 0.75, 0.66))),
            """
            Elasticity tells us how strongly the buyers of a good react to its price.
            The second part of the definition is a ratio, the change in quantity over the \
              change in price.
            Take one percent more for the price and see by how many percent the sales fall.
            A third part of the story is what the number means.
            If it is below one, people can hardly do without the good.
            """,
            over=(inset(A),),
        ),
        Part(
            head(TEACHER),
            """
            ~ Sorry, my neighbour is drilling again, I hope that you cannot hear it too loudly.
            """,
            aim=filmed(Held(3.0, 0.004, 0.1)),
        ),
        Part(
            under(
                page(SECOND, LOOK, fade=0.5),
                B,
                ((0.05, 0.03, 0.5, 0.13), (0.1, 0.26, 0.46, 0.92), (0.54, 0.37, 0.9, 0.92)),
            ),
            """
            The curve on the left belongs to salt, and it is nearly level in quantity.
            If the price of a holiday rises, however, many people simply stay at home.
            They read a book in the garden, or they visit an aunt in the next town.
            So the curve on the right bends down to nothing very soon.
            The seller of salt may raise the price, the travel agent had better not.
            """,
            over=(inset(B),),
            how="fade",
        ),
        Part(
            under(page(THIRD, LOOK), C, ((0.3, 0.08, 0.7, 0.2), (0.36, 0.27, 0.62, 0.82))),
            """
            Economists have measured these values in many countries.
            Bread behaves almost like salt, and petrol is not far from it.
            Cinema tickets are close to one, and air travel is well above two.
            A tax on bread therefore hits the poor, who cannot avoid it.
            """,
            over=(inset(C),),
        ),
    ),
    size=(960, 540),
    fps=24,
    crf=27,
    key_every=10.0,
    seed=81,
)
