"""Time the dominator kernel beside rustworkx on the same graphs in one run: ``python bench/dominators.py``.

The first graph is one on which rustworkx is at its best: random, sparse and shallow. The second is shaped
like a heap: objects held by one allocated shortly before, and a few thousand of them (classes, constants)
that many refer to. The last two are where other algorithms turn quadratic, so the kernel runs on them alone:
a linked list whose nodes all refer to one class, and a long list that ends in many objects that the root
holds as well.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import time
import tracemalloc
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from heapline.heap.kernel import (
    compact,
    distances,
    dominators,
    group_retained,
    merge_paths,
    reachable_without,
    retained,
)

if TYPE_CHECKING:
    from collections.abc import Callable

Longs: TypeAlias = "npt.NDArray[np.int64]"
Ints: TypeAlias = "npt.NDArray[np.int32]"

GROUPS = 10_000
DEEP = 5_000_000


def shallow(nodes: int) -> tuple[Longs, Longs]:
    """Sources and targets: one edge in five from the root, 2.6 edges a node."""
    random = np.random.default_rng(1)
    sources, targets = random.integers(0, nodes, (2, nodes * 13 // 5))
    sources[: len(sources) // 5] = 0
    return sources, targets


def heap_like(nodes: int) -> tuple[Longs, Longs]:
    """Sources and targets: a holder for each object, and 1.6 edges a node more, most of them to few nodes."""
    random = np.random.default_rng(1)
    held = np.arange(1, nodes)
    back = 1 + (3 * random.pareto(0.7, nodes - 1)).clip(0, nodes).astype(np.int64)
    shared = nodes * 8 // 5
    popular = 1 + (random.random(shared) ** 6 * min(5000, nodes - 1)).astype(np.int64)
    return (
        np.concatenate([np.maximum(held - back, 0), random.integers(0, nodes, shared)]),
        np.concatenate([held, popular]),
    )


def list_with_class(nodes: int) -> tuple[Longs, Longs]:
    """Sources and targets: a linked list, and from each of its nodes an edge to the last node."""
    chain = np.arange(nodes - 2)
    return np.concatenate([chain, chain]), np.concatenate([chain + 1, np.full(nodes - 2, nodes - 1)])


def list_into_fan(nodes: int) -> tuple[Longs, Longs]:
    """Sources and targets: a linked list of half the nodes; its last and its first refer to all others."""
    middle = nodes // 2
    chain, fan = np.arange(middle), np.arange(middle + 1, nodes)
    return (
        np.concatenate([chain, np.full(len(fan), middle), np.zeros(len(fan), np.int64)]),
        np.concatenate([chain + 1, fan, fan]),
    )


def compressed(nodes: int, sources: Longs, targets: Longs) -> tuple[Longs, Ints]:
    """The offsets and targets that the kernel reads."""
    offsets = np.zeros(nodes + 1, np.int64)
    np.cumsum(np.bincount(sources, minlength=nodes), out=offsets[1:])
    return offsets, targets[np.argsort(sources, kind="stable")].astype(np.int32)


def seconds(task: Callable[[], object]) -> float:
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


def time_kernel(offsets: Longs, targets: Ints) -> None:
    """Print the time of each function, and the memory of the longest."""
    nodes = len(offsets) - 1
    best = min(seconds(lambda: dominators(offsets, targets)) for _ in range(3))
    tracemalloc.start()
    idom, order, objects = dominators(offsets, targets)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    weights = np.full(nodes, 40, np.int64)
    sums = retained(idom, order, weights)
    group = np.random.default_rng(2).integers(-1, GROUPS, nodes).astype(np.int32)
    blocked = np.asarray(group == 0).view(np.uint8)
    label = group.clip(max=nodes - 1)
    everything = np.arange(nodes, dtype=np.int32)
    parent = distances(offsets, targets)[1]
    others = {
        "compact": lambda: compact(offsets, targets),
        "retained": lambda: retained(idom, order, weights),
        "group_retained": lambda: group_retained(order, objects, group, sums, GROUPS),
        "distances": lambda: distances(offsets, targets),
        "merge_paths": lambda: merge_paths(parent, label, everything, weights),
        "reachable_without": lambda: reachable_without(offsets, targets, blocked),
    }
    print(f"  {'dominators':18} {best:8.3f} s, {best / nodes * 1e9:.0f} ns and {peak / nodes:.0f} bytes a node")
    for name, task in others.items():
        print(f"  {name:18} {seconds(task):8.3f} s")


def time_rustworkx(sources: Longs, targets: Longs, nodes: int, offsets: Longs, ordered: Ints) -> None:
    """Print the time of ``rustworkx.immediate_dominators``, its graph being built; its answer must be ours.

    Both run in turn three times, and the least of each counts: what else the machine does slows both.
    """
    import rustworkx

    graph = rustworkx.PyDiGraph()
    graph.add_nodes_from(range(nodes))
    graph.add_edges_from_no_data(list(zip(sources.tolist(), targets.tolist(), strict=True)))
    idom = dominators(offsets, ordered)[0]
    if rustworkx.immediate_dominators(graph, 0) != {v: int(idom[v]) for v in np.flatnonzero(idom >= 0).tolist()}:
        raise SystemExit("rustworkx and the kernel disagree")
    gc.collect()
    ours, theirs = (
        min(times)
        for times in zip(
            *(
                (
                    seconds(lambda: dominators(offsets, ordered)),
                    seconds(lambda: rustworkx.immediate_dominators(graph, 0)),
                )
                for _ in range(3)
            ),
            strict=True,
        )
    )
    print(f"  {'rustworkx':18} {theirs:8.3f} s, {theirs / ours:.1f} x the kernel's {ours:.3f} s in turn with it")


def print_deep_chain() -> None:
    """The time for each object of a long list whose nodes all refer to one class, beside that of a random graph."""
    per_object = []
    for build in (shallow, list_with_class):
        offsets, targets = compressed(DEEP, *build(DEEP))
        per_object.append(min(seconds(lambda: dominators(offsets, targets)) for _ in range(2)) / DEEP)  # noqa: B023 -- called at once
    print(
        f"list_with_class of {DEEP:,} nodes: {per_object[1] * 1e9:.0f} ns a node,"
        f" {per_object[1] / per_object[0]:.2f} x those of a random graph of that size"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Time the dominator kernel.")
    parser.add_argument("nodes", nargs="?", type=int, default=1_000_000, help="nodes a graph (default: 1000000)")
    nodes: int = parser.parse_args().nodes
    comparable = importlib.util.find_spec("rustworkx") is not None
    if not comparable:
        print("rustworkx is not installed (pip install rustworkx): the kernel is timed alone")
    for build, compare in (
        (shallow, True),
        (heap_like, True),
        (list_with_class, False),
        (list_into_fan, False),
    ):
        sources, targets = build(nodes)
        offsets, ordered = compressed(nodes, sources, targets)
        print(f"{build.__name__}: {nodes:,} nodes, {len(ordered):,} edges")
        time_kernel(offsets, ordered)
        if compare and comparable:
            time_rustworkx(sources, targets, nodes, offsets, ordered)
    print_deep_chain()


if __name__ == "__main__":
    main()
