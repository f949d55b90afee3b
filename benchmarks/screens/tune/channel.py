"""A channel: intro, chat, slides with captions and a logo, a sponsor in the middle, an end card."""

from rendering.script import Look as Person
from studio.captions import Mark, Style, captions, logo
from studio.channel import Card, card
from studio.pages import Bars, Fill, Look, Text, bullets, page
from studio.people import head
from studio.produce import Film, Part

HOST = Person("#efc3a0", "#a5682f", "short", "#2f6b5d", "#7b8699")
LOOK = Look("#12263a", "#0a1622", ink="#f2f2f2", accent="#ffb627", face="DejaVuSans.ttf")
OVER = (captions(Style()), logo(Mark("MINDSPARK", (0.8, 0.03))))
FIRST = (
    Text("Why do we forget?", (0.07, 0.08), 0.085, bold=True),
    *bullets(
        (
            ("Ebbinghaus learned lists of syllables, 1885", None),
            ("Half was gone after one hour", "Half of them"),
            ("Each repetition flattens the curve", "Each repetition"),
        ),
        (0.09, 0.28),
        0.055,
        0.16,
    ),
)
SECOND = (
    Text("Remembered after a week", (0.07, 0.07), 0.075, bold=True),
    Bars(
        (35.0, 52.0, 80.0),
        ("read twice", "highlighted", "tested"),
        (0.1, 0.2, 0.9, 0.8),
        ("#5fa8d3", "#9b9b9b", "#ffb627"),
        0.05,
    ),
)
THIRD = (
    Fill((0.05, 0.07, 0.95, 0.2), "#ffb627"),
    Text("A plan for one week", (0.08, 0.09), 0.07, color="#12263a"),
    *bullets(
        (
            ("Day 1: learn and close the book", None),
            ("Day 2: recall without notes", None),
            ("Day 4: test yourself again", None),
            ("Day 7: explain it to a friend", None),
        ),
        (0.09, 0.27),
        0.052,
        0.125,
        mark="-",
    ),
)
FILM = Film(
    "channel",
    "Why you forget, and what to do about it",
    "The forgetting curve and the testing effect in three minutes.",
    "Psychology",
    "Memory",
    (
        Part(
            card(Card(("MINDSPARK", "learn something new"), "#5b2a86", "#1c0f2e", kind="intro")),
            lead=3.5,
            tail=0.0,
        ),
        Part(
            head(HOST),
            """
            ~ Hey there, welcome back to Mindspark, I hope you had a wonderful week.
            ~ Before we begin, smash that like button and tell me where you are watching from.
            """,
            over=OVER,
        ),
        Part(
            page(FIRST, LOOK, fade=0.4),
            """
            In eighteen eighty five Hermann Ebbinghaus learned long lists of syllables by heart.
            Half of them were gone after a single hour, and most of the rest after a day.
            Each repetition makes the curve of forgetting flatter than it was before.
            The brain keeps what it has to look up more than once.
            """,
            over=OVER,
            how="fade",
        ),
        Part(
            card(
                Card(
                    ("NordicSleep", "30 % off with code SPARK", "nordicsleep.example"),
                    "#f26b38",
                    "#8b1e3f",
                )
            ),
            """
            ~ This video is sponsored by Nordic Sleep, the mattress that thinks along.
            ~ Use the code spark and get thirty percent off your first order today.
            """,
            over=(captions(Style()),),
            how="push",
        ),
        Part(
            page(SECOND, LOOK),
            """
            Now look at what students still remembered after one week.
            Those who only read the text a second time kept about a third of it.
            Those who tested themselves kept eighty percent, although they spent less time.
            """,
            over=OVER,
            how="push",
        ),
        Part(
            page(THIRD, LOOK),
            """
            So here is a plan that uses both ideas in a single week.
            On the second day you recall the material without any notes.
            On the fourth day you test yourself, and on the seventh you explain it to a friend.
            """,
            over=OVER,
            how="fade",
        ),
        Part(
            card(
                Card(
                    ("Thanks for watching", "Subscribe for more"), "#5b2a86", "#1c0f2e", kind="end"
                )
            ),
            """
            ~ If you enjoyed this, subscribe and watch one of these two videos next.
            """,
            over=OVER,
            tail=4.0,
        ),
    ),
    size=(1280, 720),
    fps=25,
    crf=28,
    key_every=10.0,
    seed=71,
)
