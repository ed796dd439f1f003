"""All the work on one dump, in order: the index, which gives the first numbers, then the graph with the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heapline.files import require_regular_file
from heapline.heap import graph, ingest
from heapline.heap.duck import explaining
from heapline.heap.index import open_index

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from heapline.heap.records import Progress

_READING, _INDEXED = 0.4, 0.5
"""How far the work is when the dump is read, and when its index is written."""


def build(dump: Path, progress: Progress, indexed: Callable[[], None]) -> Path:
    """Build what is missing of the dump's index and graph, and give the index's path.

    `indexed` is called when the index can be opened; what is retained is known only at the end, and not at all for a
    dump that names no roots. Raises HeaplineError.
    """
    require_regular_file(dump)
    with explaining(dump):
        index = open_index(dump)
        if index is not None:
            index.close()
            if index.is_complete:
                indexed()
                return index.path
        records = ingest.read_unchanged(dump, lambda what, share: progress(what, _READING * share))
        if index is None:
            progress("counting by line", _READING)
            path = ingest.write(dump, records)
        else:
            path = index.path
        indexed()
        if records.roots:
            graph.write(path, records, lambda what, share: progress(what, _INDEXED + (1 - _INDEXED) * share))
    return path
