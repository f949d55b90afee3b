"""German speech over slides with umlauts, a chart and a sheet written by hand."""

from studio.desk import Desk, Rest, desk
from studio.ink import Pen
from studio.lens import Held, filmed
from studio.pages import Bars, Look, Table, Text, bullets, page
from studio.produce import Film, Part
from studio.writing import Draw, Write

LOOK = Look(
    "#f2efe9", ink="#2b2622", accent="#3f5d2a", face="DejaVuSerif.ttf", bold="DejaVuSerif-Bold.ttf"
)
FILM = Film(
    "foreign",
    "Wärmedämmung am Haus",
    "Wo ein Haus Wärme verliert und wie man den Wert einer Wand berechnet.",
    "Physik",
    "Wärmelehre",
    (
        Part(
            page(
                (
                    Text("Wo geht die Wärme verloren?", (0.06, 0.06), 0.075, bold=True),
                    Bars(
                        (35.0, 25.0, 20.0, 10.0),
                        ("Dach", "Wände", "Fenster", "Keller"),
                        (0.08, 0.22, 0.92, 0.92),
                        ("#b4552d", "#caa24a", "#7d8f69", "#59738c"),
                        0.055,
                    ),
                ),
                LOOK,
            ),
            """
            Guten Tag, heute geht es um die Wärme, die ein Haus im Winter verliert.
            Der größte Teil geht durch das Dach, nämlich mehr als ein Drittel.
            Dann folgen die Wände und die Fenster, der Keller ist am kleinsten.
            Deshalb beginnt man mit der Dämmung meistens oben.
            """,
            lead=1.0,
        ),
        Part(
            page(
                (
                    Text("Wärmeleitung", (0.06, 0.06), 0.08, bold=True),
                    *bullets(
                        (
                            ("Wärme fließt von warm nach kalt", None),
                            ("Dicke Wände bremsen den Fluss", "Eine dicke Wand"),
                            ("Luft in Poren leitet schlecht", "Ruhende Luft"),
                        ),
                        (0.07, 0.26),
                        0.055,
                        0.12,
                        mark="-",
                    ),
                    Table(
                        (("Stoff", "Wert"), ("Beton", "2,1"), ("Holz", "0,13"), ("Kork", "0,04")),
                        (0.55, 0.6, 0.95, 0.95),
                        0.045,
                        "Kork ist",
                    ),
                ),
                LOOK,
                fade=0.5,
            ),
            """
            Wärme fließt immer von der warmen Seite zur kalten Seite.
            Eine dicke Wand bremst diesen Fluss, eine dünne Wand nicht.
            Ruhende Luft leitet besonders schlecht, darum dämmen Stoffe mit vielen Poren.
            Kork ist fünfzigmal besser als Beton, wie die Tabelle zeigt.
            """,
            how="fade",
        ),
        Part(
            desk(
                Desk(
                    Pen("URWGothic-Book.otf", 44, 1.4),
                    color="#2a2f6e",
                    table="#4f3a2c",
                    ruled="",
                    sheet=(0.1, 0.06, 0.92, 0.96),
                    skin="#e6bb9b",
                    sleeve="#6b2f3a",
                    arm=44.0,
                ),
                (
                    Write("U-Wert der Wand", (0.08, 0.08), "Wir rechnen", size=1.15),
                    Write("Beton: 0,2 m", (0.1, 0.26), "zwanzig Zentimeter", pace=9),
                    Write("2,1 : 0,2 = 10,5", (0.1, 0.42), "Wir teilen", pace=8),
                    Draw(((0.08, 0.57), (0.6, 0.565)), None, "#b3262b", 0.8),
                    Write("zu hoch, Grenze 0,24", (0.1, 0.62), "Erlaubt ist", "#b3262b", pace=9),
                ),
                (Rest(1.3, 1.2, "Das Haus verliert"),),
            ),
            """
            Wir rechnen das jetzt für eine Wand aus Beton.
            Die Wand ist zwanzig Zentimeter dick.
            Wir teilen den Wert des Stoffs durch die Dicke und erhalten zehn Komma fünf.
            Erlaubt ist heute nur ein Wert von null Komma zwei vier.
            Das Haus verliert also vierzigmal zu viel Wärme, und es braucht eine Dämmung.
            """,
            aim=filmed(Held(4.0, 0.01, 0.2, shake=0.5, sway=6.0)),
            tail=3.0,
            pause=0.5,
        ),
    ),
    language="de",
    voice="de",
    speed=0.95,
    size=(1024, 576),
    fps=20,
    crf=29,
    key_every=10.0,
    seed=288,
)
