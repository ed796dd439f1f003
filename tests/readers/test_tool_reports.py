"""The other tools' reports, read: the numbers are those that the tools, or Ruby, say of the same run in another way."""

from __future__ import annotations

import gzip
import io
import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from memory_profiler_texts import by_site
from memory_profiler_texts import read as read_text
from tool_reports import HEAP_DIFF, REPORTS, content_of, read, site_at, text_of, truth_of

from heapline.heap.steps import build
from heapline.profile import Amount, Measures
from heapline.readers import READERS, derailed_requires, memory_profiler_json, recognise
from heapline.report import open_report
from heapline.units import summary
from sample_files import SAMPLES

if TYPE_CHECKING:
    from heapline.profile import Profile

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


def test_the_text_of_heap_diff_says_what_stayed_in_its_three_dumps() -> None:
    # GIVEN the three dumps that derailed_benchmarks wrote, by address, as plain Python sees them
    dumps = [[json.loads(line) for line in content_of(name).splitlines()] for name in HEAP_DIFF]
    before, after, last = ({one.get("address"): one for one in dump} for dump in dumps)
    stayed: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])
    for address in (after.keys() & last.keys()) - before.keys():
        if "file" in after[address]:
            stayed[after[address]["file"], after[address]["line"]][0] += 1
            stayed[after[address]["file"], after[address]["line"]][1] += after[address].get("memsize", 0)
    # WHEN the text that it printed of them is read
    profile = read("derailed-perf-heap_diff.txt")
    # THEN each line has what came after the first dump and is in both others
    found = {(site.path, site.line): site.measures for site in profile.sites}
    assert {at: [m.retained_objects, m.retained_bytes] for at, m in found.items()} == stayed
    assert len(found) > 10


def test_rbheaps_addresses_are_the_objects_that_heapy_finds_too() -> None:
    # GIVEN the addresses of what came after the first dump, and is in the second and in the third
    for name in ("rbheap.txt.gz", "rbheap-verbose.txt.gz"):
        profile = read(name)
        # THEN they are counted, and it is said how to see lines
        assert profile.totals == Measures(retained_objects=len(re.findall("^0x", text_of(name), re.MULTILINE)))
        assert "--format json" in profile.notes[0]
    # AND they are as many as heapy finds, which compares the same way, but for what has no line
    heapy = read("heapy-diff-retained.txt").totals.retained_objects
    assert heapy is not None
    assert profile.totals.retained_objects == pytest.approx(heapy, rel=0.01)


def test_rbheaps_objects_are_lines_of_a_heap_dump(tmp_path: Path) -> None:
    # GIVEN the same objects, as rbheap prints them with --format json
    lines = [json.loads(line) for line in content_of("rbheap.json.gz").splitlines()]
    counted = Counter((line["file"], line["line"]) for line in lines if "file" in line)
    dump = tmp_path / "leaked.json"
    dump.write_bytes(content_of("rbheap.json.gz"))
    # WHEN they are loaded as a heap dump
    assert recognise(dump) == "heap-dump"
    build(dump, lambda *_: None, lambda: None)
    report = open_report(dump)
    # THEN each line has those that were allocated there, and nothing is said of what they retain
    assert {(site.path, site.line): site.measures.live_objects for site in report.profile.sites} == counted
    assert report.graph is None
    report.close()


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


def test_the_largest_part_of_a_gem_is_the_largest_file_that_it_requires() -> None:
    # GIVEN a tree in which one gem brings another, and one has two files at the top
    tree = (
        b"TOP: 30.5 MiB\n"
        b"  action_controller/railtie: 17.8086 MiB\n"
        b"    rack: 0.5 MiB\n"
        b"    rails: 16.5508 MiB (Also required by: action_view/railtie)\n"
        b"      openssl.so: 4.0039 MiB\n"
        b"  sidekiq: 7 MiB\n"
        b"  sidekiq/web: 2 MiB\n"
        b"  /app/lib/a](command:x): 3 MiB\n"
        b"    /app/lib/b](command:x).rb: 2 MiB\n"
    )
    profile = derailed_requires.read(Path("x"), io.BytesIO(tree))
    found = {site.at: summary(site.measures) for site in profile.sites}
    # THEN the Gemfile's line says which file below took most
    assert found["gemfile:rails"] == "≈ 17.8 MiB at boot · 16.6 MiB rails"
    assert found["require:rails"] == "≈ 16.6 MiB at boot · 4.0 MiB openssl.so"
    # AND of a gem with several files at the top, which of them
    assert found["gemfile:sidekiq"] == "≈ 9.0 MiB at boot · 7.0 MiB sidekiq"
    # AND nothing of what has nothing below, or only what could be taken for more than a name
    assert found["require:sidekiq"] == "≈ 7.0 MiB at boot"
    assert found["/app/lib/a](command:x).rb:1"] == "≈ 3.0 MiB at boot"


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


def test_counters_as_ruby_3_4_prints_them() -> None:
    # GIVEN the same counters in the form of another Ruby
    [table] = read("gc-stat.json").tables
    new_inspect = "{" + ", ".join(f"{name}: {value}" for name, value, *_ in table.rows) + "}\n"
    reader = next(reader for reader in READERS if reader.recognise(new_inspect.encode()) is None)
    # THEN the table is the same
    assert reader.read(Path("x"), io.BytesIO(new_inspect.encode())).tables == (table,)


def test_rbtraces_memory_is_both_kinds_of_counters() -> None:
    # GIVEN what rbtrace --memory printed of a process
    printed = dict(re.findall(r"^(\w+): (\d+)$", text_of("rbtrace-memory.txt"), re.MULTILINE))
    # THEN each of its lines is a row of one of two tables
    stat, objects = read("rbtrace-memory.txt").tables
    assert {str(row[0]): str(row[1]) for row in (*stat.rows, *objects.rows)} == printed
    assert "heap_live_slots" in [row[0] for row in stat.rows]
    assert "T_STRING" in [row[0] for row in objects.rows]


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


@pytest.mark.parametrize("way", ["", "-color-scaled-normalized"])
def test_the_newest_memory_profiler_says_what_it_has_in_memory(way: str) -> None:
    # GIVEN the gem's results, and its texts about them with all rows
    truth = memory_profiler_json.read(Path("x"), io.BytesIO(json.dumps(truth_of("memory_profiler-1.1.0")).encode()))
    profile = read(f"memory_profiler-1.1.0{way}.txt.gz")
    # THEN totals and lines are the same; scaled bytes have three digits
    assert profile.totals.allocated_objects == truth.totals.allocated_objects
    counted = {at.split("/translate/")[-1]: numbers for at, numbers in _numbers(truth).items()}
    found = {at.split("translate/")[-1]: numbers for at, numbers in _numbers(profile).items()}
    assert found.keys() == counted.keys()
    for at, numbers in found.items():
        for number, exact in zip(numbers, counted[at], strict=True):
            assert (number or 0) == pytest.approx(exact or 0, rel=0.006 if way else 0)


def _numbers(profile: Profile) -> dict[str, tuple[int | None, ...]]:
    measures = ((site.at, site.measures) for site in profile.sites)
    return {at: (m.allocated_objects, m.allocated_bytes, m.retained_objects, m.retained_bytes) for at, m in measures}


@pytest.mark.parametrize("suffix", ["", "-by-class", "-by-type"])
@pytest.mark.parametrize("form", [".tsv", "-pp.txt"])
def test_allocation_tracers_table_and_hash_add_up_by_line(suffix: str, form: str) -> None:
    # GIVEN what allocation_tracer counted, by line, and by class or type too, as a table and as pp prints its hash
    profile = read(f"allocation_tracer{suffix}{form}")
    # THEN each line has the sum that Ruby made of the same results
    truth = truth_of("allocation_tracer")[suffix]
    assert {site.at: site.measures.allocated_objects for site in profile.sites} == {
        at: objects for at, (objects, _) in truth.items()
    }
    # AND no bytes: what the tracer adds up is the size of what was freed meanwhile
    assert profile.totals == Measures(allocated_objects=sum(objects for objects, _ in truth.values()))


@pytest.mark.parametrize("form", ["-inspect.txt", "-pp.txt", ".json"])
def test_allocation_samplers_hash_has_at_most_the_samples_of_its_stacks(form: str) -> None:
    # GIVEN allocation_sampler's result as users keep it, and all of its stacks
    profile = read(f"allocation_sampler{form}")
    truth = truth_of("allocation_sampler")
    stacks: Counter[str] = Counter()
    for _, samples, frames in truth["frames"]:
        path, line, _ = frames[0]
        stacks[f"{path}:{line}"] += samples
    # THEN each line is there with samples, no objects; and with no more than the stacks that end on it
    found = {site.at: site.measures.amounts for site in profile.sites}
    assert found.keys() == stacks.keys()
    for at, (amount,) in found.items():
        assert amount.kind == "sampled"
        assert amount.count is not None
        assert 0 < amount.count <= stacks[at]
    # AND where one stack of each class ends on a line, with just that many
    assert any(amount.count == stacks[at] for at, (amount,) in found.items())


def test_allocation_samplers_tree_is_a_table() -> None:
    # GIVEN the tree of methods that it prints
    [table] = read("allocation_sampler-stack.txt").tables
    # THEN each method has the samples whose innermost frame it is, as the stacks say
    own = Counter[str]()
    for _, samples, frames in truth_of("allocation_sampler")["frames"]:
        own[frames[0][2]] += samples
    printed: Counter[str] = Counter()
    for name, samples in table.rows:
        assert isinstance(name, str)
        assert isinstance(samples, int)
        printed[name] += samples
    assert +printed == +own
