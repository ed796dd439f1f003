"""Who holds a site's objects: merged shortest paths and neighbours, against every path on its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from side_by_side import Both, both, label_of

from heap_dumps import CLASS, graph_of, item, named, opened, root, site_id, write
from heapline.heap.holders import Above, Paths, Step, held_by, holders_of, of_label, of_site, paths_to, upwards
from sample_files import DUMPS, sample_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from brute_force import Labels

SMALL = [dump for dump in DUMPS if sample_id(dump) in ("translate/heap-2", "weakmap/heap-2") or "full" in dump.name]


@pytest.fixture(params=SMALL, ids=sample_id, scope="module")
def sample(request: pytest.FixtureRequest) -> Iterator[Both]:
    """Some dumps, as Heapline and as plain Python see them."""
    with both(request.param) as found:
        yield found


def flat(paths: Paths) -> dict[Labels, list[int]]:
    """The steps of merged paths by the labels that lead to them."""
    found: dict[Labels, list[int]] = {}
    waiting: list[tuple[Labels, Step]] = [((), step) for step in paths.roots]
    while waiting:
        before, step = waiting.pop()
        labels = (*before, label_of(step.label))
        assert labels not in found
        found[labels] = [step.objects, step.ends, step.held_objects, step.held_bytes]
        waiting += [(labels, below) for below in step.steps]
    return found


def test_paths_to_a_site_are_those_to_each_of_its_objects_merged(sample: Both) -> None:
    # GIVEN who comes before each object on a shortest path
    heap, above, distances = sample.heap, sample.above("parent"), sample.heap.distances()
    for number, (path, line, *_) in enumerate(sample.index.sites()):
        nodes = heap.by_site[path, line]
        reachable = [node for node in nodes if node in heap.reachable]
        # WHEN a site is asked for the paths to its objects
        paths = paths_to(sample.graph, of_site(sample.graph, number))
        # THEN each step has the class and line, the objects, and the bytes that plain Python finds there
        assert flat(paths) == heap.merged(above, reachable)
        # AND nothing is left out
        assert (paths.objects, paths.unreachable) == (len(nodes), len(nodes) - len(reachable))
        assert sum(step.held_objects for step in paths.roots) == len(reachable)
        # AND the nearest and the farthest are as many references away from a root as plain Python counts
        away = [distances[node] - 1 for node in reachable]
        assert (paths.nearest, paths.farthest) == ((min(away), max(away)) if away else (0, 0))


def upward(holders: list[Above]) -> dict[Labels, list[int]]:
    """The holders by the labels that lead up to them."""
    found: dict[Labels, list[int]] = {}
    waiting: list[tuple[Labels, Above]] = [((), holder) for holder in holders]
    while waiting:
        before, holder = waiting.pop()
        labels = (*before, label_of(holder.label))
        assert labels not in found
        found[labels] = [holder.objects, holder.bytes]
        waiting += [(labels, above) for above in holder.holders]
    return found


def test_the_ways_up_are_the_same_paths_from_the_other_end(sample: Both) -> None:
    # GIVEN the path to each object of a site alone, as plain Python finds it
    heap, above = sample.heap, sample.above("parent")
    for number, (path, line, *_) in enumerate(sample.index.sites()):
        expected: dict[Labels, list[int]] = {}
        for node in heap.by_site[path, line]:
            if node not in heap.reachable:
                continue
            [way] = [labels for labels, counts in heap.merged(above, [node]).items() if counts[1]]
            up = way[-2::-1]
            for length in range(1, len(up) + 1):
                sums = expected.setdefault(up[:length], [0, 0])
                sums[0] += 1
                sums[1] += heap.weight[node]
        # WHEN the site is asked who holds its objects, and who holds those
        found = upwards(paths_to(sample.graph, of_site(sample.graph, number)))
        # THEN each holder holds as many of them, and as many bytes
        assert upward(found) == expected


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """A dump of what a small program holds, each of its paths known."""
    cache, entries, garbage = 0x1000, range(0x2000, 0x2000 + 3 * 40, 40), (0x3000, 0x3028)
    chain, circle, foo, bar = range(0x4000, 0x4000 + 100 * 40, 40), (0x8000, 0x8028), 0xA000, 0xB000
    lines = [
        root("vm", foo, CLASS),
        root("machine_context", chain[0]),
        named(CLASS, "Thing"),
        named(foo, "Foo", cache, at="foo.rb:1"),
        named(bar, "Bar", type="MODULE"),
        item(cache, *entries, type="HASH", at="foo.rb:3", size=100),
        *(item(entry, circle[0], bar, at="foo.rb:7", size=10) for entry in entries),
        *(item(address, at="foo.rb:7", size=1000) for address in garbage),
        *(item(at, after, at="list.rb:2") for at, after in zip(chain, [*chain[1:], 0x9000], strict=True)),
        item(0x9000, type="STRING", at="list.rb:5", size=77),
        item(circle[0], circle[1], cls=bar, at="circle.rb:1"),
        item(circle[1], circle[0], cls=foo, at="circle.rb:2", size=60),
    ]
    return write(tmp_path / "heap.json", lines)


def chains(paths: Paths) -> list[str]:
    """Merged paths as text, one for each end."""
    texts = []
    waiting = [("", step) for step in paths.roots]
    while waiting:
        before, step = waiting.pop()
        many = f"{step.objects} × " if step.objects > 1 else ""
        text = f"{before}{many}{step.label.name}"
        if step.ends:
            texts.append(f"{text}: {step.ends} of {step.held_bytes} B")
        waiting += [(f"{text} → ", below) for below in step.steps]
    return texts


@pytest.mark.parametrize(
    ("site", "expected", "unreachable"),
    [
        (("foo.rb", 1), "root vm → class Foo: 1 of 40 B", 0),
        (("foo.rb", 3), "root vm → class Foo → Thing: 1 of 100 B", 0),
        (("foo.rb", 7), "root vm → class Foo → Thing → 3 × Thing: 3 of 30 B", 2),
        (("list.rb", 2), "root machine_context → 100 × Thing: 100 of 4000 B", 0),
        (("list.rb", 5), "root machine_context → 100 × Thing → Thing: 1 of 77 B", 0),
        (("circle.rb", 2), "root vm → class Foo → Thing → Thing → Bar → Foo: 1 of 60 B", 0),
    ],
)
def test_paths_name_root_classes_and_every_step_and_fold_lists(
    planted: Path, site: tuple[str, int], expected: str, unreachable: int
) -> None:
    with opened(planted) as index:
        assert index.graph is not None
        # GIVEN a site whose paths are known WHEN it is asked for them
        paths = paths_to(index.graph, of_site(index.graph, site_id(index, *site)))
    # THEN they are named from the category of roots on, with the word class or module where it is one
    assert chains(paths) == [expected]
    assert paths.unreachable == unreachable


def test_a_module_is_named_as_one(planted: Path) -> None:
    with graph_of(planted) as graph:
        # GIVEN a module that some objects refer to WHEN it is asked for the paths to it
        labels = graph.labels_of(graph.column("label")).values()
        [label] = [label.id for label in labels if label.name.endswith("Bar") and label.name != "Bar"]
        paths = paths_to(graph, of_label(graph, label))
    # THEN it is the last step
    assert [step.label.name for _, step in paths.walk()][-1] == "module Bar"


def test_steps_are_sorted_by_what_they_lead_to(tmp_path: Path) -> None:
    # GIVEN two holders, of which the one that comes later in the dump holds more
    small, large = 0x1000, 0x2000
    lines = [
        root("vm", small, large),
        item(small, 0x3000, at="small.rb:1"),
        item(large, 0x3028, 0x3050, at="large.rb:1"),
        *(item(address, at="leaf.rb:1") for address in (0x3000, 0x3028, 0x3050)),
    ]
    with opened(write(tmp_path / "heap.json", lines)) as index:
        assert index.graph is not None
        # WHEN the paths to what they hold are merged
        [top] = paths_to(index.graph, of_site(index.graph, site_id(index, "leaf.rb", 1))).roots
    # THEN it is the first
    assert [(step.label.path, step.held_objects) for step in top.steps] == [("large.rb", 2), ("small.rb", 1)]


def test_neighbours_are_who_refers_to_objects_and_what_only_they_hold(planted: Path) -> None:
    with opened(planted) as index:
        graph = index.graph
        assert graph is not None
        entries = of_site(graph, site_id(index, "foo.rb", 7))
        # WHEN the cache's entries are asked for their holders, and the cache for what it holds
        above = holders_of(graph, entries)
        below = held_by(graph, of_site(graph, site_id(index, "foo.rb", 3)))
        # THEN above is the cache with those that are reachable
        assert [(n.label.path, n.label.line, n.objects, n.bytes) for n in above] == [("foo.rb", 3, 3, 30)]
        # AND below are the entries, what they share, and the module that only they refer to
        assert {(n.label.name, n.label.line, n.objects, n.bytes) for n in below} == {
            ("Thing", 7, 3, 30),
            ("Bar", 1, 1, 100),
            ("module Bar", None, 1, 40),
        }
        assert [n.bytes for n in below] == sorted((n.bytes for n in below), reverse=True)
        # AND objects among themselves, and those that nothing reaches, are nobody's neighbours
        whole = np.concatenate([entries, of_site(graph, site_id(index, "circle.rb", 1))])
        assert {n.label.line for n in held_by(graph, whole)} == {2}


def test_a_list_is_held_by_what_holds_its_head(planted: Path) -> None:
    with opened(planted) as index:
        graph = index.graph
        assert graph is not None
        nodes = of_site(graph, site_id(index, "list.rb", 2))
        # WHEN the nodes of a list are asked for their neighbours
        above, below = holders_of(graph, nodes), held_by(graph, nodes)
    # THEN the nodes themselves are none
    assert [(n.label.name, n.objects) for n in above] == [("root machine_context", 1)]
    assert [(n.label.line, n.objects, n.bytes) for n in below] == [(5, 1, 77)]
