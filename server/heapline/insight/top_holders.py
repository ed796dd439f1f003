"""Which sites deserve attention for what they retain: the accumulation points among those over a threshold.

After the rule of Eclipse MAT's leak suspects: what retains at least a tenth of the heap, and does not merely pass on
what one thing below it retains. A site is left out

- if one class or module retains nearly all of it: what is held by `module Shop` is said on the lines below it;
- if its largest object dominates one object that retains nearly as much (the application object that holds the cache);
- if its objects lie below those of another site in the list that is a crowd itself (the values of the cache's entries).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from heapline.heap.holders import way_to
from heapline.heap.scan import pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from heapline.heap.retained import HeapGraph, Label

_PASSED_ON = 0.8
_MAX_LEVELS = 100
_UNTRACED = -1
_SHOWN_CLASSES = 3


@dataclass(frozen=True, slots=True)
class TopHolder:
    """A site that retains much: at least `retained` bytes in `objects` objects, its own included.

    `one` says that a single object of the site retains nearly all of it. `held` names the classes that most of the
    bytes belong to, with their objects. `path` leads from a root to an object of the kind, and held in the way, that
    most of the bytes are; what repeats on it (a list, nodes and their arrays in turn) is left out, so that no label is
    on it twice.
    """

    site: int
    retained: int
    objects: int
    one: bool
    held: tuple[tuple[str, int], ...]
    path: tuple[Label, ...]


def top_holders(graph: HeapGraph, least: float) -> tuple[TopHolder, ...]:
    """The accumulation points among the sites that retain at least `least` bytes, most first."""
    candidates = [site for site, size in enumerate(graph.by_site) if size >= max(least, 1)]
    if not candidates:
        return ()
    heap = _Heap(graph)
    found: list[TopHolder] = []
    crowds: list[NDArray[np.intp]] = []
    for site in sorted(candidates, key=lambda site: -graph.by_site[site]):
        nodes = np.flatnonzero((heap.site == site) & (heap.idom >= 0))
        biggest = int(nodes[np.argmax(heap.retained[nodes])])
        one = bool(heap.retained[biggest] >= _PASSED_ON * graph.by_site[site])
        if one and (heap.is_class(biggest) or heap.passes_on(biggest)):
            continue
        if any(heap.lies_below(biggest, crowd) for crowd in crowds):
            continue
        if not one:
            crowds.append(nodes)
        objects, held = heap.held(nodes)
        path = way_to(graph, heap.parent, heap.label, heap.typical(nodes))
        found.append(TopHolder(site, graph.by_site[site], objects, one, held, path))
    return tuple(found)


class _Heap:
    """The columns that the rules look at, read once. A subtree of the dominator tree is a slice of `order`."""

    def __init__(self, graph: HeapGraph) -> None:
        self._graph = graph
        self.site = graph.column("site")
        self.idom = graph.column("idom")
        self.retained = graph.column("retained")
        self.dominated = graph.column("dominated")
        self.order = graph.preorder
        self.position = np.zeros(len(self.site), np.int32)
        self.position[self.order] = np.arange(len(self.order), dtype=np.int32)
        self.label = graph.column("label")
        self.memsize = graph.column("memsize")
        self.parent = graph.column("parent")

    def is_class(self, node: int) -> bool:
        """Whether the node is a class or module with a name."""
        [label] = self._graph.labels_of(self.label[[node]]).values()
        return label.name.startswith(("class ", "module ", "singleton class "))

    def typical(self, nodes: NDArray[np.intp]) -> int:
        """The node that retains most among those of the label, under the label, that retain most together."""
        pair_of, found = pairs(self.label[nodes], self.label[self.parent[nodes]])
        largest = np.argmax(np.bincount(pair_of, weights=self.retained[nodes], minlength=len(found)))
        alike = nodes[pair_of == largest]
        return int(alike[np.argmax(self.retained[alike])])

    def passes_on(self, node: int) -> bool:
        """Whether an object of another site, below `node`, retains nearly all that `node` does."""
        own = (self.site[node], _UNTRACED)
        for _ in range(_MAX_LEVELS):
            below = self.order[self.position[node] + 1 : self.position[node] + self.dominated[node]]
            children = below[self.idom[below] == node]
            if not len(children):
                return False
            largest = int(children[np.argmax(self.retained[children])])
            if self.retained[largest] < _PASSED_ON * self.retained[node]:
                return False
            if self.site[largest] not in own:
                return True
            node = largest
        return False

    def lies_below(self, node: int, holders: NDArray[np.intp]) -> bool:
        """Whether one of the holders dominates the node."""
        at = self.position[node]
        first = self.position[holders]
        return bool(np.any((first < at) & (at < first + self.dominated[holders])))

    def held(self, nodes: NDArray[np.intp]) -> tuple[int, tuple[tuple[str, int], ...]]:
        """How many objects the nodes dominate together, themselves included, and the classes with most of the bytes."""
        edges = np.zeros(len(self.order) + 1, np.int64)
        np.add.at(edges, self.position[nodes], 1)
        np.add.at(edges, self.position[nodes] + self.dominated[nodes], -1)
        below = self.order[np.cumsum(edges[:-1]) > 0]
        labels = self.label[below]
        sizes = np.bincount(labels, weights=self.memsize[below])
        counts = np.bincount(labels)
        there = np.flatnonzero(counts)
        return len(below), self._graph.largest_names(there, sizes[there], counts[there], _SHOWN_CLASSES)
