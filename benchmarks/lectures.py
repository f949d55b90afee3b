"""Lectures for benchmarks: as many as asked for, with a new screen of ten lines every 20 seconds.

They are rendered by the scripts of `examples/lectures` and cached, so that a benchmark pays once.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "examples" / "lectures"))

from rendering.film import render  # noqa: E402  (the examples are no package)
from rendering.script import Item, Lecture, Scene, Sentence, Theme  # noqa: E402

# Name, symbol, number, mass (u), melting and boiling point (K), density (g/cm3), group, discoverer.
ELEMENTS = [
    ("Lithium", "Li", 3, 6.94, 454, 1603, 0.53, 1, "Arfwedson"),
    ("Beryllium", "Be", 4, 9.01, 1560, 2742, 1.85, 2, "Vauquelin"),
    ("Boron", "B", 5, 10.81, 2349, 4200, 2.34, 13, "Gay-Lussac"),
    ("Sodium", "Na", 11, 22.99, 371, 1156, 0.97, 1, "Davy"),
    ("Magnesium", "Mg", 12, 24.31, 923, 1363, 1.74, 2, "Black"),
    ("Aluminium", "Al", 13, 26.98, 933, 2743, 2.70, 13, "Oersted"),
    ("Silicon", "Si", 14, 28.09, 1687, 3538, 2.33, 14, "Berzelius"),
    ("Phosphorus", "P", 15, 30.97, 317, 554, 1.82, 15, "Brand"),
    ("Calcium", "Ca", 20, 40.08, 1115, 1757, 1.55, 2, "Davy"),
    ("Titanium", "Ti", 22, 47.87, 1941, 3560, 4.51, 4, "Gregor"),
    ("Chromium", "Cr", 24, 52.00, 2180, 2944, 7.15, 6, "Vauquelin"),
    ("Iron", "Fe", 26, 55.85, 1811, 3134, 7.87, 8, "antiquity"),
    ("Nickel", "Ni", 28, 58.69, 1728, 3003, 8.91, 10, "Cronstedt"),
    ("Copper", "Cu", 29, 63.55, 1358, 2835, 8.96, 11, "antiquity"),
    ("Zinc", "Zn", 30, 65.38, 693, 1180, 7.14, 12, "Marggraf"),
    ("Silver", "Ag", 47, 107.87, 1235, 2435, 10.49, 11, "antiquity"),
    ("Tin", "Sn", 50, 118.71, 505, 2875, 7.29, 14, "antiquity"),
    ("Gold", "Au", 79, 196.97, 1337, 3243, 19.30, 11, "antiquity"),
]
THEMES = [
    Theme(),
    Theme(background="#14213d", ink="#f0f0f0", accent="#fca311", layout="band"),
    Theme(background="#fdf6e3", ink="#073642", accent="#cb4b16", font="DejaVuSerif.ttf"),
]


def dense_lectures(folder: Path, lectures: int = 3, screens: int = 8) -> Path:
    """A folder with `lectures` of about 20 s a screen; what is there already is kept.

    Returns:
        The folder, which holds a manifest.
    """
    rows = []
    for n in range(lectures):
        elements = [ELEMENTS[(n * screens + i) % len(ELEMENTS)] for i in range(screens)]
        lecture = Lecture(
            id=f"elements-{n}",
            meta={"title": "The chemical elements", "subject": "Chemistry", "language": "en"},
            scenes=tuple(_scene(*element) for element in elements),
            theme=THEMES[n % len(THEMES)],
            fps=25,
            crf=26,
        )
        row = folder / f"elements-{n}.json"
        if not row.exists():
            row.parent.mkdir(parents=True, exist_ok=True)
            row.write_text(json.dumps(render(lecture, folder)))
        rows.append(row.read_text())
    (folder / "manifest.jsonl").write_text("\n".join(rows) + "\n")
    return folder


def _scene(
    name: str, symbol: str, number: int, mass: float, melting: int, boiling: int, density: float,
    group: int, discoverer: str,
) -> Scene:  # fmt: skip
    lines = [
        f"Symbol {symbol}, atomic number {number}",
        f"Standard atomic mass {mass:.2f} u",
        f"Melts at {melting} K, boils at {boiling} K",
        f"Density {density:.2f} g per cubic centimetre",
        f"Group {group} of the periodic table",
        f"Liquid over a range of {boiling - melting} K",
        f"One mole weighs {mass:.2f} grams",
        f"{round(1000 / mass)} moles in one kilogram",
        f"Known since: {discoverer}",
    ]
    say = [
        f"The next element is {name.lower()}, whose nucleus holds {number} protons.",
        f"Its standard atomic mass means that one mole of {name.lower()} weighs about "
        f"{round(mass)} grams.",
        f"It melts at {melting} kelvin and boils at {boiling} kelvin, so it stays liquid over a "
        "wide range of temperature.",
        f"The position in group {group} tells us how many electrons take part in chemical bonds.",
    ]
    items = tuple(Item(text=line) for line in lines)
    return Scene("slide", title=name, items=items, say=tuple(Sentence(s, pause=0.5) for s in say))
