"""Which lines of code a line of a text names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heapline.texts.locations import REACH, Location, Locations, locations
from heapline.texts.outline import sections
from sample_files import SAMPLES, sample_id

if TYPE_CHECKING:
    from pathlib import Path

NAMED = [
    ("    862400  /app/lib/user.rb:12", [("/app/lib/user.rb", 12, None)]),
    (" 254.02 kB  /app/my models/user.rb:12", [("/app/my models/user.rb", 12, None)]),
    ("    862400  user-1.2/lib/user.rb:12", [("user-1.2/lib/user.rb", 12, None)]),
    ("\x1b[34m    862400\x1b[0m  /app/lib/user.rb:12", [("/app/lib/user.rb", 12, None)]),
    ("/app/lib/user.rb:12:in `find'", [("/app/lib/user.rb", 12, "find")]),
    ("\tfrom /app/lib/user.rb:12:in 'User#find'", [("/app/lib/user.rb", 12, "User#find")]),
    (
        "Retained STRING 90 objects of size 4790 (in bytes) at: /app/rack/utils.rb:461",
        [("/app/rack/utils.rb", 461, None)],
    ),
    ("==7==    by 0x4E5A: alloc (cache.c:26)", [("cache.c", 26, None)]),
    ("    #3 0x7f00 in cache_alloc /app/ext/cache.c:26:18", [("/app/ext/cache.c", 26, None)]),
    ("lib/user.rb\t12\t40\t0", [("lib/user.rb", 12, None)]),
    ("C:/app/lib/user.rb:12 and lib\\post.rb:3", [("C:/app/lib/user.rb", 12, None), ("lib\\post.rb", 3, None)]),
    (
        "see lib/a.rb:1, lib/b.rb:2 and Rakefile:3",
        [("lib/a.rb", 1, None), ("lib/b.rb", 2, None), ("Rakefile", 3, None)],
    ),
    ("config.ru:3", [("config.ru", 3, None)]),
    ("bin/generate-report:34", [("bin/generate-report", 34, None)]),
]
NOTHING = [
    "",
    "Total allocated: 2897473 bytes",
    "at 12:30:45",
    "listening on 10.0.0.1:8080",
    "http://localhost:3000",
    "ruby 3.1:2",
    "a:b:c",
]


def named(text: str) -> list[Location]:
    return [at for _, at in locations([text])]


@pytest.mark.parametrize(("text", "expected"), NAMED)
def test_each_tool_s_way_to_name_a_line_is_found(text: str, expected: list[tuple[str, int, str | None]]) -> None:
    # GIVEN a line as a tool prints it WHEN it is looked at THEN it names these lines of code
    found = named(text)
    assert [(at.path, at.line, at.method) for at in found] == expected
    # AND the columns are those of path and line
    for at in found:
        assert text[at.start : at.end] in (f"{at.path}:{at.line}", f"{at.path}\t{at.line}")


@pytest.mark.parametrize("text", NOTHING)
def test_times_ports_and_numbers_are_no_lines_of_code(text: str) -> None:
    # GIVEN a colon and a number that are no line of code WHEN looked at THEN there is nothing
    assert named(text) == []


HASHES = {
    "allocation_tracer's": (
        ['{["/app/a.rb", 12]=>[3, 0, 1, 0, 1, 0],', ' ["/app/my dir/b.rb", 7, :T_STRING]=>', "  [1, 0, 1, 0, 1, 0]}"],
        [(0, "/app/a.rb", 12), (1, "/app/my dir/b.rb", 7)],
    ),
    "with a key that pp broke": (
        ['{["/app/lib/long.rb",', "  12]=>", "  [3, 0, 1, 0, 1, 0],", ' ["/app/a.rb", 1]=>[1]}'],
        [(1, "/app/lib/long.rb", 12), (3, "/app/a.rb", 1)],
    ),
    "allocation_sampler's": (
        ['{"String"=>{"/app/a.rb"=>{28=>1984, 14=>991}, "<cfunc>"=>{0=>500}}, "Hash"=>{"b.rb"=>{3=>1}}}'],
        [(0, "/app/a.rb", 28), (0, "/app/a.rb", 14), (0, "b.rb", 3)],
    ),
    "as pp prints it": (
        ['{"String"=>', '  {"/app/a.rb"=>', "    {28=>1984,", "     14=>991},", '   "<cfunc>"=>{0=>500}}}'],
        [(2, "/app/a.rb", 28), (3, "/app/a.rb", 14)],
    ),
    "as Ruby 3.4 prints it": (
        ['{"String" => {"/app/a.rb" => {28 => 1984, 14 => 991}}}'],
        [(0, "/app/a.rb", 28), (0, "/app/a.rb", 14)],
    ),
    "as JSON": (['{"String":{"/app/a.rb":{"28":1984,"14":991}}}'], [(0, "/app/a.rb", 28), (0, "/app/a.rb", 14)]),
    "with what Ruby escapes": (['{["C:\\\\app\\\\a \\"b\\".rb", 12]=>[1]}'], [(0, 'C:\\app\\a "b".rb', 12)]),
    "of something else": (['{:count=>12, "a.rb"=>3, "total"=>{1=>2}}', "{1=>2}"], []),
}


@pytest.mark.parametrize("name", HASHES)
def test_a_hash_names_lines_of_code(name: str) -> None:
    # GIVEN a hash as Ruby prints it WHEN it is read THEN each number belongs to the path before it
    lines, expected = HASHES[name]
    assert [(number, at.path, at.line) for number, at in locations(lines)] == expected
    # AND its columns are those of the number, with the path where both stand together
    for number, at in locations(lines):
        text = lines[number][at.start : at.end]
        assert text == str(at.line) or text.endswith(f'", {at.line}')
    # AND that is so from whichever line on it is asked for
    for first in range(len(lines)):
        assert list(locations(lines, first)) == [at for at in locations(lines) if at[0] >= first]


def test_a_hash_that_does_not_end_names_nothing_far_below() -> None:
    # GIVEN the beginning of a hash, and numbers all the way down
    lines = ['{"/app/a.rb"=>{1=>1,', *["1=>1"] * 2 * REACH]
    # WHEN it is read THEN only the numbers near the path belong to it
    assert [number for number, _ in locations(lines)] == list(range(REACH + 1))


@given(st.lists(st.text(alphabet='"[]{},=>: 12a./\\', max_size=30), max_size=8))
def test_any_lines_are_looked_at_one_after_the_other(lines: list[str]) -> None:
    # GIVEN lines of what hashes are made of WHEN they are read THEN columns are within them, and nothing raises
    reading = Locations()
    for text in lines:
        assert all(0 <= at.start < at.end <= len(text) for at in reading.of(text))


@given(st.text())
def test_any_text_is_looked_at(text: str) -> None:
    # GIVEN any text WHEN it is looked at THEN columns are within it, in order, and nothing raises
    end = 0
    for at in named(text):
        assert end <= at.start < at.end <= len(text)
        end = at.end


@given(
    st.lists(
        st.sampled_from(
            ["-----", "=====", "a title", "", "  12  a.rb:1", "Direct leak of 8 byte(s)", "\x1b[37m------\x1b[0m"]
        )
    )
)
def test_sections_are_in_order_and_do_not_overlap(texts: list[str]) -> None:
    # GIVEN titles, rules and rows in any order WHEN divided THEN each section ends before the next begins
    end = -1
    for section in sections(texts):
        assert end < section.first < section.rows <= section.last + 2
        assert section.first <= section.last < len(texts)
        assert section.title
        end = section.last


@pytest.mark.parametrize("oracle", sorted(SAMPLES.glob("*/reports/memory_profiler.oracle.json")), ids=sample_id)
def test_every_row_of_memory_profiler_is_found(oracle: Path) -> None:
    # GIVEN a text of memory_profiler, and what it counted, as its own object had it
    counted = json.loads(oracle.read_text())
    texts = oracle.with_name("memory_profiler.txt").read_text(encoding="utf-8").split("\n")
    by_title = {section.title: section for section in sections(texts)}
    for part in ("allocated_memory", "allocated_objects", "retained_memory", "retained_objects"):
        # WHEN the rows of a section are looked at
        section = by_title[f"{part.replace('_', ' ')} by location"]
        rows = [at for _, at in locations(texts[: section.last + 1], section.rows)]
        # THEN they name what it counted there, in order, but for code without a path
        listed = [row["data"] for row in counted[f"{part}_by_location"]][: section.last - section.rows + 1]
        assert [f"{at.path}:{at.line}" for at in rows] == [place for place in listed if "/" in place]
