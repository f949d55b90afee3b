"""Which measure ranks the corpora as the models that were trained on them do."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import compress, permutations
from pathlib import Path

from corpora import Corpus
from scipy.stats import spearmanr

from vid2book.eval import measure

FEWEST = 4  # corpora with a value, to be ranked
_EXACT = 8  # corpora up to which all orders are tried


def ranks(corpora: Sequence[Corpus], out: Path) -> str:
    """Measure all corpora, write `out`/metrics.json, and return a table.

    Spearman's coefficient is 1 where a measure puts the corpora into the order in which the models
    put them, and -1 for the opposite order. Where less of a figure is better, it is turned around.
    """
    report = measure(*(corpus.path for corpus in corpora))
    (out / "metrics.json").write_text(json.dumps(report.to_dict(), indent=1) + "\n", "utf-8")
    figures = report.to_dict()["figures"]
    measured = report.to_dict()["corpora"]
    models = {
        "accuracy": [corpus.accuracy for corpus in corpora],
        "loss": [-corpus.loss for corpus in corpora],
    }
    rows = []
    for name, figure in figures.items():
        values = [one["measures"][name]["value"] for one in measured]
        there = [value is not None for value in values]
        if sum(there) < FEWEST or len(set(compress(values, there))) < 2:
            continue
        sign = -1 if figure["better"] == "lower" else 1
        signed = [sign * value for value in compress(values, there)]
        agree = {
            of: agreement(signed, list(compress(found, there))) for of, found in models.items()
        }
        rows.append((name, figure["better"], sum(there), agree))
    rows.sort(key=lambda row: -row[3]["accuracy"][0])
    lines = [
        f"| {name} | {better or 'neither'} | {n} | {agree['accuracy'][0]:+.2f} "
        f"({agree['accuracy'][1]:.2f}) | {agree['loss'][0]:+.2f} "
        f"({agree['loss'][1]:.2f}) |"
        for name, better, n, agree in rows
    ]
    head = "| measure | better | corpora | with accuracy (p) | with loss (p) |"
    return "\n".join([head, "| --- | --- | ---: | ---: | ---: |", *lines, ""])


def agreement(figure: Sequence[float], models: Sequence[float]) -> tuple[float, float]:
    """Spearman's coefficient, and how often chance gives as high a one, of either sign.

    Of few corpora all orders are tried: four that agree wholly have p = 2/24.
    """
    found = spearmanr(figure, models)
    if len(figure) > _EXACT or not abs(found.statistic) <= 1:
        return float(found.statistic), float(found.pvalue)
    others = [abs(spearmanr(order, models).statistic) for order in permutations(figure)]
    as_high = sum(other >= abs(found.statistic) - 1e-9 for other in others)
    return float(found.statistic), as_high / len(others)
