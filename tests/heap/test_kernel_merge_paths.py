"""Merged paths against brute force: every path on its own, its loops of labels erased one by one."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_graphs import DEEP, Graph, Ints, arrays_of, graphs, thousands

from heapline.heap.kernel import MergedPaths, distances, merge_paths

Labels: TypeAlias = "tuple[int, ...]"


def path_to(node: int, parent: list[int]) -> list[int]:
    return [0] if node == 0 else [*path_to(parent[node], parent), node]


def folded(path: list[int], label: list[int]) -> Labels:
    """Brute force: the labels along a path; one that was there already takes it back to where that was."""
    labels: list[int] = []
    for node in path:
        if label[node] in labels:
            del labels[labels.index(label[node]) :]
        labels.append(label[node])
    return tuple(labels)


def labels_of_groups(merged: MergedPaths) -> list[Labels]:
    """By group the labels from group 0 to it."""
    found: list[Labels] = []
    for parent, label in zip(merged.parent.tolist(), merged.label.tolist(), strict=True):
        found.append((*(found[parent] if found else ()), label))
    return found


def assert_merged_paths_are_those_of_brute_force(parent: list[int], label: list[int], ends: list[int]) -> None:
    weight = [3**node for node in range(len(parent))]
    # WHEN the paths are merged
    merged = merge_paths(
        np.array(parent, np.int32), np.array(label, np.int32), np.array(ends, np.int32), np.array(weight, np.int64)
    )
    # THEN the groups are the folded paths, each once
    reached = [end for end in ends if parent[end] >= 0]
    nodes = {0}.union(*(path_to(end, parent) for end in reached))
    group_of = {node: folded(path_to(node, parent), label) for node in nodes}
    groups = labels_of_groups(merged)
    assert len(set(groups)) == len(groups)
    assert set(groups) == set(group_of.values())
    # AND each has its nodes, its ends with their weight, and one of its nodes as a sample
    members = Counter(group_of.values())
    assert merged.nodes.tolist() == [members[group] for group in groups]
    assert merged.ends.tolist() == [sum(group_of[end] == group for end in reached) for group in groups]
    assert merged.weight.tolist() == [sum(weight[end] for end in reached if group_of[end] == g) for g in groups]
    assert [group_of[sample] for sample in merged.sample.tolist()] == groups
    # AND the ends that cannot be reached are counted
    assert merged.unreachable == len(ends) - len(reached)


@thousands
@given(graphs(), st.lists(st.integers(-1, 3), min_size=12, max_size=12), st.lists(st.integers(0, 11), max_size=12))
def test_merged_paths_of_any_graph_are_those_of_brute_force(graph: Graph, label: list[int], ends: list[int]) -> None:
    # GIVEN the shortest paths of any small graph, few labels, and ends some of which may be unreachable or twice there
    nodes = graph[0]
    parent = distances(*arrays_of(graph))[1].tolist()
    labels = [min(number, nodes - 1) for number in label[:nodes]]
    assert_merged_paths_are_those_of_brute_force(parent, labels, [end for end in ends if end < nodes])


@thousands
@given(st.data(), st.integers(1, 5))
def test_merged_paths_of_any_deep_tree_are_those_of_brute_force(data: st.DataObject, labels: int) -> None:
    # GIVEN a tree whose nodes hang from one of the last few, so that it is deep and its walks fold back and branch
    back = data.draw(st.lists(st.integers(1, 4), min_size=5, max_size=30))
    nodes = len(back) + 1
    parent = [0, *(max(0, node - step) for node, step in enumerate(back, start=1))]
    label = data.draw(st.lists(st.integers(0, labels), min_size=nodes, max_size=nodes))
    ends = data.draw(st.lists(st.integers(0, nodes - 1), min_size=1, max_size=nodes))
    assert_merged_paths_are_those_of_brute_force(parent, label, ends)


def test_group_left_by_a_fold_is_not_above_what_follows() -> None:
    # GIVEN the labels A B C A C along a path: the second A takes it back, so the second C has no B above it
    merged = merge_paths(chain(5), ints([0, 1, 2, 0, 2]), ints([4]), np.ones(5, np.int64))
    # THEN there is a C under A beside the one under B
    assert sorted(labels_of_groups(merged)) == [(0,), (0, 1), (0, 1, 2), (0, 2)]


def ints(values: object) -> Ints:
    return np.asarray(values, np.int32)


def chain(nodes: int) -> Ints:
    return np.maximum(np.arange(nodes, dtype=np.int32) - 1, 0)


def merged_chain(label: Ints) -> MergedPaths:
    """All paths from the start of a chain of DEEP nodes, with a weight of 2 for each."""
    return merge_paths(chain(DEEP), label, np.arange(DEEP, dtype=np.int32), np.full(DEEP, 2, np.int64))


def test_chain_of_a_million_nodes_with_one_label_is_one_group() -> None:
    # GIVEN a chain with one label WHEN all its paths are merged
    merged = merged_chain(np.zeros(DEEP, np.int32))
    # THEN one group has them all
    assert [column.tolist() for column in merged[:6]] == [[0], [0], [DEEP], [DEEP], [2 * DEEP], [0]]


def test_chain_of_a_million_nodes_with_alternating_labels_is_two_groups() -> None:
    # GIVEN a chain of two labels by turns WHEN all its paths are merged
    merged = merged_chain(np.arange(DEEP, dtype=np.int32) % 2)
    # THEN each label has half of them
    half = DEEP // 2
    assert [column.tolist() for column in merged[:6]] == [[0, 0], [0, 1], [half] * 2, [half] * 2, [DEEP] * 2, [0, 1]]


def test_chain_of_a_million_nodes_with_distinct_labels_is_a_million_groups() -> None:
    # GIVEN a chain whose every node has a label of its own WHEN all its paths are merged
    node = np.arange(DEEP, dtype=np.int32)
    merged = merged_chain(node[::-1].copy())
    # THEN its groups are a chain as well
    assert np.array_equal(merged.parent, chain(DEEP))
    assert np.array_equal(merged.label, node[::-1])
    assert np.array_equal(merged.sample, node)
    assert np.all(merged.nodes == 1)
    assert np.all(merged.ends == 1)
    assert np.all(merged.weight == 2)


def test_fan_that_folds_back_all_along_a_chain_is_merged_step_by_step() -> None:
    # GIVEN a chain of distinct labels, at its end a node for each of them, and after each of those one with a new label
    third = DEEP // 3
    node = np.arange(third, dtype=np.int32)
    parent = np.concatenate((chain(third), np.full(third, third - 1, np.int32), third + node))
    random = np.random.default_rng(1)
    label = np.concatenate((node, random.permutation(node), third + node))
    # WHEN the paths to the last ones are merged
    merged = merge_paths(parent, label, 2 * third + node, np.ones(3 * third, np.int64))
    # THEN each node of the fan is of the group of its label in the chain, and the one after it of a group below that
    assert len(merged.parent) == 2 * third
    new = merged.label >= third
    assert np.array_equal(merged.label[merged.parent[new]], label[third:][merged.label[new] - third])
    assert np.all(merged.nodes[~new] == 2)
    assert np.array_equal(merged.ends, new)


def test_memory_is_what_the_documentation_says() -> None:
    # GIVEN a long chain of distinct labels, all of it on the paths
    label = np.arange(DEEP, dtype=np.int32)
    arguments = chain(DEEP), label, label, np.ones(DEEP, np.int64)
    # WHEN its paths are merged
    tracemalloc.start()
    merged = merge_paths(*arguments)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # THEN it took no more than 60 bytes a node beside the results
    results = sum(column.nbytes for column in merged[:6])
    assert results < peak < 60 * DEEP + results + 10_000


@pytest.mark.parametrize(
    ("parent", "label", "ends", "weights", "message"),
    [
        ([], [], [], [], "nodes, not 0"),
        ([0, 0], [0], [1], [1, 1], "label has 1 entries for 2 nodes"),
        ([0, 0], [0, 1], [1], [1], "weights has 1 entries for 2 nodes"),
        ([1, 0], [0, 1], [], [1, 1], "node 0 has parent 1, not 0"),
        ([-1, 0], [0, 1], [], [1, 1], "node 0 has parent -1, not 0"),
        ([0, 0], [2, 1], [], [1, 1], "or label 2, not one of 2 or -1"),
        ([0, 0], [0, 1], [1, 2], [1, 1], r"ends\[1\] is 2, not one of 2 nodes"),
        ([0, 0], [0, 1], [-1], [1, 1], r"ends\[0\] is -1, not one of 2 nodes"),
        ([0, 2], [0, 1], [1], [1, 1], r"parent\[1\] is 2, not one of 2 nodes"),
        ([0, -2], [0, 1], [1], [1, 1], r"parent\[1\] is -2, not one of 2 nodes"),
        ([0, 2, -1], [0, 1, 1], [1], [1, 1, 1], r"parent\[2\] is -1, not one of 3 nodes"),
        ([0, 0], [0, 2], [1], [1, 1], r"label\[1\] is 2, not one of 2 or -1"),
        ([0, 0], [0, -2], [1], [1, 1], r"label\[1\] is -2, not one of 2 or -1"),
        ([0, 1], [0, 1], [1], [1, 1], "parents of node 1 go round in a circle"),
        ([0, 0, 3, 4, 3], [0] * 5, [1, 2], [1] * 5, "parents of node 2 go round in a circle"),
        ([0, 0], [0, 1], [1], [1, -1], r"weights\[1\] is -1: negative"),
        ([0, 0], [0, 1], [0, 1], [1, 2**63 - 1], r"weights\[1\] is 9223372036854775807: .* passes"),
    ],
)
def test_broken_paths_are_refused_with_the_place(
    parent: list[int], label: list[int], ends: list[int], weights: list[int], message: str
) -> None:
    # GIVEN parents, labels, ends or weights that cannot be WHEN they are merged THEN the error says what is wrong where
    with pytest.raises(ValueError, match=message):
        merge_paths(ints(parent), ints(label), ints(ends), np.array(weights, np.int64))
