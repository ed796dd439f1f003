"""Which files beside a dump are of the same process, told from their first lines."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from heap_dumps import opened
from heapline.heap.beside import dumps_beside
from sample_files import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

TRANSLATE = SAMPLES / "translate/reports"


def test_the_other_dumps_of_a_process_are_found_among_reports_of_all_kinds() -> None:
    # GIVEN a dump in a folder with two more of its process, with texts and oracles
    dump = TRANSLATE / "heap-3.json.gz"
    # WHEN the folder is looked at THEN the two are found
    with opened(dump) as index:
        assert dumps_beside(dump, index) == [TRANSLATE / "heap-1.json.gz", TRANSLATE / "heap-2.json.gz"]


@pytest.mark.parametrize("version", ["3.1", "3.2", "3.3", "3.4", "4.0"])
def test_every_ruby_names_some_of_its_first_classes_among_the_roots(version: str, tmp_path: Path) -> None:
    # GIVEN a dump of each version twice in a folder, and one without roots
    for name, source in (("one", "full"), ("two", "full"), ("since", "since")):
        shutil.copy(SAMPLES / f"rubies/{version}/{source}.json.gz", tmp_path / name)
    # WHEN the folder is looked at THEN each whole one finds the other
    with opened(tmp_path / "one") as index:
        assert dumps_beside(tmp_path / "one", index) == [tmp_path / "two"]


def test_what_is_no_dump_of_the_process_is_passed_over(tmp_path: Path) -> None:
    # GIVEN a dump beside one of another process, a pipe, a folder, an empty file and one that nobody may read
    dump = tmp_path / "heap.json.gz"
    shutil.copy(TRANSLATE / "heap-1.json.gz", dump)
    shutil.copy(SAMPLES / "weakmap/reports/heap-1.json.gz", tmp_path / "other")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty").touch()
    (tmp_path / "closed").touch(mode=0o000)
    (tmp_path / "cut.gz").write_bytes(dump.read_bytes()[:30])
    # WHEN the folder is looked at THEN nothing is found, nor where the folder is gone
    with opened(dump) as index:
        assert dumps_beside(dump, index) == []
        shutil.rmtree(tmp_path)
        assert dumps_beside(dump, index) == []
