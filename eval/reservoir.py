"""A random sample from a stream of unknown length."""

from __future__ import annotations

import heapq
from hashlib import blake2b
from typing import Generic, TypeVar

T = TypeVar("T")


def chance(seed: int, name: object) -> bytes:
    """Where an item stands in the draw: a sample of size n is the n smallest.

    It follows from the item's own name, so equal items are drawn however they are read.
    """
    return blake2b(f"{seed} {name}".encode()).digest()


class Reservoir(Generic[T]):
    """Keeps `size` items, each with the same chance, whatever their order."""

    def __init__(self, size: int, seed: int) -> None:
        self._size = size
        self._seed = seed
        self._count = 0
        self._heap: list[tuple[int, int, T]] = []  # the first is the next to go

    def add(self, name: object, item: T) -> None:
        """Offer an item: it is kept or dropped, or replaces another. `name` decides which."""
        drawn = int.from_bytes(chance(self._seed, name), "big")
        entry = (-drawn, -self._count, item)
        self._count += 1
        if len(self._heap) < self._size:
            heapq.heappush(self._heap, entry)
        else:
            heapq.heappushpop(self._heap, entry)

    @property
    def items(self) -> list[T]:
        """What is kept, in the order of the draw."""
        return [item for _, _, item in sorted(self._heap, key=lambda e: e[:2], reverse=True)]
