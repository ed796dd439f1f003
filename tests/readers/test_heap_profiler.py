"""heap-profiler's directory and its texts, against the gem's own count of every line."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest
from tool_reports import file_of, read, truth_of

from heapline.errors import HeaplineError
from heapline.heap.steps import build
from heapline.profile import Measures
from heapline.readers import recognise
from heapline.readers.heap_profiler import capture_of
from heapline.report import open_report, without_index
from sample_files import unpack_capture

if TYPE_CHECKING:
    from pathlib import Path

    from heapline.profile import Profile

KINDS = {"allocated": "allocated", "retained": "retained", "live": "single"}
"""What a measure's name begins with -> the gem's own count of that."""


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    """The directory as heap-profiler wrote it."""
    return unpack_capture(tmp_path / "report")


def load(directory: Path) -> Profile:
    """The capture, its dumps indexed."""
    for dump in without_index(directory):
        build(dump, lambda *_: None, lambda: None)
    return open_report(directory).profile


def numbers_of(profile: Profile, kind: str) -> dict[str, tuple[int | None, int | None]]:
    """Objects and bytes of each line that has any of this kind."""
    found = {
        site.at: (getattr(site.measures, f"{kind}_objects"), getattr(site.measures, f"{kind}_bytes"))
        for site in profile.sites
    }
    return {at: numbers for at, numbers in found.items() if any(numbers)}


def counted_by_the_gem(kind: str) -> dict[str, tuple[int, int]]:
    """The same by heap-profiler's own analysis."""
    truth: dict[str, Any] = truth_of("heap-profiler")[KINDS[kind]]
    return {at: (n, truth["bytes_by_location"][at]) for at, n in truth["objects_by_location"].items()}


def test_a_directory_is_one_capture_with_what_the_block_allocated_and_what_survived_it(capture: Path) -> None:
    # GIVEN the two dumps that heap-profiler wrote around a block
    # WHEN their directory is loaded
    profile = load(capture)
    # THEN each line has, to the object and the byte, what the gem itself counts in the dumps
    assert profile.format == recognise(capture) == "heap-profiler"
    assert not profile.problems
    for kind in ("allocated", "retained"):
        assert numbers_of(profile, kind) == counted_by_the_gem(kind)
    # AND so have the totals; a line of which nothing survived has none, and what is alive is not said
    truth = truth_of("heap-profiler")
    assert profile.totals == Measures(
        allocated_objects=truth["allocated"]["objects"],
        allocated_bytes=truth["allocated"]["bytes"],
        retained_objects=truth["retained"]["objects"],
        retained_bytes=truth["retained"]["bytes"],
    )
    gone = next(site for site in profile.sites if site.at not in counted_by_the_gem("retained"))
    assert (gone.measures.retained_objects, gone.measures.live_objects) == (0, None)


@pytest.mark.parametrize("name", ["retained.heap", "generation.info"])
def test_these_files_of_a_capture_stand_for_all_of_it(capture: Path, name: str) -> None:
    # GIVEN the directory with its three files
    # THEN a file that says little by itself is taken for the directory, the whole dump for itself
    assert capture_of(capture / name) == capture
    assert capture_of(capture / "allocated.heap") == capture / "allocated.heap"
    # AND a file of that name without the others is what it is
    (capture / "allocated.heap").unlink()
    assert capture_of(capture / name) == capture / name


def test_a_capture_written_again_is_another(capture: Path) -> None:
    # GIVEN a capture that was loaded
    load(capture)
    before = open_report(capture).identity
    # WHEN heap-profiler writes into the same directory again
    (capture / "generation.info").write_text("9999")
    # THEN it is known to have changed
    assert open_report(capture).identity != before


def test_a_directory_that_is_no_capture_says_why(capture: Path) -> None:
    # GIVEN directories in which something is missing or wrong
    (capture / "other").mkdir()
    with pytest.raises(HeaplineError, match=r"other: is a directory\. Name the report inside it\."):
        recognise(capture / "other")
    (capture / "generation.info").write_text("many")
    with pytest.raises(HeaplineError, match=r"generation\.info: is not the number of a generation"):
        recognise(capture)
    (capture / "generation.info").unlink()
    # THEN the message names what
    with pytest.raises(HeaplineError, match=r"lacks generation\.info: they are written when the block ends"):
        recognise(capture)
    (capture / "generation.info").write_text("1")
    (capture / "retained.heap").write_text("no dump")
    with pytest.raises(HeaplineError, match=r"retained\.heap: is no heap dump"):
        recognise(capture)


def test_a_capture_whose_dump_is_damaged_says_in_which_file(capture: Path) -> None:
    # GIVEN a second dump that was cut
    dump = capture / "retained.heap"
    dump.write_bytes(dump.read_bytes()[:-30])
    # WHEN the directory is loaded
    profile = load(capture)
    # THEN what is whole is there, and the problem names the file
    assert len(numbers_of(profile, "retained")) > 20
    assert any(problem.reason.startswith("retained.heap: ") for problem in profile.problems)


@pytest.mark.parametrize("way", ["plain", "scaled", "color"])
def test_the_text_of_two_dumps_says_what_the_gem_counted(way: str) -> None:
    # GIVEN the text about both dumps, plain, or scaled and with short paths as the command prints it
    profile = read(f"heap-profiler-{way}.txt.gz")
    for kind in ("allocated", "retained"):
        counted, found = counted_by_the_gem(kind), numbers_of(profile, kind)
        # THEN a line has these numbers: objects are exact, scaled bytes have three digits
        assert found
        for at, (objects, size) in found.items():
            expected, exact = next(numbers for path, numbers in counted.items() if path.endswith(at.lstrip("/")))
            assert objects == expected
            assert size == exact if way == "plain" else size == pytest.approx(exact, abs=max(0.5, exact / 200))


@pytest.mark.parametrize("way", ["plain", "scaled"])
def test_the_text_of_a_single_dump_says_what_is_alive(way: str) -> None:
    # GIVEN the text about one dump, which says neither allocated nor retained
    profile = read(f"heap-profiler-single-{way}.txt.gz")
    # THEN its numbers are live objects, of the whole heap
    truth = truth_of("heap-profiler")["single"]
    assert profile.totals.live_objects == truth["objects"]
    assert profile.totals.allocated_objects is None
    for at, (objects, _) in numbers_of(profile, "live").items():
        assert objects in [n for path, (n, _) in counted_by_the_gem("live").items() if path.endswith(at.lstrip("/"))]


def test_strings_of_the_program_are_not_read() -> None:
    # GIVEN a text with a report of strings
    text = gzip.decompress(file_of("heap-profiler-plain.txt.gz").read_bytes()).decode()
    assert "City of" in text
    # THEN none of them is in what was read
    assert "City of" not in json.dumps([site.at for site in read("heap-profiler-plain.txt.gz").sites])
