"""What a user's query may be: one SELECT on the index's tables, without DuckDB's functions and views about the machine.

DuckDB keeps a query from files and extensions, but tells of itself: where its files and its user's directories are. Nor
can one of its functions be switched off. So the query is looked at as DuckDB parsed it, which gives the tree as JSON.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import duckdb
import orjson

from heapline.errors import HeaplineError

if TYPE_CHECKING:
    from collections.abc import Iterator

_TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest", "repeat", "json_each", "json_tree"})
"""Those that only make rows of what they are given. Of the others many read files, settings or other queries."""
_FUNCTIONS = frozenset({"current_setting", "write_log"})
_SYSTEM_NAME = re.compile(r"(?:duckdb|pragma|pg|sqlite)_|(?:information_schema|pg_catalog)\Z", re.IGNORECASE)
_REFUSED = "Only one query can be asked, a SELECT: the index is read-only."


def require_select(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    """Raises HeaplineError if the query is no single SELECT or names what is not the index's, duckdb.Error if wrong."""
    kinds = [statement.type for statement in duckdb.extract_statements(query)]
    if kinds != [duckdb.StatementType.SELECT]:
        raise HeaplineError(_REFUSED)
    [(parsed,)] = connection.execute("select json_serialize_sql(?)", [query]).fetchall()
    try:
        tree = orjson.loads(parsed)
    except orjson.JSONDecodeError:  # it is nested deeper than orjson reads
        raise HeaplineError("The query is nested too deeply.") from None
    if tree["error"]:
        raise HeaplineError(_REFUSED)
    refused = next(_not_of_the_index(tree), None)
    if refused is not None:
        raise HeaplineError(
            f"{refused}: is not of the index. A query can name its tables, and functions that compute with values."
        )


def _not_of_the_index(tree: Any) -> Iterator[str]:
    """The names of functions and tables in a parsed query that it may not have."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        if not isinstance(node, dict):
            continue
        waiting += node.values()
        if node.get("type") == "TABLE_FUNCTION" and node["function"]["function_name"].lower() not in _TABLE_FUNCTIONS:
            yield f"{node['function']['function_name']}()"
        elif node.get("class") == "FUNCTION" and node["function_name"].lower() in _FUNCTIONS:
            yield f"{node['function_name']}()"
        elif node.get("type") == "BASE_TABLE":
            yield from filter(_SYSTEM_NAME.match, (node["table_name"], node["schema_name"], node["catalog_name"]))
