"""`heapline classes FILE`: live objects and retained sizes by class."""

from __future__ import annotations

import json

import pytest
from running import heapline

from brute_force import heap_of
from sample_files import SAMPLES

DUMP = SAMPLES / "weakmap/reports/heap-1.json.gz"
SINCE = SAMPLES / "rubies/3.4/since.json.gz"


def test_json_has_each_class_with_what_plain_python_counts() -> None:
    # GIVEN what plain Python finds of each class
    heap = heap_of(DUMP)
    nodes: dict[str, list[int]] = {}
    for node in range(1, 1 + len(heap.items)):
        nodes.setdefault(heap.class_of(node), []).append(node)
    tracer = nodes.pop("allocation tracer")
    assert len(tracer) == 1
    # WHEN the classes are printed, the first three with their exact sizes
    done = heapline("classes", DUMP, "--json", "--exact", "3")
    found = json.loads(done.stdout)
    # THEN they are these, without the tracer, with their objects and bytes
    assert (done.returncode, done.stderr) == (0, "")
    assert found["report"] == {"path": str(DUMP), "format": "heap-dump"}
    counted = {row["class"]: (row["live_objects"], row["live_bytes"]) for row in found["classes"]}
    assert counted == {name: (len(own), sum(heap.weight[node] for node in own)) for name, own in nodes.items()}
    # AND what retains most comes first, exactly where that was asked for
    sizes = [row["retained_size"] for row in found["classes"]]
    assert sizes == sorted(sizes, reverse=True)
    exact = {row["class"]: row["retained_size_exact"] for row in found["classes"][:3]}
    assert exact == {name: heap.retained(nodes[name]) for name in exact}
    assert all(row["retained_size_exact"] is None for row in found["classes"][3:])


def test_the_table_marks_lower_bounds() -> None:
    # GIVEN a dump WHEN three of its classes are printed, one with its exact size
    lines = heapline("classes", DUMP, "--top", "3", "--exact", "1").stdout.splitlines()
    rows = [line for line in lines if "│" in line]
    # THEN there are three, of which only the first has no mark, and the rest is counted
    assert [("≥" in row) for row in rows] == [False, True, True]
    assert lines[-1].startswith("… and ")


@pytest.mark.parametrize("option", [[], ["--json"]])
def test_without_roots_nothing_is_called_retained(option: list[str]) -> None:
    # GIVEN a dump without roots WHEN its classes are printed
    done = heapline("classes", SINCE, "--top", "2", *option)
    # THEN there are objects and bytes only
    assert done.returncode == 0
    assert "≥" not in done.stdout
    if option:
        assert all(row["retained_size"] is None for row in json.loads(done.stdout)["classes"])


def test_a_report_that_is_no_heap_dump_has_no_classes() -> None:
    # GIVEN a memory_profiler text WHEN its classes are asked for
    done = heapline("classes", SAMPLES / "weakmap/reports/memory_profiler.txt")
    # THEN one error says why there are none
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "is no heap dump" in done.stderr
