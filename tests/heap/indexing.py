"""Dumps for the tests of the heap index: building one in this process, and writing damaged ones."""

from __future__ import annotations

import gzip
import json
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import duckdb

from heapline.heap.index import HeapIndex, open_index
from heapline.heap.ingest import build
from sample_files import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SMALL_DUMP = SAMPLES / "rubies/3.3/since.json.gz"
"""A real dump of some 700 lines, all of them intact."""


def unseen(what: str, share: float) -> None:
    """Progress that nobody looks at."""
    del what, share


@contextmanager
def indexed(dump: Path) -> Iterator[HeapIndex]:
    """The dump's index, built if need be."""
    build(dump, unseen)
    index = open_index(dump)
    assert index is not None
    try:
        yield index
    finally:
        index.close()


@cache
def small_lines() -> tuple[bytes, ...]:
    """The lines of SMALL_DUMP, without their ends."""
    return tuple(gzip.decompress(SMALL_DUMP.read_bytes()).splitlines())


def heap_objects(lines: list[bytes]) -> list[dict[str, Any]]:
    """What Python's own JSON reader says of those of the lines that are objects on the heap."""
    return [item for item in map(json.loads, lines) if item["type"] not in ("ROOT", "SHAPE", "NONE")]


def table(index: HeapIndex, query: str) -> list[Any]:
    """Rows of an index file, read beside Heapline as any DuckDB can."""
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(f"attach '{index.path}' as heap (read_only)")
        connection.execute("use heap")
        return connection.execute(query).fetchall()
