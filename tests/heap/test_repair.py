"""Lines that are known to be written wrong: mended to what they should have been, and named by their number."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from indexing import small_lines

from heapline.heap.repair import Mended, mend

PREFIX = b'{"address":"0x10", "type":"STRING", "class":"0x20"'
SUFFIX = b', "line":7, "method":"new", "generation":3, "memsize":40, "flags":{"wb_protected":true}}'
UNESCAPED = ("file", "struct", "real_class_name", "encoding", "name")
REAL = [line for line in small_lines() if b'"type":"ROOT"' not in line][::20]


def mend_alone(line: bytes) -> Mended:
    [mended] = mend([(1, line + b"\n")])
    return mended


def as_ruby_writes(field: str, name: bytes) -> bytes:
    """A record with a field that Ruby does not escape."""
    return PREFIX + f', "{field}":"'.encode() + name + b'"' + SUFFIX


def without(item: dict[str, Any], field: str) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key != field}


@pytest.mark.parametrize("field", UNESCAPED)
@given(name=st.text(st.characters(codec="utf-8", exclude_characters="\n"), min_size=1, max_size=30))
@settings(deadline=None)
def test_a_name_with_any_characters_comes_back_as_it_was(field: str, name: str) -> None:
    # GIVEN a line whose name Ruby wrote as it is, quotes and backslashes and control characters included
    line = as_ruby_writes(field, name.encode())
    # WHEN it is mended
    mended = mend_alone(line)
    # THEN one object comes of it, its other fields untouched
    [item] = mended.objects
    expected = json.loads(as_ruby_writes(field, b"x"))
    assert without(item, field) == without(expected, field)
    # AND the name is what was written, unless it happened to be JSON and was read as JSON says
    try:
        assert item[field] in (name, json.loads(f'"{name}"', strict=False))
    except json.JSONDecodeError:
        assert item[field] == name


@given(name=st.binary(min_size=1, max_size=30).filter(lambda name: b"\n" not in name and not name.isascii()))
@settings(deadline=None)
def test_a_path_of_any_bytes_is_kept_readable(name: bytes) -> None:
    # GIVEN a path that need not be UTF-8
    # WHEN its line is mended
    [item] = mend_alone(as_ruby_writes("file", name)).objects
    # THEN bytes that are no text are written as \xe9, and no other field is touched
    assert without(item, "file") == without(json.loads(as_ruby_writes("file", b"x")), "file")
    read_as_json = name.decode(errors="surrogateescape")
    try:
        assert item["file"] in (name.decode(errors="backslashreplace"), json.loads(f'"{read_as_json}"', strict=False))
    except json.JSONDecodeError:
        assert item["file"] == name.decode(errors="backslashreplace")


def test_a_name_that_imitates_the_next_field_is_cut_there_and_invents_no_object() -> None:
    # GIVEN a path that contains what follows a path
    line = as_ruby_writes("file", b'/srv/", "line":9, "x.rb')
    # WHEN it is mended
    mended = mend_alone(line)
    # THEN at most one object comes of it, at the same address
    assert [item["address"] for item in mended.objects] in ([], ["0x10"])


@given(st.lists(st.binary(min_size=5, max_size=5).filter(lambda stale: b"\n" not in stale), min_size=1, max_size=8))
@settings(deadline=None)
def test_rubbish_in_the_name_of_a_method_is_replaced_whatever_it_is(rubbish: list[bytes]) -> None:
    # GIVEN a method with bytes that are not ASCII, as Ruby 3.1 writes each: \u00ff, a NUL and five bytes left over
    written = b"".join(b"\\u00ff\0" + stale for stale in rubbish)
    line = PREFIX + b', "file":"a.rb", "line":7, "method":"begr' + written + b'e", "generation":3, "memsize":40}'
    # WHEN the line is mended
    [item] = mend_alone(line).objects
    # THEN the bytes that are lost are marked, and the rest of the name and of the line is there
    assert item["method"] == "begr" + "\N{REPLACEMENT CHARACTER}" * len(rubbish) + "e"
    assert (item["file"], item["line"], item["generation"], item["memsize"]) == ("a.rb", 7, 3, 40)


def test_rubbish_with_a_line_end_in_it_breaks_a_line_in_two_that_become_one_again() -> None:
    # GIVEN a record that lies on lines 2 and 3, since a line end was among the bytes left over
    first = PREFIX + b', "file":"a.rb", "line":7, "method":"begr\\u00ff\0rue}\n'
    lines = [REAL[0] + b"\n", first, b'\\u00ff\0{"addsse", "generation":3, "memsize":40}\n', REAL[1] + b"\n"]
    # WHEN they are mended
    [mended] = mend(list(enumerate(lines, start=1))[1:3])
    # THEN one object comes of both, named by the first of its lines
    [item] = mended.objects
    assert (mended.line, item["address"], item["memsize"]) == (2, "0x10", 40)
    assert item["method"] == "begr" + "\N{REPLACEMENT CHARACTER}" * 2 + "sse"


def test_a_line_that_only_looks_broken_in_two_does_not_take_its_neighbour_along() -> None:
    # GIVEN a line broken off in a method's name, and a damaged line after it that does not belong to it
    lines = [PREFIX + b', "method":"\\u00ff\0tr\n', b"rubbish\n", as_ruby_writes("file", b'say "hi".rb') + b"\n"]
    # WHEN they are mended
    first, second, third = mend(enumerate(lines, start=1))
    # THEN each answers for itself
    assert [first.line, second.line, third.line] == [1, 2, 3]
    assert [len(first.objects), len(second.objects), len(third.objects)] == [0, 0, 1]


@given(st.lists(st.sampled_from(REAL), min_size=2, max_size=5))
@settings(deadline=None)
def test_objects_joined_on_one_line_are_all_found(joined: list[bytes]) -> None:
    # GIVEN several objects on one line, because line ends were lost
    # WHEN it is mended
    mended = mend_alone(b"".join(joined))
    # THEN all of them are there, as they are
    assert list(mended.objects) == [json.loads(line) for line in joined]
    assert mended.reason == "several objects on one line"


def test_a_byte_order_mark_is_taken_off() -> None:
    # GIVEN an object after a byte order mark
    # WHEN its line is mended
    mended = mend_alone(b"\xef\xbb\xbf" + REAL[0])
    # THEN it is the object
    assert list(mended.objects) == [json.loads(REAL[0])]


@given(st.sets(st.integers(1, 1000), max_size=30))
@settings(deadline=None)
def test_a_line_keeps_its_number(numbers: set[int]) -> None:
    # GIVEN damaged lines anywhere in a file
    # WHEN they are mended
    found = list(mend((number, b"bad\n") for number in sorted(numbers)))
    # THEN each is named by its own number
    assert [mended.line for mended in found] == sorted(numbers)


def test_an_object_that_is_only_printed_in_another_way_is_no_problem() -> None:
    # GIVEN an object as another JSON printer writes it
    item = json.loads(REAL[0])
    # WHEN its line is read
    mended = mend_alone(json.dumps(item, separators=(" , ", " : ")).encode())
    # THEN it is the object, and nothing was wrong with it
    assert (list(mended.objects), mended.reason) == ([item], None)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"rubbish", "not JSON"),
        (b"\0\0\0", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"a":' * 100_000, "not JSON"),
        (b"[1, 2]", "JSON, but not an object"),
        (b"12", "JSON, but not an object"),
        (b'{"address":"0x1"}', "an object without a readable address or type"),
        (b'{"type":"STRING"}', "an object without a readable address or type"),
        (b'{"address":"spam", "type":"STRING"}', "an object without a readable address or type"),
        (b'{"address":"0x11112222333344445", "type":"STRING"}', "an object without a readable address or type"),
        (b'{"address":16, "type":"STRING"}', "an object without a readable address or type"),
        (b'{"address":"0x1", "type":7}', "an object without a readable address or type"),
    ],
)
def test_what_cannot_be_mended_is_lost_and_says_why(line: bytes, reason: str) -> None:
    # GIVEN a line that is no object of a heap
    # WHEN it is mended
    mended = mend_alone(line)
    # THEN nothing is guessed, and the reason says what it is instead
    assert mended.objects == ()
    assert (mended.reason or "").startswith(reason)


@given(st.data())
@settings(deadline=None)
def test_a_last_line_that_was_cut_is_no_mystery(data: st.DataObject) -> None:
    # GIVEN a real line, cut anywhere, at the end of a file
    line = data.draw(st.sampled_from(REAL))
    cut = line[: data.draw(st.integers(1, len(line) - 1))]
    # WHEN it is mended
    [mended] = mend([(1, cut)])
    # THEN it is lost, and the reason is that the dump ends there (or looks like an end but is none)
    assert mended.objects == ()
    assert (mended.reason or "").startswith("cut short") or cut.endswith(b"}")
