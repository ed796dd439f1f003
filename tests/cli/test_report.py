"""`heapline report`: what it prints for people and for programs, and how it ends."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
from running import heapline

from heapline import __version__
from sample_files import SAMPLES

DUMP = SAMPLES / "weakmap/reports/heap-1.json.gz"
TEXT = SAMPLES / "weakmap/reports/memory_profiler.txt"
UNTRACED = SAMPLES / "rubies/3.4/untraced.json.gz"
COUNTS = ["live_objects", "live_bytes", "allocated_objects", "allocated_bytes", "retained_objects", "retained_bytes"]
OF_DUMPS = ["tracer_bytes", "untraced_objects", "untraced_bytes"]
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def as_json(*arguments: str | Path) -> dict[str, Any]:
    done = heapline("report", "--json", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def oracle() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(gzip.decompress((DUMP.parent / "oracle-1.json.gz").read_bytes()))["dump_lines"]
    return found


def object_line(path: str, method: str = "new") -> bytes:
    return (
        b'{"address":"0x10", "type":"STRING", "file":"' + path.encode() + b'", "line":3,'
        b' "method":' + json.dumps(method).encode() + b', "memsize":40}\n'
    )


@pytest.mark.parametrize(("report", "kind"), [(DUMP, "heap-dump"), (TEXT, "memory-profiler")])
def test_json_has_the_documented_shape(report: Path, kind: str) -> None:
    # GIVEN a report of each format
    # WHEN it is printed as JSON
    found = as_json(report, "--workspace", SAMPLES / "weakmap")
    # THEN its keys are the documented ones, everywhere, in their order
    assert list(found) == ["report", "totals", "sites", "tables"]
    assert list(found["report"]) == ["path", "format", "lines", "skipped_lines", "problems", "traced"]
    assert list(found["totals"]) == [*COUNTS, "reachable_bytes", "unreachable_bytes", *OF_DUMPS, "amounts"]
    named = ["path", "line", "method", "place", "origin", "silence"]
    keys = [*named, *COUNTS, "retained_size", "retained_size_exact", "strings", "amounts"]
    assert all(list(site) == keys for site in found["sites"])
    # AND it speaks of this report
    assert (found["report"]["path"], found["report"]["format"]) == (str(report), kind)
    assert (found["report"]["skipped_lines"], found["report"]["problems"], found["report"]["traced"]) == (0, [], True)
    # AND lines of the program's own are placed in the workspace, with how they were found
    places = [site["place"] for site in found["sites"] if site["place"] and site["origin"]["kind"] == "own"]
    assert places
    assert all(list(place) == ["file", "line", "rule", "sure", "stale"] for place in places)
    assert all(place["file"].startswith(str(SAMPLES / "weakmap")) for place in places)


def test_json_of_a_dump_has_the_oracles_numbers_and_null_for_what_a_dump_cannot_know() -> None:
    # GIVEN a dump and its oracle
    # WHEN it is printed as JSON
    found, expected = as_json(DUMP), oracle()
    # THEN the numbers are Ruby's
    assert found["report"]["lines"] == expected["lines"]
    assert found["totals"]["live_objects"] == expected["totals"]["objects"]
    assert found["totals"]["live_bytes"] == expected["totals"]["bytes"]
    assert {(s["path"], s["line"]): (s["live_objects"], s["live_bytes"]) for s in found["sites"]} == {
        (s["path"], s["line"]): (s["objects"], s["bytes"]) for s in expected["sites"]
    }
    # AND what was allocated and freed again is unknown, not zero
    assert all(part[count] is None for part in (found["totals"], *found["sites"]) for count in COUNTS[2:])


def test_json_of_a_profiler_text_has_null_for_what_it_cannot_know() -> None:
    # GIVEN a text of memory_profiler
    # WHEN it is printed as JSON
    found = as_json(TEXT)
    # THEN nothing is said of live objects or of what retains what
    unknown = [*COUNTS[:2], "retained_size", "retained_size_exact"]
    assert all(site[name] is None for site in found["sites"] for name in unknown)
    assert found["totals"]["live_objects"] is None
    assert found["totals"]["reachable_bytes"] is None
    assert all(found["totals"][name] is None for name in OF_DUMPS)
    assert found["totals"]["allocated_objects"] > 0


def test_all_sites_are_printed_as_json_unless_top_says_how_many() -> None:
    # GIVEN a dump
    # WHEN its first five sites are asked for
    everything, five = as_json(DUMP)["sites"], as_json(DUMP, "--top", "5")["sites"]
    # THEN they are the first of all
    assert len(everything) == len(oracle()["sites"])
    assert five == everything[:5]


def test_several_reports_are_one_json_object_each() -> None:
    # GIVEN two reports
    # WHEN both are printed as JSON
    done = heapline("report", "--json", DUMP, TEXT)
    # THEN each is one line, in the order given
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["report"]["path"] for one in found] == [str(DUMP), str(TEXT)]


def test_one_bad_report_does_not_keep_the_others_from_being_read(tmp_path: Path) -> None:
    # GIVEN a report, and a file that is none
    bad = tmp_path / "missing.json"
    # WHEN both are asked for
    done = heapline("report", "--json", bad, TEXT)
    # THEN the good one is printed, the bad one named, and that is a success
    assert done.returncode == 0
    assert json.loads(done.stdout)["report"]["path"] == str(TEXT)
    assert done.stderr.splitlines() == [f"heapline: {bad}: no such file. Check the path, or the glob that named it."]


def test_nothing_that_could_be_read_is_exit_code_1(tmp_path: Path) -> None:
    # GIVEN files that are no reports
    png = tmp_path / "leak.png"
    png.write_bytes(b"\x89PNG\r\n\x1a\n")
    # WHEN they are asked for
    done = heapline("report", tmp_path, png)
    # THEN each is one line of error, and nothing else
    assert (done.returncode, done.stdout) == (1, "")
    assert [line.split(": ")[1] for line in done.stderr.splitlines()] == [str(tmp_path), str(png)]


@pytest.mark.parametrize(
    "arguments",
    [
        ["report"],
        ["report", "--top", "none", "x"],
        ["report", "--top", "0", "x"],
        ["report", "--no-such", "x"],
        ["rep"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2(arguments: list[str]) -> None:
    # GIVEN arguments that mean nothing
    # WHEN the command is run with them
    done = heapline(*arguments)
    # THEN it says how it is used
    assert (done.returncode, done.stdout) == (2, "")
    assert "Usage: " in done.stderr


def test_the_version_is_printed() -> None:
    # WHEN the version is asked for
    done = heapline("--version")
    # THEN it is printed, and nothing else
    assert (done.returncode, done.stdout) == (0, f"heapline {__version__}\n")


def test_lines_of_the_workspace_are_printed_so_that_a_terminal_makes_links_of_them() -> None:
    # GIVEN a dump from a container, and the checkout
    # WHEN it is printed
    done = heapline("report", DUMP, "--workspace", SAMPLES / "weakmap")
    # THEN the leak is a path that exists, seen from here, a line of it, and what lives there
    assert done.returncode == 0
    links = re.findall(r"^(\S+\.rb):(\d+): [\d,]+ live · ", done.stdout, flags=re.MULTILINE)
    here = [(Path(path).resolve(), int(line)) for path, line in links if Path(path).is_file()]
    assert any(path == SAMPLES / "weakmap/lib/image_registry.rb" for path, _ in here)
    assert all(line <= len(path.read_text().splitlines()) for path, line in here)


def test_what_a_gem_allocated_for_a_line_is_on_that_line_with_its_share(tmp_path: Path) -> None:
    # GIVEN Vernier's profile of a program that took one of its files from a gem, and its own count of each line
    reports = SAMPLES / "gems/reports"
    profile = gzip.decompress((reports / "vernier-retained.vernier.json.gz").read_bytes())
    (tmp_path / "profile.json").write_bytes(profile.replace(b'"lib/builder.rb"', b'"gem:pay-1.2.3:lib/builder.rb"'))
    counted = json.loads((reports / "vernier.oracle.json").read_text())["retained"]
    _, own, objects, size = counted["/srv/heapline/translate/main.rb:24"]
    whole = counted["/opt/vernier/lib/vernier.rb:67"][3]
    # WHEN it is printed
    told = heapline("report", tmp_path / "profile.json", "--workspace", SAMPLES / "translate").stdout
    # THEN the line that called the gem has all that was retained for it, and the share of that, not of its own few
    assert own < 0.001 * whole
    told_of = re.search(r"main\.rb:24: retained .*", told)
    assert told_of
    assert f"retained with callees {objects:,} ({size / 1000:.0f} kB) ({100 * size / whole:.1f} %)" in told_of[0]


def test_a_dump_without_tracing_names_the_line_that_turns_it_on() -> None:
    # GIVEN a dump that was taken without tracing
    # WHEN it is printed
    done = heapline("report", UNTRACED)
    # THEN the totals are there, and what to do to see lines
    assert done.returncode == 0
    assert "ObjectSpace.trace_object_allocations_start" in done.stdout
    assert as_json(UNTRACED)["report"]["traced"] is False
    assert as_json(UNTRACED)["sites"] == []


def test_damaged_lines_are_counted_and_named(tmp_path: Path) -> None:
    # GIVEN a dump with two lines that give nothing
    dump = tmp_path / "heap.json"
    dump.write_bytes(object_line("a.rb") + b"\nrubbish\n" + object_line("b.rb") + b'{"addr')
    # WHEN it is printed, for people and for programs
    done, found = heapline("report", dump), as_json(dump)["report"]
    # THEN both say how many lines gave nothing, which, and why
    assert "2 of 4 lines gave nothing" in done.stdout
    assert "line 3: not JSON" in done.stdout
    assert "line 5: cut short: the dump ends inside this line" in done.stdout
    assert (found["lines"], found["skipped_lines"]) == (4, 2)
    assert [problem["line"] for problem in found["problems"]] == [3, 5]


@pytest.mark.parametrize(
    "hostile",
    ["\x1b]0;owned\x07", "\x1b[2J", "\x1b[31m", "\u202e", "\x9b31m", "a\rb", "\x08\x08", "\x7f", "[red]x[/red]", "[/]"],
    ids=repr,
)
def test_control_characters_of_a_dump_never_reach_the_terminal(tmp_path: Path, hostile: str) -> None:
    # GIVEN a dump whose path, method and file name hold them (or look like markup)
    dump = tmp_path / f"heap {hostile}.json".replace("/", "|")
    dump.write_bytes(object_line(f"/srv/{hostile}.rb", hostile) + b"rubbish " + hostile.encode() + b"\n")
    # WHEN it is printed, and a file beside it that cannot be read
    done = heapline("report", dump, f"{dump}.missing", "--all")
    # THEN it is read, and all that is printed is text
    assert done.returncode == 0
    for printed in (done.stdout, done.stderr):
        assert not CONTROL.search(printed)
        assert "\u202e" not in printed
    # AND what was recorded can still be told from what is printed
    assert "/srv/" in done.stdout
    if hostile.startswith("["):
        assert hostile in done.stdout


def test_without_a_file_the_settings_of_the_workspace_name_the_reports(tmp_path: Path) -> None:
    # GIVEN a workspace whose settings name a report
    (tmp_path / "report.txt").write_bytes(TEXT.read_bytes())
    (tmp_path / ".heapline.toml").write_text('reports = ["*.txt"]\n')
    # WHEN nothing else is asked for
    done = heapline("report", "--json", "--workspace", str(tmp_path))
    # THEN that report is read
    assert done.returncode == 0
    assert json.loads(done.stdout)["report"]["path"] == str(tmp_path / "report.txt")


def test_without_a_file_and_without_settings_the_usage_is_wrong(tmp_path: Path) -> None:
    # GIVEN a workspace without settings
    # WHEN nothing is named
    done = heapline("report", "--workspace", str(tmp_path))
    # THEN that is said
    assert done.returncode == 2
    assert "name a report" in done.stderr


def test_a_glob_that_matches_nothing_is_named(tmp_path: Path) -> None:
    # GIVEN a workspace whose settings name reports that are not there
    toml = tmp_path / ".heapline.toml"
    toml.write_text('reports = ["tmp/nothing*.json"]\n')
    # WHEN no report is named
    done = heapline("report", "--workspace", tmp_path)
    # THEN the glob is named, and nothing else is said
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f'heapline: {toml}: reports: "tmp/nothing*.json" matches no file.\n'


def test_a_workspace_that_no_line_lies_in_is_named(tmp_path: Path) -> None:
    # GIVEN a directory without any file of the report, and a path that is no directory
    # WHEN the report is printed for either
    done, wrong = (heapline("report", DUMP, "--workspace", at) for at in (tmp_path, tmp_path / "none"))
    # THEN the first is printed with the reason why no line is in it, and the second is wrong usage
    assert done.returncode == 0
    lines = len(oracle()["sites"])
    assert f"Note: none of its {lines} lines lies in this workspace, {tmp_path} (the largest is " in done.stdout
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "Usage: " in wrong.stderr


def test_the_totals_tell_the_tracer_from_the_program(tmp_path: Path) -> None:
    # GIVEN a dump with an object of a line, one without, and the allocation tracer
    dump = tmp_path / "heap.json"
    dump.write_bytes(
        object_line("a.rb")
        + b'{"address":"0x20", "type":"STRING", "memsize":160}\n'
        + b'{"address":"0x30", "type":"DATA", "struct":"ObjectTracing/allocation_info_tracer", "memsize":5000}\n'
    )
    # WHEN it is printed, for people and for programs
    done, totals = heapline("report", dump), as_json(dump)["totals"]
    # THEN what shares are taken of has a row, and its parts lie below it, without the tracer
    table = [re.split(r"\s*│\s*", line.rstrip()) for line in done.stdout.splitlines() if "│" in line]
    assert table == [
        ["live", "3", "5.2 kB", ""],
        ["  the allocation tracer's own", "1", "5.0 kB", ""],
        ["  your program", "2", "200 B", "100.0 %"],
        ["    of it without a line", "1", "160 B", "80.0 %"],
    ]
    # AND the JSON has the numbers as they were counted
    assert [totals[name] for name in OF_DUMPS] == [5000, 2, 5160]
