"""Real dumps, cut and damaged anywhere: no error but a clear one, and never a wrong count of what was intact."""

from __future__ import annotations

import gzip
import tempfile
import zlib
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st
from indexing import heap_objects, indexed, small_lines, table

from heapline.errors import HeaplineError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from heapline.heap.index import HeapIndex

unhurried = settings(deadline=None, max_examples=50)
WHOLE = b"\n".join(small_lines()) + b"\n"
COMPRESSED = gzip.compress(WHOLE)
ALL_LINES = frozenset(small_lines())
LINES = small_lines()[5::17]
GARBAGE = (
    b"garbage", b"\0", b"\0" * 300, b"{", b"}", b'{"', b'"', b"[]", b"null", b"12", b"\xff\xfe", b"{}", b'{"a":1}',
    b'[{"address":"0x1"}]', b"\xe2\x82", b'{"address":"0x1", "type":', b'{"type":"STRING"}', b'{"address":"0x1"}',
    b'{"address":"spam", "type":"STRING"}', b"[" * 5000, b'{"a":' * 5000, b"\x1f\x8b",
    b'{"address":-1, "type":"STRING"}', b'{"address":"0x1ffffffffffffffff", "type":"STRING"}', b"\xef\xbb\xbf",
)  # fmt: skip
BLANK = (b"", b" ", b"\t", b"  \t ", b"\r", b"\x0b", b"\x0c")


class Written:
    """A damaged dump: its content, the lines that nobody touched, and the numbers of those that somebody did."""

    def __init__(self, lines: list[bytes], intact: list[bytes], damaged: set[int], blank: int) -> None:
        self.content = b"".join(lines)
        self.intact = intact
        self.damaged = damaged
        self.not_blank = len(lines) - blank
        self._touched = {number: lines[number - 1] for number in sorted(damaged)}

    def __repr__(self) -> str:
        return f"{self.not_blank} lines, of them damaged: {self._touched}"


@st.composite
def damaged_dumps(draw: st.DrawFn) -> Written:
    """Real lines with garbage and blank lines between them, bytes changed, lines joined, ends of both kinds."""
    lines: list[bytes] = []
    intact: list[bytes] = []
    damaged: set[int] = set()
    blank = 0
    for original in LINES:
        what = draw(st.sampled_from(("keep",) * 8 + ("change", "cut", "join", "bom", "blank", "garbage")))
        if what == "blank":
            lines.append(draw(st.sampled_from(BLANK)) + b"\n")
            blank += 1
        elif what == "garbage":
            lines.append(draw(st.sampled_from(GARBAGE)) + b"\n")
            damaged.add(len(lines))
        elif what == "join" and lines and len(lines) not in damaged and lines[-1].strip():
            lines[-1] = lines[-1].strip() + original + b"\n"
            intact.pop()
            damaged.add(len(lines))
            continue
        line = original
        if what == "change":
            at = draw(st.integers(0, len(line) - 1))
            other = draw(st.sampled_from(sorted({*range(256)} - {ord("\n"), line[at]})))
            line = line[:at] + bytes([other]) + line[at + 1 :]
        elif what == "cut":
            line = line[: draw(st.integers(1, len(line) - 1))]
        elif what == "bom":
            line = b"\xef\xbb\xbf" + line
        lines.append(line + draw(st.sampled_from((b"\n", b"\n", b"\n", b"\r\n"))))
        if line is original:
            intact.append(line)
        else:
            damaged.add(len(lines))
    return Written(lines, intact, damaged, blank)


@contextmanager
def index_of(content: bytes) -> Iterator[HeapIndex]:
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder, "heap.json")
        dump.write_bytes(content)
        with indexed(dump) as index:
            yield index


def values(lines: list[bytes]) -> Counter[tuple[Any, ...]]:
    """What is known of the objects on the lines, by Python's own JSON reader."""
    return Counter(
        (
            int(item["address"], 16), item["type"], item.get("file"), item.get("line"), item.get("method"),
            item.get("generation"), item.get("memsize"),
        )
        for item in heap_objects(lines)
    )  # fmt: skip


def objects_in(index: HeapIndex) -> Counter[tuple[Any, ...]]:
    rows = table(index, "select address, type, file, line, method, generation, nullif(memsize, 0) from object")
    return Counter(rows)


@given(damaged_dumps())
@unhurried
def test_what_is_intact_is_counted_whatever_surrounds_it(written: Written) -> None:
    # GIVEN a real dump with damage of every kind
    # WHEN it is indexed
    with index_of(written.content) as index:
        found = objects_in(index)
        report, problems, sites = index.report, index.problems(), index.sites()
    # THEN every intact line is there with all its values, once
    expected = values(written.intact)
    assert not expected - found
    # AND what is more comes from damaged lines (one line may be two that were joined)
    assert (found - expected).total() <= 2 * len(written.damaged)
    # AND the file's lines are counted, blank ones not
    assert report.lines == written.not_blank
    # AND nobody is told of a line that has no fault
    assert {problem.line for problem in problems} <= written.damaged
    assert report.skipped_lines <= len(written.damaged)
    # AND sites and totals are sums of exactly these objects
    assert report.live_objects == found.total()
    assert report.live_bytes == sum(n * (size or 0) for (*_, size), n in found.items())
    assert sum(objects for *_, objects, _ in sites) == sum(
        n for (_, _, file, *_), n in found.items() if file is not None
    )


@given(st.integers(1, len(WHOLE)))
@unhurried
def test_a_dump_cut_anywhere_keeps_every_whole_line(at: int) -> None:
    # GIVEN a real dump that was cut while it was written
    content = WHOLE[:at]
    intact = [line for line in content.split(b"\n") if line in ALL_LINES]
    # WHEN it is indexed
    try:
        with index_of(content) as index:
            found, report, problems = objects_in(index), index.report, index.problems()
    except HeaplineError:
        # THEN it is refused only when it holds no whole object
        assert not heap_objects(intact)
        return
    # THEN every whole line is counted, and nothing else
    assert found == values(intact)
    # AND the line that was cut is named with its number
    *whole, last = content.split(b"\n")
    cut = len(whole) + 1 if last and last not in ALL_LINES else None
    assert report.skipped_lines == (cut is not None)
    assert [problem.line for problem in problems] == ([cut] if cut else [])
    assert all(problem.reason == "cut short: the dump ends inside this line" for problem in problems)


@given(st.sets(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(1, 255)), min_size=1, max_size=12))
@unhurried
def test_bytes_changed_anywhere_harm_no_other_line(flips: set[tuple[int, int]]) -> None:
    # GIVEN a real dump with bits changed anywhere, line ends included
    content = bytearray(WHOLE)
    for at, mask in flips:
        content[at] ^= mask
    intact, changed, start = [], 0, 0
    for line in small_lines():
        end = start + len(line) + 1
        # a line end that is gone takes the next line with it
        if content[start:end] == WHOLE[start:end] and content[max(start - 1, 0)] == WHOLE[max(start - 1, 0)]:
            intact.append(line)
        else:
            changed += 1
        start = end
    # WHEN it is indexed
    with index_of(bytes(content)) as index:
        found, report = objects_in(index), index.report
    # THEN every line that nobody touched is counted with all its values, and what is more comes from the others
    expected = values(intact)
    assert not expected - found
    assert (found - expected).total() <= changed
    assert report.skipped_lines <= 2 * changed


@given(st.integers(1, len(COMPRESSED) - 1))
@unhurried
def test_gzip_cut_anywhere_keeps_every_whole_line(at: int) -> None:
    # GIVEN a compressed dump that was cut, and what zlib can still get out of it
    inflated = zlib.decompressobj(wbits=31).decompress(COMPRESSED[:at])
    intact = [line for line in inflated.split(b"\n") if line in ALL_LINES]
    # WHEN it is indexed
    try:
        with index_of(COMPRESSED[:at]) as index:
            found, problems = objects_in(index), index.problems()
    except HeaplineError:
        # THEN it is refused only when there is no whole object to be had
        assert not heap_objects(intact)
        return
    # THEN every whole line is counted, nothing else, and the user is told that the file is not whole
    assert found == values(intact)
    assert problems[0].line is None
    assert "damaged or cut short" in problems[0].reason


@given(st.integers(10, len(COMPRESSED) - 1), st.integers(1, 255))
@unhurried
def test_gzip_damaged_anywhere_is_never_taken_for_whole(at: int, mask: int) -> None:
    # GIVEN a compressed dump with one byte changed, and what certainly comes before the change
    content = bytearray(COMPRESSED)
    content[at] ^= mask
    inflater = zlib.decompressobj(wbits=31)
    before = inflater.decompress(COMPRESSED[:at]).rpartition(b"\n")[0].split(b"\n")
    intact = [line for line in before if line in ALL_LINES]
    # WHEN it is indexed
    try:
        with index_of(bytes(content)) as index:
            found, problems = objects_in(index), index.problems()
    except HeaplineError:
        # THEN it is refused only when it holds no whole object
        assert not heap_objects(intact)
        return
    # THEN what comes before the damage is counted, and the user is told that there is damage
    assert not values(intact) - found
    assert problems[0].line is None
    assert "damaged or cut short" in problems[0].reason


def test_damage_in_a_long_dump_is_named_with_its_line_numbers() -> None:
    # GIVEN a dump too long to be read in one piece, with damage, blank lines and ends of both kinds all over it
    lines = list(small_lines()) * 450
    damaged = dict(enumerate(GARBAGE * 10, start=1))
    every = len(lines) // len(damaged)
    content = bytearray()
    numbers = []
    number = 0
    for at, line in enumerate(lines, start=1):
        content += line + (b"\r\n" if at % 7 == 0 else b"\n")
        number += 1
        if at % 11 == 0:
            content += b"\n"
            number += 1
        if at % every == 0 and at // every in damaged:
            content += damaged[at // every] + b"\n"
            number += 1
            numbers.append(number)
    assert len(content) > 64 << 20
    # WHEN it is indexed
    with index_of(bytes(content)) as index:
        report, problems = index.report, index.problems()
    # THEN nothing intact is lost
    assert report.live_objects == 450 * len(heap_objects(list(small_lines())))
    assert report.lines == len(lines) + len(damaged)
    # AND all damage is counted, and the first of it is named
    assert report.skipped_lines == len(numbers)
    assert [problem.line for problem in problems] == numbers[: len(problems)]
