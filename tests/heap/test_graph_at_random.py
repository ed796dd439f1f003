"""Random small heaps against brute force: remove objects, one by one, by site and by class, and see what is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from side_by_side import Both, both, label_of

from heap_dumps import CLASS, item, named, root, write

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pytest

    from brute_force import Heap, Labels

NOWHERE = 0xDEAD0
TRACER = {"type": "DATA", "struct": "ObjectTracing/allocation_info_tracer", "cls": None}
SIZE = 1000
"""Each object of a heap weighs another power of two above this, so that no two sets of them weigh the same."""


@st.composite
def heaps(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Lines of some heaps that have nothing to do with each other: one dump for all, for that is what takes time."""
    return [line for number in range(draw(st.integers(1, 8))) for line in draw(heap_of_number(number))]


@st.composite
def heap_of_number(draw: st.DrawFn, number: int) -> list[dict[str, Any]]:
    """Up to 12 objects of two classes, at three sites or none, with any references among them all.

    The classes may be reached by references, by their instances only, or not at all; one of them has one of its own.
    """
    here = number << 32
    step = draw(st.sampled_from([40, 1 << 14]))
    addresses = [here + 0x10_0000 + step * at for at in range(draw(st.integers(1, 12)))]
    foo, bar, foo_itself = (here + CLASS + 40 * at for at in range(3))
    targets = st.lists(st.sampled_from([*addresses, foo, bar, foo_itself, NOWHERE]), max_size=5)
    kinds: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
        [{}, {}, {"cls": bar}, {"type": "IMEMO", "imemo_type": "ment"}, TRACER]
    )
    sites = st.sampled_from([None, f"a{number}.rb:1", f"a{number}.rb:2", f"b{number}.rb:1"])
    sizes = iter(SIZE + (1 << bit) for bit in range(16))
    objects = [
        item(address, *draw(targets), at=draw(sites), size=next(sizes), **{"cls": foo, **draw(kinds)})
        for address in addresses
    ]
    bar_is_a = draw(st.sampled_from(["CLASS", "MODULE"]))
    classes = [
        named(foo, f"Foo{number}", *draw(targets), cls=foo_itself, at=draw(sites), size=next(sizes)),
        named(bar, f"Bar{number}", *draw(targets), type=bar_is_a, size=next(sizes)),
        named(foo_itself, f"Foo{number}", *draw(targets), singleton=True, size=next(sizes)),
    ]
    categories = st.sampled_from(["vm", "machine_context"])
    roots = [root(draw(categories), *draw(targets)) for _ in range(draw(st.integers(1, 3)))]
    return draw(st.permutations([*objects, *classes, *roots]))


def without_those_below(heap: Heap, nodes: Iterable[int]) -> list[int]:
    """Those of the nodes that no other of them dominates."""
    within = heap.reachable.intersection(nodes)
    return [node for node in within if not any(node in heap.lost([other]) for other in within - {node})]


@given(lines=heaps())
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_heaps_are_what_brute_force_says(
    lines: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN any small heaps, and a cache directory of their own
    monkeypatch.setenv("HEAPLINE_CACHE_DIR", str(tmp_path))
    # WHEN its graph is made
    with both(write(tmp_path / "heap.json", lines)) as found:
        # THEN everything it says is what removing objects says
        assert_objects(found)
        assert_sites_and_classes(found)
        assert_tree(found)


def assert_objects(found: Both) -> None:
    heap = found.heap
    lost = [heap.lost([node]) for node in range(len(heap.edges))]
    names = ("retained", "dominated", "distance", "idom")
    retained, dominated, distance, idom = (found.column(name) for name in names)
    distances = heap.distances()
    ours = found.ours.tolist()
    for node in range(1, len(heap.edges)):
        assert retained[node] == sum(heap.weight[other] for other in lost[node])
        assert dominated[node] == len(lost[node])
        assert distance[node] == distances.get(node, -1)
        # the immediate dominator is the nearest: of all that dominate the node, it is dominated by all others
        above = [other for other in heap.reachable - {0, node} if node in lost[other]]
        nearest = max(above, key=lambda other: sum(other in lost[more] for more in above), default=0)
        assert idom[node] == (ours[nearest] if node in heap.reachable else -1)


def assert_sites_and_classes(found: Both) -> None:
    heap, graph = found.heap, found.graph
    for number, (path, line, *_) in enumerate(found.index.sites()):
        nodes = heap.by_site[path, line]
        assert graph.exact(number) == heap.retained(nodes)
        assert graph.by_site[number] == sum(heap.retained([node]) for node in without_those_below(heap, nodes))
    by_class: dict[str, list[int]] = {}
    for node in range(1, 1 + len(heap.items)):
        by_class.setdefault(heap.class_of(node), []).append(node)
    assert graph.by_class() == {
        name: sum(heap.retained([node]) for node in without_those_below(heap, nodes))
        for name, nodes in by_class.items()
    }


def assert_tree(found: Both) -> None:
    expected = found.heap.merged(found.above("idom"), found.heap.reachable - {0})
    waiting: list[tuple[int, Labels]] = [(0, ())]
    while waiting:
        parent, labels = waiting.pop()
        branches, total = found.graph.branches(parent, 0, 1000)
        assert len(branches) == total
        assert [b.retained for b in branches] == sorted((b.retained for b in branches), reverse=True)
        for branch in branches:
            path = (*labels, label_of(branch.label))
            objects, _, _, retained = expected.pop(path)
            below, _ = found.graph.branches(branch.id, 0, 1000)
            assert (branch.objects, branch.retained) == (objects, retained)
            assert branch.bytes == retained - sum(b.retained for b in below)
            waiting.append((branch.id, path))
    assert expected == {}
