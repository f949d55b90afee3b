"""A coloured map that is zoomed from the whole region to a bay and along the coast."""

from studio.produce import Film, Part
from studio.terrain import Atlas, Stop, Town, zooming

FILM = Film(
    "map",
    "Why the harbour moved",
    "A look at the map of a trading coast, from the region to the bay.",
    "Geography",
    "Human geography",
    (
        Part(
            zooming(
                Atlas(
                    towns=(
                        Town("Marvik", (0.395, 0.42), 2.5),
                        Town("Old Harbour", (0.43, 0.36), 2.5),
                        Town("Tessel", (0.64, 0.6), 2.5),
                    ),
                ),
                (
                    Stop(0.0, 1.0, (0.5, 0.5)),
                    Stop("Let us go closer", 1.8, (0.45, 0.42), 2.5),
                    Stop("In the bay", 3.6, (0.42, 0.4), 2.0),
                    Stop("Farther to the south", 3.6, (0.62, 0.6), 3.0),
                ),
            ),
            """
            Here you see the whole region, with its islands, its coast and the hills behind.
            Most of the rivers are short, because the mountains stand close to the sea.
            For centuries the ships sailed along this coast from east to west.
            Let us go closer to the western part, where the coast is cut into many bays.
            Look at the lake in the middle, which was once a bay as well.
            These bays gave shelter from the storms of the winter.
            Fishermen settled here first, and the merchants followed them.
            In the bay itself lie two places, the old harbour and the town of Marvik.
            The old harbour filled with sand, so that large ships could no longer enter.
            Marvik has deep water right at the shore, and so the trade moved over there.
            Farther to the south lies Tessel, which never had a harbour of any size.
            Its shore is flat, and the ships had to stay far out.
            Even today there is only a small beach with a few wooden boats.
            So a few metres of water decided which town became rich.
            """,
            pause=0.9,
            tail=1.5,
        ),
    ),
    size=(1280, 720),
    fps=24,
    crf=28,
    key_every=6.0,
    seed=141,
)
