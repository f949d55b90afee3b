"""A random sample from a stream of unknown length."""

from __future__ import annotations

import random
from typing import Generic, TypeVar

T = TypeVar("T")


class Reservoir(Generic[T]):
    """Keeps `size` items, each with the same chance.

    Algorithm R of Vitter, "Random Sampling with a Reservoir" (1985).
    """

    def __init__(self, size: int, seed: int) -> None:
        self.items: list[T] = []
        self._size = size
        self._count = 0
        self._draw = random.Random(seed)

    def add(self, item: T) -> None:
        """Offer an item: it is kept or dropped, or replaces another."""
        place = self._count if self._count < self._size else self._draw.randrange(self._count + 1)
        self._count += 1
        if place < len(self.items):
            self.items[place] = item
        elif place < self._size:
            self.items.append(item)
