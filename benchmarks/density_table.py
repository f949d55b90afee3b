"""Tables of the measures of text on held-out sources: `python benchmarks/density_table.py`.

Prints density_held_out.json, which scripts/fit_density.py writes, as Markdown.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("density_held_out.json")


def main() -> None:
    content: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    found = content["teaching_probability"]
    print("| kind of talk | sources | AUC, 300 words | AUC, 100 words | kind held out | value |")
    print("| --- | --- | --- | --- | --- | --- |")
    for part in ("teaching", "other"):
        for kind, row in found["kinds"].items():
            if row["part"] == part:
                print(_row(kind if part == "other" else f"**{kind}**", row))
    print(
        f"| all pairs of sources | | {found['auc_300']:.2f} | {found['auc_100']:.2f} "
        f"| {found['auc_300_kind_held_out']:.2f} | |\n"
    )
    print("| value | passages | of which teach |\n| --- | --- | --- |")
    for cell in found["calibration"]:
        ends = f"{cell['from']:.1f} to {cell['from'] + 0.2:.1f}"
        print(f"| {ends} | {cell['chance']:.2f} in the mean | {cell['teaches']:.2f} |")
    print("\nexperts who talk:", found["between"], "\n")
    print("| nonsense | AUC of lectures | lectures below its median |\n| --- | --- | --- |")
    for make, cell in content["lexical_cohesion"].items():
        print(f"| {make} | {cell['auc']:.2f} | {cell['lectures_below_its_median']:.2f} |")


def _row(kind: str, row: dict[str, Any]) -> str:
    return (
        f"| {kind} | {row['sources']} | {row['auc_300']:.2f} | {row['auc_100']:.2f} "
        f"| {row['auc_300_kind_held_out']:.2f} | {row['value']:.2f} |"
    )


if __name__ == "__main__":
    main()
