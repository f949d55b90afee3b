"""A site on loopback, and what asks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from vid2book.collect.decide import Decisions
from vid2book.collect.ledger import Ledger
from vid2book.collect.places import Places, places
from vid2book.collect.plan import Manners, Plan
from vid2book.collect.run import Collection, Progress
from vid2book.collect.taxonomy import KnowledgePoint
from vid2book.collect.web import Web
from vid2book.models.embed import WordLlama

from ...support.site import Site

POINTS = [
    KnowledgePoint("Physics", "Mechanics", "Energy", "kinetic energy"),
    KnowledgePoint("Physics", "Mechanics", "Energy", "potential energy"),
    KnowledgePoint("Biology", "Cells", "Parts", "cell nucleus"),
]
EMBED = WordLlama()


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        yield site


@pytest.fixture
def web() -> Iterator[Web]:
    pytest.importorskip("protego", reason="the extra 'collect' is not installed")
    asking = Web(Manners(contact="me@example.org", seconds_between=0, tries=3), {})
    yield asking
    asking.close()


@pytest.fixture
def at(tmp_path: Path) -> Places:
    return places(tmp_path / "m.jsonl")


@pytest.fixture
def told() -> list[str]:
    """What the user is told on the way."""
    return []


@pytest.fixture
def run(site: Site, at: Places, told: list[str]) -> Iterator[Callable[..., Decisions]]:
    """Runs a plan to its end."""

    def once(
        *sources: dict[str, Any],
        again: bool = False,
        progress: Progress | None = None,
        **more: Any,
    ) -> Decisions:
        plan = Plan.model_validate(
            {
                "sources": sources,
                "manners": {"seconds_between": 0, "tries": 1},
                "review": {"min_minutes": 0},
                "download": {"keep_free_gb": 0},
                **more,
            }
        )
        ledger, web = Ledger(at.ledger), Web(plan.manners, plan.permissions)
        try:
            run = Collection(
                plan, POINTS, at, ledger, web, EMBED, None, told.append, progress, again
            )
            return run.run()
        finally:
            ledger.close()
            web.close()

    yield once
