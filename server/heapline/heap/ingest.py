"""From a heap dump to its index. Runs in the process that is meant to be killed: `heapline index`, never the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from heapline.errors import HeaplineError
from heapline.files import require_regular_file
from heapline.heap import cache
from heapline.heap.duck import explaining, sql, writing
from heapline.heap.index import open_index
from heapline.heap.records import Records, read
from heapline.heap.strings import summed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import duckdb
    from numpy.typing import NDArray

    from heapline.heap.records import Progress


def build(dump: Path, progress: Progress) -> Path:
    """Read the dump, write its index, and give the index's path; a whole index of the unchanged dump is kept.

    Raises HeaplineError if the file cannot be read, holds nothing of a dump, changes while it is read, or if the
    cache directory has no room.
    """
    require_regular_file(dump)
    with explaining(dump):
        existing = open_index(dump)
        if existing is None:
            return write(dump, read_unchanged(dump, progress))
        existing.close()
        return existing.path


def read_unchanged(dump: Path, progress: Progress) -> Records:
    """All of a dump. Raises HeaplineError if there is no object in it, or if it changes meanwhile."""
    identity = cache.Identity.of(dump)
    records = read(dump, progress)
    if cache.Identity.of(dump) != identity:
        raise HeaplineError(
            f"{dump}: changed while it was read; it is probably still being written. Load it again when it is whole."
        )
    if not len(records.address):
        raise HeaplineError(_nothing_in(dump, records))
    return records


def write(dump: Path, records: Records) -> Path:
    """Write the index of a dump that was just read, whole or not at all; gives its path."""
    index = cache.index_path(cache.Identity.of(dump))
    with writing(index) as connection:
        _fill(connection, records)
    cache.tidy()
    return index


def _fill(connection: duckdb.DuckDBPyConnection, records: Records) -> None:
    connection.execute(sql("schema.sql"))
    problems: list[tuple[int | None, str | None, bool]] = [
        (item.line, item.reason, bool(item.objects)) for item in records.problems
    ]
    problems += [(None, records.cut, False)] if records.cut else []
    for table, rows in (("problem", problems), ("other_line", list(records.others.items()))):
        marks = ", ".join("?" for _ in (rows or [()])[0])
        if rows:
            connection.executemany(f"insert into {table} values ({marks})", rows)  # noqa: S608 -- our own tables
    slots: dict[str, NDArray[Any]] = {
        name: getattr(records, name)
        for name in ("address", "memsize", "generation", "spot", "kind", "entries", "content")
    }
    types = [records.kinds[kind].type for kind in records.kind[list(records.names)]]
    views: dict[str, Mapping[str, NDArray[Any]]] = {
        "slots": slots,
        "spots": {
            "id": np.arange(len(records.spots), dtype=np.int32),
            "file": _texts([spot.file for spot in records.spots]),
            "line": np.array([spot.line for spot in records.spots], np.uint64),
            "method": _texts([spot.method for spot in records.spots]),
        },
        "kinds": {
            "id": np.arange(len(records.kinds), dtype=np.int32),
            "type": _texts([kind.type for kind in records.kinds]),
            "class": np.array([kind.class_address for kind in records.kinds], np.uint64),
            "detail": _texts([kind.detail for kind in records.kinds]),
        },
        "names": {
            "address": records.address[list(records.names)],
            "type": _texts(types),
            "name": _texts([name.name for name in records.names.values()]),
            "singleton": np.array([name.singleton for name in records.names.values()], bool),
        },
    }
    for name, columns in views.items():
        connection.register(name, columns)
    known = {"lines": records.lines, "lost": records.lost, "has_roots": bool(records.roots)}
    whole = summed(records.content, records.memsize, np.zeros(len(records.content), np.int32), 1)
    known |= {name: int(count[0]) for name, count in whole._asdict().items()}
    for statement in connection.extract_statements(sql("summary.sql")):
        connection.execute(statement, known if "$lines" in statement.query else None)
    _add_strings(connection, records)


def _add_strings(connection: duckdb.DuckDBPyConnection, records: Records) -> None:
    """Fill the table `site_string`; those without a line come last among the groups, as -1 does in Python."""
    sites = connection.execute("select site from spot order by id").fetchnumpy()["site"].astype(np.int32)
    without = int(sites.max(initial=-1)) + 1
    groups = np.append(sites, np.int32(without))
    found = summed(records.content, records.memsize, groups[records.spot], without + 1)
    there = np.flatnonzero(found.strings)
    columns = {name: column[there] for name, column in found._asdict().items()}
    connection.register("found", {"site": np.where(there < without, there, -1).astype(np.int32), **columns})
    connection.execute("insert into site_string from found")


def _texts(values: list[str | None] | list[str]) -> NDArray[np.object_]:
    return np.array(values, dtype=object)


def _nothing_in(dump: Path, records: Records) -> str:
    if not records.lines and records.cut:
        return f"{dump}: nothing of it can be decompressed: {records.cut}. Copy it again."
    first = next((item for item in records.problems if not item.objects), None)
    where = f" (line {first.line}: {first.reason})" if first else f" ({records.cut})" if records.cut else ""
    return f"{dump}: no object of a heap dump in it{where}. Take the dump again with ObjectSpace.dump_all."
