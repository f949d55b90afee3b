"""The cells of a study: every combination of one setting from each axis."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from ..train import TrainConfig
from .config import Ablation, Settings, StudyCorpus, merged
from .folders import AblateError


@dataclass(frozen=True)
class Cell:
    """One combination of settings. The others are compared with the first cell of a study."""

    name: str
    chosen: tuple[str, ...]  # the setting of each axis, in their order
    settings: Settings
    corpus: StudyCorpus
    recipe: TrainConfig  # without the seed


def cells(study: Ablation) -> list[Cell]:
    """All cells, in the order of the axes."""
    result = []
    for chosen in product(*(axis.items() for axis in study.axes.values())):
        base = Settings(pipeline=study.pipeline, train=study.train)
        settings = _merge([base, *(each for _, each in chosen)])
        recipe = TrainConfig.model_validate(settings.train)
        names = tuple(name for name, _ in chosen)
        result.append(
            Cell(", ".join(names), names, settings, settings.corpus or study.corpus, recipe)
        )
    return result


def pick(cells: list[Cell], names: tuple[str, ...]) -> list[Cell]:
    """The cells with these names; the first two if no names are given.

    Raises:
        AblateError: there is no such cell.
    """
    if not names:
        return cells[:2]
    by_name = {cell.name: cell for cell in cells}
    if missing := [name for name in names if name not in by_name]:
        raise AblateError(f"no cell '{missing[0]}'; there are {', '.join(by_name)}")
    return [by_name[name] for name in names]


def _merge(chosen: list[Settings]) -> Settings:
    values: dict[str, object] = {}
    for settings in chosen:
        values = merged(values, settings.model_dump(exclude_unset=True))
    return Settings.model_validate(values)
