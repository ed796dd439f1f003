"""The whole heap by class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heapline.heap.index import HeapIndex


@dataclass(frozen=True, slots=True)
class ClassRow:
    """The live objects of one class, in objects and bytes, and what they retain.

    `retained` is a lower bound: the sum over the objects that no other of the class dominates. None without roots.
    """

    name: str
    objects: int
    bytes: int
    retained: int | None


def by_class(index: HeapIndex) -> list[ClassRow]:
    """All classes but the allocation tracer's; what retains most comes first, without roots what has most bytes."""
    retained = index.graph.by_class() if index.graph else None
    rows = [
        ClassRow(count.of, count.objects, count.bytes, None if retained is None else retained.get(count.of, 0))
        for count in index.all_classes()
    ]
    return sorted(rows, key=lambda row: (-(row.retained or 0), -row.bytes, row.name))
