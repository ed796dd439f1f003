"""Who holds objects: the shortest paths from the roots, merged by class and site; and what objects hold themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from heapline.heap import kernel
from heapline.heap.retained import Label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from heapline.heap.retained import HeapGraph

_SMALL = 0.02
_SUPER_ROOT = Label(-1, "root", None, None, None)


@dataclass(slots=True)
class Step:
    """One step of merged paths: `objects` of one label on the way to `held_objects` (`held_bytes`, shallow).

    Objects of one label that follow each other on a path (a list, a cycle) stand here once, all of them counted.
    `ends` of the held objects are this step's own.
    """

    label: Label
    objects: int
    ends: int
    held_objects: int
    held_bytes: int
    steps: list[Step] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Paths:
    """Merged shortest paths to some objects: a tree from the roots, the largest branch first.

    `unreachable` ones of the objects are on no path; of the others, the nearest is `nearest` references from its
    root, the farthest `farthest` (0 and 0 if there are none).
    """

    roots: list[Step]
    objects: int
    unreachable: int
    nearest: int
    farthest: int

    def walk(self) -> Iterator[tuple[Step | None, Step]]:
        """All steps, each with the one that holds it."""
        waiting: list[tuple[Step | None, Step]] = [(None, step) for step in self.roots]
        while waiting:
            above, step = waiting.pop()
            yield above, step
            waiting += [(step, below) for below in step.steps]

    def large(self, least: float = _SMALL) -> tuple[list[tuple[int, Step]], int]:
        """The branches to draw, top down, each with its depth; and how many smaller ones hang on them.

        A branch is small if it leads to less than `least` of the objects, and of their bytes too.
        """
        objects = least * sum(step.held_objects for step in self.roots)
        size = least * sum(step.held_bytes for step in self.roots)
        drawn: list[tuple[int, Step]] = []
        small = 0
        waiting = [(0, step) for step in reversed(self.roots)]
        while waiting:
            depth, step = waiting.pop()
            if step.held_objects < objects and step.held_bytes < size:
                small += 1
                continue
            drawn.append((depth, step))
            waiting += [(depth + 1, below) for below in reversed(step.steps)]
        return drawn, small


@dataclass(slots=True)
class Above:
    """Holders of one label on the way up to the roots, and who holds those, most bytes first.

    `objects` and `bytes` (shallow) are of the objects that were asked about, as many as the way leads to.
    """

    label: Label
    objects: int = 0
    bytes: int = 0
    holders: list[Above] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Objects of one label next to those that were asked about, and how many of those, or bytes, they account for."""

    label: Label
    objects: int
    bytes: int


def of_site(graph: HeapGraph, site: int) -> NDArray[np.int32]:
    """The nodes that a site allocated."""
    return np.flatnonzero(graph.column("site") == site).astype(np.int32)


def of_label(graph: HeapGraph, label: int) -> NDArray[np.int32]:
    """The nodes of one label."""
    return np.flatnonzero(graph.column("label") == label).astype(np.int32)


def paths_to(graph: HeapGraph, nodes: NDArray[np.int32]) -> Paths:
    """The merged shortest paths from the roots to these nodes."""
    merged = kernel.merge_paths(graph.column("parent"), graph.column("label"), nodes, graph.column("memsize"))
    steps: list[Step] = []
    top: list[Step] = []
    labels = {_SUPER_ROOT.id: _SUPER_ROOT, **graph.labels_of(merged.label)}
    for parent, label, objects, ends, size in zip(
        *(column.tolist() for column in (merged.parent, merged.label, merged.nodes, merged.ends, merged.weight)),
        strict=True,
    ):
        step = Step(labels[label], objects, ends, ends, size)
        if steps:
            (top if parent == 0 else steps[parent].steps).append(step)
        steps.append(step)
    for parent, step in zip(reversed(merged.parent.tolist()), reversed(steps), strict=True):
        if parent:
            steps[parent].held_objects += step.held_objects
            steps[parent].held_bytes += step.held_bytes
    for branches in (top, *(step.steps for step in steps)):
        branches.sort(key=lambda s: (-s.held_bytes, -s.held_objects, s.label.name))
    away = graph.column("distance")[nodes]
    reached = away[away > 0] - 1  # the super-root is one step further away than the roots
    nearest, farthest = (int(reached.min()), int(reached.max())) if len(reached) else (0, 0)
    return Paths(top, len(nodes), merged.unreachable, nearest, farthest)


def upwards(paths: Paths) -> list[Above]:
    """The same paths from the other end: who holds the objects, step by step up to the roots, most bytes first."""
    holder_of = {id(step): holder for holder, step in paths.walk()}
    top: list[Above] = []
    below: dict[tuple[int, int], Above] = {}
    for end in [step for _, step in paths.walk() if step.ends]:
        own_bytes = end.held_bytes - sum(step.held_bytes for step in end.steps)
        holders, step = top, holder_of[id(end)]
        while step is not None:
            key = (id(holders), step.label.id)
            if key not in below:
                below[key] = Above(step.label)
                holders.append(below[key])
            below[key].objects += end.ends
            below[key].bytes += own_bytes
            holders, step = below[key].holders, holder_of[id(step)]
    for holders in (top, *(found.holders for found in below.values())):
        holders.sort(key=lambda h: (-h.bytes, -h.objects, h.label.name))
    return top


def way_to(graph: HeapGraph, parent: NDArray[np.int32], label: NDArray[np.int32], node: int) -> tuple[Label, ...]:
    """The labels on a shortest path from the root to the node, its own at the end; none for an unreachable node.

    What lies between two of the same (a list, nodes and their arrays in turn) is left out. `parent` and `label` are the
    graph's columns.
    """
    nodes: list[int] = []
    while node > 0:
        nodes.append(node)
        node = int(parent[node])
    labels: list[int] = []
    for at in label[nodes[::-1]].tolist():
        if at in labels:
            del labels[labels.index(at) + 1 :]
        else:
            labels.append(at)
    known = graph.labels_of(np.array(labels, np.int32))
    return tuple(known[at] for at in labels)


def holders_of(graph: HeapGraph, nodes: NDArray[np.int32]) -> list[Neighbour]:
    """Who refers to these nodes on their shortest paths and is not one of them, by label, most bytes first.

    `objects` and `bytes` are those of these nodes.
    """
    parents = graph.column("parent")[nodes]
    others = (parents >= 0) & ~np.isin(parents, nodes)
    return _by_label(graph, graph.column("label")[parents[others]], graph.column("memsize")[nodes[others]])


def held_by(graph: HeapGraph, nodes: NDArray[np.int32]) -> list[Neighbour]:
    """What these nodes dominate directly and is not one of them, by label; its retained bytes, most first."""
    among = np.zeros(len(graph.column("idom")) + 1, bool)
    among[nodes] = True
    among[-1] = False  # where an unreachable node's -1 points
    children = np.flatnonzero(among[graph.column("idom")] & ~among[:-1])
    return _by_label(graph, graph.column("label")[children], graph.column("retained")[children])


def _by_label(graph: HeapGraph, labels: NDArray[np.int32], sizes: NDArray[np.int64]) -> list[Neighbour]:
    known = labels >= 0
    labels, sizes = labels[known], sizes[known]
    found, of, objects = np.unique(labels, return_inverse=True, return_counts=True)
    totals = np.zeros(len(found), np.int64)
    np.add.at(totals, of, sizes)
    named = graph.labels_of(found)
    neighbours = [
        Neighbour(named[label], count, size)
        for label, count, size in zip(found.tolist(), objects.tolist(), totals.tolist(), strict=True)
    ]
    return sorted(neighbours, key=lambda n: (-n.bytes, -n.objects, n.label.name))
