"""`heapline strings FILE`: equal strings by line."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from running import heapline

from heap_dumps import item, root, write
from sample_files import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

DUMP = SAMPLES / "weakmap/reports/heap-3.json.gz"


def test_json_has_what_plain_python_counts_by_line() -> None:
    # GIVEN what plain Python finds of the strings whose values the dump prints
    sizes: dict[tuple[str | None, int | None], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    whole: dict[str, list[int]] = defaultdict(list)
    for line in gzip.decompress(DUMP.read_bytes()).splitlines():
        found = json.loads(line)
        if found["type"] == "STRING" and "value" in found:
            sizes[found.get("file"), found.get("line")][found["value"]].append(found["memsize"])
            whole[found["value"]].append(found["memsize"])
    # WHEN the command prints them as JSON
    done = heapline("strings", DUMP, "--json")
    said = json.loads(done.stdout)
    # THEN it says the same of each line and of the whole, most duplicate bytes first
    assert (done.returncode, done.stderr) == (0, "")
    assert {(site.pop("path"), site.pop("line")): tuple(site.values()) for site in said["sites"]} == {
        at: counted(values) for at, values in sizes.items()
    }
    assert (said["strings"], said["different"], said["duplicate_bytes"]) == counted(whole)
    order = [counted(sizes[row])[2] for row in sizes]
    assert sorted(order, reverse=True) == [site["duplicate_bytes"] for site in json.loads(done.stdout)["sites"]]


def counted(values: dict[str, list[int]]) -> tuple[int, int, int]:
    equal = values.values()
    return sum(map(len, equal)), len(equal), sum(sum(sizes) - max(sizes) for sizes in equal)


def test_lines_with_equal_strings_are_listed_and_values_are_not(tmp_path: Path) -> None:
    # GIVEN a dump with equal secrets on one line, different ones on another
    texts = Counter({("a.rb:1", "hunter2"): 4, ("a.rb:1", "swordfish"): 1, ("b.rb:2", "letmein"): 1})
    lines = [
        item(8 + 8 * number, type="STRING", value=text, at=at) for number, (at, text) in enumerate(texts.elements())
    ]
    dump = write(tmp_path / "heap.json", [root("vm"), *lines])
    # WHEN the command prints them
    done = heapline("strings", dump, "--workspace", tmp_path)
    # THEN the first line is there with its numbers, and no value is
    assert re.findall(r"^(\S+): (.+)$", done.stdout, re.MULTILINE) == [
        ("heap.json", "6 strings, of which only 3 differ: 120 B are duplicates"),
        ("a.rb:1", "5 strings, of which only 2 differ: 120 B are duplicates"),
    ]
    assert not any(text in done.stdout for _, text in texts)


def test_a_report_that_is_no_dump_has_no_strings() -> None:
    # GIVEN a profiler's text WHEN it is asked for its strings THEN one line says that it has none
    done = heapline("strings", SAMPLES / "weakmap/reports/memory_profiler.txt")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "is no heap dump" in done.stderr
