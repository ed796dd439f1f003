"""The graph of each sample against plain Python: edges, distances, and what is lost when objects are removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from side_by_side import Both, both, label_of

from heap_dumps import opened
from heapline.readers import heap_dump
from sample_files import DUMPS, sample_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WITHOUT_ROOTS = [dump for dump in DUMPS if dump.name.startswith("since")]
SMALLER = [
    dump for dump in DUMPS if sample_id(dump) in ("blog/heap-1", "blog/heap-2")
]  # like blog/heap-3, only smaller
WITH_ROOTS = [dump for dump in DUMPS if dump not in WITHOUT_ROOTS + SMALLER]
A_FEW = 100


@pytest.fixture(params=WITH_ROOTS, ids=sample_id, scope="module")
def sample(request: pytest.FixtureRequest) -> Iterator[Both]:
    """Each dump that names roots, as Heapline and as plain Python see it."""
    with both(request.param) as found:
        yield found


def a_few(sites: list[int]) -> list[int]:
    """All, or if they are thousands, the first and some of the others."""
    return sites if len(sites) <= A_FEW else [*sites[:10], *sites[10 :: len(sites) // 15]]


def objects_of(sample: Both) -> range:
    return range(1, 1 + len(sample.heap.items))


def test_edges_and_buckets_are_those_of_plain_python(sample: Both) -> None:
    # GIVEN a dump that plain Python has linked WHEN its graph is summed up
    summary, heap = sample.graph.summary, sample.heap
    # THEN edges, and references that lead nowhere or are there twice, are as many
    assert summary.edges == sum(map(len, heap.edges))
    assert (summary.dangling_references, summary.duplicate_references) == (heap.dangling, heap.duplicates)
    # AND so are the objects that the roots reach, and their bytes
    reachable = [heap.items[node - 1].get("memsize", 0) for node in objects_of(sample) if node in heap.reachable]
    assert (summary.reachable_objects, summary.reachable_bytes) == (len(reachable), sum(reachable))
    # AND together with the others they are all objects
    report = sample.index.report
    assert summary.reachable_objects + summary.unreachable_objects == report.live_objects
    assert summary.reachable_bytes + summary.unreachable_bytes == report.live_bytes


def test_every_object_is_as_far_from_the_roots_as_plain_python_says(sample: Both) -> None:
    # GIVEN the distances that plain Python found
    distances = sample.heap.distances()
    # WHEN the graph is asked for them
    found = sample.column("distance")
    # THEN they are the same, -1 where there is no path
    assert found == [distances.get(node, -1) for node in range(len(found))]


def test_every_step_of_a_path_is_an_edge_from_one_nearer_to_the_roots(sample: Both) -> None:
    # GIVEN all edges, in Heapline's numbers
    ours, distance = sample.ours.tolist(), sample.column("distance")
    edges = {(ours[node], ours[target]) for node, targets in enumerate(sample.heap.edges) for target in targets}
    nearer = dict(zip(ours, distance, strict=True))
    # WHEN the graph is asked which step comes before each object
    parents = sample.column("parent")
    # THEN an edge leads from there, and there it is one step less
    for node in sample.heap.reachable - {0}:
        assert (parents[node], ours[node]) in edges
        assert nearer[parents[node]] == distance[node] - 1


def test_a_site_retains_exactly_what_is_lost_without_its_objects(sample: Both) -> None:
    # GIVEN the sites of a dump
    graph, heap = sample.graph, sample.heap
    sites = [(path, line) for path, line, *_ in sample.index.sites()]
    assert sorted(sites) == sorted(heap.by_site)
    for number in a_few(list(range(len(sites)))):
        nodes = heap.by_site[sites[number]]
        # WHEN all objects of one are removed
        lost = heap.retained(nodes)
        # THEN that is what the site is said to retain
        assert graph.exact(number) == lost
        # AND the lower bound is one, and the truth where nothing can be counted together
        assert graph.by_site[number] <= lost <= graph.summary.reachable_bytes
        assert graph.by_site[number] == lost or len(nodes) > 1


def test_no_site_retains_more_than_the_heap_nor_less_than_its_own_reachable_bytes(sample: Both) -> None:
    # GIVEN a dump WHEN all its sites are asked for what they retain
    heap = sample.heap
    for (path, line, *_), retained in zip(sample.index.sites(), sample.graph.by_site, strict=True):
        own = sum(heap.weight[node] for node in heap.by_site[path, line] if node in heap.reachable)
        # THEN no lower bound is less than what the site's own objects weigh, or more than all that is reachable
        assert own <= retained <= sample.graph.summary.reachable_bytes


def test_a_class_retains_at_most_what_is_lost_without_its_objects(sample: Both) -> None:
    # GIVEN the objects of each class
    heap, by_class = sample.heap, sample.graph.by_class()
    nodes: dict[str, list[int]] = {}
    for node in objects_of(sample):
        nodes.setdefault(heap.class_of(node), []).append(node)
    assert by_class.keys() == nodes.keys()
    for name in sorted(nodes)[:: 1 + len(nodes) // 20]:
        # WHEN they are removed
        lost = heap.retained(nodes[name])
        # THEN that is what the class is said to retain
        assert sample.graph.exact_of_class(name) == lost
        # AND the lower bound is one, and the truth for a single object
        assert by_class[name] <= lost <= sample.graph.summary.reachable_bytes
        assert by_class[name] == lost or len(nodes[name]) > 1


def test_an_object_retains_exactly_what_is_lost_without_it(sample: Both) -> None:
    # GIVEN the objects that retain most, and some from all over the heap
    retained, dominated = sample.column("retained"), sample.column("dominated")
    objects = objects_of(sample)
    most = sorted(objects, key=lambda node: retained[node])[-8:]
    for node in [*most, *objects[:: len(objects) // 12]]:
        # WHEN one is removed
        lost = sample.heap.lost([node])
        # THEN what is lost is what it is said to retain, in objects and in bytes
        assert dominated[node] == len(lost)
        assert retained[node] == sum(sample.heap.weight[other] for other in lost)


def test_what_the_roots_do_not_reach_retains_nothing_and_has_no_holder(sample: Both) -> None:
    # GIVEN the objects that no root reaches, and no others
    unreachable = [node for node in objects_of(sample) if node not in sample.heap.reachable]
    assert len(unreachable) == sample.graph.summary.unreachable_objects
    # WHEN the graph is asked for them
    columns = {name: sample.column(name) for name in ("retained", "dominated", "idom", "parent", "distance")}
    # THEN they retain nothing, and nothing holds them
    for name, column in columns.items():
        nothing = 0 if name in ("retained", "dominated") else -1
        assert [column[node] for node in unreachable] == [nothing] * len(unreachable)


def test_the_largest_objects_of_a_site_are_those_that_retain_most(sample: Both) -> None:
    # GIVEN what each object retains
    retained, heap = sample.column("retained"), sample.heap
    sites = [(path, line) for path, line, *_ in sample.index.sites()]
    for number in a_few(list(range(len(sites)))):
        # WHEN a site is asked for its largest objects
        biggest = sample.graph.biggest(number)
        # THEN no three of it retain more, and each is one of it with what it retains
        most = sorted((retained[node] for node in heap.by_site[sites[number]]), reverse=True)
        assert [holder.retained for holder in biggest] == most[:3]
        nodes = [heap.node[hex(holder.address)] for holder in biggest]
        assert set(nodes) <= set(heap.by_site[sites[number]])
        assert [retained[node] for node in nodes] == most[:3]


def test_objects_are_called_what_plain_python_calls_them(sample: Both) -> None:
    # GIVEN what plain Python makes of types, classes, names and sites
    of = sample.column("label")
    labels = sample.graph.labels_of(sample.graph.column("label"))
    for node in [*objects_of(sample), *range(1 + len(sample.heap.items), len(sample.heap.edges))]:
        # WHEN an object's label is asked for
        label = labels[of[node]]
        # THEN it is that
        assert label_of(label) == sample.heap.label(node)


@pytest.mark.parametrize("dump", WITHOUT_ROOTS, ids=sample_id)
def test_a_dump_without_roots_has_no_graph_and_no_retained_size(dump: Path) -> None:
    # GIVEN a dump that was taken with since: WHEN it is loaded
    with opened(dump) as index:
        profile = heap_dump.read(dump, index)
        # THEN it has no graph, and nothing more to wait for
        assert (index.graph, index.is_complete) == (None, True)
    # AND no line is said to retain anything, and why is told
    assert profile.sites
    assert all(site.measures.retained_size is None for site in profile.sites)
    assert any("names no roots" in note for note in profile.notes)
