"""A compacted graph against Python's own dictionaries, which keep the first of each key in its place."""

from __future__ import annotations

import tracemalloc

import numpy as np
from hypothesis import given
from random_graphs import DEEP, Graph, arrays, arrays_of, graphs, thousands

from heapline.heap.kernel import compact


@thousands
@given(graphs(dangling=True))
def test_compact_graph_keeps_the_first_of_each_edge(graph: Graph) -> None:
    # GIVEN any small graph, some of whose edges lead nowhere
    nodes, edges = graph
    given_offsets, given_targets = arrays_of(graph)
    # WHEN it is compacted
    offsets, targets, dangling, duplicates = compact(given_offsets, given_targets)
    # THEN each node has the targets it had, each once, in the order in which they came first
    for node in range(nodes):
        had = [target for source, target in edges if source == node and target >= 0]
        assert targets[offsets[node] : offsets[node + 1]].tolist() == list(dict.fromkeys(had))
    # AND every edge that went is counted, for the reason it went
    assert dangling == sum(target < 0 for _, target in edges)
    assert duplicates == len(edges) - dangling - len(targets)
    # AND the result is a graph that needs no compacting
    again = compact(offsets, targets)
    assert np.array_equal(again[0], offsets)
    assert np.array_equal(again[1], targets)
    assert again[2:] == (0, 0)


def test_node_with_a_million_edges_to_itself_and_to_nowhere_has_one() -> None:
    # GIVEN a node that refers to itself and to nowhere by turns
    offsets, targets = arrays(2, np.ones(DEEP, np.int64), np.tile([1, -1], DEEP // 2))
    # WHEN the graph is compacted THEN one self loop is left
    offsets, targets, dangling, duplicates = compact(offsets, targets)
    assert offsets.tolist() == [0, 0, 1]
    assert targets.tolist() == [1]
    assert (dangling, duplicates) == (DEEP // 2, DEEP // 2 - 1)


def test_memory_is_what_the_documentation_says() -> None:
    # GIVEN a large random graph
    offsets, targets = arrays(DEEP, *np.random.default_rng(1).integers(0, DEEP, (2, DEEP)))
    # WHEN it is compacted
    tracemalloc.start()
    compact(offsets, targets)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # THEN beside arrays like those it was given it took 4 bytes a node, give or take a few small objects
    assert 4 * DEEP < peak - offsets.nbytes - targets.nbytes < 4 * DEEP + 10_000
