"""Dark slides in a film-like edit: pushes in and out, a diagonal pan, a constant drift."""

import numpy as np
from studio.motion import Drift, Key, moving
from studio.pages import Art, Curve, Look, Table, Text, bullets, page
from studio.produce import Film, Part
from studio.textures import street

LOOK = Look(
    "#1b1e2b",
    "#0d0f18",
    ink="#e8e6df",
    accent="#e8b04b",
    face="DejaVuSerif.ttf",
    bold="DejaVuSerif-Bold.ttf",
)
FILM = Film(
    "pan_zoom",
    "The bell curve and its inventors",
    "From errors in astronomy to heights of soldiers.",
    "Mathematics",
    "Probability",
    (
        Part(
            moving(
                page(
                    (Art(lambda size: street(size, np.random.default_rng(12)), (0, 0, 1, 1)),),
                    LOOK,
                    scale=1.6,
                ),
                (Key(0.0, 1.7, 0.3, 0.62), Key(40.0, 1.05, 0.5, 0.5, False)),
            ),
            """
            In the town of Brunswick, around eighteen hundred, lived a boy who loved numbers.
            Houses like these stood around the market where his father worked as a bricklayer.
            The duke paid for his school, and the boy was Carl Friedrich Gauss.
            """,
            lead=1.2,
        ),
        Part(
            moving(
                page(
                    (
                        Text("Errors of measurement", (0.09, 0.13), 0.08, bold=True),
                        *bullets(
                            (
                                ("Small errors are common", None),
                                ("Large errors are rare", "large ones are rare"),
                                ("Too high is as likely as too low", "too high is as likely"),
                            ),
                            (0.12, 0.36),
                            0.06,
                            0.15,
                            mark="-",
                        ),
                    ),
                    LOOK,
                    fade=0.8,
                    scale=1.3,
                ),
                (Key(0.0, 1.12), Key(50.0, 0.98, 0.5, 0.5, False)),
                Drift(1.5, 4.0, 0.1),
            ),
            """
            Astronomers never measure the same position twice, there is always an error.
            Small errors are common, while large ones are rare.
            And an error that is too high is as likely as one that is too low.
            Gauss asked which curve has these properties, and he found exactly one.
            """,
            how="black",
            seconds=1.2,
        ),
        Part(
            moving(
                page(
                    (
                        Text("The normal curve", (0.34, 0.06), 0.075, bold=True),
                        Curve(
                            lambda x: 0.92 * float(np.exp(-18 * (x - 0.5) ** 2)),
                            (0.12, 0.22, 0.88, 0.82),
                            "#e8b04b",
                        ),
                        Text("68 % within one sigma", (0.36, 0.86), 0.055),
                    ),
                    LOOK,
                    scale=1.7,
                ),
                (
                    Key(0.0),
                    Key("Its middle", 1.0),
                    Key("is the mean", 1.65, 0.5, 0.62),
                    Key("Two thirds of all", 1.65, 0.56, 0.66),
                    Key("lie within", 1.0),
                    Key(60.0, 1.06, 0.5, 0.5, False),
                ),
            ),
            """
            Here it is, the normal curve, which everybody calls the bell.
            Its middle is the mean, and both sides fall in the same way.
            The width is given by a second number, the standard deviation sigma.
            Two thirds of all values, to be exact sixty eight percent, lie within one sigma \
              of the mean.
            Beyond three sigma hardly anything is left, three in a thousand.
            And yet such values do occur.
            """,
            how="fade",
            seconds=1.5,
        ),
        Part(
            moving(
                page(
                    (
                        Table(
                            (
                                ("Height of soldiers", "Men"),
                                ("below 160 cm", "68"),
                                ("160 to 170 cm", "421"),
                                ("170 to 180 cm", "437"),
                                ("above 180 cm", "74"),
                            ),
                            (0.14, 0.14, 0.86, 0.86),
                            0.06,
                        ),
                    ),
                    LOOK,
                ),
                (Key(0.0, 1.0, 0.5, 0.5), Key(40.0, 1.1, 0.49, 0.51, False)),
                Drift(1.0, 9.0),
            ),
            """
            Later a Belgian named Quetelet measured a thousand soldiers and found the bell again.
            Most of them are of middle height, and few are very short or very tall.
            It has been found in so many places that people take it for a law of nature.
            """,
        ),
    ),
    size=(854, 480),
    fps=30,
    crf=30,
    key_every=12.0,
    seed=222,
)
