"""Main effects of a factorial study: what a setting does on average over all other axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..intervals import adjusted
from .grid import Cell
from .runs import RunResult
from .table import Estimate, Measure, difference


@dataclass(frozen=True)
class Effect:
    """A setting of an axis compared with the first setting of that axis.

    Attributes:
        differences: by measure, averaged over all combinations of the other axes; the p values
            are corrected for all effects of the study.
    """

    axis: str
    setting: str
    base: str
    differences: dict[str, Estimate]


def main_effects(
    cells: Sequence[Cell],
    axes: Sequence[str],
    results: Mapping[str, Mapping[int, RunResult]],
    measures: Sequence[Measure],
) -> list[Effect]:
    """The effects of all settings.

    Args:
        cells: the cells that were run.
        axes: names, in the order of the cells' settings.
        results: by cell and seed.
        measures: of these, only the ones that decide are used.

    Returns:
        An empty list if only one axis varies, since its cells are compared already, or if some
        combinations were not run.
    """
    settings = [list(dict.fromkeys(cell.chosen[n] for cell in cells)) for n in range(len(axes))]
    combinations = 1
    for names in settings:
        combinations *= len(names)
    if len(cells) != combinations or sum(len(names) > 1 for names in settings) < 2:
        return []
    deciding = [measure for measure in measures if measure.decides]
    effects: list[Effect] = []
    for place, axis in enumerate(axes):
        base, *others = settings[place]
        for setting in others:
            ours, theirs = (
                [results[cell.name] for cell in cells if cell.chosen[place] == name]
                for name in (setting, base)
            )
            differences = {measure.name: difference(measure, ours, theirs) for measure in deciding}
            effects.append(Effect(axis, setting, base, differences))
    return _corrected(effects)


def _corrected(effects: Sequence[Effect]) -> list[Effect]:
    places = [(n, name) for n, effect in enumerate(effects) for name in effect.differences]
    ps = adjusted([effects[n].differences[name].p for n, name in places])
    by_place = dict(zip(places, ps, strict=True))
    return [
        replace(
            effect,
            differences={
                name: replace(one, adjusted=by_place[n, name])
                for name, one in effect.differences.items()
            },
        )
        for n, effect in enumerate(effects)
    ]
