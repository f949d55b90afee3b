"""Which measure ranks the corpora as the models that were trained on them do."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import compress
from pathlib import Path

from corpora import Corpus
from scipy.stats import spearmanr

from vid2book.eval import measure

FEWEST = 5  # corpora with a value, to be ranked


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
            of: spearmanr(signed, list(compress(found, there))) for of, found in models.items()
        }
        rows.append((name, figure["better"], sum(there), agree))
    rows.sort(key=lambda row: -row[3]["accuracy"].statistic)
    lines = [
        f"| {name} | {better or 'neither'} | {n} | {agree['accuracy'].statistic:+.2f} "
        f"({agree['accuracy'].pvalue:.2f}) | {agree['loss'].statistic:+.2f} "
        f"({agree['loss'].pvalue:.2f}) |"
        for name, better, n, agree in rows
    ]
    head = "| measure | better | corpora | with accuracy (p) | with loss (p) |"
    return "\n".join([head, "| --- | --- | ---: | ---: | ---: |", *lines, ""])
