"""Growth explained by its holders: of objects that are new, which older object each of them hangs on.

Most new objects are held by other new ones: a record by the cache's entry. Up the dominator tree from each of them the
first object that is not new is what grows: the cache. Without it all of them would be free.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from heapline.heap.holders import way_to

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from heapline.heap.retained import HeapGraph, Label

_SHOWN_CLASSES = 3
_SHOWN_SITES = 3


@dataclass(frozen=True, slots=True)
class Growth:
    """New objects below older ones of one class and line, or one of no line: `holders` hold `objects` with `bytes`.

    `held` names the classes that most of the bytes belong to, with their objects; `sites` the lines that allocated most
    of the objects: path, line, objects. `path` are the labels from a root to the holder that holds most, the holder's
    own at its end. `nodes` are the new objects and `holder_nodes` their holders, as nodes of the graph.
    """

    holder: Label
    holders: int
    objects: int
    bytes: int
    held: tuple[tuple[str, int], ...]
    sites: tuple[tuple[str, int, int], ...]
    path: tuple[Label, ...]
    nodes: NDArray[np.intp]
    holder_nodes: NDArray[np.int32]


def by_holder(
    graph: HeapGraph, new: NDArray[np.bool_], least: int = 1, least_share: float = 0
) -> tuple[list[Growth], int]:
    """Who holds the objects for which `new` is true (in the dump's order), most objects first; and how many those are.

    What hangs on a root directly, without an older object between, is of the stack or in use by Ruby itself: it is left
    out, as is what no root reaches. Who holds fewer than `least` objects, or a smaller share of them, is not listed.
    """
    idom, label = graph.column("idom"), graph.column("label")
    is_new = np.zeros(len(idom), bool)
    is_new[1 : 1 + len(new)] = new
    is_new &= idom >= 0
    holder_of = climb(idom, is_new)
    nodes = np.flatnonzero(is_new)
    holders = holder_of[nodes]
    below_object = (holders > 0) & (holders <= len(new))
    nodes, holders = nodes[below_object], holders[below_object]
    labels = int(label.max()) + 1
    alike = np.where(graph.column("site")[holders] >= 0, label[holders], labels + holders)  # of no line: each by itself
    counts = np.bincount(alike, minlength=labels + len(label))
    large = np.flatnonzero(counts >= max(least, least_share * len(nodes), 1))
    group_of = np.full(len(counts), -1, np.int32)
    group_of[large] = np.arange(len(large), dtype=np.int32)
    group = group_of[alike]
    listed = group >= 0
    nodes_listed, holders, group = nodes[listed], holders[listed], group[listed]
    order = np.argsort(group.astype(np.min_scalar_type(len(large))), kind="stable")  # small numbers are sorted faster
    counts = counts[large]
    ends = np.cumsum(counts)
    columns = {
        "label": label,
        "parent": graph.column("parent"),
        "memsize": graph.column("memsize"),
    }
    found = []
    for number in np.argsort(-counts, kind="stable"):
        chosen = order[ends[number] - counts[number] : ends[number]]
        found.append(_growth(graph, columns, nodes_listed[chosen], holders[chosen]))
    return found, len(nodes)


def _growth(
    graph: HeapGraph, columns: Mapping[str, NDArray[Any]], nodes: NDArray[np.intp], holders: NDArray[np.int32]
) -> Growth:
    held = np.bincount(holders)
    distinct = np.flatnonzero(held).astype(np.int32)
    path = way_to(graph, columns["parent"], columns["label"], int(np.argmax(held)))
    of = columns["label"][nodes]
    counts = np.bincount(of)
    labels = np.flatnonzero(counts)
    sizes = np.bincount(of, weights=columns["memsize"][nodes])[labels]
    counts = counts[labels]
    largest = graph.largest_names(labels, sizes, counts, _SHOWN_CLASSES)
    return Growth(
        path[-1],
        len(distinct),
        len(nodes),
        int(sizes.sum()),
        largest,
        _sites(graph, labels, counts),
        path,
        nodes,
        distinct,
    )


def _sites(graph: HeapGraph, labels: NDArray[np.intp], counts: NDArray[np.intp]) -> tuple[tuple[str, int, int], ...]:
    """The sites that most objects are of, where each label has so many, as (path, line, objects)."""
    known = graph.labels_of(labels)
    by_site: Counter[tuple[str, int]] = Counter()
    for label, count in zip(labels.tolist(), counts.tolist(), strict=True):
        path, line = known[label].path, known[label].line
        if path is not None and line is not None:
            by_site[path, line] += count
    ranked = sorted(by_site.items(), key=lambda row: (-row[1], row[0]))
    return tuple((path, line, count) for (path, line), count in ranked[:_SHOWN_SITES])


def climb(idom: NDArray[np.int32], on: NDArray[np.bool_]) -> NDArray[np.int32]:
    """For each node the nearest of itself and its dominators for which `on` is false. A root never is."""
    at = np.where(on, idom, np.arange(len(idom), dtype=idom.dtype))
    while True:  # each round doubles how far it looks
        further = at[at]
        if np.array_equal(further, at):
            return at
        at = further
