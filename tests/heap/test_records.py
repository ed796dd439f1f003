"""A whole dump in columns: whatever its blocks, whoever printed it, and whatever is wrong with it."""

from __future__ import annotations

import gzip
import json
import tempfile
import tracemalloc
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from indexing import small_lines, unseen

from heap_dumps import item, named, root, write
from heapline.heap.records import Kind, Name, Records, Spot, read
from heapline.heap.source import BLOCK_BYTES
from sample_files import DUMPS, sample_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

LONG = json.dumps(item(0x8000, *range(0x10, 0x4000, 8)), separators=(", ", ":")).encode()
OF_EACH_KIND = [
    dump for dump in DUMPS if dump.name in ("all-slots.json.gz", "heap-1.json.gz") and "blog" not in dump.parts
]
DAMAGED = b"\n".join(
    (
        b"rubbish", *small_lines()[:40], b"", LONG, LONG.replace(b"0x8000", b"0x9000"), b'{"address":"0x1", "type":',
        LONG.replace(b"0x8000", b"0xa000").replace(b'":', b'" :'), *small_lines()[40:90], b" \r", b"\x0b",
        b'{"address":"0x18", "type":"STRING", "file":"say "hi".rb", "line":1, "memsize":40}', *small_lines()[90:],
        b'{"address":"0x20", "type":"STRING", "memsi',
    )
)  # fmt: skip
"""A real dump with damage, blank lines, a line of another printer, and lines that are long, two of them in a row."""


def columns(records: Records) -> dict[str, Any]:
    """All that was read, comparable."""
    listed = ("address", "memsize", "generation", "spot", "kind", "entries", "content", "offsets", "references")
    return {
        **{name: getattr(records, name) for name in records.__slots__},
        **{name: getattr(records, name).tolist() for name in listed},
        "roots": {category: addresses.tolist() for category, addresses in records.roots.items()},
    }


def in_words(records: Records) -> Counter[tuple[Any, ...]]:
    """The objects, independent of their order and of how their places and kinds are numbered."""
    spots = [*records.spots, None]
    offsets = records.offsets.tolist()
    references = records.references.tolist()
    rows = zip(records.address, records.memsize, records.generation, records.spot, records.kind, strict=True)
    return Counter(
        (
            int(address), int(memsize), int(generation), spots[spot], records.kinds[kind], records.names.get(i),
            tuple(references[offsets[i] : offsets[i + 1]]),
        )
        for i, (address, memsize, generation, spot, kind) in enumerate(rows)
    )  # fmt: skip


def read_bytes(content: bytes, block_bytes: int = BLOCK_BYTES) -> Records:
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder, "heap.json")
        dump.write_bytes(content)
        return read(dump, unseen, block_bytes)


def printed(items: Iterable[dict[str, Any]], printer: Callable[[dict[str, Any]], str] = json.dumps) -> bytes:
    return "".join(f"{printer(line)}\n" for line in items).encode()


@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
@given(size=st.one_of(st.integers(1, 3000), st.integers(1, len(DAMAGED) + 10)))
@settings(deadline=None, max_examples=25)
def test_blocks_of_any_size_give_the_same_records(compress: Callable[[bytes], bytes], size: int) -> None:
    # GIVEN a dump with everything in it that a dump may have
    whole = columns(read_bytes(DAMAGED))
    # WHEN it is read in blocks of some size, down to one byte
    in_blocks = columns(read_bytes(compress(DAMAGED), size))
    # THEN not the least is different
    assert in_blocks == whole


def test_a_damaged_dump_is_read_up_to_its_last_line() -> None:
    # GIVEN the same dump
    # WHEN it is read
    records = read_bytes(DAMAGED)
    # THEN all its lines that are not blank are counted, and those that gave nothing
    assert records.lines == len(small_lines()) + 7
    assert records.lost == 3
    assert [(problem.line, bool(problem.objects)) for problem in records.problems] == [
        (1, False), (45, False), (len(small_lines()) + 10, False), (99, True),
    ]  # fmt: skip
    # AND objects that were read one by one come last, in their order
    assert records.address[-2:].tolist() == [0xA000, 0x18]
    assert records.spots[records.spot[-1]] == Spot('say "hi".rb', 1, None)


@pytest.mark.parametrize("dump", OF_EACH_KIND, ids=sample_id)
def test_another_printer_makes_no_difference(dump: Path) -> None:
    # GIVEN a dump that Ruby wrote, and the same printed by another JSON library, so that no line looks like Ruby's
    lines = [line for line in gzip.decompress(dump.read_bytes()).split(b"\n") if _is_json(line)]
    original = read_bytes(b"\n".join(lines))
    items = [json.loads(line) for line in lines]
    # WHEN both are read
    theirs = read_bytes(printed(items))
    # THEN they say the same
    assert in_words(theirs) == in_words(original)
    assert (theirs.others, theirs.lines, theirs.lost) == (original.others, original.lines, 0)
    assert {name: found.tolist() for name, found in theirs.roots.items()} == {
        name: found.tolist() for name, found in original.roots.items()
    }
    # AND nobody is told of a problem, since there is none
    assert theirs.problems == []
    assert len(lines) > 9000


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def test_a_dump_of_another_printer_takes_no_more_memory_than_its_columns() -> None:
    # GIVEN a dump whose lines are all to be read one by one, most of it text that is not needed
    items = ({**item(0x10 * i, at="a.rb:1"), "value": "x" * 4000} for i in range(1, 5001))
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder, "heap.json")
        dump.write_bytes(printed(items))
        size = dump.stat().st_size
        # WHEN it is read
        tracemalloc.start()
        try:
            records = read(dump, unseen, 1 << 18)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    # THEN it is whole, and the text did not pile up
    assert len(records.address) == 5000
    assert peak < size / 2


def test_what_is_no_object_is_counted_by_its_type(tmp_path: Path) -> None:
    # GIVEN shapes, empty slots, roots and objects in turn
    lines = []
    for i in range(1, 300):
        lines += [item(0x100 * i, 0x8, 0x10), {"address": hex(i), "type": "SHAPE", "references": ["0x1"]}]
        lines += [root("vm", i, i), {"address": hex(i), "type": "NONE"}] if i % 3 else []
    # WHEN they are read
    records = read(write(tmp_path / "heap.json", lines), unseen, 4096)
    # THEN they are counted, and the objects keep what belongs to them
    assert records.others == {"SHAPE": 299, "ROOT": 200, "NONE": 200}
    assert records.address.tolist() == [0x100 * i for i in range(1, 300)]
    assert records.offsets.tolist() == list(range(0, 600, 2))
    assert records.references.tolist() == [0x8, 0x10] * 299


@pytest.mark.parametrize("printer", [lambda line: json.dumps(line, separators=(", ", ":")), json.dumps])
def test_each_category_of_roots_has_all_that_its_lines_name(printer: Callable[[dict[str, Any]], str]) -> None:
    # GIVEN several lines of one category, one without anything, as Ruby and as another library prints them
    lines = [root("vm", 1, 2, 1), root("machine_context", 3), root("vm", 4), {"type": "ROOT", "root": "global_tbl"}]
    # WHEN they are read
    records = read_bytes(printed([*lines, item(0x8)], printer), 16)
    # THEN each category has its addresses, in order and with those that come twice
    found = {category: addresses.tolist() for category, addresses in records.roots.items()}
    assert found == {"vm": [1, 2, 1, 4], "machine_context": [3], "global_tbl": []}


@pytest.mark.parametrize("printer", [lambda line: json.dumps(line, separators=(", ", ":")), json.dumps])
def test_names_belong_to_the_objects_that_have_them(printer: Callable[[dict[str, Any]], str]) -> None:
    # GIVEN classes with names of their own, of another class, with escapes, and lines that are no objects but named
    lines = [
        {**root("vm", 1), "name": "Root"},
        named(0x10, "A"),
        {**item(0x20, type="CLASS"), "real_class_name": "B", "singleton": True},
        {"address": "0x1", "type": "SHAPE", "name": "Shape"},
        item(0x30),
        {**named(0x40, "Own"), "real_class_name": "Other"},
        {**root("vm", 1), "real_class_name": "Root"},
        named(0x50, 'say "hi"\\'),
    ]
    # WHEN they are read
    records = read_bytes(printed(lines, printer), 64)
    # THEN no object has a name that it was not given
    found = {int(records.address[i]): name for i, name in records.names.items()}
    assert found == {
        0x10: Name("A", singleton=False),
        0x20: Name("B", singleton=True),
        0x40: Name("Own", singleton=False),
        0x50: Name('say "hi"\\', singleton=False),
    }


@given(st.lists(st.integers(0, len(DAMAGED)), max_size=4).map(sorted))
@settings(deadline=None, max_examples=25)
def test_gzip_of_several_members_is_one_dump(cuts: list[int]) -> None:
    # GIVEN a dump compressed in parts, cut anywhere
    parts = [DAMAGED[start:end] for start, end in pairwise([0, *cuts, len(DAMAGED)])]
    compressed = b"".join(map(gzip.compress, parts))
    # WHEN it is read
    # THEN it is the dump that it was
    assert columns(read_bytes(compressed, 5000)) == columns(read_bytes(DAMAGED))


@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_progress_goes_up_to_the_end(compress: Callable[[bytes], bytes], tmp_path: Path) -> None:
    # GIVEN a dump of many blocks
    dump = tmp_path / "heap.json"
    dump.write_bytes(compress(DAMAGED * 30))
    # WHEN it is read
    shares: list[float] = []
    read(dump, lambda _, share: shares.append(share), 10_000)
    # THEN progress is told block by block, never goes back, and ends where it should
    assert len(shares) > 100
    assert shares == sorted(shares)
    assert shares[0] > 0
    assert shares[-1] == 1


def test_progress_does_not_go_beyond_the_end_of_a_dump_that_grows(tmp_path: Path) -> None:
    # GIVEN a dump that is still being written while it is read
    dump = tmp_path / "heap.json"
    dump.write_bytes(DAMAGED * 3)
    shares: list[float] = []

    def progress(what: str, share: float) -> None:
        del what
        if not shares:
            with dump.open("ab") as more:
                more.write(DAMAGED * 3)
        shares.append(share)

    # WHEN it is read
    records = read(dump, progress, 10_000)
    # THEN all of it is read, and progress stays where the end was
    assert records.lines > 5 * len(small_lines())
    assert max(shares) == 1


HEAD = b'{"address":"0x8", "type":"DATA"'


@pytest.mark.parametrize(
    "line",
    [
        b'{"file":"' * 150_000,
        b'{"file":"' + b'", "name":"' * 150_000,
        HEAD + b', "file":"' + b'"} ' * 200_000 + b"x",
        b'{"address":"0x8", ' * 150_000,
        b"\\u00ff\0abc\n" * 10_000,
        b"[" * 1_000_000,
        b'"' * 1_000_000,
        b"\\" * 1_000_000,
        HEAD + b', "n":' + b"1" * 100_000 + b" }",
    ],
    ids=["openings", "names", "ends", "starts", "pieces", "brackets", "quotes", "backslashes", "digits"],
)
def test_lines_made_to_take_forever_do_not(line: bytes) -> None:
    # GIVEN a line in which whatever repairs it finds much to begin with and nothing to end
    # WHEN a dump with it is read
    records = read_bytes(printed([item(0x10)]) + line + b"\n" + printed([item(0x20)]))
    # THEN that comes to an end: the line is lost, and the others are not
    assert records.address.tolist() == [0x10, 0x20]
    assert records.lost == records.lines - 2 > 0


@pytest.mark.parametrize("key", ["file", "method", "name", "struct", "type"])
def test_half_a_character_becomes_readable(key: str) -> None:
    # GIVEN half of a surrogate pair in a text, which no encoding has
    line = {"address": "0x8", "type": "DATA", "file": "a", "method": "m", "struct": "s", "name": "n"} | {key: "x\ud800"}
    # WHEN it is read
    records = read_bytes(printed([line]))
    # THEN it can be written somewhere, which half a pair cannot
    [name], [spot], [kind] = records.names.values(), records.spots, records.kinds
    texts = {"file": spot.file, "method": spot.method, "name": name.name, "struct": kind.detail, "type": kind.type}
    assert texts == {"type": "DATA", "file": "a", "method": "m", "struct": "s", "name": "n"} | {key: "x\\ud800"}


@pytest.mark.parametrize("address", ["-0x8", " 0x8", "0x_8", "8", "0x", "0x11112222333344445", "é", "", None, 8, []])
def test_what_is_no_address_refers_to_nothing(address: object) -> None:
    # GIVEN an object whose class and one of whose references are no addresses
    line = {**item(0x8), "class": address, "references": ["0x10", address, "0x20"]}
    # WHEN it is read
    records = read_bytes(printed([line]))
    # THEN they are not there, and the others are
    assert records.references.tolist() == [0x10, 0x20]
    assert records.kinds == [Kind("OBJECT", 0, None)]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("memsize", -1), ("memsize", 1 << 48), ("memsize", 1.5), ("memsize", "40"), ("memsize", True),
        ("memsize", None), ("generation", -1), ("generation", 1 << 31), ("generation", 1 << 70),
        ("generation", "5"), ("line", -1),
        ("line", 1 << 64), ("line", [7]), ("method", 5), ("file", None), ("file", ["a.rb"]), ("name", {"a": 1}),
        ("references", "0x10"), ("references", {"0x10": 1}), ("struct", 5), ("singleton", 1),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_is_taken_for_absent(key: str, value: object) -> None:
    # GIVEN an object with a value that cannot be what it should
    line = {**named(0x8, "A", type="DATA", struct="s", singleton=True, at="a.rb:3"), "memsize": 40} | {key: value}
    # WHEN it is read
    records = read_bytes(printed([line]))
    # THEN it is as if the line had not said it
    del line[key]
    assert in_words(records) == in_words(read_bytes(printed([line])))
    assert len(records.address) == 1


def test_nothing_comes_of_an_empty_dump() -> None:
    # GIVEN a file of nothing, or of blank lines
    for content in (b"", b"\n\n \n"):
        # WHEN it is read
        records = read_bytes(content)
        # THEN there is nothing in it, and nothing wrong with it
        assert len(records.address) == records.lines == records.lost == 0
        assert records.offsets.tolist() == [0]
        assert records.problems == []
