"""Answers by rules against the benchmarks' own scorers, on what they released of models' outputs.

    python benchmarks/answers.py mathvista FOLDER    # results/ of lupantech/MathVista
    python benchmarks/answers.py mathvision FOLDER   # of mathllm/MATH-V

A decision is whether a response is right. "Decided" leaves out the responses in which the rules
find no answer; "as published" gives these the option that the benchmark's script guesses.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scipy.stats import spearmanr

from vid2book.eval.bench.scoring import mathvision, mathvista


@dataclass(frozen=True)
class Decision:
    """One response: found by the rules, right by rules, with the guess, and as released."""

    found: bool
    ours: float
    guessed: float
    released: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", choices=["mathvista", "mathvision"])
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args()
    models = (of_mathvista if asked.task == "mathvista" else of_mathvision)(asked.folder)
    print("| model | released | rules | as published | agree | abstain | agree where decided |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    scores = []
    for name, decisions in models:
        n = len(decisions)
        decided = [d for d in decisions if d.found]
        released = 100 * sum(d.released for d in decisions) / n
        ours = 100 * sum(d.ours for d in decisions) / n
        guessed = 100 * sum(d.guessed for d in decisions) / n
        scores.append((released, ours, guessed))
        cells = [released, ours, guessed, agreement(decisions), 100 * (1 - len(decided) / n)]
        shown = " | ".join(f"{cell:.1f}" for cell in [*cells, agreement(decided)])
        print(f"| {name} | {shown} |", flush=True)
    released_of, ours_of, guessed_of = zip(*scores, strict=True)
    print(f"\nrank correlation with the released: rules {rank(ours_of, released_of):.2f}, ", end="")
    print(f"as published {rank(guessed_of, released_of):.2f}")


def agreement(decisions: list[Decision]) -> float:
    return 100 * sum(d.ours == d.released for d in decisions) / max(len(decisions), 1)


def rank(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    return float(spearmanr(one, other).statistic)


def of_mathvista(folder: Path) -> Iterator[tuple[str, list[Decision]]]:
    """Models that answer in words: not those that write programs, nor the guesses."""
    for path in sorted(folder.rglob("output_*.json")):
        if path.stat().st_size == 0 or "code" in path.name or "guess" in path.name:
            continue
        docs = json.loads(path.read_text(encoding="utf-8"))
        if "test" in path.name:  # templates, and the split whose answers are not public
            continue
        rows = [decided(doc, doc["response"], doc.get("true_false")) for doc in docs.values()]
        yield path.stem.removeprefix("output_"), rows


def decided(doc: Mapping[str, Any], response: str, released: bool | None) -> Decision:
    answer = mathvista.extract(doc, response)
    guess = answer or mathvista.guess(doc)
    ours = 0.0 if answer is None else mathvista.grade(doc, answer)
    guessed = 0.0 if guess is None else mathvista.grade(doc, guess)
    return Decision(answer is not None, ours, guessed, float(released or 0))


def of_mathvision(folder: Path) -> Iterator[tuple[str, list[Decision]]]:
    docs = {doc["id"]: doc for doc in lines(folder / "data" / "test.jsonl")}
    for path in sorted((folder / "outputs").rglob("*.jsonl")):
        rows = []
        for row in lines(path):
            answer = mathvision.extract(docs[row["id"]], row["response"])
            ours = 0.0 if answer is None else mathvision.grade(docs[row["id"]], answer)
            rows.append(Decision(answer is not None, ours, ours, float(row["correct"])))
        if rows:
            yield path.stem, rows


def lines(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file)


if __name__ == "__main__":
    main()
