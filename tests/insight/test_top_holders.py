"""Top holders: the planted leaks are found, and nothing that only passes them on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from heap_dumps import CLASS, item, named, opened, root, write
from heapline.insight.top_holders import TopHolder, top_holders
from sample_files import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

APP, CONFIG, CACHE, WRAPPER = 0x1000, 0x1100, 0x1200, 0x1300
ENTRIES = range(0x10_0000, 0x10_0000 + 100 * 80, 80)
RECORDS = range(0x20_0000, 0x20_0000 + 100 * 80, 80)


def found_in(dump: Path, share: float) -> list[tuple[str, int, TopHolder]]:
    """What retains at least this share of the reachable heap, with path and line."""
    with opened(dump) as index:
        assert index.graph is not None
        reachable = index.graph.summary.reachable_bytes - index.report.tracer_bytes
        sites = index.sites()
        return [(*sites[holder.site][:2], holder) for holder in top_holders(index.graph, share * reachable)]


def lines_of(dump: Path, share: float = 0.1) -> list[str]:
    return [f"{path}:{line}" for path, line, _ in found_in(dump, share)]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_leak_of_translate_is_the_hash_and_the_crowd_of_its_keys_and_nothing_else(number: int) -> None:
    # GIVEN a dump of a program that leaks through the keys of a hash WHEN it is asked for its top holders
    found = found_in(SAMPLES / f"translate/reports/heap-{number}.json.gz", 0.1)
    # THEN they are the line that made the hash, and the one that made the keys
    cache = "/srv/heapline/translate/lib/translation_cache.rb"
    assert [(path, line, holder.one) for path, line, holder in found] == [(cache, 9, True), (cache, 13, False)]
    # AND the path leads from a root to it by the constant and the objects between
    names = [label.name for label in found[0][2].path]
    assert names == ["root vm", "class Object", "module Main", "Translator", "TranslationCache", "Hash"]
    # AND what is held is named by class, with its objects: two hashes for each visitor, and the cache itself
    visitors = {1: 500, 2: 1000, 3: 2000}[number]
    for _, _, holder in found:
        assert holder.objects > 18 * visitors
        assert "Hash" in dict(holder.held)
        assert dict(holder.held)["Hash"] >= 5 * visitors


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_leak_of_weakmap_is_found_first(number: int) -> None:
    # GIVEN a dump of a program whose registry keeps wrappers around nothing WHEN it is asked for its top holders
    found = lines_of(SAMPLES / f"weakmap/reports/heap-{number}.json.gz")
    # THEN the registry's hash is the first, and the wrappers the only others
    registry = "/srv/heapline/weakmap/lib/image_registry.rb"
    assert found == [f"{registry}:13", f"{registry}:17"]


def test_the_leak_of_blog_is_the_first_line_of_the_program() -> None:
    # GIVEN a dump of a program that keeps what a gem allocated WHEN it is asked for its top holders
    found = lines_of(SAMPLES / "blog/reports/heap-3.json.gz")
    # THEN the constant that keeps it is the first line of the program, and the only one
    program = [line for line in found if line.startswith("/srv/heapline/blog/")]
    assert program == ["/srv/heapline/blog/lib/post_summary_cache.rb:11"]


def leak(*above: dict[str, Any], top: int = CACHE) -> list[dict[str, Any]]:
    """A cache with a hundred entries, each with a record, below `top`; and something else of a tenth of its size."""
    return [
        root("vm", top, 0x9000, CLASS),
        named(CLASS, "Thing"),
        *above,
        item(CACHE, *ENTRIES, at="cache.rb:9", size=8000),
        *(item(entry, record, at="entry.rb:13") for entry, record in zip(ENTRIES, RECORDS, strict=True)),
        *(item(record, at="record.rb:5", size=1000) for record in RECORDS),
        item(0x9000, at="other.rb:1", size=10_000),
    ]


@pytest.mark.parametrize(
    "above",
    [
        [],
        [item(APP, CACHE, at="app.rb:1")],
        [item(APP, CONFIG, at="app.rb:1"), item(CONFIG, CACHE, at="config.rb:2")],
        [item(APP, CONFIG, at="app.rb:1"), item(CONFIG, CACHE, at="app.rb:1")],
        [item(APP, WRAPPER, at="app.rb:1"), item(WRAPPER, CACHE)],
    ],
    ids=["alone", "below one", "below two", "below two of one line", "below one without a line"],
)
def test_what_only_passes_on_what_a_cache_holds_is_left_out(tmp_path: Path, above: list[dict[str, Any]]) -> None:
    # GIVEN a cache, and objects that hold it and little else
    dump = write(tmp_path / "heap.json", leak(*above, top=APP if above else CACHE))
    # WHEN the heap is asked for its top holders
    found = found_in(dump, 0.1)
    # THEN they are the cache, and the crowd of its entries, but neither what is above nor what is below
    assert [(path, line, holder.one) for path, line, holder in found] == [
        ("cache.rb", 9, True),
        ("entry.rb", 13, False),
    ]
    # AND each says what it holds
    assert [(holder.retained, holder.objects, holder.held) for _, _, holder in found] == [
        (112_000, 201, (("Thing", 201),)),
        (104_000, 200, (("Thing", 200),)),
    ]


def test_a_line_that_holds_objects_without_a_line_is_kept(tmp_path: Path) -> None:
    # GIVEN an object that holds a large array that was not traced, with all there is
    lines = [
        root("vm", APP),
        item(APP, WRAPPER, at="app.rb:1"),
        item(WRAPPER, *RECORDS, size=8000),
        *(item(record, size=1000) for record in RECORDS),
    ]
    # WHEN the heap is asked for its top holders
    # THEN the object is one, for there is no line below it that could be named
    assert lines_of(write(tmp_path / "heap.json", lines)) == ["app.rb:1"]


def test_an_object_that_holds_two_caches_is_kept_beside_them(tmp_path: Path) -> None:
    # GIVEN an object with two caches of the same size
    lines = [
        root("vm", APP),
        item(APP, 0x2000, 0x3000, at="app.rb:1"),
        item(0x2000, *RECORDS[:50], at="first.rb:1", size=1000),
        item(0x3000, *RECORDS[50:], at="second.rb:1", size=1000),
        *(item(record, at="record.rb:5", size=1000) for record in RECORDS),
    ]
    # WHEN the heap is asked for its top holders
    # THEN all three accumulate, and the records do too, for they are below single objects
    found = lines_of(write(tmp_path / "heap.json", lines))
    assert found[:1] == ["app.rb:1"]
    assert set(found) == {"app.rb:1", "first.rb:1", "second.rb:1", "record.rb:5"}


def test_only_what_reaches_the_threshold_is_a_top_holder(tmp_path: Path) -> None:
    # GIVEN a cache that retains 112,000 of 122,040 bytes, and a line with 10,000
    dump = write(tmp_path / "heap.json", leak())
    with opened(dump) as index:
        graph = index.graph
        assert graph is not None
        # WHEN the threshold is what the cache retains, or one byte more, or nothing
        at, above, none = (top_holders(graph, least) for least in (112_000, 112_001, 0))
        # THEN the cache is one, is none, and is one beside the other line
        assert [index.sites()[holder.site][0] for holder in at] == ["cache.rb"]
        assert above == ()
        assert {index.sites()[holder.site][0] for holder in none} == {"cache.rb", "entry.rb", "other.rb"}


def test_what_no_root_reaches_is_no_top_holder(tmp_path: Path) -> None:
    # GIVEN a large object that nothing leads to, beside a small one that a root holds
    lines = [root("vm", 0x1000), item(0x1000, at="small.rb:1", size=40), item(0x2000, at="garbage.rb:1", size=10**6)]
    # WHEN the heap is asked for its top holders THEN only the small one is one
    assert lines_of(write(tmp_path / "heap.json", lines)) == ["small.rb:1"]


def test_the_path_to_a_list_or_through_a_circle_has_no_step_twice(tmp_path: Path) -> None:
    # GIVEN a list of nodes and their arrays in turn, longer than anyone would read, that ends in something large
    length = 150_000
    nodes = range(0x100_0000, 0x100_0000 + length * 40, 40)
    dump = write(tmp_path / "heap.json", [root("vm", APP), item(APP, nodes[0], at="app.rb:1")])
    with dump.open("a") as out:
        out.writelines(
            f'{{"address":"{node:#x}", "type":"OBJECT", "references":["{node + 40:#x}"],'
            f' "file":"list.rb", "line":{1 + number % 2}, "memsize":40}}\n'
            for number, node in enumerate(nodes)
        )
    with dump.open("a") as out:
        out.write(
            f'{{"address":"{nodes[-1] + 40:#x}", "type":"STRING", "file":"end.rb", "line":1, "memsize":100000000}}\n'
        )
    # WHEN the heap is asked for its top holders
    [(_, _, holder)] = [found for found in found_in(dump, 0.1) if found[0] == "end.rb"]
    # THEN the path to what is large goes from the root by each line of the list once
    assert [(label.name, label.path, label.line) for label in holder.path] == [
        ("root vm", None, None),
        ("Object (class not in the dump)", "app.rb", 1),
        ("internal object", "list.rb", 1),
        ("internal object", "list.rb", 2),
        ("internal string", "end.rb", 1),
    ]
