"""A report, loaded: its profile, and for a heap dump the index that answers questions about its sites."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import duckdb

from heapline.errors import HeaplineError
from heapline.files import is_gzip, lines_of
from heapline.heap.cache import Identity
from heapline.heap.duck import is_damage
from heapline.heap.index import HeapIndex, open_index, unavailable
from heapline.readers import dumps_of, heap_dump, heap_profiler, reader_of
from heapline.units import share

if TYPE_CHECKING:
    from pathlib import Path

    from heapline.heap.retained import HeapGraph
    from heapline.profile import Measures, Profile

_LARGEST_TEXT = 2_000_000
"""Bytes that are read at once: a twentieth of a second. What gzip holds can be a thousand times as much."""


@dataclass(frozen=True)
class Report:
    """One loaded report.

    `index` is there for heap dumps; its site ids are positions in `profile.sites`. `identity` is the file's when
    it was opened.
    """

    profile: Profile
    index: HeapIndex | None
    identity: Identity

    @property
    def path(self) -> Path:
        """The report's file."""
        return self.profile.path

    @property
    def attributable_bytes(self) -> int:
        """The bytes that shares are taken of: the report's largest total, less the allocation tracer's own."""
        return self.profile.totals.shallow_bytes - self._tracer_bytes

    @property
    def attributable_objects(self) -> int | None:
        """The live objects that shares are taken of: all, less the allocation tracer itself."""
        objects = self.profile.totals.live_objects
        return None if objects is None else objects - bool(self._tracer_bytes)

    def share(self, measures: Measures) -> str:
        """The part that these measures have of the report in words.

        Of its bytes; of the bytes of the same kind where it counts several; of its objects where it has no bytes.
        """
        own = max((a for a in measures.amounts if not a.is_total), key=lambda a: a.bytes or 0, default=None)
        if own is not None:
            whole = self.profile.totals.amount(own.kind)
            return share(own.bytes or 0, whole.bytes or 0 if whole else 0)
        if self.attributable_bytes:
            return share(measures.shallow_bytes, self.attributable_bytes)
        return share(measures.shallow_objects, self.profile.totals.shallow_objects)

    def share_of_summary(self, measures: Measures) -> str:
        """The part that the last number of `summary` has of the report: with what the line called, if that is known."""
        total = next((amount for amount in measures.amounts if amount.is_total), None)
        if total is None:
            return self.share(measures)
        if total.kind == "sampled_total":
            whole = self.profile.totals.amount("sampled")
            return share(total.count or 0, whole.count or 0 if whole else 0)
        if total.bytes is not None:
            return share(total.bytes, self.attributable_bytes)
        return share(total.count or 0, self.profile.totals.shallow_objects)

    @property
    def graph(self) -> HeapGraph | None:
        """The graph of a heap dump, if it was made."""
        return self.index.graph if self.index else None

    @property
    def held_bytes(self) -> int:
        """The bytes that shares of retained sizes are taken of: all that is reachable, less the tracer's own."""
        return self.graph.held_bytes if self.graph else 0

    @property
    def _tracer_bytes(self) -> int:
        return self.index.report.tracer_bytes if self.index else 0

    @cached_property
    def live_objects_at(self) -> dict[tuple[str, int], int]:
        """Live objects by path and line, of those lines whose report knows them."""
        known = ((site.path, site.line, site.measures.live_objects) for site in self.profile.sites)
        return {(path, line): objects for path, line, objects in known if objects is not None}

    def close(self) -> None:
        """Release the report's index."""
        if self.index:
            self.index.close()

    def discard(self, error: duckdb.Error | None = None) -> HeaplineError:
        """Close the report's index, and remove it unless `error`, met in reading it, tells of a lack that passes.

        Gives the error to show.
        """
        return _failed(self.path, self.index, error)


def without_index(path: Path) -> list[Path]:
    """The report's heap dumps without an index, or without the graph that they could have.

    Raises HeaplineError if it is no report.
    """
    return [dump for dump in dumps_of(path) if not _is_indexed(dump)]


def _is_indexed(dump: Path) -> bool:
    index = open_index(dump)
    if index is None:
        return False
    index.close()
    return index.is_complete


def needs_process(path: Path) -> bool:
    """Whether reading the report takes so long, or so much, that a server leaves it to a process of its own.

    Raises HeaplineError if it is no report.
    """
    if dumps_of(path):
        return bool(without_index(path))
    return path.stat().st_size > _LARGEST_TEXT or is_gzip(path)


def read_text(path: Path) -> Profile | None:
    """The profile of a text; None of heap dumps. Raises HeaplineError if it cannot be read."""
    reader = None if path.is_dir() else reader_of(path)
    if reader is None:
        return None
    try:
        with lines_of(path) as stream:
            return reader.read(path, stream)
    except OSError as error:
        raise HeaplineError(f"{path}: cannot be read: {error.strerror or error}.") from error


def open_report(path: Path) -> Report:
    """Open a report that needs no (more) indexing. Raises HeaplineError if it cannot be read."""
    try:
        identity = Identity.of(path)
        profile = read_text(path)
        if profile is not None:
            return Report(profile, None, identity)
        if path.is_dir():
            return Report(_read_capture(path), None, identity)
        index = _index_of(path)
    except OSError as error:
        raise HeaplineError(f"{path}: cannot be read: {error.strerror or error}.") from error
    try:
        return Report(heap_dump.read(path, index), index, identity)
    except duckdb.Error as error:
        raise _failed(path, index, error) from error


def _index_of(dump: Path) -> HeapIndex:
    index = open_index(dump)
    if index is None:
        raise HeaplineError(f"{dump}: has no index, or changed since it was made. Load it again.")
    return index


def _read_capture(directory: Path) -> Profile:
    """The profile of heap-profiler's directory. Its dumps' indexes are closed: each can be loaded by itself."""
    with ExitStack() as opened:
        indexes = []
        for dump in dumps_of(directory):
            indexes.append(_index_of(dump))
            opened.callback(indexes[-1].close)
        try:
            return heap_profiler.read(directory, *indexes)
        except duckdb.Error as error:
            for dump, index in zip(dumps_of(directory), indexes, strict=True):
                failed = _failed(dump, index, error)
            raise failed from error


def _failed(path: Path, index: HeapIndex | None, error: duckdb.Error | None) -> HeaplineError:
    if index and error and not is_damage(error):
        index.close()
        return unavailable(path, index.path, error)
    if index:
        index.discard()
    return HeaplineError(f"{path}: its index was damaged and is removed. Load it again.")
