"""`heapline export`: where it writes, and what it says when it cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from running import heapline

from sample_files import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

TEXT = SAMPLES / "translate/reports/memory_profiler.txt"


def test_a_file_gets_what_standard_output_would(tmp_path: Path) -> None:
    # GIVEN an export on standard output
    printed = heapline("export", TEXT, "--format", "csv")
    # WHEN it goes to a file
    done = heapline("export", TEXT, "--format", "csv", "--output", tmp_path / "lines.csv")
    # THEN the file has the same, and nothing is printed
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "lines.csv").read_text(encoding="utf-8") == printed.stdout != ""


def test_parquet_wants_a_folder() -> None:
    # GIVEN no place for several files WHEN Parquet is asked for THEN that is wrong usage
    done = heapline("export", TEXT, "--format", "parquet")
    assert done.returncode == 2
    assert "--output" in done.stderr


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_what_cannot_be_written_is_one_error(form: str, tmp_path: Path) -> None:
    # GIVEN a file where a folder should be
    (tmp_path / "file").write_text("")
    # WHEN something is to be written below it
    done = heapline("export", TEXT, "--format", form, "--output", tmp_path / "file/out")
    # THEN one line says so
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert "cannot be written" in line


def test_what_is_no_report_is_one_error(tmp_path: Path) -> None:
    # GIVEN what is no report WHEN it is exported THEN one line says so
    (tmp_path / "a.txt").write_text("hello\n")
    done = heapline("export", tmp_path / "a.txt", "--format", "json")
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
