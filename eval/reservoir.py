"""A random sample of items of which nobody knows how many will come."""

from __future__ import annotations

import random
from typing import Generic, TypeVar

T = TypeVar("T")


class Reservoir(Generic[T]):
    """Keeps so many items, each with the same chance.

    Algorithm R of Vitter, "Random Sampling with a Reservoir" (1985).
    """

    def __init__(self, size: int, seed: int) -> None:
        self.items: list[T] = []
        self._size = size
        self._come = 0
        self._draw = random.Random(seed)

    def add(self, item: T) -> None:
        """Keep the item, or another one."""
        place = self._come if self._come < self._size else self._draw.randrange(self._come + 1)
        self._come += 1
        if place < len(self.items):
            self.items[place] = item
        elif place < self._size:
            self.items.append(item)
