"""`heapline sql FILE QUERY`: a query of your own on a heap dump's index, which it can only read."""

from __future__ import annotations

import math
import sys
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from heapline.cli.loading import asking_index, errors
from heapline.cli.printing import console, printable
from heapline.export import csv_table
from heapline.heap.query import Answer, Limits, ask

_HEADROOM = 1 << 30
_LARGEST, _SMALLEST = 2**64 - 1, -(2**63)


class Form(str, Enum):
    """How the rows are printed."""

    table = "table"
    json = "json"
    csv = "csv"


def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A heap dump.")],
    query: Annotated[str, typer.Argument(metavar="QUERY", help="One SELECT.")],
    form: Annotated[Form, typer.Option("--format", help="How to print the rows.")] = Form.table,
    rows: Annotated[int, typer.Option(min=1, help="The most rows to print.")] = Limits.rows,
    seconds: Annotated[float, typer.Option(min=0.001, help="When to stop.")] = Limits.seconds,
    memory: Annotated[int, typer.Option(min=10, help="The most memory to take, in MB.")] = Limits.megabytes,
) -> None:
    """Run a read-only SQL query on the index of a heap dump. It reaches no file, and loads no extension."""
    with asking_index(file, "its objects") as (_, index):
        _bound_memory()
        answer = ask(index.path, query, Limits(seconds, memory, rows))
    _PRINTERS[form](answer)
    if answer.more:
        errors.print(f"There are more than {rows:,} rows: these are the first (--rows).", style="yellow")


def _bound_memory() -> None:
    """Have the system refuse what DuckDB's own limit does not count (large strings and lists), where it can: Linux."""
    with suppress(ImportError, OSError, ValueError):
        import resource  # Windows has none

        status = Path("/proc/self/status").read_text(encoding="ascii")
        now = int(status.partition("VmData:")[2].split()[0]) << 10
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (now + _HEADROOM, hard))


def _print_table(answer: Answer) -> None:
    """Aligned columns; a row is one line however long, so that a path in it stays a link."""
    cells = [[printable(name) for name in answer.columns]]
    cells += [["" if value is None else printable(str(value)) for value in row] for row in answer.rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for number, line in enumerate(cells):
        aligned = [
            text.rjust(width) if number and isinstance(value, int | float) else text.ljust(width)
            for text, width, value in zip(line, widths, answer.rows[number - 1] if number else line, strict=True)
        ]
        console.print("  ".join(aligned).rstrip(), markup=False, style="bold" if number == 0 else None)


def _print_json(answer: Answer) -> None:
    found = {"columns": answer.columns, "rows": [[_plain(v) for v in row] for row in answer.rows], "more": answer.more}
    sys.stdout.buffer.write(orjson.dumps(found, option=orjson.OPT_APPEND_NEWLINE))


def _print_csv(answer: Answer) -> None:
    sys.stdout.buffer.write(csv_table.table(answer.columns, answer.rows))


def _plain(value: Any) -> Any:
    """The value as JSON has it: what JSON lacks is a string, but no number is."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str) or (isinstance(value, int) and _SMALLEST <= value <= _LARGEST):
        return value
    return str(value)


_PRINTERS = {Form.table: _print_table, Form.json: _print_json, Form.csv: _print_csv}
