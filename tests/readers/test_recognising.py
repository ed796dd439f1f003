"""The format of a report is found by what is in it."""

from __future__ import annotations

import gzip
import io
import re
from typing import TYPE_CHECKING

import pytest
from tool_reports import DUMPS as TOOL_DUMPS
from tool_reports import FOLDERS, FORMATS, content_of, file_of, read

from heapline.errors import HeaplineError
from heapline.profile import FORMAT_NAMES
from heapline.readers import READERS, recognise
from sample_files import DUMPS, SAMPLES, TEXTS

if TYPE_CHECKING:
    from pathlib import Path


def test_every_report_that_the_tools_wrote_is_tested() -> None:
    # GIVEN the reports of the samples, without the truth that stands beside them
    files = {file.name for folder in FOLDERS for file in folder.iterdir() if file.is_file()}
    # THEN the format of each is known
    assert {name for name in files if ".oracle." not in name} == {*FORMATS, *TOOL_DUMPS}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("packed", [False, True])
def test_a_report_is_recognised_whatever_its_name(name: str, packed: bool, tmp_path: Path) -> None:
    # GIVEN a report under a name that says nothing, packed or not
    report = tmp_path / "x"
    report.write_bytes(gzip.compress(content_of(name)) if packed else content_of(name))
    # THEN its format is found
    assert recognise(report) == FORMATS[name]


@pytest.mark.parametrize("name", FORMATS)
def test_only_one_reader_takes_a_report(name: str) -> None:
    # GIVEN the beginning of a report
    head = content_of(name)[: 1 << 20]
    # THEN one reader takes it, and the others say in one sentence why they do not
    objections = [reader.recognise(head) for reader in READERS]
    assert objections.count(None) == 1
    assert all(said is None or (said and "\n" not in said) for said in objections)


@pytest.mark.parametrize("report", [*TEXTS, *DUMPS[:3]], ids=str)
def test_the_other_samples_are_what_they_were(report: Path) -> None:
    # GIVEN a heap dump or a memory_profiler text
    # THEN no other format takes it
    assert recognise(report) == ("memory-profiler" if report in TEXTS else "heap-dump")


def test_an_unknown_file_is_told_what_was_tried_and_why_it_did_not_fit() -> None:
    # GIVEN a file that is no report
    # WHEN it is to be recognised
    with pytest.raises(HeaplineError) as error:
        recognise(SAMPLES / "translate/main.rb")
    # THEN the message names each format, with a reason
    said = str(error.value)
    for name in FORMAT_NAMES.values():
        assert re.search(rf"not an? {re.escape(name)}: ", said)
    assert "not a a" not in said


def test_a_profile_of_time_and_a_binary_one_are_told_how_to_do_better(tmp_path: Path) -> None:
    # GIVEN a stackprof profile of time, and one in Ruby's own binary form
    times, binary = tmp_path / "cpu.json", tmp_path / "object.dump"
    times.write_bytes(content_of("stackprof.json").replace(b'"mode":"object"', b'"mode":"cpu"'))
    binary.write_bytes(b"\x04\x08{\x10:\x0cversionf\x081.2:\tmode:\x0bobject:\x0fgc_samplesi\x00")
    # THEN the messages say what to do
    with pytest.raises(HeaplineError, match="mode: :object"):
        recognise(times)
    with pytest.raises(HeaplineError, match="stackprof --json"):
        recognise(binary)


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_that_is_whole_has_no_problems(name: str) -> None:
    # GIVEN a report as the tool wrote it
    profile = read(name)
    # THEN nothing is lost, and something is there
    assert (profile.format, profile.skipped_lines, profile.problems) == (FORMATS[name], 0, ())
    assert profile.sites or profile.tables


@pytest.mark.parametrize("name", FORMATS)
def test_packed_data_that_ends_early_is_a_problem_and_no_error(name: str) -> None:
    # GIVEN a packed report of which the second half is missing
    packed = gzip.compress(content_of(name))
    reader = next(reader for reader in READERS if reader.recognise(content_of(name)[: 1 << 20]) is None)
    # WHEN it is read
    profile = reader.read(file_of(name), gzip.GzipFile(fileobj=io.BytesIO(packed[: len(packed) // 2])))  # type: ignore[arg-type]
    # THEN it says so
    assert profile.problems
