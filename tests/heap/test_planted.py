"""Heaps whose retained sizes are known beforehand: planted object by object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heap_dumps import graph_of, item, named, opened, root, site_id, write
from heapline.heap.holders import of_site, paths_to

if TYPE_CHECKING:
    from pathlib import Path

    from heapline.heap.index import HeapIndex

MILLION = 1_000_000
TRACER = {"type": "DATA", "struct": "ObjectTracing/allocation_info_tracer", "cls": None}


def retained(index: HeapIndex, path: str, line: int) -> tuple[int, int]:
    """What a site retains: the lower bound, and exactly."""
    assert index.graph is not None
    number = site_id(index, path, line)
    return index.graph.by_site[number], index.graph.exact(number)


def test_a_shared_leaf_belongs_to_what_holds_both(tmp_path: Path) -> None:
    # GIVEN an array with two objects that share a string
    lines = [
        root("vm", 0x1000),
        item(0x1000, 0x2000, 0x3000, at="both.rb:1", size=1),
        item(0x2000, 0x4000, at="each.rb:1", size=10),
        item(0x3000, 0x4000, at="each.rb:2", size=100),
        item(0x4000, at="shared.rb:1", size=1000),
    ]
    with opened(write(tmp_path / "heap.json", lines)) as index:
        # THEN neither of the two retains it, the array does
        assert retained(index, "each.rb", 1) == (10, 10)
        assert retained(index, "each.rb", 2) == (100, 100)
        assert retained(index, "both.rb", 1) == (1111, 1111)


def test_what_objects_of_one_site_share_is_theirs_only_exactly(tmp_path: Path) -> None:
    # GIVEN two objects of one line that share a string
    lines = [
        root("vm", 0x2000, 0x3000),
        item(0x2000, 0x4000, at="pair.rb:1", size=10),
        item(0x3000, 0x4000, at="pair.rb:1", size=100),
        item(0x4000, at="shared.rb:1", size=1000),
    ]
    with opened(write(tmp_path / "heap.json", lines)) as index:
        # THEN the lower bound leaves it out, and the exact size does not
        assert retained(index, "pair.rb", 1) == (110, 1110)


def test_a_circle_and_an_object_that_refers_to_itself_are_counted_once(tmp_path: Path) -> None:
    # GIVEN a circle that is entered at one object, with one in it that refers to itself, twice
    lines = [
        root("vm", 0x1000, 0x1000),
        item(0x1000, 0x2000, at="circle.rb:1", size=1),
        item(0x2000, 0x3000, 0x3000, at="circle.rb:2", size=10),
        item(0x3000, 0x3000, 0x3000, 0x1000, 0x2000, at="circle.rb:3", size=100),
    ]
    with opened(write(tmp_path / "heap.json", lines)) as index:
        # THEN each retains what comes after it up to the entrance
        assert retained(index, "circle.rb", 1) == (111, 111)
        assert retained(index, "circle.rb", 2) == (110, 110)
        assert retained(index, "circle.rb", 3) == (100, 100)
        # AND references that were there already are counted, those to the object itself not among them
        assert index.graph is not None
        assert (index.graph.summary.duplicate_references, index.graph.summary.edges) == (3, 7)


def test_a_class_that_only_its_objects_lead_to_is_retained_by_them(tmp_path: Path) -> None:
    # GIVEN an object of a class without a constant, and one of a class that a root holds
    lines = [
        root("vm", 0x1000, 0x2000, 0xB000),
        item(0x1000, cls=0xA000, at="own.rb:1", size=1),
        item(0x2000, cls=0xB000, at="known.rb:1", size=1),
        named(0xA000, "Own", 0x3000, size=10),
        named(0xB000, "Known", 0x4000, size=10),
        item(0x3000, size=100),
        item(0x4000, size=100),
    ]
    with opened(write(tmp_path / "heap.json", lines)) as index:
        # THEN the first retains its class and what that refers to, the second itself alone
        assert retained(index, "own.rb", 1) == (111, 111)
        assert retained(index, "known.rb", 1) == (1, 1)
        # AND nothing is unreachable, and of the two edges from object to class only the one that is needed is there
        assert index.graph is not None
        assert (index.graph.summary.unreachable_objects, index.graph.summary.edges) == (0, 7)


def test_internal_objects_do_not_hold_what_stands_where_others_have_their_class(tmp_path: Path) -> None:
    # GIVEN internal objects, one with another object and one with a class that nothing else leads to in that place
    lines = [
        root("vm", 0x1000, 0x2000),
        item(0x1000, cls=0x3000, type="IMEMO", imemo_type="fields", at="internal.rb:1"),
        item(0x2000, cls=0xA000, type="IMEMO", imemo_type="ment", at="internal.rb:2"),
        item(0x3000, size=100),
        named(0xA000, "Foo", size=1000),
    ]
    with opened(write(tmp_path / "heap.json", lines)) as index:
        assert index.graph is not None
        # THEN neither is held
        assert (index.graph.summary.unreachable_objects, index.graph.summary.unreachable_bytes) == (2, 1100)
        # AND internal objects of one kind are called alike, whatever stands there
        labels = index.graph.labels_of(index.graph.column("label")).values()
        assert {label.name for label in labels if label.line} == {"internal fields", "internal ment"}


def test_the_tracer_weighs_on_nobody_and_what_it_holds_does(tmp_path: Path) -> None:
    # GIVEN the allocation tracer below an object, and a string below it
    lines = [
        root("vm", 0x1000),
        item(0x1000, 0x2000, at="holder.rb:1", size=1),
        item(0x2000, 0x3000, size=10**9, **TRACER),
        item(0x3000, at="held.rb:1", size=100),
    ]
    with opened(write(tmp_path / "heap.json", lines)) as index:
        assert index.graph is not None
        # THEN the holder retains the string and not the tracer
        assert retained(index, "holder.rb", 1) == (101, 101)
        # AND the tracer is part of what is reachable
        assert index.graph.summary.reachable_bytes == 10**9 + 101


def test_a_heap_that_is_garbage_from_end_to_end_retains_nothing(tmp_path: Path) -> None:
    # GIVEN roots that name nothing of the dump
    lines = [root("vm", 0xDEAD0, 0xDEAD0), item(0x1000, 0x2000, at="a.rb:1"), item(0x2000, 0xDEAD0, at="a.rb:2")]
    with opened(write(tmp_path / "heap.json", lines)) as index:
        graph = index.graph
        assert graph is not None
        # THEN nothing is retained, and all of it is counted as unreachable
        assert graph.by_site == [0, 0]
        assert graph.exact(0) == 0
        assert (graph.summary.reachable_bytes, graph.summary.unreachable_bytes) == (0, 80)
        # AND what leads nowhere is counted
        assert (graph.summary.dangling_references, graph.summary.duplicate_references) == (3, 0)
        # AND there are no paths, and there is no tree but that of the category
        assert paths_to(graph, of_site(graph, 0)).roots == []
        assert [(b.label.name, b.retained) for b in graph.branches(0, 0, 10)[0]] == [("root vm", 0)]


def test_of_two_objects_at_one_address_the_later_is_meant(tmp_path: Path) -> None:
    # GIVEN two lines with one address
    lines = [root("vm", 0x1000), item(0x1000, at="old.rb:1", size=1), item(0x1000, at="new.rb:1", size=10)]
    with opened(write(tmp_path / "heap.json", lines)) as index:
        # THEN references lead to the later
        assert retained(index, "old.rb", 1) == (0, 0)
        assert retained(index, "new.rb", 1) == (10, 10)


def test_pages_of_the_tree_are_its_branches_in_order(tmp_path: Path) -> None:
    # GIVEN a root that holds ten objects of ten lines
    objects = range(0x1000, 0x1000 + 10 * 40, 40)
    lines = [root("vm", *objects), *(item(o, at=f"a.rb:{o}", size=o) for o in objects)]
    with graph_of(write(tmp_path / "heap.json", lines)) as graph:
        [top], _ = graph.branches(0, 0, 10)
        # WHEN they are asked for by pages
        pages = [graph.branches(top.id, offset, 4) for offset in (0, 4, 8, 12)]
    # THEN all pages know how many there are, and together they are all, the largest first
    assert [total for _, total in pages] == [10] * 4
    assert [len(page) for page, _ in pages] == [4, 4, 2, 0]
    assert [branch.retained for page, _ in pages for branch in page] == sorted(objects, reverse=True)


def test_a_list_of_a_million_nodes_is_one_step_and_one_branch(tmp_path: Path) -> None:
    # GIVEN a list whose every node refers to the next, to its own string and to the class that they share
    nodes = range(0x10_0000, 0x10_0000 + 80 * MILLION, 80)
    lines = (
        f'{{"address":"{node:#x}", "type":"OBJECT", "class":"0xa000",'
        f' "references":["{node + 80:#x}", "{node + 40:#x}", "0xa000"], "file":"list.rb", "line":2, "memsize":40}}\n'
        f'{{"address":"{node + 40:#x}", "type":"STRING", "file":"list.rb", "line":3, "memsize":60}}\n'
        for node in nodes
    )
    dump = write(tmp_path / "heap.json", [root("vm", nodes[0]), named(0xA000, "Node", size=5)])
    with dump.open("a") as out:
        out.writelines(lines)
    with opened(dump) as index:
        graph = index.graph
        assert graph is not None
        # THEN its line retains all of it, and the line of the strings the strings
        assert retained(index, "list.rb", 2) == (100 * MILLION + 5, 100 * MILLION + 5)
        assert retained(index, "list.rb", 3) == (60 * MILLION, 60 * MILLION)
        # AND the path to the strings is three steps
        steps = [
            (step.label.name, step.objects)
            for _, step in paths_to(graph, of_site(graph, site_id(index, "list.rb", 3))).walk()
        ]
        assert steps == [("root vm", 1), ("Node", MILLION), ("internal string", MILLION)]
        # AND so is the tree, the class beside the strings
        [top], _ = graph.branches(0, 0, 10)
        [node], _ = graph.branches(top.id, 0, 10)
        assert (node.objects, node.retained) == (MILLION, 100 * MILLION + 5)
        assert [(b.label.name, b.objects) for b in graph.branches(node.id, 0, 10)[0]] == [
            ("internal string", MILLION),
            ("class Node", 1),
        ]
        # AND the last node is a million steps from the root
        assert graph.column("distance").max() == MILLION + 2
