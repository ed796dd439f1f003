"""Dumps of one process compared: Ruby itself says which objects are new, gone and kept."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections import Counter
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest

from heap_dumps import graph_of, opened
from heapline.errors import HeaplineError
from heapline.heap import snapshots
from heapline.insight.comparison import Comparison, compare
from heapline.insight.growth import by_holder
from ruby_programs import run_ruby
from sample_files import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from heapline.heap.index import HeapIndex

CHURN = """\
require "objspace"
require "json"
ObjectSpace.trace_object_allocations_start unless ARGV.include?("untraced")
KEPT = []
def work(number)
  KEPT.reject!.with_index { |_, i| i % 3 == 0 }
  GC.start
  $passing = Array.new(GC.stat(:heap_free_slots)) { Object.new }.each_slice(20).map(&:first)
  2_000.times { |i| KEPT << (i.odd? ? "text #{number} #{i} " * 3 : [number, i]) }
  500.times { |i| KEPT << Object.new.tap { |o| o.define_singleton_method(:x) { i } if i < 5 } }
end
def identities
  ids = {}
  ObjectSpace.each_object do |object|
    next if BasicObject === object && !(Kernel === object)
    ids[ObjectSpace.dump(object)[/0x\\h+/].hex] = object.__id__
  end
  ids
end
def snapshot(name)
  GC.start
  GC.disable
  File.open("#{name}.json", "w") { |out| ObjectSpace.dump_all(output: out) }
  seen = identities
  File.write("#{name}.ids", JSON.generate(seen.to_a))
  GC.enable
end
%w[a b c].each_with_index do |name, number|
  work(number)
  KEPT.first(5).each { |o| def o.later = 1 }
  snapshot(name)
end
"""
COMPACT = """\
require "objspace"
ObjectSpace.trace_object_allocations_start
def dump(name)
  GC.start
  File.open("#{name}.json", "w") { |out| ObjectSpace.dump_all(output: out) }
end
JUNK = (1..20_000).map { |i| "junk #{i} " * 3 }
KEPT = (1..3_000).map { |i| "kept #{i} " * 3 }
dump("a")
JUNK.clear
GC.start
GC.compact
NEW = (1..1_000).map { |i| "new #{i} " * 3 }
dump("b")
"""
WITHOUT_REUSE = """\
require "objspace"
GC.disable
ObjectSpace.trace_object_allocations_start
KEPT = []
PASSING = []
def dump(name) = File.open("#{name}.json", "w") { |out| ObjectSpace.dump_all(output: out) }
def old = KEPT << "old and kept " * 9
def stays = KEPT << ["new and kept " * 9, {}, Object.new]
def passes = PASSING << ["new and dropped " * 9] << Object.new
def late = KEPT << "came after the second dump " * 9
500.times { old }
dump("a")
400.times { stays && passes }
dump("b")
300.times { late }
PASSING.clear
GC.start
dump("c")
"""


@contextmanager
def indexes(dumps: Sequence[Path]) -> Iterator[list[HeapIndex]]:
    with ExitStack() as stack:
        yield [stack.enter_context(opened(dump)) for dump in dumps]


def compared(*dumps: Path) -> Comparison:
    with indexes(dumps) as found:
        return compare(found, [dump.name for dump in dumps])


def ids(dump: Path) -> dict[int, int]:
    """What Ruby calls the object at each address: no other object has that id, ever."""
    return dict(json.loads(dump.with_suffix(".ids").read_text()))


@pytest.fixture(scope="module")
def churn(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three dumps of a program that frees and allocates, and the ids of its objects at the same moments."""
    folder = tmp_path_factory.mktemp("churn")
    run_ruby(folder, CHURN)
    return [folder / f"{name}.json" for name in "abc"]


@pytest.mark.parametrize(("one", "other"), [(0, 1), (1, 2), (0, 2)])
def test_new_gone_and_kept_are_what_ruby_says(churn: list[Path], one: int, other: int) -> None:
    # GIVEN two dumps of a process, and Ruby's id of each object, by address
    old, new = churn[one], churn[other]
    before, after = ids(old), ids(new)
    with indexes([old, new]) as found:
        # WHEN they are compared
        (a, b), _ = snapshots.read(found)
        match = snapshots.match(a, b)
    # THEN an object is kept if the address has the same id in both, and new if not
    kept = {int(address): bool(is_kept) for address, is_kept in zip(b.address, match.kept, strict=True)}
    traced = {int(address) for address in b.address[b.generation >= 0]}
    there = after.keys() & traced
    assert len(there) > 3_000
    assert {address for address in there if kept[address]} == {
        address for address in there if before.get(address) == after[address]
    }
    # AND it is gone if its id is not there any more
    gone = {int(address) for address in a.address[match.gone]}
    traced = {int(address) for address in a.address[a.generation >= 0]}
    alive = set(after.values())
    assert gone & before.keys() & traced == {
        address for address in before.keys() & traced if before[address] not in alive
    }
    # AND some addresses were used again
    assert {address for address in before.keys() & after.keys() if before[address] != after[address]}


def test_what_stays_is_new_in_the_second_dump_and_still_in_the_third(churn: list[Path]) -> None:
    # GIVEN three dumps, and Ruby's ids
    first, second, third = (ids(dump) for dump in churn)
    # WHEN they are compared
    found = compared(*churn)
    # THEN the strings and arrays of the line that makes them are those that Ruby knows in the second and the third
    staying = set(second.values()) - set(first.values())
    staying &= set(third.values())
    [line] = [change for site, change in found.sites if site == ("program.rb", 9)]
    assert line.staying is not None
    assert 1_000 < line.staying.objects <= len(staying)
    assert found.identity == "generation"
    assert found.moved == 0


@pytest.mark.parametrize("program", ["translate", "weakmap", "blog"])
def test_lines_and_classes_add_up_to_the_whole(program: str) -> None:
    # GIVEN three dumps of a program WHEN they are compared
    found = compared(*(SAMPLES / f"{program}/reports/heap-{number}.json.gz" for number in (1, 2, 3)))
    # THEN what is live, new, gone and stays is the same by line and by class
    for rows in (found.sites, found.classes):
        for number, live in enumerate(found.total.live):
            assert sum(change.live[number].objects for _, change in rows) == live.objects
        for name in ("new", "gone", "staying"):
            amounts = [getattr(change, name) for _, change in rows]
            assert sum(amount.objects for amount in amounts) == getattr(found.total, name).objects
            assert sum(amount.bytes for amount in amounts) == getattr(found.total, name).bytes
    # AND each balances: what there was, without what is gone, with what is new
    for _, change in (*found.sites, *found.classes, (None, found.total)):
        assert change.new is not None
        assert change.gone is not None
        assert change.live[0].objects - change.gone.objects + change.new.objects == change.live[-1].objects


@pytest.mark.parametrize(
    ("program", "holder", "share"),
    [
        ("translate", ("lib/translation_cache.rb", 9), 0.99),
        ("weakmap", ("lib/image_registry.rb", 13), 0.75),
        ("blog", ("lib/post_summary_cache.rb", 11), 0.85),
    ],
)
def test_what_stays_hangs_on_the_planted_leak(program: str, holder: tuple[str, int], share: float) -> None:
    # GIVEN three dumps of a program with a planted leak
    dumps = [SAMPLES / f"{program}/reports/heap-{number}.json.gz" for number in (1, 2, 3)]
    found = compared(*dumps)
    assert found.grown is not None
    # WHEN what is new and stays is explained by its holders
    with graph_of(dumps[-1]) as graph:
        growth, objects = by_holder(graph, found.grown)
    # THEN the first of them is the leak, with nearly all of it
    assert str(growth[0].holder.path).endswith(f"{program}/{holder[0]}")
    assert growth[0].holder.line == holder[1]
    assert growth[0].objects >= share * found.grown.sum()
    # AND it is said where most of what it holds was allocated, no more of it than stays there
    staying = {site: change.staying.objects for site, change in found.sites if change.staying}
    assert growth[0].sites
    assert all(0 < count <= staying[path, line] for path, line, count in growth[0].sites)
    # AND no object hangs on two
    assert sum(held.objects for held in growth) == objects <= found.grown.sum()


def test_where_no_slot_is_used_again_what_stays_is_what_heapy_finds(tmp_path: Path) -> None:
    # GIVEN three dumps of a process that frees slots, but uses none of them again, so that an address is an identity
    heapy = shutil.which("heapy")
    if heapy is None:
        pytest.skip("NOT TESTED: heapy's rule of three dumps on the same dumps, because heapy is not installed")
    run_ruby(tmp_path, WITHOUT_REUSE)
    dumps = [tmp_path / f"{name}.json" for name in "abc"]
    # WHEN heapy tells what is in the second and the third, but not in the first
    said = subprocess.run([heapy, "diff", *dumps], capture_output=True, encoding="utf-8", check=True).stdout
    by_heapy: Counter[int] = Counter()
    for count, line in re.findall(r"^Retained \S+ (\d+) objects .* at: program\.rb:(\d+)$", said, re.MULTILINE):
        by_heapy[int(line)] += int(count)
    # THEN the comparison tells the same of each line
    found = {
        site[1]: change.staying.objects
        for site, change in compared(*dumps).sites
        if site and site[0] == "program.rb" and change.staying and change.staying.objects
    }
    assert found == by_heapy
    [line] = [n for n, text in enumerate(WITHOUT_REUSE.splitlines(), start=1) if text.startswith("def stays")]
    assert 1_600 <= found[line] < 1_650  # Ruby has a few of its own there


def test_compaction_is_told_and_what_moved_is_not_new(tmp_path: Path) -> None:
    # GIVEN two dumps with a compaction between them, and 1,000 strings and their array that are new
    run_ruby(tmp_path, COMPACT)
    # WHEN they are compared
    found = compared(tmp_path / "a.json", tmp_path / "b.json")
    # THEN the objects that moved are counted apart, and only what is new is new
    assert found.moved > 1_000
    assert found.total.new is not None
    assert 1_001 <= found.total.new.objects < 1_100
    # AND of no line it is said what is gone, for what moved has no line any more
    assert {change.gone for _, change in found.sites} == {None}
    assert found.total.gone is not None
    assert 20_000 <= found.total.gone.objects < 21_000


def test_dumps_without_tracing_are_compared_by_address(tmp_path: Path) -> None:
    # GIVEN two dumps of a process that was not traced
    run_ruby(tmp_path, CHURN, "untraced")
    # WHEN they are compared
    found = compared(tmp_path / "a.json", tmp_path / "b.json")
    # THEN this is said, and the numbers balance all the same
    assert found.identity == "address"
    assert found.total.new is not None
    assert found.total.gone is not None
    first, last = found.total.live
    assert first.objects - found.total.gone.objects + found.total.new.objects == last.objects


def test_dumps_of_different_processes_are_compared_by_their_numbers_alone(churn: list[Path], tmp_path: Path) -> None:
    # GIVEN dumps of two runs of a program
    run_ruby(tmp_path, CHURN)
    # WHEN they are compared
    found = compared(churn[0], tmp_path / "b.json")
    # THEN nothing is said to be new or gone
    assert (found.identity, found.grown) == ("none", None)
    assert {change.new or change.gone or change.staying for _, change in found.sites} == {None}
    # AND there are the numbers of both
    assert all(amount.objects > 5_000 for amount in found.total.live)


def test_dumps_in_the_wrong_order_are_an_error_that_says_so(churn: list[Path]) -> None:
    # GIVEN two dumps WHEN the younger one is named first THEN the error names the older one
    with pytest.raises(HeaplineError, match=r"^a\.json: was taken before b\.json"):
        compared(churn[1], churn[0])


def test_a_dump_without_roots_cannot_be_compared() -> None:
    # GIVEN a dump that lacks older objects WHEN it is compared THEN the error says so
    dump = SAMPLES / "rubies/3.4/since.json.gz"
    with pytest.raises(HeaplineError, match=r"since\.json\.gz: names no roots"):
        compared(dump, dump)
