"""Write the norms of eval/density/knowledge.yaml from the labelled passages of part `tune`.

    python scripts/fit_density.py [--check]

With --check nothing is written, and the exit status is 1 if the file is out of date.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import yaml

import vid2book.eval.density as density
from vid2book.eval.density.knowledge import FEATURES, Model, weighted_sum
from vid2book.eval.density.labelled import LECTURE, passages
from vid2book.words import english_words

FILE = Path(density.__path__[0]) / "knowledge.yaml"
# By hand. Shuffled words have all that lectures have but the order, which therefore weighs most;
# ideas and explaining words overlap.
WEIGHTS = {
    "terms": 1.0,
    "ideas": 0.5,
    "explaining": 1.0,
    "narrating": -1.0,
    "selling": -1.0,
    "disorder": -3.0,
}
HEADER = "# Written by scripts/fit_density.py; knowledge.py says what this is.\n"


def fit() -> Model:
    tune = passages("tune")
    read = [{name: f(english_words(p.text)) for name, f in FEATURES.items()} for p in tune]
    values = {name: np.array([features[name] for features in read]) for name in FEATURES}
    norms = {
        name: (round(float(v.mean()), 4), round(float(v.std()), 4)) for name, v in values.items()
    }
    model = Model(WEIGHTS, norms, 0.0, 1.0)
    sums = np.array([weighted_sum(features, model) for features in read])
    lecture = np.array([p.kind == LECTURE for p in tune])
    others, lectures = (round(float(sums[k].mean()), 4) for k in (~lecture, lecture))
    return model._replace(others=others, lectures=lectures)


def as_text(model: Model) -> str:
    content = model._asdict() | {"norms": {name: list(n) for name, n in model.norms.items()}}
    return HEADER + yaml.safe_dump(content, sort_keys=False, default_flow_style=None)


def main() -> None:
    text = as_text(fit())
    if "--check" in sys.argv[1:]:
        sys.exit(text != FILE.read_text("utf-8"))
    FILE.write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
