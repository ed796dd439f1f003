"""`heapline index`: for people, and as the child process of the language server."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from running import heapline

from sample_files import SAMPLES

DUMP = SAMPLES / "translate/reports/heap-1.json.gz"
TEXT = SAMPLES / "translate/reports/memory_profiler.txt"


def events(*arguments: str | Path) -> tuple[int, list[dict[str, object]]]:
    """Exit code and events of the child, which runs as long as its stdin is open."""
    with subprocess.Popen(
        [sys.executable, "-m", "heapline", "index", "--events", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None
        found = [json.loads(line) for line in child.stdout]
        return child.wait(), found


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache directory that only this test uses."""
    path = tmp_path / "cache"
    monkeypatch.setenv("HEAPLINE_CACHE_DIR", str(path))
    return path


def test_the_path_of_the_index_is_printed(own_cache: Path) -> None:
    # GIVEN a dump
    # WHEN it is indexed, twice
    first, second = heapline("index", DUMP), heapline("index", DUMP)
    # THEN the index's path is all that is printed, the same both times
    assert (first.returncode, first.stderr) == (0, "")
    index = Path(first.stdout.removesuffix("\n"))
    assert index.parent == own_cache
    assert index.is_file()
    assert (second.returncode, second.stdout) == (0, first.stdout)


def test_what_is_no_dump_is_refused(tmp_path: Path) -> None:
    # GIVEN a text of memory_profiler, and a file that is missing
    missing = tmp_path / "heap.json"
    # WHEN they are indexed
    text, nothing = heapline("index", TEXT), heapline("index", missing)
    # THEN each is one line of error
    assert (text.returncode, text.stdout) == (1, "")
    assert text.stderr == (f"heapline: {TEXT}: is not a heap dump and needs no index. Read it with: heapline report\n")
    assert (nothing.returncode, nothing.stdout) == (1, "")
    assert nothing.stderr.startswith(f"heapline: {missing}: no such file.")


def test_wrong_usage_is_exit_code_2() -> None:
    # WHEN nothing is given to index, or two files
    # THEN it says how it is used
    assert [heapline("index").returncode, heapline("index", DUMP, DUMP).returncode] == [2, 2]


@pytest.mark.usefixtures("own_cache")
def test_the_child_tells_its_progress_and_its_end() -> None:
    # GIVEN a dump without an index
    # WHEN a child indexes it
    code, found = events(DUMP)
    # THEN it tells what it does and how far it is, and at last that it is done
    *steps, last = found
    assert (code, last) == (0, {"done": True})
    progress = [step for step in steps if "progress" in step]
    assert progress
    assert all(isinstance(step["what"], str) and 0 <= float(str(step["progress"])) <= 1 for step in progress)


@pytest.mark.usefixtures("own_cache")
def test_the_child_tells_an_error_in_words(tmp_path: Path) -> None:
    # GIVEN a file that is missing
    missing = tmp_path / "heap.json"
    # WHEN a child indexes it
    code, found = events(missing)
    # THEN the error ends it, and before that it only began to read
    assert code == 1
    assert found == [
        {"progress": 0.0, "what": "reading"},
        {"error": f"{missing}: no such file. Check the path, or the glob that named it."},
    ]
