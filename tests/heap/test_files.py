"""Files that are no dump, or a strange one: one clear error, or what is in them."""

from __future__ import annotations

import gzip
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from indexing import heap_objects, indexed, small_lines, table, unseen

from heapline.errors import HeaplineError
from heapline.heap.ingest import build
from heapline.heap.records import read
from heapline.readers import recognise
from sample_files import DUMPS, SAMPLES, TEXTS, sample_id

WHOLE = b"\n".join(small_lines()) + b"\n"
OBJECTS = len(heap_objects(list(small_lines())))
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"


def refusal(path: Path) -> str:
    """The one error that both ways of reading a file give; it names the file."""
    messages = []
    for attempt in (recognise, lambda dump: build(dump, lambda *_: None)):
        with pytest.raises(HeaplineError) as caught:
            attempt(path)
        messages.append(str(caught.value))
        assert messages[-1].startswith(f"{path}: ")
        assert "\n" not in messages[-1]
    return messages[0]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    # GIVEN a path where nothing is
    # THEN the error says so
    assert "no such file" in refusal(tmp_path / "heap.json")


def test_a_directory_is_no_dump(tmp_path: Path) -> None:
    # GIVEN a directory
    # THEN the error says what to name instead
    assert "is a directory" in refusal(tmp_path)
    # AND of heap-profiler's, which is a report if it is whole, what it lacks
    (tmp_path / "retained.heap").touch()
    assert "lacks allocated.heap and generation.info" in refusal(tmp_path)


def test_a_pipe_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    # GIVEN a pipe that nobody writes to: opening it would never return
    pipe = tmp_path / "heap.json"
    os.mkfifo(pipe)
    # THEN it is refused
    assert "not a regular file" in refusal(pipe)


def test_a_device_without_end_is_refused() -> None:
    # GIVEN a device that can be read for ever
    # THEN it is refused
    assert "not a regular file" in refusal(Path("/dev/zero"))


def test_a_file_without_permission_is_refused() -> None:
    # GIVEN a file that nobody may read; modes are nothing to root, so root becomes someone else before it reads
    code = (
        "import os, sys; from pathlib import Path; from heapline.readers import recognise\n"
        "from heapline.errors import HeaplineError\n"
        "if os.geteuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "try: recognise(Path(sys.argv[1]))\n"
        "except HeaplineError as error: print(error)"
    )
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        dump = Path(folder, "heap.json")
        dump.write_bytes(WHOLE)
        dump.chmod(0)
        # WHEN it is read
        done = subprocess.run([sys.executable, "-c", code, dump], capture_output=True, text=True, check=True)
    # THEN the error says what is missing and what to try
    assert done.stdout == f"{dump}: no permission to read it. Try: chmod u+r, or copy it.\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (PNG, "is no report that Heapline knows"),
        (random.Random(1).randbytes(100_000), "is no report that Heapline knows"),  # noqa: S311 -- any bytes will do
        (b'{"name": "heapline", "version": "1.0"}\n', "is no report that Heapline knows"),
        (b'[{"address":"0x1"}]\n', "is no report that Heapline knows"),
        (b"{}\n", "is no report that Heapline knows"),
        (b"\0" * 10_000, "is no report that Heapline knows"),
        (b"hello\n" * 1000, "is no report that Heapline knows"),
        (gzip.compress(PNG), "is no report that Heapline knows"),
        (gzip.compress(b""), "is no report that Heapline knows"),
    ],
    ids=[
        "empty",
        "png",
        "random",
        "package.json",
        "json array",
        "empty object",
        "NULs",
        "text",
        "png.gz",
        "nothing.gz",
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    # GIVEN a file that is no dump
    file = tmp_path / "heap.json"
    file.write_bytes(content)
    # WHEN its format is asked for, and an index of it
    message = refusal(file)
    # THEN the error says that it is none
    assert words in message


@pytest.mark.parametrize("dump", DUMPS, ids=sample_id)
def test_every_dump_is_recognised_by_its_content(dump: Path) -> None:
    # GIVEN a dump of real Ruby
    # THEN it is known for one
    assert recognise(dump) == "heap-dump"


@pytest.mark.parametrize("text", TEXTS, ids=sample_id)
def test_no_other_report_is_taken_for_a_dump(text: Path) -> None:
    # GIVEN a text of memory_profiler
    # THEN it is known for what it is, and gives no index
    assert recognise(text) == "memory-profiler"
    with pytest.raises(HeaplineError, match="no object of a heap dump"):
        build(text, lambda *_: None)


def test_a_dump_that_ends_inside_its_first_line_says_so(tmp_path: Path) -> None:
    # GIVEN a dump whose writer died at once
    dump = tmp_path / "heap.json"
    dump.write_bytes(small_lines()[-1][:60])
    assert recognise(dump) == "heap-dump"
    # WHEN it is indexed
    with pytest.raises(HeaplineError) as caught:
        build(dump, lambda *_: None)
    # THEN the error names the line and what to do
    assert str(caught.value) == (
        f"{dump}: no object of a heap dump in it (line 1: cut short: the dump ends inside this line)."
        " Take the dump again with ObjectSpace.dump_all."
    )


def test_a_dump_that_ends_inside_a_character_keeps_what_came_before(tmp_path: Path) -> None:
    # GIVEN a dump cut between the two bytes of an umlaut
    last = next(
        line
        for line in gzip.decompress((SAMPLES / "rubies/3.4/full.json.gz").read_bytes()).splitlines()
        if "ü".encode() in line
    )
    dump = tmp_path / "heap.json"
    dump.write_bytes(WHOLE + last[: last.index("ü".encode()) + 1])
    # WHEN it is indexed
    with indexed(dump) as index:
        # THEN all whole lines are there, and the last is named
        assert index.report.live_objects == OBJECTS
        [problem] = index.problems()
    assert (problem.line, problem.reason) == (
        len(small_lines()) + 1,
        "cut short: the dump ends inside this line",
    )


def test_a_line_of_100_megabytes_is_one_object(tmp_path: Path) -> None:
    # GIVEN a dump with one object that refers to seven million others
    dump = tmp_path / "heap.json"
    count = 7_000_000
    with dump.open("wb") as out:
        out.write(WHOLE)
        out.write(b'{"address":"0x10", "type":"ARRAY", "references":[')
        out.write(b'"0xabcdef1234", ' * (count - 1) + b'"0x1"')
        out.write(b'], "file":"/srv/giant.rb", "line":3, "memsize":56000040}\n')
        out.write(WHOLE)
    assert dump.stat().st_size > 100_000_000
    # WHEN it is indexed
    with indexed(dump) as index:
        report, problems = index.report, index.problems()
        rows = table(index, "select memsize from object where address = 16")
    references = read(dump, unseen).references
    # THEN it is there with all its references, and so is everything around it
    assert rows == [(56_000_040,)]
    assert (references == 0xABCDEF1234).sum() == count - 1
    assert (report.live_objects, report.skipped_lines, problems) == (2 * OBJECTS + 1, 0, ())


@pytest.mark.parametrize("line", [0, 1, 2**31, 2**63, 2**64 - 1])
def test_line_numbers_of_any_size_are_kept(tmp_path: Path, line: int) -> None:
    # GIVEN an object whose line is one that no file has
    dump = tmp_path / "heap.json"
    dump.write_bytes(b'{"address":"0x10", "type":"STRING", "file":"a.rb", "line":%d, "memsize":40}\n' % line)
    # WHEN it is indexed
    with indexed(dump) as index:
        # THEN it is a site like any other
        assert index.sites() == [("a.rb", line, None, 1, 40)]


@pytest.mark.parametrize("line", ["-1", str(2**64), '"seven"', "1.5"])
def test_a_line_number_that_is_none_costs_at_most_its_own_line(tmp_path: Path, line: str) -> None:
    # GIVEN an object whose line is no number, between real ones
    dump = tmp_path / "heap.json"
    dump.write_bytes(WHOLE + f'{{"address":"0x10", "type":"STRING", "file":"a.rb", "line":{line}}}\n'.encode() + WHOLE)
    # WHEN it is indexed
    with indexed(dump) as index:
        # THEN no other object is lost
        assert index.report.live_objects - 2 * OBJECTS in (0, 1)


@pytest.mark.parametrize(
    "name",
    ["heap [1]*?.json", "heap*.json", "two  spaces.json", "grüße ❤.json", "say \"hi\".json", "it's.json", "-.json",
     "new\nline.json", "${HOME} %s {0}.json", "~heap.json", "heap.parquet", "heap.zip", "heap.json.zst"],
)  # fmt: skip
@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gzip"])
def test_a_dump_may_have_any_name(tmp_path: Path, name: str, compressed: bool) -> None:
    # GIVEN a dump with a name that means something to shells, globs or SQL; beside it one that a glob would take too
    folder = tmp_path / "a [folder]' *"
    folder.mkdir()
    (folder / "heap 1xy.json").write_bytes(WHOLE)
    dump = folder / name
    dump.write_bytes(gzip.compress(WHOLE) if compressed else WHOLE)
    # WHEN it is indexed
    with indexed(dump) as index:
        # THEN exactly this file was read
        assert index.report.live_objects == OBJECTS
        assert index.report.skipped_lines == 0


def test_gzip_is_known_by_its_first_bytes_whatever_its_name(tmp_path: Path) -> None:
    # GIVEN a compressed dump with a plain name, and a plain one with a compressed name
    (tmp_path / "heap.json").write_bytes(gzip.compress(WHOLE))
    (tmp_path / "heap.json.gz").write_bytes(WHOLE)
    for name in ("heap.json", "heap.json.gz"):
        # WHEN it is indexed
        with indexed(tmp_path / name) as index:
            # THEN it is read as what it is
            assert index.report.live_objects == OBJECTS


def members(*contents: bytes) -> bytes:
    return b"".join(gzip.compress(content) for content in contents)


HEADER, BODY = gzip.compress(WHOLE)[:10], gzip.compress(WHOLE)[10:]


@pytest.mark.parametrize(
    "content",
    [
        members(WHOLE[:30_001], WHOLE[30_001:]),
        members(WHOLE[:30_001], b"", WHOLE[30_001:]),
        members(*(line + b"\n" for line in small_lines())),
        HEADER[:3] + b"\x08" + HEADER[4:] + b"heap.json\0" + BODY,
        HEADER[:3] + b"\x10" + HEADER[4:] + b"a comment\0" + BODY,
        HEADER[:3] + b"\x04" + HEADER[4:] + b"\x05\0extra" + BODY,
        gzip.compress(WHOLE, compresslevel=0),
    ],
    ids=["two members", "an empty member", "a member per line", "name", "comment", "extra field", "stored"],
)
def test_gzip_of_every_kind_is_read_whole(tmp_path: Path, content: bytes) -> None:
    # GIVEN a compressed dump as some tools write them
    dump = tmp_path / "heap.json.gz"
    dump.write_bytes(content)
    # WHEN it is indexed
    with indexed(dump) as index:
        # THEN all of it is there, and there is nothing to complain of
        assert (index.report.live_objects, index.report.skipped_lines) == (OBJECTS, 0)
        assert index.problems() == ()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (members(WHOLE)[:-4] + b"\xff\xff\xff\x7f", "incorrect length check"),
        (members(WHOLE)[:-4] + b"\x01\0\0\0", "incorrect length check"),
        (members(WHOLE)[:-8] + b"\0\0\0\0" + members(WHOLE)[-4:], "incorrect data check"),
        (members(WHOLE)[:-8], "unexpected end of file"),
        (members(WHOLE)[:-5], "unexpected end of file"),
        (members(WHOLE) + b"junk after the end" * 10, "incorrect header check"),
        (members(WHOLE) + b"\0" * 512, "incorrect header check"),
        (members(WHOLE) + HEADER[:4], "unexpected end of file"),
    ],
    ids=["long size", "short size", "checksum", "no trailer", "half a trailer", "junk", "zeros", "half a member"],
)
def test_gzip_with_a_damaged_end_loses_nothing_but_says_so(tmp_path: Path, content: bytes, why: str) -> None:
    # GIVEN a compressed dump whose data is whole, but not what follows it
    dump = tmp_path / "heap.json.gz"
    dump.write_bytes(content)
    # WHEN it is indexed
    with indexed(dump) as index:
        # THEN all objects are there
        assert (index.report.live_objects, index.report.skipped_lines) == (OBJECTS, 0)
        # AND one problem of the whole file says what is wrong
        [problem] = index.problems()
    assert problem.line is None
    assert why in problem.reason


def test_gzip_with_nothing_left_in_it_is_refused(tmp_path: Path) -> None:
    # GIVEN a compressed dump that was cut inside its header
    dump = tmp_path / "heap.json.gz"
    dump.write_bytes(HEADER)
    # WHEN it is indexed
    with pytest.raises(HeaplineError) as caught:
        build(dump, lambda *_: None)
    # THEN the error says that nothing is left of it
    assert "nothing of it can be decompressed" in str(caught.value)
