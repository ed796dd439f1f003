"""`heapline tree FILE`, and what `heapline report` says of retained sizes."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from running import heapline

from heap_dumps import CLASS, graph_of, item, named, opened, root, write
from sample_files import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

DUMP = SAMPLES / "translate/reports/heap-3.json.gz"
CHECKOUT = SAMPLES / "translate"
SINCE = SAMPLES / "rubies/3.4/since.json.gz"
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]")
LINE = re.compile(r"( *)(?:└ )?(.+) — retains .+ \(([\d.]+) %\)")


def drawn(text: str) -> list[tuple[int, str, float]]:
    """The lines of a tree: how deep, what, and the share in per cent."""
    found = [LINE.fullmatch(line) for line in text.splitlines()[1:]]
    assert all(found)
    return [(len(at[1]) // 2, at[2], float(at[3])) for at in found if at]


def test_the_tree_shows_the_largest_holders_first_and_what_they_hold_below_them() -> None:
    # GIVEN a dump from a container, and the checkout
    # WHEN its tree is asked for
    done = heapline("tree", DUMP, "--workspace", CHECKOUT)
    # THEN it starts with all that is reachable
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == "heap-3.json.gz: 5.3 MB reachable, without the allocation tracer"
    # AND goes down to the leak, folded by class and line
    tree = drawn(done.stdout)
    assert [re.sub(r" \(.*", "", what) for _, what, _ in tree[:6]] == [
        "module Main",
        "Translator",
        "TranslationCache",
        "Hash",
        "4,000 × Hash",
        "2,000 × Record",
    ]
    assert [depth for depth, _, _ in tree[:6]] == list(range(6))
    # AND what is below something never has more than that, and comes largest first
    above: list[float] = [100.0]
    for depth, _, share in tree:
        assert share <= above[depth]
        del above[depth + 1 :]
        above.append(share)
    tops = [share for depth, _, share in tree if depth == 0]
    assert tops == sorted(tops, reverse=True)
    assert sum(tops) <= 100.5


@pytest.mark.parametrize(("options", "depth", "least"), [(["--depth", "1"], 0, 2.0), (["--min", "30"], 5, 30.0)])
def test_depth_and_share_say_how_much_of_the_tree_is_drawn(options: list[str], depth: int, least: float) -> None:
    # GIVEN a dump WHEN its tree is asked for with fewer levels, or without small branches
    tree = drawn(heapline("tree", DUMP, *options).stdout)
    # THEN there are no others, and there is one of the deepest
    assert max(level for level, _, _ in tree) == depth
    assert min(share for _, _, share in tree) >= least


def test_all_branches_are_drawn_however_many(tmp_path: Path) -> None:
    # GIVEN a root that holds objects of eleven hundred lines
    objects = range(0x10_0000, 0x10_0000 + 1100 * 40, 40)
    lines = [root("vm", *objects), *(item(o, at=f"a.rb:{number}") for number, o in enumerate(objects, start=1))]
    # WHEN the whole tree is asked for
    done = heapline("tree", write(tmp_path / "heap.json", lines), "--min", "0", "--depth", "2")
    # THEN each line is there once
    assert sorted(int(n) for n in re.findall(r"a\.rb:(\d+)\)", done.stdout)) == list(range(1, 1101))


def test_a_heap_whose_tracer_is_garbage_has_shares_of_the_rest(tmp_path: Path) -> None:
    # GIVEN a dump whose allocation tracer no root reaches
    lines = [
        root("vm", 0x1000),
        item(0x1000, at="a.rb:1", size=1000),
        item(0x2000, type="DATA", cls=None, struct="ObjectTracing/allocation_info_tracer", size=10**6),
    ]
    # WHEN its tree is asked for
    done = heapline("tree", write(tmp_path / "heap.json", lines))
    # THEN what is reachable is the whole
    assert "1.0 kB reachable" in done.stdout
    assert [share for _, _, share in drawn(done.stdout)] == [100.0, 100.0]


def test_control_characters_of_class_names_never_reach_the_terminal(tmp_path: Path) -> None:
    # GIVEN a dump whose file, classes, roots and paths hold them, and what looks like markup
    hostile = "\x1b]0;owned\x07\x1b[2J\u202e\x9b31m\r\x08[red]x[]:heart:"
    lines: list[dict[str, Any]] = [
        root(f"vm {hostile}", CLASS, 0x1000),
        named(CLASS, f"Foo {hostile}"),
        item(0x1000, at=f"/srv/{hostile}.rb:1"),
    ]
    # WHEN its tree is drawn
    done = heapline("tree", write(tmp_path / f"heap {hostile}.json", lines))
    # THEN all of it is text, and what looks like markup is too
    assert (done.returncode, done.stderr) == (0, "")
    assert not CONTROL.search(done.stdout)
    assert done.stdout.count("[red]x[]:heart:") == 5


def test_a_report_has_the_retained_size_of_every_line_and_the_exact_one_of_the_first() -> None:
    # GIVEN a dump
    with opened(DUMP) as index, graph_of(DUMP) as graph:
        sites = {site[:2]: number for number, site in enumerate(index.sites())}
        lower, summary = graph.by_site, graph.summary
        # WHEN it is printed as JSON, with exact sizes for five lines
        done = heapline("report", "--json", "--exact", "5", DUMP)
        found = json.loads(done.stdout)
        exact = {(s["path"], s["line"]): s["retained_size_exact"] for s in found["sites"][:5]}
        # THEN every line has its lower bound, and the five what they retain exactly
        assert {(s["path"], s["line"]): s["retained_size"] for s in found["sites"]} == {
            site: lower[number] for site, number in sites.items()
        }
        assert exact == {site: graph.exact(sites[site]) for site in exact}
    assert all(site["retained_size_exact"] is None for site in found["sites"][5:])
    # AND the totals have both buckets, and lines that retain most come first
    totals = found["totals"]
    assert (totals["reachable_bytes"], totals["unreachable_bytes"]) == (
        summary.reachable_bytes,
        summary.unreachable_bytes,
    )
    assert [s["retained_size"] for s in found["sites"]] == sorted(lower, reverse=True)


def test_a_report_without_roots_says_nothing_of_what_is_retained() -> None:
    # GIVEN a dump that was taken with since: WHEN it is printed, for people and for programs
    text, found = heapline("report", SINCE).stdout, json.loads(heapline("report", "--json", SINCE).stdout)
    # THEN no line and no total is said to retain anything
    assert "retains" not in text
    assert "unreachable" not in text
    assert "names no roots" in text
    assert all(site["retained_size"] is None and site["retained_size_exact"] is None for site in found["sites"])
    assert found["sites"]
    assert (found["totals"]["reachable_bytes"], found["totals"]["unreachable_bytes"]) == (None, None)


@pytest.mark.parametrize("arguments", [["holders", "lib/record.rb:12"], ["report", "--json"]], ids=" ".join)
def test_a_graph_that_turns_out_to_be_damaged_is_one_clear_error_and_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    # GIVEN a dump whose graph is damaged behind what is read first
    monkeypatch.setenv("HEAPLINE_CACHE_DIR", str(tmp_path))
    verb, *rest = arguments
    dump = SAMPLES / "translate/reports/heap-1.json.gz"
    whole = heapline(verb, dump, *rest)
    [graph] = tmp_path.glob("*.graph")
    content = graph.read_bytes()
    third = len(content) // 3
    graph.write_bytes(content[:third] + bytes(byte ^ 0x5A for byte in content[third:-third]) + content[-third:])
    # WHEN it is asked
    done = heapline(verb, dump, *rest)
    # THEN it says so in one sentence
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"heapline: {dump}: its index was damaged and is removed. Load it again.\n"
    # AND the next time it answers
    assert heapline(verb, dump, *rest).stdout == whole.stdout
