"""Equal strings: told by a hash whose key nobody knows, as Ruby itself groups them, and never by what they say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heap_dumps import item, opened, root, site_id, write
from heapline.heap.contents import hashed, numbered
from heapline.heap.index import Strings
from ruby_programs import run_ruby

if TYPE_CHECKING:
    from pathlib import Path

EQUAL = """\
require "objspace"
require "json"
ObjectSpace.trace_object_allocations_start
KEPT = []
def few(i) = KEPT << "page #{i % 7} \\"of\\" \\\\ many \\t\\x7f\\e, long enough to be on its own"
def größe(i) = KEPT << "page #{i % 11} \\"of\\" \\\\ many \\t\\x7f\\e, long enough to be on its own"
def short(i) = KEPT << "n#{i / 3}"
def ascii(i) = KEPT << "n#{i / 3}".encode("US-ASCII")
def roomy(i) = KEPT << String.new("n#{i / 3}", capacity: 100 + i)
def silent(i) = KEPT << "ä#{i % 2}" << +"" << "a shared string that is long enough"[2..]
100.times { |i| few(i); größe(i); short(i); ascii(i); roomy(i); silent(i) }
GC.start
GC.disable
File.open("heap.json", "w") { |out| ObjectSpace.dump_all(output: out) }
known = KEPT.map do |text|
  address = ObjectSpace.dump(text)[/0x\\h+/].hex
  [text, address, ObjectSpace.allocation_sourceline(text), ObjectSpace.memsize_of(text)]
end
known.select! { |text, *| ObjectSpace.dump(text).include?('"value":') }
groups = known.group_by(&:first).values.map { |equal| equal.map { |_, *said| said } }
File.write("groups.json", JSON.generate(groups))
"""


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=30), st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=5)
def test_the_hash_is_the_one_that_python_uses_for_its_own_tables(texts: list[bytes], seed: int) -> None:
    # GIVEN what a Python says of texts, with a key that follows from a seed, and Python's generator for such keys
    if sys.hash_info.algorithm != "siphash13":
        pytest.skip("NOT TESTED: the hash beside Python's own, because this Python has another one")
    program = "import sys, json; print(json.dumps([hash(bytes(text)) for text in json.loads(sys.argv[1])]))"
    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps([[*text] for text in texts])],
        env={**os.environ, "PYTHONHASHSEED": str(seed)},
        capture_output=True,
        check=True,
    )
    key, state = bytearray(), seed
    for _ in range(16):
        state = (state * 214013 + 2531011) % 2**32
        key.append(state >> 16 & 0xFF)
    first, second = (0, 0) if seed == 0 else (int.from_bytes(key[at : at + 8], "little") for at in (0, 8))
    # WHEN they are hashed with the same key THEN it is the same, but for what Python keeps for other uses
    for text, said in zip(texts, json.loads(done.stdout), strict=True):
        assert said in (-2, 0) or hashed(text, first, second) == said % 2**64


@given(st.lists(st.one_of(st.integers(0, 40), st.integers(0, 2**64 - 1)), max_size=300))
def test_hashes_are_numbered_as_they_come(hashes: list[int]) -> None:
    # GIVEN any hashes, many of them equal or in one slot of a table
    known: dict[int, int] = {}
    expected = [known.setdefault(value, len(known)) if value else -1 for value in hashes]
    # WHEN they are numbered THEN equal ones have one number, in the order of their first appearance
    assert numbered(np.array(hashes, np.uint64)).tolist() == expected


def test_strings_are_equal_if_ruby_says_so(tmp_path: Path) -> None:
    # GIVEN a program with equal strings of several lines, encodings and capacities, one of them on lines that Ruby
    # writes damaged, and what Ruby itself groups of those whose values it printed
    run_ruby(tmp_path, EQUAL)
    groups = json.loads((tmp_path / "groups.json").read_text())
    lines = {line for group in groups for _, line, _ in group}
    assert len(lines) == 6
    # WHEN the dump is indexed
    found: dict[int, list[int]] = {}
    query = "select address, content from object where content is not null and file = 'program.rb'"
    kept = {address for group in groups for address, *_ in group}
    for address, content in rows_of(tmp_path / "heap.json", query):
        if address in kept:
            found.setdefault(content, []).append(address)
    # THEN the same strings have one content
    assert sorted(map(sorted, found.values())) == sorted(sorted(address for address, *_ in group) for group in groups)
    with opened(tmp_path / "heap.json") as index:
        # AND each line has so many strings, different ones, and bytes in all but the largest of each
        for line in lines:
            equal = [sizes for group in groups if (sizes := [size for _, at, size in group if at == line])]
            duplicates = sum(sum(sizes) - max(sizes) for sizes in equal)
            assert index.strings_of(site_id(index, "program.rb", line)) == Strings(
                sum(map(len, equal)), len(equal), duplicates
            )


def test_lines_and_the_whole_heap_are_summed_alike(tmp_path: Path) -> None:
    # GIVEN strings of two lines and of none, some of them equal to others, and objects that are none but have a value
    values = [("a.rb:1", 40, "x"), ("a.rb:1", 80, "x"), ("a.rb:1", 40, "y"), ("b.rb:2", 40, "x"), (None, 40, "y")]
    lines = [root("vm"), item(0x10, type="SYMBOL", value="x", at="a.rb:1"), item(0x18, type="STRING", at="a.rb:1")]
    lines += [
        item(0x100 + 8 * number, type="STRING", value=value, at=at, size=size)
        for number, (at, size, value) in enumerate(values)
    ]
    # WHEN the dump is indexed
    with opened(write(tmp_path / "heap.json", lines)) as index:
        found = index.strings()
        heap = index.report
        # THEN each line has its own, those of none are apart, and equal ones of two lines are equal in the whole
        a, b = site_id(index, "a.rb", 1), site_id(index, "b.rb", 2)
        assert found == [(a, Strings(3, 2, 40)), (-1, Strings(1, 1, 0)), (b, Strings(1, 1, 0))]
        assert (heap.strings, heap.contents, heap.duplicate_bytes) == (5, 2, 120)


def test_an_index_does_not_depend_on_what_strings_say(tmp_path: Path) -> None:
    # GIVEN two dumps that differ in what their strings say, and in nothing else
    def dump(name: str, words: list[str]) -> Path:
        lines = [root("vm"), *(item(8 + 8 * n, type="STRING", value=word, at="a.rb:1") for n, word in enumerate(words))]
        return write(tmp_path / name, lines)

    one = dump("one.json", ["hunter2", "swordfish", "hunter2", "letmein"])
    other = dump("other.json", ["aaaaaaa", "bbbbbbbbb", "aaaaaaa", "ccccccc"])
    # WHEN both are indexed THEN all tables are the same: which strings are equal is all that is known of them
    assert tables(one) == tables(other)
    assert tables(one)["slot"] != tables(dump("third.json", ["a", "a", "b", "b"]))["slot"]


def tables(dump: Path) -> dict[str, Counter[tuple[Any, ...]]]:
    """All rows of the dump's index by table."""
    names = [name for (name,) in rows_of(dump, "select table_name from duckdb_tables()")]
    return {name: Counter(rows_of(dump, f"from {name}")) for name in names}


def rows_of(dump: Path, query: str) -> list[tuple[Any, ...]]:
    """What the query finds in the dump's index."""
    with opened(dump) as index:
        path = index.path
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()
