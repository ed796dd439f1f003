"""Graphs for the tests of the kernel, small ones at random, and what brute force says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
from hypothesis import settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Iterable

Edges: TypeAlias = "list[tuple[int, int]]"
Graph: TypeAlias = "tuple[int, Edges]"
Ints: TypeAlias = "npt.NDArray[np.int32]"
Longs: TypeAlias = "npt.NDArray[np.int64]"

DEEP = 1_000_000

thousands = settings(max_examples=1500, deadline=None)


@st.composite
def graphs(draw: st.DrawFn, *, dangling: bool = False) -> Graph:
    """Up to 12 nodes with up to 30 edges: loops, duplicates and unreachable nodes come by themselves."""
    nodes = draw(st.integers(1, 12))
    sources, targets = st.integers(0, nodes - 1), st.integers(-1 if dangling else 0, nodes - 1)
    return nodes, draw(st.lists(st.tuples(sources, targets), max_size=30))


def arrays(nodes: int, sources: npt.ArrayLike, targets: npt.ArrayLike) -> tuple[Longs, Ints]:
    """Offsets and targets of a graph, read-only as the columns of an index are."""
    sources = np.asarray(sources, np.int64)
    offsets = np.zeros(nodes + 1, np.int64)
    np.cumsum(np.bincount(sources, minlength=nodes), out=offsets[1:])
    ordered = np.asarray(targets, np.int32)[np.argsort(sources, kind="stable")]
    offsets.flags.writeable = ordered.flags.writeable = False
    return offsets, ordered


def arrays_of(graph: Graph) -> tuple[Longs, Ints]:
    nodes, edges = graph
    return arrays(nodes, [source for source, _ in edges], [target for _, target in edges])


def levels(edges: Edges, without: Iterable[int] = ()) -> dict[int, int]:
    """Brute force: every node that 0 reaches, and over how many edges."""
    gone = set(without)
    found: dict[int, int] = {}
    front = {0} - gone
    while front:
        found.update(dict.fromkeys(front, max(found.values(), default=-1) + 1))
        front = {target for source, target in edges if source in front} - gone - found.keys()
    return found
