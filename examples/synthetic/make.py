"""Make a synthetic lecture corpus, and questions about its held-out slides.

    python examples/synthetic/make.py -o CORPUS [--lectures N] [--held-out M] [--seed S]

Beside the corpus's own files this writes CORPUS/questions/slides/, which `vid2book bench --data
CORPUS/questions --tasks slides` asks: test.parquet, and train.parquet for the shots.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from lessons.corpus import Writer
from lessons.lesson import make_lessons
from lessons.questions import questions, write_questions

from vid2book.store import make_key

SHOT_LECTURES = 10  # whose slides are shown, answered, before a question


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder to write into")
    parser.add_argument("--lectures", type=int, default=500, help="to train on")
    parser.add_argument("--held-out", type=int, default=40, help="lectures to test on")
    parser.add_argument("--slides", type=int, default=16, help="to a lecture")
    parser.add_argument("--per-sample", type=int, default=4, help="slides to a sample")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    began = time.monotonic()
    train = make_lessons(args.lectures, args.slides, "train", args.seed)
    test = list(make_lessons(args.held_out, args.slides, "test", args.seed))
    recipe = {name: value for name, value in vars(args).items() if name != "output"}
    Writer(args.per_sample).write(train, test, make_key(recipe), args.output)
    shots = list(make_lessons(min(args.lectures, SHOT_LECTURES), args.slides, "train", args.seed))
    write_questions(questions(shots), args.output / "questions" / "slides" / "train.parquet")
    write_questions(questions(test), args.output / "questions" / "slides" / "test.parquet")
    slides = args.slides * (args.lectures + args.held_out)
    print(f"{args.output}: {slides} slides in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
