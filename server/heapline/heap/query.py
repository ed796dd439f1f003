"""A user's own SQL on an index: it can read the index's tables, and nothing else on the machine."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from heapline.errors import HeaplineError
from heapline.heap import cache
from heapline.heap.duck import sql
from heapline.heap.select import require_select

if TYPE_CHECKING:
    from pathlib import Path

_LOCKED = (
    "set temp_directory = ''",
    "set enable_external_access = false",
    "set lock_configuration = true",
)


@dataclass(frozen=True)
class Limits:
    """What one query may take: seconds, megabytes of DuckDB's memory, rows that are given back."""

    seconds: float = 30
    megabytes: int = 500
    rows: int = 1000


@dataclass(frozen=True, slots=True)
class Answer:
    """The names of the columns, the first rows, and whether there were more than the limit let through."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    more: bool


def connect(index: Path, megabytes: int) -> duckdb.DuckDBPyConnection:
    """A database of its own, empty but for the index (as `heap`), the graph if there is one, and the views.

    Tables and views need no prefix. Raises duckdb.Error if the files cannot be read.
    """
    graph = cache.graph_path(index)
    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": f"{megabytes}MB",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "python_enable_replacements": False,  # or a name that is no table could be a variable of this program
        },
    )
    try:
        connection.execute(f"attach '{cache.quoted(index)}' as heap (read_only)")
        if graph.exists():
            connection.execute(f"attach '{cache.quoted(graph)}' as graph (read_only)")
            connection.execute("set search_path = 'memory.main,heap.main,graph.main'")
            connection.execute(sql("views.sql"))
        else:
            connection.execute("set search_path = 'memory.main,heap.main'")
    except BaseException:
        connection.close()
        raise
    return connection


def ask(index: Path, query: str, limits: Limits) -> Answer:
    """What one SELECT finds. Raises HeaplineError if it is no such query, fails, or takes too much.

    Raises duckdb.Error only if the index itself cannot be read.
    """
    with connect(index, limits.megabytes) as connection:
        for setting in _LOCKED:
            connection.execute(setting)
        alarm = threading.Timer(limits.seconds, connection.interrupt)
        alarm.daemon = True
        alarm.start()
        try:
            require_select(connection, query)
            found = connection.execute(query)
            rows = found.fetchmany(limits.rows + 1)
            columns = tuple(name for name, *_ in found.description or ())
        except duckdb.InterruptException:
            raise HeaplineError(
                f"The query was stopped after {limits.seconds:g} s. Ask for less, or allow more with --seconds."
            ) from None
        except duckdb.OutOfMemoryException as error:
            raise HeaplineError(
                f"The query needs more than {limits.megabytes} MB. Ask for less, or allow more with --memory."
            ) from error
        except duckdb.Error as error:
            raise HeaplineError(_explained(error, graph=cache.graph_path(index).exists())) from error
        finally:
            alarm.cancel()
    return Answer(columns, rows[: limits.rows], more=len(rows) > limits.rows)


def _explained(error: duckdb.Error, *, graph: bool) -> str:
    """What DuckDB says, without the drawing of where in the query."""
    said = " ".join(str(error).partition("\n\nLINE ")[0].split())
    if not graph and "does not exist" in said:
        said += " (This dump names no roots: what comes of the graph is missing.)"
    return f"The query failed: {said}"
