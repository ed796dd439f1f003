"""The graph's file beside the index: made when it is missing, made anew when damaged, never in the index's way."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import duckdb
import pytest

from heap_dumps import item, opened, root, write
from heapline.heap import cache
from heapline.heap.index import open_index
from heapline.heap.steps import build
from heapline.report import open_report, without_index
from sample_files import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SAMPLE = SAMPLES / "rubies/3.4/full.json.gz"


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache directory that only this test uses, with a name that SQL would stumble over."""
    path = tmp_path / "o'cache"
    monkeypatch.setenv("HEAPLINE_CACHE_DIR", str(path))
    return path


@pytest.fixture
def dump(tmp_path: Path, own_cache: Path) -> Path:
    """A dump of its own, with roots, that has not been read."""
    assert not own_cache.exists()
    path = tmp_path / "heap.json"
    path.write_bytes(gzip.decompress(SAMPLE.read_bytes()))
    return path


def nothing() -> None:
    """Nobody waits for the index."""


def make(dump: Path) -> Path:
    """Make what is missing, and give the graph's path."""
    return cache.graph_path(build(dump, lambda *_: None, nothing))


def retained(dump: Path) -> list[int]:
    with opened(dump) as index:
        assert index.graph is not None
        return index.graph.by_site


def cut(graph: Path) -> None:
    graph.write_bytes(graph.read_bytes()[: graph.stat().st_size // 2])


def empty(graph: Path) -> None:
    graph.write_bytes(b"")


def another_file(graph: Path) -> None:
    graph.write_bytes(b"\x89PNG\r\n\x1a\n" * 1000)


def a_database_without_a_graph(graph: Path) -> None:
    graph.unlink()
    with duckdb.connect(str(graph)) as connection:
        connection.execute("create table edge (target integer)")


def the_summary_without_its_row(graph: Path) -> None:
    with duckdb.connect(str(graph)) as connection:
        connection.execute("delete from summary")


def every_block_overwritten(graph: Path) -> None:
    content = bytearray(graph.read_bytes())
    for at in range(3 * 4096 + 1000, len(content), 4096):
        content[at : at + 16] = b"\xa5" * 16
    graph.write_bytes(content)


@pytest.mark.parametrize(
    "damage",
    [
        cut,
        empty,
        another_file,
        a_database_without_a_graph,
        the_summary_without_its_row,
        every_block_overwritten,
        os.unlink,
    ],
)
def test_a_graph_that_is_damaged_or_gone_is_made_anew_and_the_index_kept(
    dump: Path, damage: Callable[[Path], None]
) -> None:
    # GIVEN a dump whose graph is damaged
    graph = make(dump)
    before = retained(dump)
    index = graph.with_suffix(".duckdb")
    number = index.stat().st_ino
    damage(graph)
    # WHEN the index is opened
    opened_alone = open_index(dump)
    # THEN it is there, without a graph
    assert opened_alone is not None
    assert (opened_alone.graph, opened_alone.is_complete) == (None, False)
    opened_alone.close()
    # AND the next load makes a graph with the same numbers, and reads nothing else anew
    assert without_index(dump) == [dump]
    assert make(dump) == graph
    assert retained(dump) == before
    assert index.stat().st_ino == number
    assert not without_index(dump)


def test_the_first_numbers_are_there_before_the_graph_is(dump: Path) -> None:
    # GIVEN a dump that was never read
    seen: list[tuple[int, object]] = []

    def indexed() -> None:
        with_live_numbers = open_index(dump)
        assert with_live_numbers is not None
        seen.append((with_live_numbers.report.live_objects, with_live_numbers.graph))
        with_live_numbers.close()

    # WHEN it is read, and the index is opened as soon as that is said to be possible
    build(dump, lambda *_: None, indexed)
    # THEN that was once, with all live objects and without a graph
    [(objects, graph)] = seen
    assert objects > 0
    assert graph is None
    # AND an open index takes the graph when it is there
    with opened(dump) as index:
        assert index.report.live_objects == objects
        assert index.graph is not None


def test_progress_goes_from_step_to_step_and_never_back(dump: Path) -> None:
    # GIVEN a dump that was never read
    said: list[tuple[str, float]] = []
    # WHEN it is read
    build(dump, lambda what, share: said.append((what, share)), nothing)
    # THEN its progress is told in steps, each from where the last one ended
    shares = [share for _, share in said]
    assert shares == sorted(shares)
    assert 0 <= shares[0] <= shares[-1] < 1
    assert list(dict.fromkeys(what for what, _ in said)) == [
        "reading the dump",
        "counting by line",
        "linking objects",
        "finding what holds what",
        "adding up by line",
        "writing the graph",
    ]


@pytest.mark.parametrize("damage", [cut, empty, the_summary_without_its_row])
def test_a_graph_made_anew_is_seen_while_the_index_is_still_open(dump: Path, damage: Callable[[Path], None]) -> None:
    # GIVEN an open index whose graph turned out to be damaged
    graph = make(dump)
    before = retained(dump)
    damage(graph)
    still_open = open_index(dump)
    assert still_open is not None
    # WHEN another process makes the graph anew, and the index is opened a second time
    subprocess.run([sys.executable, "-m", "heapline", "index", dump], check=True, capture_output=True)
    again = open_index(dump)
    # THEN that has the new graph
    assert again is not None
    assert again.graph is not None
    assert again.graph.by_site == before
    again.close()
    still_open.close()


@pytest.mark.skipif(os.name == "nt", reason="a process of Windows has no SIGKILL")
@pytest.mark.parametrize("step", ["indexed", "linking objects", "adding up by line", "writing the graph"])
def test_a_load_that_is_killed_after_the_index_leaves_it_usable(dump: Path, own_cache: Path, step: str) -> None:
    # GIVEN a load that is killed when it comes to a step after the index
    code = f"""
import os, signal, sys
from pathlib import Path
from heapline.heap.steps import build
def reached(what, share=0.0):
    if what == {step!r}:
        os.kill(os.getpid(), signal.SIGKILL)
build(Path(sys.argv[1]), reached, lambda: reached("indexed"))
"""
    done = subprocess.run([sys.executable, "-c", code, dump], check=False)
    assert done.returncode == -signal.SIGKILL
    # WHEN the report is opened
    report = open_report(dump)
    # THEN it has its live numbers, and says that something is missing
    assert report.profile.sites
    assert report.graph is None
    report.close()
    assert without_index(dump) == [dump]
    # AND the next load makes the graph; what was left half-written goes when another dump is read
    assert make(dump).exists()
    assert sum(retained(dump)) > 0
    make(write(dump.with_name("other.json"), [root("vm", 0x1000), item(0x1000)]))
    assert {path.suffix for path in own_cache.iterdir()} == {".duckdb", ".graph"}


def test_a_heap_of_one_object_without_class_or_line_has_a_graph(tmp_path: Path, own_cache: Path) -> None:
    # GIVEN the smallest of dumps
    dump = write(tmp_path / "heap.json", [root("vm", 0x1000), item(0x1000, cls=None)])
    # WHEN it is read
    with opened(dump) as index:
        # THEN it has a graph like any other
        assert index.graph is not None
        assert index.graph.by_class() == {"internal object": 40}
        assert index.graph.summary.reachable_bytes == 40
    assert own_cache.is_dir()
