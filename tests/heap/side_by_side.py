"""A dump as Heapline and plain Python see it, side by side."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from indexing import table

from brute_force import heap_of
from heap_dumps import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy.typing as npt

    from brute_force import Heap
    from brute_force import Label as PlainLabel
    from heapline.heap.index import HeapIndex
    from heapline.heap.retained import HeapGraph, Label


@dataclass(frozen=True)
class Both:
    """A dump's index and graph, and what plain Python says; `ours` has Heapline's number of each node of `heap`."""

    index: HeapIndex
    graph: HeapGraph
    heap: Heap
    ours: npt.NDArray[np.int32]

    def column(self, name: str) -> list[Any]:
        """A column of the graph's nodes, in the order in which plain Python numbers them."""
        column: list[Any] = self.graph.column(name)[self.ours].tolist()
        return column

    def above(self, name: str) -> list[int]:
        """A column that holds nodes (`parent`, `idom`), all of it as plain Python numbers them."""
        back = np.full(len(self.ours) + 1, -1, np.int32)
        back[self.ours] = np.arange(len(self.ours))
        above: list[int] = back[self.column(name)].tolist()
        return above


def label_of(label: Label) -> PlainLabel:
    """A label as plain Python writes it."""
    return label.name, None if label.path is None or label.line is None else (label.path, label.line)


@contextmanager
def both(dump: Path) -> Iterator[Both]:
    """Both views of a dump that names roots."""
    heap = heap_of(dump)
    with opened(dump) as index:
        assert index.graph is not None
        ours = np.arange(len(heap.edges), dtype=np.int32)
        row = {int(address): number for number, (address,) in enumerate(table(index, "select address from slot"), 1)}
        ours[1 : 1 + len(heap.items)] = [row[int(item["address"], 16)] for item in heap.items]
        yield Both(index, index.graph, heap, ours)
