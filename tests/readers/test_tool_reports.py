"""The other tools' reports, read: the numbers are those that the tools, or Ruby, say of the same run in another way."""

from __future__ import annotations

import gzip
import io
import json
import re
from pathlib import Path

import pytest
from memory_profiler_texts import by_site
from memory_profiler_texts import read as read_text
from tool_reports import REPORTS, content_of, read, site_at, text_of

from heapline.profile import Amount, Measures
from heapline.readers import READERS, memory_profiler_json
from sample_files import SAMPLES

TRANSLATE = SAMPLES / "translate"
MIB = 2**20


def alive(round_: int) -> dict[tuple[str, int], tuple[int, int]]:
    """Objects and bytes by site, as Ruby counted them in one of the dumps that heapy was run on."""
    oracle = json.loads(gzip.decompress((TRANSLATE / f"reports/oracle-{round_}.json.gz").read_bytes()))
    return {(site["path"], site["line"]): (site["objects"], site["bytes"]) for site in oracle["dump_lines"]["sites"]}


def test_heapys_sections_have_what_ruby_counted_in_the_dump() -> None:
    # GIVEN all generations of a dump, as heapy printed them
    profile = read("heapy-read-all.txt")
    # THEN each number is Ruby's, and what heapy left out is unknown
    counted = alive(3)
    assert len(profile.sites) > 50
    for site in profile.sites:
        objects, size = counted[site.path, site.line]
        assert site.measures.live_objects in (objects, None)
        assert site.measures.live_bytes in (size, None)
    assert profile.sites[0].measures == Measures(live_objects=4001, live_bytes=672_040)


def test_heapys_comparison_of_three_dumps_finds_what_leaks() -> None:
    # GIVEN what came after the first dump and is still in the third
    profile = read("heapy-diff-retained.txt")
    # THEN a line of which nothing is ever freed has what it grew by, between the first and the second dump
    leak = site_at(profile, "lib/translation_cache.rb", 13)
    first, second = (alive(number)[leak.path, leak.line] for number in (1, 2))
    assert (leak.measures.retained_objects, leak.measures.retained_bytes) == (
        second[0] - first[0],
        second[1] - first[1],
    )
    # AND of two dumps the same is alive, but is not said to have stayed
    assert site_at(read("heapy-diff.txt"), "lib/translation_cache.rb", 13).measures == Measures(
        live_objects=leak.measures.retained_objects, live_bytes=leak.measures.retained_bytes
    )


def test_heapys_strings_are_not_read() -> None:
    # GIVEN a report of heapy that ends in the program's strings
    assert "City of 54" in text_of("heapy-read-all.txt")
    # THEN none of them is in what was read
    assert "City of" not in repr(read("heapy-read-all.txt"))


def test_generations_are_a_table() -> None:
    # GIVEN heapy's list of generations, which derailed_benchmarks prints too
    for name in ("heapy-read.txt", "derailed-perf-heap.txt"):
        printed = re.findall(r"Generation: +(\w+) object count: (\d+), mem: ([\d.]+) kb", text_of(name))
        # THEN each is a row of a table, and there are no lines of code
        [table] = read(name).tables
        assert table.rows == tuple((which, int(objects), float(size)) for which, objects, size in printed)
        assert not read(name).sites


def test_stackprofs_lines_have_what_stackprof_itself_prints_of_them() -> None:
    # GIVEN the source with stackprof's own numbers beside it
    sites = {site.line: site for site in read("stackprof.json").sites if site.path.endswith("lib/builder.rb")}
    source = (TRANSLATE / "lib/builder.rb").read_text().splitlines()
    printed = (REPORTS / "stackprof.oracle.txt").read_text().splitlines()
    start = next(n for n, row in enumerate(printed) if row.endswith(source[4]))
    for number, row in enumerate(printed[start : start + len(source) - 4], start=5):
        total, _, own = row.partition("|")[0].partition(" / ")
        site = sites.pop(number, None)
        # THEN a line has the same number of its own; one without numbers has none
        assert (site is not None) == bool(total.strip())
        if site is not None:
            assert site.measures.allocated_objects == (int(own.split()[0]) if own.strip() else 0)
            # AND with callees at least that, and at most what stackprof prints, which counts some twice
            with_callees = site.measures.amount("allocated_total")
            assert with_callees is None or with_callees.count is not None
            if with_callees and with_callees.count:
                assert (site.measures.allocated_objects or 0) < with_callees.count <= int(total.split()[0])
    assert not sites


def test_no_line_has_more_than_all_that_stackprof_saw() -> None:
    # GIVEN a program whose blocks lie within each other on one line
    profile = read("stackprof.json")
    # THEN no line has more allocations than there were, even with its callees
    assert profile.totals.allocated_objects == json.loads(content_of("stackprof.json"))["samples"]
    assert all(site.measures.largest_count <= profile.totals.largest_count for site in profile.sites)


@pytest.mark.parametrize("name", ["valgrind.xml.gz", "valgrind.txt.gz"])
def test_valgrinds_leaks_of_the_extension_are_on_its_lines_and_rubys_own_are_set_apart(name: str) -> None:
    # GIVEN an extension that forgets 100 texts of 12 bytes, a list of 10 nodes of 64, and keeps 5,000 by their middle
    source = (SAMPLES / "native/leaky.c").read_text().splitlines()
    profile = read(name)
    # THEN just these are there, where the source says so
    found = {source[site.line - 1].partition("/* ")[2]: site.measures.amounts for site in profile.sites}
    assert found == {
        "never freed */": (Amount("definitely_lost", 1200, 100),),
        "lost with the head */": (Amount("definitely_lost", 640, 1),),
        "possibly lost */": (Amount("possibly_lost", 5000, 1),),
    }
    # AND the hundreds of Ruby itself are told of, and counted nowhere
    assert any(re.match(r"4\d\d stacks with .* are set apart", note) for note in profile.notes)
    assert profile.totals.amounts == (Amount("definitely_lost", 1840, 101), Amount("possibly_lost", 5000, 1))


def test_a_native_leak_has_its_callers() -> None:
    # GIVEN the texts that are copied by a function of their own
    leak = site_at(read("valgrind.xml.gz"), "leaky.c", 15)
    # THEN the line that called it is named, by its whole path
    assert leak.method == "copy_of"
    assert (leak.stack[0].function, leak.stack[0].path, leak.stack[0].line) == (
        "greet",
        "/srv/heapline/native/leaky.c",
        22,
    )


def test_leak_sanitizers_leaks_are_in_its_own_words() -> None:
    # GIVEN the same extension under LeakSanitizer, which stopped after 5,000 leaks
    profile = read("lsan.txt.gz")
    # THEN the first is on its line, and it is said that there are more
    [leak] = profile.sites
    assert (leak.path, leak.line, leak.measures.amounts) == (
        "/srv/heapline/native/leaky.c",
        15,
        (Amount("leaked", 1200, 100),),
    )
    assert any("there are more" in note for note in profile.notes)


def test_a_document_type_in_xml_is_refused() -> None:
    # GIVEN XML with an entity that grows without end
    content = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><valgrindoutput>&a;</valgrindoutput>'
    # WHEN it is read
    reader = next(reader for reader in READERS if reader.recognise(content) is None)
    profile = reader.read(Path("leaks.xml"), io.BytesIO(content))
    # THEN nothing was expanded, and it says why
    assert profile.sites == ()
    assert "document type" in profile.problems[0].reason


def test_requires_have_the_memory_that_was_printed_and_gems_the_sum_of_their_topmost() -> None:
    # GIVEN derailed_benchmarks' tree of an application's requires
    text, profile = text_of("derailed-bundle-mem.txt"), read("derailed-bundle-mem.txt")
    found = {site.at: site.measures.amount("boot") for site in profile.sites}
    printed = re.findall(r"^ +(\S+): ([\d.]+) MiB", text, re.MULTILINE)
    # THEN each name has what was printed
    for name, size in printed:
        amount = found[f"require:{name}" if name[0] != "/" else f"{name}.rb:1"]
        assert amount is not None
        assert amount.bytes == pytest.approx(float(size) * MIB, abs=1)
    # AND a gem has what its topmost file has: what is below is part of it
    [(_, active_record)] = [row for row in printed if row[0] == "active_record"]
    assert found["gemfile:active_record"] == Amount("boot", round(float(active_record) * MIB))
    # AND the excerpt is the tree below
    [site] = [site for site in profile.sites if site.at == "require:sqlite3"]
    assert site.excerpt[0].startswith("sqlite3: ")
    assert all(f"  {row}\n" in text for row in site.excerpt)


def test_a_series_is_a_table_and_a_sentence() -> None:
    # GIVEN the process' memory every few seconds
    series = [float(line) for line in text_of("derailed-perf-mem_over_time.txt").splitlines() if line[:1].isdigit()]
    # THEN it is a table, and its growth a note
    profile = read("derailed-perf-mem_over_time.txt")
    assert [row[1] for row in profile.tables[0].rows] == series
    assert f"({series[-1] - series[0]:+.1f} MiB)" in profile.notes[0]


@pytest.mark.parametrize("name", ["gc-stat-inspect.txt", "gc-stat-pp.txt", "gc-stat.json", "count-objects.txt"])
def test_counters_are_what_ruby_counted_in_every_form_that_ruby_prints(name: str) -> None:
    # GIVEN Ruby's counters as JSON
    truth = json.loads((REPORTS / "counters.oracle.json").read_text())
    prints = truth["count_objects" if name.startswith("count") else "gc_stat"]
    prints = prints[-1:] if name == "gc-stat.json" else prints
    # THEN the table has the same, a column for each print
    [table] = read(name).tables
    for number, counted in enumerate(prints, start=1):
        assert {row[0]: row[number] for row in table.rows} == counted
    assert len(table.columns) == len(prints) + 1


def test_counters_as_ruby_3_4_and_rbtrace_print_them() -> None:
    # GIVEN the same counters in the forms of other programs
    [table] = read("gc-stat.json").tables
    new_inspect = "{" + ", ".join(f"{name}: {value}" for name, value, *_ in table.rows) + "}\n"
    rbtrace = "GC Stats\n" + "".join(f"  {name}: {value}\n" for name, value, *_ in table.rows) + "__END__\n"
    for text in (new_inspect, rbtrace):
        reader = next(reader for reader in READERS if reader.recognise(text.encode()) is None)
        # THEN the table is the same
        assert reader.read(Path("x"), io.BytesIO(text.encode())).tables == (table,)


def test_benchmark_memorys_bytes_are_those_of_its_own_comparison() -> None:
    # GIVEN the comparison that it prints in whole bytes
    compared = dict(re.findall(r"^ +(\S.*): +(\d+) allocated", text_of("benchmark-memory.txt"), re.MULTILINE))
    # THEN the table has the same
    [table] = read("benchmark-memory.txt").tables
    assert {row[0]: str(row[1]) for row in table.rows} == compared


def test_results_kept_as_json_say_what_the_text_says() -> None:
    # GIVEN memory_profiler's results as JSON, complete, and its text with the 50 largest rows
    truth = TRANSLATE / "reports/memory_profiler.oracle.json"
    profile = memory_profiler_json.read(truth, io.BytesIO(truth.read_bytes()))
    text = read_text((TRANSLATE / "reports/memory_profiler.txt").read_bytes())
    # THEN the totals are the same, and what the text knows of a line, but for zeros, which a list leaves out
    assert profile.totals == text.totals
    found = by_site(profile)
    for at, numbers in by_site(text).items():
        assert all(number in (None, 0) or number == other for number, other in zip(numbers, found[at], strict=True))


def test_allocation_tracers_table_adds_up_by_line() -> None:
    # GIVEN its table as its source prints it, of two types on one line
    text = b"path\tline\ttype\tcount\told_count\ttotal_age\tmin_age\tmax_age\ttotal_memsize\n" + (
        b"/app/a.rb\t6\tT_STRING\t1000\t3\t2000\t1\t2\t40000\n/app/a.rb\t6\tT_ARRAY\t5\t0\t9\t1\t2\t200\n"
    )
    reader = next(reader for reader in READERS if reader.recognise(text) is None)
    # THEN the line has the sum
    [site] = reader.read(Path("x"), io.BytesIO(text)).sites
    assert (site.path, site.line) == ("/app/a.rb", 6)
    assert site.measures == Measures(allocated_objects=1005, allocated_bytes=40200)
