"""An index, opened for reading: what the dump says of the whole heap and of each allocation site."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import duckdb

from heapline.errors import HeaplineError
from heapline.heap import cache
from heapline.heap.duck import first_line, is_damage
from heapline.heap.retained import HeapGraph
from heapline.profile import MAX_PROBLEMS, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

_READING_MEMORY = "256MB"
_CORE = ("BasicObject", "Object", "Module", "Class", "Kernel", "Comparable", "String", "Symbol", "Array", "Hash")
"""Ruby makes these first, and compaction does not move them: a process is known by where they are."""
_CORE_CLASSES = (
    "select name, min(address) from class_name where called in ('class ' || name, 'module ' || name)"
    " and name in (select unnest(?)) group by name"
)
_UNREADABLE = (duckdb.Error, IndexError, TypeError)
"""What reading a damaged database raises; an empty or missing value counts as one."""


OverTime: TypeAlias = "tuple[int, int | str | None, int, int]"


@dataclass(frozen=True, slots=True)
class Report:
    """What is true of a whole dump. Bytes are shallow (`memsize`).

    `tracer_bytes` belong to the allocation tracer itself, the measuring tool's own; they are part of `live_bytes`.
    `strings`, `contents` and `duplicate_bytes` are those of `Strings`, of the whole heap.
    """

    lines: int
    skipped_lines: int
    traced: bool
    has_roots: bool
    live_objects: int
    live_bytes: int
    tracer_bytes: int
    untraced_objects: int
    untraced_bytes: int
    strings: int
    contents: int
    duplicate_bytes: int


@dataclass(frozen=True, slots=True)
class Strings:
    """Some strings whose values the dump prints: how many there are, and how many different values they have.

    `duplicate_bytes` are those of all but the largest string of each value. Where a dump prints no value (it is empty,
    not ASCII, or shared with another string), nobody knows what a string is equal to.
    """

    strings: int
    contents: int
    duplicate_bytes: int


@dataclass(frozen=True, slots=True)
class Count:
    """Live objects and their bytes, of one class (`of` is its name) or one generation (`of` is its number)."""

    of: str
    objects: int
    bytes: int


class HeapIndex:
    """A finished index of one dump, read-only. Not for use from several threads at once.

    `core_classes` has the addresses of Ruby's first classes by name; `youngest` is the last generation of a traced
    object, None if there is none.
    """

    def __init__(self, path: Path) -> None:
        """Open the index at `path`; raises duckdb.Error if it is no whole index of this version."""
        self.path = path
        self._connection = self._connect()
        try:
            self.report = Report(*self._rows("from report")[0])
            # damage shows only where it is read; a hash reads all, and makes no 100,000 objects of it
            self._rows("select bit_xor(hash(path, line, method, objects, bytes)) from site")
            self.core_classes = dict(self._rows(_CORE_CLASSES, list(_CORE)))
            ((self.youngest,),) = self._rows("select max(generation) from site_generation")
        except BaseException:
            self._connection.close()  # or DuckDB goes on to serve the damaged file
            raise
        self.graph: HeapGraph | None = None
        self.by_class = lru_cache(maxsize=1024)(self._by_class)
        self.by_generation = lru_cache(maxsize=1024)(self._by_generation)
        self.strings_of = lru_cache(maxsize=1024)(self._strings_of)

    def attach(self, graph: Path) -> None:
        """Use the dump's graph too; raises duckdb.Error if it is no whole graph of this version."""

        def connect() -> duckdb.DuckDBPyConnection:
            connection = self._connect()
            connection.execute(f"attach if not exists '{cache.quoted(graph)}' as graph (read_only)")
            return connection

        try:
            graph_of_dump = HeapGraph(connect)
            graph_of_dump.by_site  # noqa: B018 -- damage shows only where it is read
        except BaseException:
            self._connection.execute("detach database if exists graph")  # or DuckDB goes on to serve the damaged file
            raise
        self.graph = graph_of_dump

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to be built: the graph is there, or the dump cannot have one."""
        return self.graph is not None or not self.report.has_roots

    @contextmanager
    def cursor(self) -> Iterator[HeapIndex]:
        """The same index and graph for another thread; raises duckdb.Error."""
        other = HeapIndex(self.path)
        try:
            if self.graph:
                other.attach(cache.graph_path(self.path))
            yield other
        finally:
            other.close()

    def close(self) -> None:
        """Release the files."""
        if self.graph:
            self.graph.close()
        self._connection.close()

    def discard(self) -> None:
        """Remove the index and its graph, so that they are built anew."""
        self.close()
        cache.discard_all(self.path)

    def sites(self) -> list[tuple[str, int, str | None, int, int]]:
        """All sites as (path, line, method, objects, bytes), most bytes first; a site's id is its position."""
        return self._rows("select path, line, method, objects, bytes from site order by id")

    def generations(self) -> list[tuple[int, int, int, int]]:
        """All generations that have traced objects, as (generation, objects, bytes, compiled methods and blocks)."""
        return self._rows(
            "select generation, count(*), sum(memsize)::bigint, count(*) filter (where detail = 'iseq')"
            " from slot join kind on kind.id = slot.kind where generation >= 0 and spot >= 0"
            " group by generation order by generation"
        )

    def sites_of(self, first: int, last: int) -> list[tuple[int, int, int]]:
        """What was allocated in these generations, both included: (site, objects, bytes), most bytes first."""
        return self._rows(
            "select site, sum(objects)::bigint, sum(bytes)::bigint from site_generation"
            " where generation between ? and ? group by site order by 3 desc, site",
            first, last,
        )  # fmt: skip

    def classes_of(self, first: int, last: int) -> list[Count]:
        """The same by class."""
        rows = self._rows(
            "select name, count(*), sum(memsize)::bigint from slot join kind on kind.id = slot.kind"
            " where spot >= 0 and generation between ? and ? group by name order by 3 desc, name",
            first, last,
        )  # fmt: skip
        return [Count(*row) for row in rows]

    def sites_over_time(self, first: int, length: int, since: int, most: int) -> list[OverTime]:
        """What was allocated from generation `first` on, by periods of `length` generations and by site.

        As (period from 0 on, site, objects, bytes): the `most` sites with most bytes of generations after `since` each,
        of equal ones those with most bytes in all; the others together, under None.
        """
        return self._over_time("site", "site_generation", first, length, since, most)

    def classes_over_time(self, first: int, length: int, since: int, most: int) -> list[OverTime]:
        """The same by class, with the class's name."""
        counted = (
            "(select name, generation, count(*) as objects, sum(memsize) as bytes"
            " from slot join kind on kind.id = slot.kind where spot >= 0 and generation >= 0 group by all)"
        )
        return self._over_time("name", counted, first, length, since, most)

    def _over_time(self, of: str, counted: str, first: int, length: int, since: int, most: int) -> list[OverTime]:
        return self._rows(
            f"with counted as (select {of} as of, generation, objects, bytes from {counted} as counted),"  # noqa: S608 -- ours
            " top as (select of as chosen from counted group by of"
            " order by sum(bytes) filter (where generation > ?) desc nulls last, sum(bytes) desc, of limit ?)"
            " select (generation - ?) // ? as period, chosen, sum(objects)::bigint, sum(bytes)::bigint"
            " from counted left join top on chosen = of where generation >= ? group by all order by all",
            since, most, first, length, first,
        )  # fmt: skip

    def all_classes(self) -> list[Count]:
        """All live objects by class, those without a line too; the allocation tracer's own is left out."""
        rows = self._rows(
            "select name, count(*), sum(memsize)::bigint from slot join kind on kind.id = slot.kind"
            " where not is_tracer group by name"
        )
        return [Count(*row) for row in rows]

    def strings(self) -> list[tuple[int, Strings]]:
        """The strings of each site that has some, -1 being those without a line; most duplicate bytes first."""
        rows = self._rows(
            "select site, strings, contents, duplicate_bytes from site_string order by duplicate_bytes desc, site"
        )
        return [(site, Strings(*row)) for site, *row in rows]

    def classes(self) -> list[tuple[int, str, int, int]]:
        """All of (site, class, live objects, live bytes). On a connection of its own, so for any thread."""
        with self._connect() as connection:
            return connection.execute("select site, class, objects, bytes from site_class").fetchall()

    def objects(self) -> tuple[dict[str, NDArray[Any]], list[tuple[str, str, bool]], list[tuple[str, int]]]:
        """All objects, as columns in the dump's order: address, memsize, generation, spot, kind; then what these are.

        Kinds are (type, name of the class, whether it is the tracer), spots (path, line).
        """
        columns = self._connection.execute("select address, memsize, generation, spot, kind from slot").fetchnumpy()
        kinds = self._rows("select type, name, is_tracer from kind order by id")
        return columns, kinds, self._rows("select file, line from spot order by id")

    def column(self, name: Literal["entries", "content"]) -> NDArray[np.int32]:
        """One column of all objects in the dump's order; -1 for what has none."""
        return self._connection.execute(f"select {name} from slot").fetchnumpy()[name]  # noqa: S608 -- ours

    def problems(self) -> tuple[Problem, ...]:
        """The first damaged lines, in the file's order; those that are lost before those that were repaired."""
        rows = self._rows(
            f"select line, reason, repaired from problem order by repaired, line nulls first limit {MAX_PROBLEMS}"  # noqa: S608 -- a constant
        )
        return tuple(Problem(line, f"repaired: {reason}" if repaired else reason) for line, reason, repaired in rows)

    def _connect(self) -> duckdb.DuckDBPyConnection:
        config: dict[str, str | bool | int | float | list[str]] = {"threads": 1, "memory_limit": _READING_MEMORY}
        return duckdb.connect(str(self.path), read_only=True, config=config)

    def _by_class(self, site: int) -> tuple[Count, ...]:
        """The site's live objects by class, most bytes first."""
        return self._counts(
            "select class, objects, bytes from site_class where site = ? order by bytes desc, class", site
        )

    def _by_generation(self, site: int) -> tuple[Count, ...]:
        """The site's live objects by generation (`GC.count` at allocation), oldest first."""
        return self._counts(
            "select generation, objects, bytes from site_generation where site = ? order by generation", site
        )

    def _strings_of(self, site: int) -> Strings | None:
        """The site's strings, None if the dump prints the values of none."""
        rows = self._rows("select strings, contents, duplicate_bytes from site_string where site = ?", site)
        return Strings(*rows[0]) if rows else None

    def _counts(self, query: str, site: int) -> tuple[Count, ...]:
        return tuple(Count(str(of), objects, size) for of, objects, size in self._rows(query, site))

    def _rows(self, query: str, *parameters: object) -> list[Any]:
        return self._connection.execute(query, parameters).fetchall()


def open_index(dump: Path) -> HeapIndex | None:
    """The dump's index, with its graph if that is there, of the dump as it is now; damaged ones are removed.

    Raises OSError if the dump is gone, HeaplineError if the index is there and cannot be opened for now.
    """
    path = cache.index_path(cache.Identity.of(dump))
    if not path.exists():
        return None
    try:
        index = HeapIndex(path)
    except _UNREADABLE as error:
        _discard_damaged(dump, path, error)
        return None
    cache.touch(path)
    graph = cache.graph_path(path)
    if graph.exists():
        try:
            index.attach(graph)
        except _UNREADABLE as error:
            try:
                _discard_damaged(dump, graph, error)
            except BaseException:
                index.close()
                raise
    return index


def unavailable(dump: Path, database: Path, error: Exception) -> HeaplineError:
    """The error that says that a whole index, or graph, cannot be read for now."""
    return HeaplineError(
        f"{dump}: its index cannot be read for now: {first_line(error)}. Load it again;"
        f" if that does not help, remove {database}."
    )


def _discard_damaged(dump: Path, database: Path, error: Exception) -> None:
    if not is_damage(error):
        raise unavailable(dump, database, error) from error
    cache.discard(database)
