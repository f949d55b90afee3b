"""Spanish speech over slides with accents, one of them written on by hand."""

from studio.canvas import Sheet, canvas
from studio.ink import Pen
from studio.pages import Fill, Look, Table, Text, bullets, page
from studio.produce import Film, Part
from studio.writing import Draw, Write

LOOK = Look(
    "#ffffff",
    ink="#222222",
    accent="#b3261e",
    face="LiberationSans-Regular.ttf",
    bold="LiberationSans-Bold.ttf",
)
FIRST = (
    Fill((0, 0.94, 1, 1), "#b3261e"),
    Text("La célula vegetal", (0.07, 0.08), 0.08, bold=True),
    *bullets(
        (
            ("Pared de celulosa alrededor de la membrana", None),
            ("Cloroplastos: aquí ocurre la fotosíntesis", "Los cloroplastos"),
            ("Una gran vacuola llena de agua", "La vacuola"),
        ),
        (0.08, 0.3),
        0.055,
        0.16,
    ),
)
SECOND = (
    Text("Comparación", (0.07, 0.07), 0.08, bold=True),
    Table(
        (
            ("Orgánulo", "Planta", "Animal"),
            ("Núcleo", "sí", "sí"),
            ("Cloroplasto", "sí", "no"),
            ("Pared celular", "sí", "no"),
            ("Mitocondria", "sí", "sí"),
        ),
        (0.07, 0.25, 0.93, 0.85),
        0.052,
    ),
)
FILM = Film(
    "foreign",
    "La célula vegetal",
    "Partes de la célula vegetal y comparación con la célula animal.",
    "Biología",
    "Biología celular",
    (
        Part(
            page(FIRST, LOOK),
            """
            Hoy hablamos de la célula vegetal y de sus partes más importantes.
            Alrededor de la membrana hay una pared de celulosa que le da su forma.
            Los cloroplastos contienen clorofila, y en ellos ocurre la fotosíntesis.
            Gracias a ella la planta usa la energía de la luz del sol.
            La vacuola está llena de agua y mantiene la presión dentro de la célula.
            """,
        ),
        Part(
            page(SECOND, LOOK),
            """
            Comparemos ahora la célula vegetal con la célula animal.
            El núcleo y la mitocondria aparecen en las dos.
            En el núcleo está el ADN, y la mitocondria produce energía.
            El cloroplasto y la pared celular, en cambio, solo existen en las plantas.
            """,
            how="fade",
        ),
        Part(
            canvas(
                Sheet(
                    Pen("URWGothic-Book.otf", 52, 1.2), color="#222222", ground="#fffbe8", bar=""
                ),
                (
                    Write("Fotosíntesis", (0.08, 0.08), "Escribimos", "#1b6e3c", 1.1),
                    Write("agua + luz", (0.1, 0.3), "El agua"),
                    Write("oxígeno + glucosa", (0.1, 0.5), "se obtiene", "#b3261e"),
                    Draw(((0.08, 0.63), (0.55, 0.63)), "La glucosa", "#1b6e3c", 1.0),
                ),
            ),
            """
            Escribimos la fotosíntesis como una ecuación sencilla.
            El agua y el dióxido de carbono entran, y la luz da la energía.
            Al final se obtiene oxígeno y glucosa.
            La glucosa sirve de alimento a toda la planta.
            """,
            pause=0.6,
            tail=3.0,
        ),
    ),
    language="es",
    voice="es",
    size=(854, 480),
    fps=15,
    crf=26,
    key_every=6.0,
    seed=91,
)
