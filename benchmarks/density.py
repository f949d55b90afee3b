"""How well each measure of text tells lectures from other text.

    python benchmarks/density.py [--recorded FILE] [--language-model MODEL] [--judge MODEL]
        [--judge-url URL] [--each N] [--write]

Without a file: the held-out labelled passages of the package. FILE is JSON Lines with {"kind",
"text"} in passages of about 100 words, kind "lecture", "chat", "sponsor", "news", "forum" or
"word salad": transcripts of your own. A judge's AUC is its agreement with the labels: hold a model
against them before you trust its grades. --each takes the first N passages of each kind. With
--write the figures go to eval/density/validation.json, which `vid2book measure` shows beside each
measure.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

import vid2book.eval.density as density
from vid2book.config import Llm
from vid2book.eval.density.labelled import OTHERS, Passage, passages
from vid2book.eval.density.surprise import open_language_model
from vid2book.eval.density.validation import Auc, validate
from vid2book.eval.measures import MEASURES
from vid2book.eval.measures.model import ModelMeasure
from vid2book.eval.measures.text import TextMeasure
from vid2book.eval.tools import Tools
from vid2book.models.lazy import chat_of

FILE = Path(density.__path__[0]) / "validation.json"


def main(
    recorded: Annotated[Path | None, typer.Option(help="Transcripts, as JSON Lines.")] = None,
    language_model: Annotated[str | None, typer.Option(help="A .gguf file or Hub name.")] = None,
    judge: Annotated[str | None, typer.Option(help="A model behind the server.")] = None,
    judge_url: Annotated[str, typer.Option(help="The server.")] = "http://localhost:8000/v1",
    each: Annotated[int | None, typer.Option(help="Passages of each kind.")] = None,
    write: Annotated[bool, typer.Option(help="Keep the figures in the package.")] = False,
) -> None:
    tools = Tools(
        language_model=open_language_model(language_model) if language_model else None,
        judge=chat_of(Llm(model=judge, base_url=judge_url, max_tokens=512)) if judge else None,
    )
    sets = {"written": passages("held_out")}
    if recorded:
        sets["recorded"] = tuple(_read(recorded))
    if each:
        sets = {name: _first(each, labelled) for name, labelled in sets.items()}
    found: dict[str, Any] = json.loads(FILE.read_text("utf-8")) if FILE.is_file() else {}
    for name, labelled in sets.items():
        print(f"\n{name}, {len(labelled)} passages\n\n| measure | {' | '.join(OTHERS)} |")
        print("| --- " * (len(OTHERS) + 1) + "|")
        for measure in _measures(tools):
            figures = validate(measure.score, measure.figure.better, labelled)
            print(f"| {measure.figure.name} | {' | '.join(_cell(figures, k) for k in OTHERS)} |")
            entry = found.setdefault(measure.figure.name, {})
            if entry.get("scorer") != measure.scorer:  # figures are those of one scorer
                entry.clear()
            entry["scorer"] = measure.scorer
            entry[name] = {kind: [round(x, 3) for x in a[:3]] for kind, a in figures.items()}
    if write:
        FILE.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


def _measures(tools: Tools) -> Sequence[TextMeasure]:
    """All that have what they need."""
    kinds = [m for m in MEASURES if issubclass(m, TextMeasure)]
    return [m(tools) for m in kinds if not issubclass(m, ModelMeasure) or m.has_model(tools)]


def _first(each: int, labelled: Sequence[Passage]) -> tuple[Passage, ...]:
    kinds = dict.fromkeys(p.kind for p in labelled)
    return tuple(p for kind in kinds for p in [q for q in labelled if q.kind == kind][:each])


def _cell(figures: dict[str, Auc], kind: str) -> str:
    if kind not in figures:
        return ""
    a = figures[kind]
    return f"{a.value:.3f} ({a.low:.3f} to {a.high:.3f})"


def _read(file: Path) -> list[Passage]:
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    return [Passage(row["kind"], "", row["text"]) for row in rows]


if __name__ == "__main__":
    typer.run(main)
