"""Shortest paths and reachability against brute force."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from random_graphs import Graph, arrays_of, graphs, levels, thousands

from heapline.heap.kernel import distances, reachable_without


@thousands
@given(graphs())
def test_distances_are_those_of_a_shortest_path(graph: Graph) -> None:
    # GIVEN any small graph
    nodes, edges = graph
    # WHEN its distances are found
    distance, parent = distances(*arrays_of(graph))
    # THEN they are the levels at which brute force meets the nodes
    expected = levels(edges)
    assert distance.tolist() == [expected.get(node, -1) for node in range(nodes)]
    # AND the parents are a way to go there
    assert parent[0] == 0
    for node in range(1, nodes):
        if node in expected:
            assert (parent[node], node) in edges
            assert distance[parent[node]] == distance[node] - 1
        else:
            assert parent[node] == -1


@thousands
@given(graphs(), st.sets(st.integers(0, 11)))
def test_reachable_without_is_what_brute_force_reaches(graph: Graph, without: set[int]) -> None:
    # GIVEN a graph some of whose nodes are blocked
    nodes, edges = graph
    blocked = np.array([node in without for node in range(nodes)], np.uint8)
    # WHEN the rest is marked
    marked = reachable_without(*arrays_of(graph), blocked)
    # THEN it is what can be reached without them
    expected = levels(edges, without)
    assert marked.tolist() == [int(node in expected) for node in range(nodes)]
