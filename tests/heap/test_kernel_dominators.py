"""Dominators and their sums against brute force: take a node away and see what can no longer be reached."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_graphs import DEEP, Edges, Graph, arrays, arrays_of, graphs, levels, thousands

from heapline.heap.kernel import distances, dominators, group_retained, reachable_without, retained

MANY = 300_000


def held(edges: Edges) -> dict[int, set[int]]:
    """Brute force: by reachable node all that it dominates, itself included."""
    reachable = levels(edges).keys()
    return {node: set(reachable - levels(edges, [node]).keys()) for node in reachable}


def assert_dominator_tree_is_that_of_brute_force(graph: Graph) -> None:
    # WHEN its dominators are found
    idom, order, objects = dominators(*arrays_of(graph))
    # THEN exactly the reachable nodes are in order, each once and node 0 first
    subtrees = held(graph[1])
    assert order[0] == 0
    assert sorted(order.tolist()) == sorted(subtrees)
    # AND the subtree of each is the slice that starts with it
    for place, node in enumerate(order.tolist()):
        assert sorted(order[place : place + objects[node]].tolist()) == sorted(subtrees[node])
    # AND the immediate dominator is the one that dominates least among all others that dominate the node
    for node in range(graph[0]):
        holders = [other for other, subtree in subtrees.items() if node in subtree and other != node]
        expected = min(holders, key=lambda other: len(subtrees[other]), default=0 if node == 0 else -1)
        assert idom[node] == expected
        assert (objects[node] > 0) == (node in subtrees)


@thousands
@given(graphs())
def test_dominator_tree_of_any_graph_is_that_of_brute_force(graph: Graph) -> None:
    # GIVEN any small graph
    assert_dominator_tree_is_that_of_brute_force(graph)


def chain(nodes: int) -> Edges:
    return [(node, node + 1) for node in range(nodes - 1)]


def turned(edges: Edges) -> Edges:
    return [(target, source) for source, target in edges]


FAMILIES: dict[str, Graph] = {
    "a lone root": (1, []),
    "a lone root that refers to itself": (1, [(0, 0)]),
    "a chain": (40, chain(40)),
    "a chain that ends in a cycle": (40, [*chain(40), (39, 20)]),
    "a doubly linked list": (40, chain(40) + turned(chain(40))),
    "a doubly linked list held at both ends": (40, [*chain(40), *turned(chain(40)), (0, 39)]),
    "a chain built from its end": (40, [(0, node) for node in range(40)] + turned(chain(40))),
    "a chain with one class seen last": (41, chain(40) + [(node, 40) for node in range(1, 40)]),
    "a chain with one class seen first": (41, [(node, 40) for node in range(1, 40)] + chain(40)),
    "a chain with one class that refers back": (41, [*chain(40), *((n, 40) for n in range(1, 40)), (40, 3)]),
    "a chain into a fan held from above": (60, chain(30) + [(29, n) for n in range(30, 60)]
                                           + [(0, n) for n in range(30, 60)]),
    "a chain into a fan held all along": (60, chain(30) + [(29, n) for n in range(30, 60)]
                                          + [(29 - n % 30, n) for n in range(30, 60)]),
    "a chain with back edges to every node": (40, chain(40) + [(39, node) for node in range(40)]),
    "a chain with nested back edges": (40, chain(40) + [(39 - node, node) for node in range(20)]),
    "a chain with forward edges from every node": (40, chain(40) + [(n, (n + 40) // 2) for n in range(39)]),
    "a ladder": (42, chain(42) + [(n, n + 2) for n in range(40)] + [(n + 2, n) for n in range(1, 40)]),
    "a ladder with rungs both ways": (41, [(0, 1), (0, 2)] + [(n, n + 2) for n in range(1, 39)]
                                      + [e for n in range(1, 40, 2) for e in ((n, n + 1), (n + 1, n))]),
    "two chains that meet in reverse": (41, [(0, 1), (0, 21), *((n, n + 1) for n in range(1, 40) if n != 20)]
                                        + [(n, 41 - n) for n in range(1, 41)]),
    "a binomial tree with an edge to each node before": (64, [(n & (n - 1), n) for n in range(63, 0, -1)]
                                                         + [(n, n - 1) for n in range(2, 64)]),
    "a tree whose leaves refer to all": (31, [((n - 1) // 2, n) for n in range(1, 31)]
                                         + [(leaf, n) for leaf in range(15, 31) for n in range(1, 31)]),
    "a complete graph": (20, [(source, target) for source in range(20) for target in range(20)]),
    "every edge ten times": (20, chain(20) * 10 + [(0, 10)] * 10),
    "an island": (20, chain(10) + [(node, (node + 1) % 20) for node in range(10, 20)]),
}  # fmt: skip


@pytest.mark.parametrize("graph", FAMILIES.values(), ids=FAMILIES.keys())
def test_dominator_tree_of_an_adverse_graph_is_that_of_brute_force(graph: Graph) -> None:
    # GIVEN a graph of a family on which dominator algorithms go wrong or slow
    assert_dominator_tree_is_that_of_brute_force(graph)


@thousands
@given(graphs(), st.lists(st.integers(0, 1 << 40), min_size=12, max_size=12))
def test_retained_is_the_weight_of_what_goes_with_the_node(graph: Graph, weights: list[int]) -> None:
    # GIVEN a graph with weights
    idom, order, _ = dominators(*arrays_of(graph))
    # WHEN they are summed
    sums = retained(idom, order, np.array(weights[: graph[0]], np.int64))
    # THEN each node has the weights of all that is lost with it, and an unreachable one has none
    subtrees = held(graph[1])
    assert sums.tolist() == [sum(weights[v] for v in subtrees.get(node, ())) for node in range(graph[0])]


@thousands
@given(graphs(), st.lists(st.integers(-1, 3), min_size=12, max_size=12))
def test_group_retains_what_its_topmost_nodes_retain(graph: Graph, chosen: list[int]) -> None:
    # GIVEN a graph whose nodes belong to four groups or to none
    nodes, edges = graph
    group = np.array(chosen[:nodes], np.int32)
    offsets, targets = arrays_of(graph)
    idom, order, objects = dominators(offsets, targets)
    weights = np.arange(1, nodes + 1, dtype=np.int64)
    # WHEN the groups are summed
    sums = group_retained(order, objects, group, retained(idom, order, weights), 4)
    # THEN a group has what its nodes dominate, each object once
    subtrees = held(edges)
    for number, total in enumerate(sums.tolist()):
        members = [node for node in subtrees if group[node] == number]
        lost = set().union(*(subtrees[node] for node in members))
        assert total == sum(weights[list(lost)])
        # AND never more than what is lost when all of the group goes at once
        blocked = np.asarray(group == number).view(np.uint8)
        kept = reachable_without(offsets, targets, blocked).astype(bool)
        assert total <= weights[sorted(subtrees)].sum() - weights[kept].sum()


def test_linked_list_of_a_million_nodes_is_held_node_by_node() -> None:
    # GIVEN a list whose every node refers to the next and to one shared class
    node = np.arange(DEEP)
    offsets, targets = arrays(DEEP + 1, np.r_[node[:-1], node[:-1]], np.r_[node[1:], np.full(DEEP - 1, DEEP)])
    # WHEN its dominators, sums, groups and distances are found
    idom, order, objects = dominators(offsets, targets)
    sums = retained(idom, order, np.full(DEEP + 1, 40, np.int64))
    group = (np.arange(DEEP + 1) >= DEEP // 2).astype(np.int32)
    halves = group_retained(order, objects, group, sums, 2)
    distance, _ = distances(offsets, targets)
    # THEN each node is held by the one before it, and the class by the root
    assert np.array_equal(idom, np.r_[0, node[:-1], 0])
    assert np.array_equal(objects, np.r_[DEEP + 1, np.arange(DEEP - 1, 0, -1), 1])
    assert np.array_equal(sums, 40 * objects.astype(np.int64))
    # AND each half is counted from its top; the class is in the second half, but not held by it
    assert halves.tolist() == [40 * (DEEP + 1), 40 * (DEEP // 2 + 1)]
    assert np.array_equal(distance, np.r_[node, 1])


def test_long_list_that_ends_in_many_shared_objects_holds_none_of_them() -> None:
    # GIVEN a long list whose last node refers to many objects, to which the root refers as well
    last = MANY
    shared = np.arange(last + 1, last + 1 + MANY)
    sources = np.r_[np.arange(last), np.full(MANY, last), np.zeros(MANY, np.int64)]
    offsets, targets = arrays(last + 1 + MANY, sources, np.r_[np.arange(1, last + 1), shared, shared])
    # WHEN its dominators are found
    idom, _, objects = dominators(offsets, targets)
    # THEN the root holds the shared objects, and the list holds itself
    assert not idom[shared].any()
    assert np.array_equal(idom[1 : last + 1], np.arange(last))
    assert np.array_equal(objects[1 : last + 1], np.arange(last, 0, -1))


def test_memory_is_what_the_documentation_says() -> None:
    # GIVEN a large random graph
    random = np.random.default_rng(1)
    offsets, targets = arrays(MANY, *random.integers(0, MANY, (2, 3 * MANY)))
    # WHEN its dominators are found
    tracemalloc.start()
    results = dominators(offsets, targets)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # THEN all arrays together never took more than 32 bytes a node and 12 an edge beside the results
    assert sum(result.nbytes for result in results) < peak
    assert peak < 32 * MANY + 12 * len(targets) + sum(result.nbytes for result in results)


def test_large_graph_has_a_consistent_tree() -> None:
    # GIVEN a large random graph, of which a part is unreachable
    random = np.random.default_rng(1)
    offsets, targets = arrays(MANY, *random.integers(0, MANY, (2, 2 * MANY)))
    # WHEN its dominators are found
    idom, order, objects = dominators(offsets, targets)
    # THEN the tree has the nodes that breadth-first search reaches
    assert np.array_equal(np.sort(order), np.flatnonzero(distances(offsets, targets)[0] >= 0))
    # AND every node lies in the slice of its immediate dominator, after it
    place = np.full(MANY, -1)
    place[order] = np.arange(len(order))
    below, holders = place[order[1:]], place[idom[order[1:]]]
    assert np.all(holders < below)
    assert np.all(below < holders + objects[idom[order[1:]]])
    # AND its size is one more than the sum of its children
    children = np.bincount(idom[order[1:]], objects[order[1:]], MANY)
    assert np.array_equal(children[order] + 1, objects[order])
    # AND what a few of the greatest holders dominate is lost without them
    for node in order[np.argsort(-objects[order])[1:6]].tolist():
        blocked = np.zeros(MANY, np.uint8)
        blocked[node] = 1
        assert len(order) - reachable_without(offsets, targets, blocked).sum() == objects[node]
