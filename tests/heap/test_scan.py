"""The scanner beside a JSON library: a line is taken only if both read the same, every other is left, none is lost."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from indexing import small_lines
from scanned import in_json, line_of, taken

from heapline.heap.scan import pairs, scan
from sample_files import DUMPS, sample_id

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

thorough = settings(deadline=None, max_examples=300)
BLANK = b" \t\r"
REAL = small_lines()[::7]


def left(content: bytes) -> set[int]:
    """The numbers of the lines that were left; whatever else can be said of a block is asserted on the way."""
    block = scan(content)
    lines = content.split(b"\n")
    if not lines[-1]:
        lines.pop()
    # every line is taken, left or blank, and what is left is where it is said to be
    assert block.lines == len(lines)
    assert block.blank == sum(not line.strip(BLANK) for line in lines)
    for number, start, end in block.irregular.tolist():
        assert content[start:end] == lines[number]
        assert lines[number].strip(BLANK)
    irregular = [number for number, _, _ in block.irregular.tolist()]
    assert irregular == sorted(set(irregular))
    assert block.lines == len(block.address) + block.blank + len(irregular)
    # every line that is taken says the same to a JSON reader
    others = {*irregular, *(number for number, line in enumerate(lines) if not line.strip(BLANK))}
    items = [orjson.loads(in_json(line)) for number, line in enumerate(lines) if number not in others]
    assert taken(block) == [line_of(item) for item in items]
    # and the columns fit each other
    assert len(block.references) == (block.ends[-1] if len(block.ends) else 0)
    assert len(set(block.spots)) == len(block.spots)
    assert len(set(block.kinds)) == len(block.kinds)
    return set(irregular)


def is_json(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True


@pytest.mark.parametrize("dump", DUMPS, ids=sample_id)
def test_of_real_dumps_every_line_says_what_json_says_and_few_are_left(dump: Path) -> None:
    # GIVEN a dump that Ruby wrote
    content = gzip.decompress(dump.read_bytes())
    lines = content.split(b"\n")
    # WHEN it is scanned
    block = scan(content)
    irregular = {number for number, _, _ in block.irregular.tolist()}
    # THEN what was left has escapes in it or is no JSON, and is next to nothing
    assert all(b"\\" in lines[number] or not is_json(lines[number]) for number in irregular)
    assert len(irregular) < block.lines / 100
    # AND all the rest is there, with the values that JSON gives it (paths need not be UTF-8)
    rest = [line for number, line in enumerate(lines) if line and number not in irregular]
    items = [orjson.loads(line if is_json(line) else in_json(line)) for line in rest]
    assert taken(block) == [line_of(item) for item in items]
    assert len(rest) == block.lines - block.blank - len(irregular)


@given(st.binary(max_size=200))
@thorough
def test_bytes_that_are_no_dump_are_left(content: bytes) -> None:
    # GIVEN any bytes
    # WHEN they are scanned
    # THEN every line is left, or blank
    lines = content.split(b"\n")
    assert left(content) == {number for number, line in enumerate(lines) if line.strip(BLANK)}


PARTS = [
    b"{", b"}", b"[", b"]", b'"', b"\\", b",", b", ", b":", b" ", b"\n", b"\r", b"\0", b"\xff", b"0", b"1", b"-", b".",
    b"true", b"false", b"null", b'"x"', b"\xc3\xa9", b'"0x1"', b'"type"', b'"file"', b'"references"', b'"flags"',
    b'{"address":"0x10", "type":"STRING"', b'{"type":"ROOT", "root":"vm"', b', "references":["0x1", "0x2"]',
    b', "flags":{"old":true, "age":3}', b', "file":"/a.rb", "line":1', b', "method":"call"', b', "name":"A"',
    b', "singleton":true', b', "class":"0x20"', b', "memsize":40', b', "generation":5', b', "value":"v"', b"}\n",
]  # fmt: skip


@given(st.lists(st.sampled_from(PARTS), max_size=20).map(b"".join))
@settings(deadline=None, max_examples=1000)
def test_parts_of_lines_in_any_order_are_taken_only_where_they_make_a_whole(content: bytes) -> None:
    # GIVEN what lines are made of, in any order
    # WHEN it is scanned
    # THEN what is taken says what JSON says
    left(content)


@given(
    st.lists(st.sampled_from(REAL), min_size=1, max_size=4),
    st.lists(
        st.tuples(
            st.floats(0, 1, exclude_max=True),
            st.integers(0, 12),
            st.one_of(st.sampled_from(PARTS), st.binary(max_size=3)),
        ),
        max_size=6,
    ),
)
@thorough
def test_changed_lines_are_taken_only_if_they_still_are_whole(
    lines: list[bytes], changes: list[tuple[float, int, bytes]]
) -> None:
    # GIVEN real lines with bytes taken away and others put in
    content = b"\n".join(lines)
    for where, length, instead in changes:
        at = int(where * len(content))
        content = content[:at] + instead + content[at + length :]
    # WHEN they are scanned
    # THEN what is taken says what JSON says
    left(content)


keys_of_ruby = (
    "address", "type", "class", "root", "imemo_type", "struct", "name", "real_class_name", "singleton", "file", "line",
    "method", "generation", "memsize", "references", "flags", "value", "frozen", "shape_id", "edge_name",
)  # fmt: skip
addresses = st.integers(0, (1 << 64) - 1).map(hex)
plain = st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters='"\\'), max_size=8)
unescaped = st.text(st.characters(min_codepoint=32, codec="utf-8", exclude_characters='"\\'), max_size=8)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, (1 << 64) - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=6),
    addresses,
    st.sampled_from(["ROOT", "IMEMO", "STRING", "0x", "0xg", "0x1" + 16 * "0"]),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=6,
)
as_ruby_means_them = st.fixed_dictionaries(
    {
        "address": addresses,
        "type": st.one_of(plain.filter(lambda text: text != "ROOT"), st.sampled_from(["IMEMO", "CLASS"])),
    },
    optional={
        "class": addresses,
        "imemo_type": plain,
        "struct": unescaped,
        "name": unescaped,
        "real_class_name": unescaped,
        "singleton": st.booleans(),
        "value": st.text(max_size=10),
        "bytesize": st.integers(0, (1 << 64) - 1),
        "references": st.lists(addresses, max_size=4),
        "file": unescaped,
        "line": st.integers(0, (1 << 64) - 1),
        "method": unescaped,
        "generation": st.integers(0, (1 << 31) - 1),
        "memsize": st.integers(0, (1 << 48) - 1),
        "flags": st.dictionaries(plain, st.one_of(st.booleans(), st.integers(0, 9)), max_size=3),
    },
)
with_some_of_anything = st.tuples(
    as_ruby_means_them,
    st.dictionaries(st.one_of(st.sampled_from(keys_of_ruby), st.text(max_size=5)), values, max_size=3),
).map(lambda both: both[0] | both[1])


def printed(item: dict[str, Any]) -> bytes:
    """As Ruby prints it."""
    pairs_of_it = (f"{json.dumps(key)}:{_printed(value)}" for key, value in item.items())
    return f"{{{', '.join(pairs_of_it)}}}".encode()


def _printed(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(", ", ":"))


PRINTERS: list[Callable[[dict[str, Any]], bytes]] = [
    printed,
    orjson.dumps,
    lambda item: json.dumps(item).encode(),
    lambda item: json.dumps(item, separators=(",", ":")).encode(),
    lambda item: json.dumps(item, separators=(" , ", " : ")).encode(),
    lambda item: b"\t" + printed(item) + b" \r",
    lambda item: printed(item).replace(b'"type"', b'"\\u0074ype"'),
    lambda item: printed(item)[:-1] + b', "type":' + orjson.dumps(item["type"]) + b"}",
]


@given(st.lists(st.tuples(as_ruby_means_them, st.randoms(use_true_random=False)), min_size=1, max_size=4))
@thorough
def test_objects_as_ruby_prints_them_are_taken_with_their_keys_in_any_order(
    items: list[tuple[dict[str, Any], Any]],
) -> None:
    # GIVEN objects with everything that Ruby can say of one
    shuffled = []
    for item, random in items:
        keys = list(item)
        random.shuffle(keys)
        shuffled.append({key: item[key] for key in keys})
    # WHEN they are scanned
    block = scan(b"\n".join(map(printed, shuffled)))
    # THEN every one of them is taken, with all its values
    assert taken(block) == [line_of(item) for item in shuffled]


@given(st.lists(st.tuples(with_some_of_anything, st.sampled_from(PRINTERS)), min_size=1, max_size=3))
@thorough
def test_any_objects_printed_anyhow_are_left_or_say_what_json_says(
    items: list[tuple[dict[str, Any], Callable[[dict[str, Any]], bytes]]],
) -> None:
    # GIVEN objects with keys and values of any kind, printed in one way or another
    # WHEN they are scanned
    # THEN what is taken says what JSON says
    left(b"\n".join(printer(item) for item, printer in items))


@given(st.data())
@thorough
def test_nothing_beyond_the_end_of_a_block_is_read(data: st.DataObject) -> None:
    # GIVEN lines of which the block has only a part, while the rest of them lies right behind it
    whole = b"\n".join(data.draw(st.lists(st.sampled_from(REAL), min_size=1, max_size=3)))
    end = data.draw(st.integers(0, len(whole)))
    # WHEN the block is scanned
    block = scan(memoryview(whole)[:end])
    # THEN it is what it would be alone
    assert taken(block) == taken(scan(whole[:end]))
    assert block.irregular.tolist() == scan(whole[:end]).irregular.tolist()
    # AND a line without its end is left
    lines = whole[:end].split(b"\n")
    assert left(whole[:end]) == {n for n, line in enumerate(lines) if line.strip(BLANK) and line not in REAL}


START = b'{"address":"0x8", "type":"STRING"'


@pytest.mark.parametrize(
    "line",
    [
        b"{}", b"{", b'{"', b'{"address"', b'{"address":', b'{"address":"', b"[]", b"null", b'"x"', b"\0", b"{" * 5000,
        b'{"type":"STRING"}', b'{"address":"0x8"}', b'{"type":"ROOT"}', b'{"type":"ROOT", "address":"0x8"}',
        *(START + rest for rest in (
            b"", b",}", b", }", b"}}", b"} x", b"}{}", b"]", b',  "a":1}', b' ,"a":1}', b', "a" :1}', b', "a": 1}',
            b', "a":1 }', b', "a"}', b', "a":}', b', a:1}', b", 'a':1}", b', "a":"x}', b', "a":1.5}', b', "a":1e3}',
            b', "a":01}', b', "a":-01}', b', "a":-}', b', "a":+1}', b', "a":18446744073709551616}', b', "a":truex}',
            b', "a":True}', b', "a":nul}', b', "\\u0066ile":"x"}', b', "\x01":1}', b', "\xff":1}', b', "a\0":1}',
            b', "type":"STRING"}', b', "address":"0x8"}', b', "file":"a", "file":"b"}', b', "file":"a", "file":null}',
            b', "references":["0x1"], "references":[]}', b', "name":"A", "singleton":true, "singleton":false}',
            b', "memsize":1, "memsize":2}', b', "class":null}', b', "class":8}', b', "class":"8"}', b', "class":"0x"}',
            b', "class":"0X8"}', b', "class":"0x11112222333344445"}', b', "class":"0x-8"}', b', "class":["0x8"]}',
            b', "file":null}', b', "file":1}', b', "file":["a"]}', b', "file":"a\tb"}', b', "line":"1"}',
            b', "line":-1}', b', "line":{}}', b', "memsize":281474976710656}', b', "generation":2147483648}',
            b', "generation":null}',
            b', "method":"\\u00ff"}', b', "name":"a\0"}', b', "name":true}', b', "singleton":1}',
            b', "singleton":"true"}', b', "singleton":t}', b', "references":"0x1"}', b', "references":[1]}',
            b', "references":["0x1",]}',
            b', "references":["0x1"}', b', "references":["0x1"  ,"0x2"]}', b', "references":[["0x1"]]}',
            b', "references":[}', b', "references":{"0x1":"0x2"}}', b', "references":["0x1", "spam"]}',
            b', "references":}', b', "flags":{"a":[]}}', b', "flags":{"a":{}}}', b', "flags":{a}}', b', "flags":{"a"}}',
            b', "flags":{"a":1,}}', b', "flags":{,}}', b', "flags":{"a":1]}', b', "flags":{', b', "a":[1,,2]}',
            b', "a":["x":1]}', b', "a":[{}]}', b', "a":[1}', b', "a":[',
        )),
    ],
)  # fmt: skip
def test_what_ruby_does_not_write_is_left(line: bytes) -> None:
    # GIVEN a line that is not JSON, or not JSON of the kind that Ruby writes
    # WHEN it is scanned, alone and among others
    # THEN it is left
    assert left(line) == {0}
    assert left(REAL[0] + b"\n" + line + b"\r\n" + REAL[1]) == {1}


@pytest.mark.parametrize(
    "rest",
    [
        b"}", b',"a":1}', b', "a":1} \t\r', b', "a":{}}', b', "a":[]}', b', "a":{"b":1,"c":"d", "e":null}}',
        b', "a":0}',
        b', "a":"\\""}', b', "a":[1, "x",true]}', b', "a":"\\\\"}', b', "a":"\xff\0\\q"}', b', "a":{"\xff\\q":1}}',
        b', "a":18446744073709551615}', b', "fd":-1}', b', "references":[]}',
        b', "references":["0x1","0xffffffffffffffff"]}', b', "references":["0x1", "0xAbC"]}',
        b', "memsize":281474976710655}', b', "generation":2147483647}',
        b', "line":18446744073709551615}', b', "file":""}', b', "file":"C:\\app\\\xe9.rb", "line":1}',
        b', "name":"\xe9"}', b', "real_class_name":"A", "singleton":true}', b', "singleton":null}', b', "root":"vm"}',
        b', "imemo_type":"ment", "struct":"mutex"}',
    ],
)  # fmt: skip
def test_what_ruby_writes_is_taken(rest: bytes) -> None:
    # GIVEN a line of the form in which Ruby writes, with text of any bytes where Ruby does not look at it
    # WHEN it is scanned
    # THEN it is taken, and says what it should
    assert left(START + rest) == set()


@pytest.mark.parametrize("type_", ["ROOT", "IMEMO", "DATA"])
def test_what_an_object_is_in_particular_depends_on_its_type(type_: str) -> None:
    # GIVEN a line with all the keys that say so, of which only one is meant
    item = {"address": "0x8", "struct": "s", "imemo_type": "i", "root": "r", "type": type_}
    # WHEN it is scanned
    [line] = taken(scan(printed(item)))
    # THEN it is that one
    assert line.detail == {"ROOT": "r", "IMEMO": "i", "DATA": "s"}[type_]


@pytest.mark.parametrize("content", [b"", b"\n", b"\n" * 5000, b" ", b"\r\n\t\n \n", b"\n "])
def test_nothing_comes_of_nothing(content: bytes) -> None:
    # GIVEN a block of blank lines, or of none
    # WHEN it is scanned
    block = scan(content)
    # THEN nothing is taken and nothing is left
    assert left(content) == set()
    assert (len(block.address), block.lines) == (0, block.blank)


def test_a_block_of_the_shortest_references_has_room_for_all() -> None:
    # GIVEN a line that is as much references as can be
    count = 300_000
    line = b'{"type":"ROOT","root":"","references":[' + b",".join([b'"0x1"'] * count) + b"]}"
    # WHEN it is scanned, also without its last bytes
    # THEN all of them are there, or the line is left
    assert taken(scan(line))[0].references == [1] * count
    assert left(line[:-1]) == left(line[:-2]) == {0}


def test_references_of_a_line_that_is_left_are_nobodys() -> None:
    # GIVEN a line that turns out to be damaged after its references, and a sound one after it
    content = START + b', "references":["0x1", "0x2"], "x":}\n' + START + b', "references":["0x3"]}'
    # WHEN both are scanned
    [line] = taken(scan(content))
    # THEN the second has its own, and no others
    assert line.references == [3]


def test_any_number_of_places_classes_and_names_are_told_apart() -> None:
    # GIVEN more of each than there is room for at first, each of them twice
    items = [
        {
            "address": hex(8 * i),
            "type": f"T{i % 5000}",
            "class": hex(i % 7000),
            "name": f"N{i % 9000}",
            "file": f"{i % 11000}.rb",
            "line": i % 13,
            "method": f"m{i % 17}",
        }
        for i in (*range(15_000), *range(15_000))
    ]
    # WHEN they are scanned
    block = scan(b"\n".join(map(printed, items)))
    # THEN every line says what it should, and places and kinds are numbered as they come
    assert taken(block) == [line_of(item) for item in items]
    assert block.spot.tolist() == block.kind.tolist() == [*range(15_000), *range(15_000)]
    assert len(block.spots) == len(block.kinds) == 15_000


def test_texts_that_differ_only_at_their_end_or_in_their_length_are_told_apart() -> None:
    # GIVEN paths of every length, of the same byte and with another at the end
    files = [end.join(("a" * length, "")) for length in range(70) for end in ("", "b", "\x7f")]
    items = [{"address": "0x8", "type": "A", "file": file} for file in files]
    # WHEN they are scanned
    block = scan(b"\n".join(map(printed, items)))
    # THEN each has a number of its own
    assert [file.decode() for file, _, _ in block.spots] == list(dict.fromkeys(files))
    assert taken(block) == [line_of(item) for item in items]


numbers = st.one_of(st.integers(-2, 3), st.integers(-(1 << 31), (1 << 31) - 1))


@given(st.lists(st.tuples(numbers, numbers), max_size=300))
@thorough
def test_pairs_are_numbered_as_they_come(given_pairs: list[tuple[int, int]]) -> None:
    # GIVEN pairs of numbers, some of them more than once
    known: dict[tuple[int, int], int] = {}
    expected = [known.setdefault(pair, len(known)) for pair in given_pairs]
    first, second = (np.array([pair[i] for pair in given_pairs], np.int32) for i in (0, 1))
    # WHEN they are numbered
    number, found = pairs(first, second)
    # THEN a dictionary says the same
    assert number.tolist() == expected
    assert [tuple(pair) for pair in found.tolist()] == list(known)


def test_many_pairs_are_told_apart() -> None:
    # GIVEN more pairs than there is room for at first, each of them twice
    numbers_twice = np.tile(np.arange(100_000, dtype=np.int32), 2)
    first, second = numbers_twice % 500, numbers_twice % 799
    # WHEN they are numbered
    number, found = pairs(first, second)
    # THEN each pair is the one that its number stands for, and none has two
    assert (found[number] == np.column_stack((first, second))).all()
    assert len({tuple(pair) for pair in found.tolist()}) == len(found) == 100_000


def test_columns_of_two_lengths_make_no_pairs() -> None:
    # GIVEN three numbers and two
    # WHEN they are to be paired
    # THEN that is refused
    with pytest.raises(ValueError, match="3 and 2 entries"):
        pairs(np.zeros(3, np.int32), np.zeros(2, np.int32))
