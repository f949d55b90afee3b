"""A site on loopback, and what asks it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from vid2book.collect.plan import Manners
from vid2book.collect.web import Web

from ...support.site import Site


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
