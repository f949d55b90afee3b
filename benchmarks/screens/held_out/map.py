"""A pale map in old colours: a long pan to the east, a zoom to a valley and out again."""

from studio.produce import Film, Part
from studio.terrain import Atlas, Stop, Town, zooming

FILM = Film(
    "map",
    "A campaign across the mountains",
    "How the shape of the land decided a war.",
    "History",
    "Military history",
    (
        Part(
            zooming(
                Atlas(
                    ("#c9d6d0", "#e6d9b8", "#c8ad82", "#8d7458"),
                    (
                        Town("Arvas", (0.2, 0.47), 2.0),
                        Town("Molin", (0.27, 0.55), 2.0),
                        Town("Castra", (0.71, 0.42), 2.6),
                        Town("Upper Gate", (0.755, 0.5), 2.6),
                        Town("Dorn", (0.69, 0.53), 2.6),
                    ),
                    sea=0.25,
                    face="LiberationSerif-Italic.ttf",
                    ring="#a3341f",
                ),
                (
                    Stop(0.0, 2.1, (0.25, 0.5)),
                    Stop("The army marched", 2.1, (0.55, 0.48), 6.0),
                    Stop("In this valley", 4.2, (0.72, 0.47), 3.0),
                    Stop("If we step back", 1.0, (0.5, 0.5), 3.5),
                ),
            ),
            """
            The war began in the west, at the towns of Arvas and Molin.
            Both of them had walls, a market and grain for one winter.
            The king gathered his men between the two, because the river gave them water.
            In spring the scouts came back with good news.
            The army marched to the east for six weeks, along the foot of the mountains.
            The land here is bare, and there is hardly a village on the whole way.
            They carried everything with them, and many of the animals died.
            In this valley, below the fort of Castra, the enemy was waiting for them.
            The only way out leads over a pass that is called the upper gate.
            A few hundred men held it for three days against ten thousand.
            The village of Dorn in the south was burned so that nobody could find food there.
            If we step back and look at the whole country, the mistake becomes clear.
            A road by the sea would have been twice as long, but there were harbours all along it.
            Armies walk on their stomachs, and mountains have nothing to eat.
            """,
            lead=1.0,
            tail=2.0,
            pause=0.85,
        ),
    ),
    size=(960, 540),
    fps=30,
    crf=32,
    key_every=10.0,
    seed=366,
)
