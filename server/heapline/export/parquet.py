"""Parquet files in a folder: one row per line of code, and of a heap dump per object, per reference and per root.

For any engine once a heap outgrows one machine's memory. DuckDB writes them.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import duckdb

from heapline.export.subject import TEXTS
from heapline.heap import cache
from heapline.heap.query import connect

if TYPE_CHECKING:
    from pathlib import Path

    from heapline.export.subject import Subject

_MEGABYTES = 500
_OF_DUMPS = {
    "object": (
        "select object.*, reachable, retained.bytes as retained_size, retained.objects as dominated_objects,"
        " dominator, parent, distance from object join retained using (id)"
    ),
    "reference": "from reference",
    "root": "from root",
}


def write(subject: Subject, folder: Path) -> list[Path]:
    """Write the files into a folder, made if it is not there; gives their paths. Raises duckdb.Error or OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    index = subject.report.index
    with connect(index.path, _MEGABYTES) if index else duckdb.connect(":memory:") as connection:
        spill = cache.directory() / f"export.{os.getpid()}.partial-spill"
        connection.execute(f"set temp_directory = '{cache.quoted(spill)}'")
        types = ", ".join(f"{name} {'varchar' if name in TEXTS else 'bigint'}" for name in subject.columns)
        connection.execute(f"create table memory.line ({types})")
        columns = list(zip(*map(subject.values, subject.rows), strict=True)) or [()] * len(subject.columns)
        values = ", ".join("unnest(?)" for _ in columns)
        connection.execute(f"insert into memory.line select {values}", [list(column) for column in columns])
        tables = {"line": "from memory.line"}
        if index:
            tables |= _OF_DUMPS if index.graph else {"object": "from object"}
        for name, query in tables.items():
            path = folder / f"{name}.parquet"
            connection.execute(f"copy ({query}) to '{cache.quoted(path)}' (format parquet, compression zstd)")
            written.append(path)
    return written
