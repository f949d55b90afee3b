"""The Responsible AI fields of Croissant, taken from the card, so that both say the same.

Vocabulary: https://docs.mlcommons.org/croissant/docs/croissant-rai-spec.html
"""

from __future__ import annotations

import re
from typing import Any

# How points of the card's limits begin.
_ANNOTATION = ("The text was", "Refined speech")
_PEOPLE = ("Keyframes are whole screens", "Clips, if published")
_CHOICE = ("Videos were judged", "The corpus reflects")


def responsible(card: str) -> dict[str, Any]:
    """What a card says about collection, annotation, sensitive data, limits and maintenance.

    Args:
        card: the text of README.md.
    """
    method, limits = _section(card, "How it was made"), _section(card, "Known limits")
    points = re.findall(r"^- (.*)$", limits, re.MULTILINE)
    tools = re.findall(r"^\| (\w+) \| (.*) \| [\d,]+ \|$", method, re.MULTILINE)
    fields = {
        "dataCollection": _paragraph(re.split(r"^# .*$", card, maxsplit=1, flags=re.MULTILINE)[-1]),
        "dataPreprocessingProtocol": _paragraph(method),
        "machineAnnotationTools": [f"{stage}: {model}" for stage, model in tools],
        "dataAnnotationProtocol": [p for p in points if p.startswith(_ANNOTATION)],
        "personalSensitiveInformation": [p for p in points if p.startswith(_PEOPLE)],
        "dataBiases": [p for p in points if p.startswith(_CHOICE)],
        "dataLimitations": points,
        "dataReleaseMaintenancePlan": _paragraph(_section(card, "Taking something down")),
    }
    return {f"rai:{name}": value for name, value in fields.items() if value}


def citation(card: str) -> str:
    """The citation on the card."""
    match = re.search(r"^```bibtex\n(.*?)^```", card, re.MULTILINE | re.DOTALL)
    return match[1].strip() if match else ""


def _section(card: str, name: str) -> str:
    match = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", card, re.MULTILINE | re.DOTALL)
    return match[1] if match else ""


def _paragraph(text: str) -> str:
    """The first paragraph, without links."""
    first = text.strip().split("\n\n")[0]
    return re.sub(r"\[([^\]]*)\]\(([^)]*)\)", r"\1", first)
