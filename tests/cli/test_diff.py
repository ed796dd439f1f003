"""`heapline diff A B [C]`."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from running import heapline

from heap_dumps import item, named, root, write
from sample_files import ORACLES, SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

BLOG = [SAMPLES / f"blog/reports/heap-{number}.json.gz" for number in (1, 2, 3)]
TEXT = SAMPLES / "blog/reports/memory_profiler.txt"


def test_three_dumps_tell_who_holds_what_is_new_and_stays() -> None:
    # GIVEN three dumps of a program with a large leak and a small one, and its checkout
    # WHEN they are compared
    done = heapline("diff", *BLOG, "--workspace", SAMPLES / "blog", "--top", "2000")
    # THEN both are named, by constant and line, with their share
    assert (done.returncode, done.stderr) == (0, "")
    holders = re.findall(r"(\S+ \S+) \((?:.*/)?(\S+:\d+)\): ([\d.]+) %, ([\d,]+) objects", done.stdout)
    assert holders[:2] == [
        ("Hash PostSummaryCache::STORE", "post_summary_cache.rb:11", "86.6", "8,520"),
        ("Array RequestLog::SEEN", "request_log.rb:5", "1.5", "150"),
    ]
    # AND lines and classes tell how many there are in each dump, as Ruby counted them
    oracles = [json.loads(gzip.decompress(ORACLES[dump].read_bytes())) for dump in BLOG]
    log = [
        site["objects"]
        for oracle in oracles
        for site in oracle["dump_lines"]["sites"]
        if (site["path"].endswith("/request_log.rb"), site["line"]) == (True, 8)
    ]
    comments = [oracle["each_object"]["totals"]["classes"]["Comment"][0] for oracle in oracles]
    for name, counts in (("blog/lib/request_log.rb:8", log), ("Comment", comments)):
        [line] = [line for line in done.stdout.splitlines() if line.split(": ")[0].endswith(name)]
        assert f": {' → '.join(f'{count:,}' for count in counts)} · +" in line
        assert f" · ↑ {(counts[2] - counts[0]) // 2:,} per dump · " in line


def test_the_same_as_json_has_every_line() -> None:
    # GIVEN three dumps WHEN they are compared for a program
    found = json.loads(heapline("diff", "--json", *BLOG).stdout)
    # THEN there is the whole, and all lines and classes, which add up to it
    assert found["identity"] == "generation"
    for rows in (found["sites"], found["classes"]):
        assert sum(row["change"]["new"]["objects"] for row in rows) == found["total"]["new"]["objects"]
    assert found["holders"][0]["line"] == 11


def test_the_dumps_of_derailed_benchmarks_have_on_each_line_what_it_says_stayed() -> None:
    # GIVEN the three dumps of perf:heap_diff, and what it printed of them: a row a line and type
    folder = SAMPLES / "gems/reports"
    printed: Counter[tuple[str, int]] = Counter()
    row = re.compile(r"Retained \w+ (\d+) objects of size .* at: (/srv/heapline/.+):(\d+)")
    for objects, path, line in row.findall((folder / "derailed-perf-heap_diff.txt").read_text()):
        printed[path, int(line)] += int(objects)
    # WHEN the dumps are compared
    found = json.loads(heapline("diff", "--json", *sorted(folder.glob("derailed-heap-*.ndjson.gz"))).stdout)
    # THEN each line of the program has as many objects that stay
    sites = {(site["path"], site["line"]): site["change"]["staying"]["objects"] for site in found["sites"]}
    ours = {at: objects for at, objects in sites.items() if objects and str(at[0]).startswith("/srv/heapline/")}
    assert ours == printed != Counter()


def test_two_profiler_reports_tell_what_was_saved(tmp_path: Path) -> None:
    # GIVEN a report, and one of the same program after a change that spared 1,000 bytes on a line
    before = TEXT.read_text()
    line = re.search(r"^ +(\d+)  (\S+/lib/post_summary_cache.rb:\d+)$", before, re.MULTILINE)
    assert line
    after = tmp_path / "after.txt"
    after.write_text(before.replace(line[0], line[0].replace(line[1], str(int(line[1]) - 1000)), 1))
    # WHEN they are compared
    done = heapline("diff", TEXT, after, "--workspace", tmp_path)
    # THEN the line says so, and no other
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == f"{line[2]}: retained 1.0 kB saved"


@pytest.mark.parametrize(
    ("files", "code", "said"),
    [
        ([BLOG[0]], 2, "name two reports"),
        ([*BLOG, BLOG[0]], 2, "name two reports"),
        ([BLOG[1], BLOG[0]], 1, "was taken before"),
        ([BLOG[0], TEXT], 1, "cannot be compared"),
        ([BLOG[0], SAMPLES / "none.json"], 1, "none.json"),
    ],
)
def test_what_cannot_be_compared_says_so(files: list[Path], code: int, said: str) -> None:
    # GIVEN reports that do not belong together WHEN they are compared
    done = heapline("diff", *files)
    # THEN the way out is told
    assert (done.returncode, done.stdout) == (code, "")
    assert said in " ".join(done.stderr.split())


def test_names_of_a_report_cannot_reach_the_terminal_as_anything_but_text(tmp_path: Path) -> None:
    # GIVEN two dumps whose classes and paths hold control characters and markup
    hostile = "\x1b[2J\u202e\x07[red]x[/]"
    lines = [
        root("vm", 0xC000, 0x1000),
        named(0xC000, f"Foo{hostile}"),
        named(0xD000, "Object"),
        item(0x1000, at="a.rb:1"),
    ]
    old = write(tmp_path / "old.json", lines)
    more = [item(0x2000 + 40 * i, at=f"/srv/{hostile}.rb:1", size=1000) | {"generation": 6} for i in range(9)]
    lines[0] = root("vm", 0xC000, 0x1000, *(int(str(line["address"]), 16) for line in more))
    new = write(tmp_path / f"new{hostile}.json".replace("/", "-"), [*lines, *more])
    # WHEN they are compared
    done = heapline("diff", old, new)
    # THEN they are text
    assert done.returncode == 0
    assert "[red]x[/]" in done.stdout
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", done.stdout)
