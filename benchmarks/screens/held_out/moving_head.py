"""A camera inset with a frame that hops over dense slides, hides a while and comes back."""

from rendering.script import Look as Person
from studio.captions import pointer
from studio.pages import Art, Bars, Look, Table, Text, bullets, page
from studio.people import Inset, Place, inset, under
from studio.produce import Film, Part

MAN = Person("#d8a27e", "#7a7470", "short", "#2c4a3b", "#b0a48f")
LOOK = Look(
    "#eef2f7",
    ink="#1a2433",
    accent="#34507a",
    face="LiberationSans-Regular.ttf",
    bold="LiberationSans-Bold.ttf",
)
A = Inset(
    MAN,
    (Place(0.0, 0.12, 0.86), Place("The resistor", 0.88, 0.14), Place("Ohm found", 0.88, 0.86)),
    tall=0.24,
    wide=1.5,
)
B = Inset(
    MAN,
    (Place(0.0, 0.86, 0.5), Place("In the second", -1.0, 0.0), Place("If one lamp", 0.14, 0.88)),
    tall=0.28,
    wide=1.4,
)
C = Inset(
    MAN,
    (Place(0.0, 0.5, 0.86), Place("A kettle", 0.12, 0.5), Place("So the bill", 0.88, 0.14)),
    tall=0.26,
    wide=1.4,
)
D = Inset(MAN, (Place(0.0, 0.88, 0.14), Place("Never touch", 0.12, 0.86)), tall=0.26, wide=1.4)
FILM = Film(
    "moving_head",
    "Electric circuits at home",
    "Current, resistance and power, with lamps and kettles.",
    "Physics",
    "Electricity",
    (
        Part(
            under(
                page(
                    (
                        Text("A simple circuit", (0.05, 0.05), 0.085, bold=True),
                        Art("circuit", (0.06, 0.2, 0.46, 0.72)),
                        *bullets(
                            (
                                ("Voltage pushes", None),
                                ("Current flows", None),
                                ("Resistance slows it", "The resistor"),
                                ("U = R I", "Ohm found"),
                            ),
                            (0.52, 0.3),
                            0.06,
                            0.1,
                        ),
                    ),
                    LOOK,
                ),
                A,
                ((0.05, 0.05, 0.5, 0.16), (0.06, 0.2, 0.4, 0.7), (0.52, 0.3, 0.92, 0.68)),
            ),
            """
            A circuit has a source, a lamp and a wire that closes the loop.
            The voltage pushes the charges, and what flows is called the current.
            Take the battery away and the push is gone, so nothing moves any more.
            The resistor in the upper wire slows the current down.
            Ohm found that voltage, resistance and current belong together in one short law.
            """,
            over=(inset(A), pointer("laser")),
        ),
        Part(
            under(
                page(
                    (
                        Text("Series or parallel?", (0.05, 0.06), 0.08, bold=True),
                        Table(
                            (
                                ("", "Series", "Parallel"),
                                ("Current", "the same", "is shared"),
                                ("Voltage", "is shared", "the same"),
                                ("One lamp out", "all dark", "others glow"),
                            ),
                            (0.05, 0.24, 0.95, 0.72),
                            0.055,
                        ),
                    ),
                    LOOK,
                ),
                B,
                ((0.05, 0.06, 0.6, 0.16), (0.05, 0.24, 0.95, 0.72)),
            ),
            """
            Two lamps can be joined one after the other or side by side.
            In the second case each lamp has a path of its own.
            The voltage is then the same for both, and the current is shared.
            If one lamp fails in a row, all of them go dark.
            """,
            over=(inset(B),),
            how="push",
        ),
        Part(
            under(
                page(
                    (
                        Text("Power in watts", (0.3, 0.05), 0.08, bold=True),
                        Bars(
                            (9.0, 60.0, 800.0, 2000.0),
                            ("LED", "fridge", "washer", "kettle"),
                            (0.26, 0.18, 0.84, 0.7),
                            size=0.05,
                        ),
                    ),
                    LOOK,
                ),
                C,
                ((0.3, 0.05, 0.72, 0.15), (0.26, 0.18, 0.84, 0.7)),
            ),
            """
            Power is voltage times current, and we measure it in watts.
            A kettle needs two thousand of them, but only for three minutes.
            The fridge needs sixty all day long.
            So the bill depends on the time as well, and small devices may cost more.
            """,
            over=(inset(C),),
        ),
        Part(
            under(
                page(
                    (
                        Text("Safety", (0.05, 0.06), 0.08, bold=True),
                        *bullets(
                            (
                                ("Fuses cut the current", None),
                                ("Earth wire saves lives", None),
                                ("Never open a plugged device", "Never touch"),
                            ),
                            (0.08, 0.28),
                            0.07,
                            0.15,
                            mark="!",
                        ),
                    ),
                    LOOK,
                ),
                D,
                ((0.05, 0.06, 0.4, 0.16), (0.08, 0.28, 0.8, 0.68)),
            ),
            """
            Fuses cut the current before the wires can glow.
            The earth wire leads it away if a case is under voltage.
            A switch in the bathroom is safe only because it hangs on a cord.
            Never touch the inside of a device while it is plugged in.
            """,
            over=(inset(D),),
            how="fade",
            tail=2.0,
        ),
    ),
    size=(1280, 720),
    fps=18,
    crf=32,
    key_every=12.0,
    seed=322,
)
