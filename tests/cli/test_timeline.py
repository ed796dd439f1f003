"""`heapline generations FILE [GENERATION]`."""

from __future__ import annotations

import gzip
import json
import re
from typing import TYPE_CHECKING

import pytest
from running import heapline

from heap_dumps import item, root, write
from sample_files import ORACLES, SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

DUMP = SAMPLES / "translate/reports/heap-3.json.gz"
ROW = re.compile(r" *(\d+) +([\d,]+) +\S+ k?M?B (█*)( boot)?")


def test_the_timeline_has_a_row_for_each_generation_and_tells_the_boot() -> None:
    # GIVEN a dump, and what Ruby counted
    oracle = json.loads(gzip.decompress(ORACLES[DUMP].read_bytes()))["dump_lines"]
    # WHEN its generations are printed
    done = heapline("generations", DUMP)
    # THEN each has its objects, and a bar that is longest for most of them
    assert (done.returncode, done.stderr) == (0, "")
    rows = [found.groups() for line in done.stdout.splitlines() if (found := ROW.fullmatch(line))]
    assert {g: int(n.replace(",", "")) for g, n, *_ in rows} == {
        g: n for g, (n, _) in oracle["traced"]["generations"].items()
    }
    assert max(rows, key=lambda row: len(row[2]))[0] == "8"
    # AND those in which the program was loading its code are marked, and those without a generation counted apart
    assert [g for g, *_, boot in rows if boot] == ["0"]
    untraced = oracle["totals"]["objects"] - oracle["traced"]["objects"] - 1  # the tracer itself
    assert f"of no known generation: {untraced:,} objects" in done.stdout


@pytest.mark.parametrize(("asked", "generations"), [("6", ["6"]), ("4-8", ["4", "5", "6", "7", "8"])])
def test_a_generation_or_a_span_of_them_is_told_by_line(tmp_path: Path, asked: str, generations: list[str]) -> None:
    # GIVEN a dump of a program that is not here, and what Ruby counted WHEN one generation is asked for, or several
    oracle = json.loads(gzip.decompress(ORACLES[DUMP].read_bytes()))["dump_lines"]
    done = heapline("generations", DUMP, asked, "--workspace", tmp_path, "--top", "1000")
    # THEN each line has its objects of these generations, most bytes first
    expected = {
        f"{site['path']}:{site['line']}": sum(site["generations"].get(g, [0])[0] for g in generations)
        for site in oracle["sites"]
    }
    rows = re.findall(r"(.+:\d+): ([\d,]+) · ", done.stdout)
    assert {where: int(count.replace(",", "")) for where, count in rows} == {
        where: count for where, count in expected.items() if count
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([SAMPLES / "rubies/3.4/untraced.json.gz"], "has no allocation sites"),
        ([SAMPLES / "translate/reports/memory_profiler.txt"], "is no heap dump"),
        ([DUMP, "4000"], "no live object is of generation 4000"),
    ],
)
def test_what_has_no_generations_says_so_in_one_line(arguments: list[Path | str], said: str) -> None:
    # GIVEN a report without generations, or a generation that nothing is left of WHEN it is asked for
    done = heapline("generations", *arguments)
    # THEN one line says so
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert said in done.stderr


@pytest.mark.parametrize("asked", ["young", "9-3", "-3", "1-2-3"])
def test_what_is_no_generation_is_wrong_usage(asked: str) -> None:
    # GIVEN what is no generation WHEN it is asked for THEN that is wrong usage
    assert heapline("generations", DUMP, asked).returncode == 2


def test_names_of_a_report_cannot_reach_the_terminal_as_anything_but_text(tmp_path: Path) -> None:
    # GIVEN a dump whose name and paths hold control characters and markup
    hostile = "\x1b[2J\u202e\x07[red]x[/]"
    dump = write(tmp_path / "heap.json", [root("vm", 0x1000), item(0x1000, at=f"/srv/{hostile}.rb:1")])
    # WHEN a generation is printed
    done = heapline("generations", dump, "5")
    # THEN it is text
    assert done.returncode == 0
    assert "[red]x[/]" in done.stdout
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", done.stdout)
