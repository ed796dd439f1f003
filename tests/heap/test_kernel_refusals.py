"""Input that is no graph, no tree or no grouping is refused with an error that names the place."""

from __future__ import annotations

import numpy as np
import pytest
from random_graphs import arrays_of

from heapline.heap.kernel import compact, distances, dominators, group_retained, reachable_without, retained


@pytest.mark.parametrize(
    ("offsets", "targets", "message"),
    [
        ([], [], "nodes, not -1"),
        ([0], [], "nodes, not 0"),
        ([0, 2, 1], [1], r"offsets\[2\] is 1, less than 2"),
        ([1, 1], [0], "offsets go from 1 to 1"),
        ([0, 1, 3], [1, 0], "offsets go from 0 to 3, not from 0 to the 2 targets"),
        ([0, 1, -1, 1], [1], r"offsets\[2\] is -1"),
        ([0, 1, 2], [1, 2], r"targets\[1\] is 2, not one of 2 nodes"),
        ([0, 1, 2], [-1, 0], r"targets\[0\] is -1, not one of 2 nodes"),
    ],
)
def test_broken_graph_is_refused_with_the_place(offsets: list[int], targets: list[int], message: str) -> None:
    # GIVEN offsets and targets that are no graph
    graph = np.array(offsets, np.int64), np.array(targets, np.int32)
    # WHEN anything is asked about it THEN the error says what is wrong where
    with pytest.raises(ValueError, match=message):
        dominators(*graph)
    with pytest.raises(ValueError, match=message):
        distances(*graph)
    with pytest.raises(ValueError, match=message):
        reachable_without(*graph, np.zeros(max(len(offsets) - 1, 0), np.uint8))


@pytest.mark.parametrize(
    ("offsets", "targets", "message"),
    [
        ([0], [], "nodes, not 0"),
        ([0, 2, 1], [1], r"offsets\[2\] is 1, less than 2"),
        ([0, 1, 2], [-1, 2], r"targets\[1\] is 2, not one of 2 nodes or -1"),
        ([0, 1, 2], [-2, 0], r"targets\[0\] is -2, not one of 2 nodes or -1"),
    ],
)
def test_broken_graph_is_not_compacted(offsets: list[int], targets: list[int], message: str) -> None:
    # GIVEN offsets and targets that are no graph even if targets may dangle
    # WHEN they are compacted THEN the error says what is wrong where
    with pytest.raises(ValueError, match=message):
        compact(np.array(offsets, np.int64), np.array(targets, np.int32))


def test_blocked_of_another_length_is_refused() -> None:
    # GIVEN a graph of two nodes WHEN three are blocked THEN the error gives both numbers
    with pytest.raises(ValueError, match="blocked has 3 entries for 2 nodes"):
        reachable_without(*arrays_of((2, [(0, 1)])), np.zeros(3, np.uint8))


@pytest.mark.parametrize(
    ("idom", "order", "weights", "message"),
    [
        ([0, 0], [0, 1], [1], "weights has 1 entries for 2 nodes"),
        ([0, 0], [0, 1, 1], [1, 1], "order lists 3 of 2 nodes"),
        ([0, 0], [0, 2], [1, 1], r"order\[1\] is 2, not one of 2 nodes"),
        ([0, 0], [-1, 0], [1, 1], r"order\[0\] is -1, not one of 2 nodes"),
        ([0, -1], [0, 1], [1, 1], r"idom\[1\] is -1, not one of 2 nodes"),
        ([0, 2], [0, 1], [1, 1], r"idom\[1\] is 2, not one of 2 nodes"),
        ([0, 0], [0, 1], [1, -1], r"weights\[1\] is -1: negative"),
        ([0, 0], [0, 1], [1, 2**63 - 1], r"weights\[0\] is 1: .* passes"),
    ],
)
def test_broken_tree_or_weights_are_refused_with_the_place(
    idom: list[int], order: list[int], weights: list[int], message: str
) -> None:
    # GIVEN a tree or weights that cannot be WHEN they are summed THEN the error says what is wrong where
    with pytest.raises(ValueError, match=message):
        retained(np.array(idom, np.int32), np.array(order, np.int32), np.array(weights, np.int64))


@pytest.mark.parametrize(
    ("order", "group", "sums", "message"),
    [
        ([0, 1], [0], [1, 1], "group has 1 entries for 2 nodes"),
        ([0, 1], [0, 0], [1], "retained has 1 entries for 2 nodes"),
        ([0, 5], [0, 0], [1, 1], r"order\[1\] is 5, not one of 2 nodes"),
        ([0, 1], [0, 3], [1, 1], r"group\[1\] is 3, not one of 3 groups"),
        ([0, 1], [-2, 0], [1, 1], r"group\[0\] is -2, not one of 3 groups"),
    ],
)
def test_broken_groups_are_refused_with_the_place(
    order: list[int], group: list[int], sums: list[int], message: str
) -> None:
    # GIVEN groups that cannot be
    objects = np.array([2, 1], np.int32)
    # WHEN they are summed THEN the error says what is wrong where
    with pytest.raises(ValueError, match=message):
        group_retained(np.array(order, np.int32), objects, np.array(group, np.int32), np.array(sums, np.int64), 3)


def test_negative_number_of_groups_is_refused() -> None:
    # GIVEN a tree of one node WHEN it is summed into -1 groups THEN there is an error
    node = np.zeros(1, np.int32)
    with pytest.raises(ValueError, match="negative"):
        group_retained(node, np.ones(1, np.int32), node, np.ones(1, np.int64), -1)


def test_array_of_another_type_is_refused() -> None:
    # GIVEN targets of 64 bits WHEN dominators are asked for THEN the array is not misread
    with pytest.raises(ValueError, match="dtype mismatch"):
        dominators(np.array([0, 0], np.int64), np.array([], np.int64))
