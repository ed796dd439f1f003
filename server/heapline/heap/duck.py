"""DuckDB as this package uses it: databases written whole or not at all, and what its errors mean for the user."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from importlib.resources import files as resources
from typing import TYPE_CHECKING

import duckdb

from heapline.errors import HeaplineError
from heapline.heap import cache

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_THREADS = 4
"""Threads that work on one dump, at most: each takes memory, and an editor has other things to do."""
_MEGABYTES_PER_THREAD = 100
_OF_THE_MOMENT = ("Too many open files", "Permission denied", "Cannot allocate memory")


def sql(name: str) -> str:
    """The text of an SQL file of this package."""
    return resources("heapline.heap").joinpath(name).read_text(encoding="utf-8")


@contextmanager
def writing(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a new database, which takes the place of `database` when the block ends without an error.

    Raises duckdb.Error or OSError if it cannot be written whole; `database` is then as it was.
    """
    partial = cache.partial_path(database)
    cache.discard(partial)
    try:
        with duckdb.connect(str(partial), config=_settings(partial)) as connection:
            yield connection
            connection.execute("checkpoint")  # the one that closing makes fails without an error
        if partial.with_name(f"{partial.name}.wal").exists():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(partial))
        partial.replace(database)
    finally:
        cache.discard(partial)


@contextmanager
def explaining(dump: Path) -> Iterator[None]:
    """Turn what goes wrong in DuckDB, memory or the file system meanwhile into what the user can act on."""
    try:
        yield
    except (duckdb.Error, OSError, MemoryError) as error:
        if getattr(error, "errno", None) == errno.ENOSPC or "No space left" in str(error):
            raise HeaplineError(
                f"{dump}: no room left for its index. Free some space, or set HEAPLINE_CACHE_DIR to a"
                " directory that has a tenth of the inflated dump's size."
            ) from error
        if isinstance(error, duckdb.OutOfMemoryException | MemoryError):
            raise HeaplineError(
                f"{dump}: not enough memory or temporary disk to index it ({first_line(error)})."
            ) from error
        raise HeaplineError(f"{dump}: cannot be indexed: {first_line(error)}") from error


def is_damage(error: Exception) -> bool:
    """Whether an error of reading a database tells of the file itself, and not of a lack that passes."""
    if isinstance(error, duckdb.OutOfMemoryException | duckdb.InterruptException):
        return False
    return not any(text in str(error) for text in _OF_THE_MOMENT)


def first_line(error: BaseException) -> str:
    """What the error says, without the stack that DuckDB may add to it."""
    return (str(error).splitlines() or [""])[0]


def _settings(partial: Path) -> dict[str, str | bool | int | float | list[str]]:
    """For writing `partial`: bounded threads and memory, spilling beside it, no extensions."""
    threads = min(os.cpu_count() or 1, MAX_THREADS)
    return {
        "threads": threads,
        "memory_limit": f"{threads * _MEGABYTES_PER_THREAD}MB",
        "temp_directory": f"{partial}.tmp",
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
