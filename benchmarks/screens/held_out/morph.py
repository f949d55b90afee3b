"""Formulas on deep blue under a title that stays; several lines stand, one of them morphs."""

from studio.formula import Clear, Formula, Plot, morphing
from studio.formula import Film as Look
from studio.produce import Film, Part

GOLD = {"v": "#ffcf56", "r": "#8be9a8", "G": "#ff8f8f"}
FILM = Film(
    "morph",
    "The speed of a satellite",
    "Gravity as centripetal force, solved for the speed and for the period.",
    "Physics",
    "Gravitation",
    (
        Part(
            morphing(
                Look("#0e1b38", "#e9eef7", "DejaVuSerif.ttf", "Circular orbits"),
                (
                    Formula(
                        "F = G [ m M / r ^2 ;", "F = G mM / r^2", "Gravity pulls", 0.3, 0.085, GOLD
                    ),
                    Formula("F = [ m v ^2 / r ;", "F = mv^2 / r", "On a circle", 0.62, 0.085, GOLD),
                    Formula(
                        "[ m v ^2 / r ; = G [ m2:m M / r2:r ^2 ;",
                        "mv^2 / r = G mM / r^2",
                        "The two are equal",
                        0.62,
                        0.085,
                        GOLD,
                    ),
                    Formula(
                        "v ^2 = [ G M / r ;", "v^2 = GM / r", "cancel the mass", 0.62, 0.1, GOLD
                    ),
                    Clear("Let us put in"),
                    Formula(
                        "v = √ ( G M ÷ r )", "v = √(GM ÷ r)", "The root of it", 0.32, 0.09, GOLD
                    ),
                    Formula(
                        "v = 7 . 7 k m ∕ s", "v = 7.7km/s", "seven point seven", 0.32, 0.1, GOLD
                    ),
                    Plot(
                        lambda x: 0.9 / (1 + 2.2 * x) ** 0.5,
                        (0.22, 0.46, 0.8, 0.92),
                        "Farther out",
                        "#8be9a8",
                        2.4,
                    ),
                    Clear("At the end"),
                    Formula("T = [ 2 π r / v ;", "T = 2πr / v", "the period is", 0.36, 0.09, GOLD),
                    Formula("T ^2 ~ r ^3", "T^2 ~ r^3", "squared, it grows", 0.66, 0.11, GOLD),
                ),
            ),
            """
            How fast does a satellite have to be so that it does not fall down?
            Gravity pulls with a force that falls with the square of the distance.
            On a circle a body needs the force m v squared over r.
            Both formulas speak of the same force, for nothing else acts up there.
            The two are equal, and so we write one equation.
            Now we cancel the mass of the satellite and one power of the distance.
            It does not matter whether it is a screw or a whole station.
            Let us put in numbers for a station four hundred kilometres up.
            The root of it gives the speed itself.
            Big G and the mass of the earth are known to many digits.
            The result is seven point seven kilometres in each second.
            Farther out the speed becomes smaller, as the curve shows.
            The moon needs only one kilometre per second.
            At the end we ask how long one turn takes.
            For a circle the period is its length divided by the speed.
            If it is squared, it grows with the third power of the distance.
            This was found by Kepler, long before anybody knew why.
            """,
            tail=3.0,
            pause=0.5,
        ),
    ),
    size=(1024, 576),
    fps=24,
    crf=29,
    key_every=4.0,
    seed=277,
)
