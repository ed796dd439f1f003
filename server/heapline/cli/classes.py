"""`heapline classes FILE`: live objects by class, and what the objects of each class hold."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from heapline.cli.loading import asking_index
from heapline.cli.printing import classes, heading, notes, rest
from heapline.heap.index import HeapIndex
from heapline.insight.classes import ClassRow, by_class
from heapline.units import human_bytes, things

_DEFAULT_TOP = 20


def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A heap dump.")],
    top: Annotated[
        int | None, typer.Option(min=1, help=f"How many classes. Default: {_DEFAULT_TOP}, all with --json.")
    ] = None,
    exact: Annotated[int, typer.Option(min=0, help="For how many to compute the exact retained size.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Print the live objects by class, the class that retains most first."""
    with asking_index(file, "the classes of its objects") as (report, index):
        rows = by_class(index)
        if json:
            found = _as_json(file, index, rows[:top], exact)
            sys.stdout.buffer.write(orjson.dumps(found, option=orjson.OPT_APPEND_NEWLINE))
            return
        shown = rows[: top or _DEFAULT_TOP]
        own = sum(row.bytes for row in rows)
        objects = sum(row.objects for row in rows)
        heading(f"{file.name}: {things(objects, 'live object')}, {human_bytes(own)}, by class ({len(rows):,})")
        notes(report.profile)
        classes(shown, [_exact(index, row, number, exact) for number, row in enumerate(shown)], report.held_bytes)
        rest(len(rows) - len(shown))


def _as_json(file: Path, index: HeapIndex, rows: list[ClassRow], exact: int) -> dict[str, Any]:
    return {
        "report": {"path": os.fsencode(file).decode(errors="backslashreplace"), "format": "heap-dump"},
        "classes": [
            {
                "class": row.name,
                "live_objects": row.objects,
                "live_bytes": row.bytes,
                "retained_size": row.retained,
                "retained_size_exact": _exact(index, row, number, exact),
            }
            for number, row in enumerate(rows)
        ],
    }


def _exact(index: HeapIndex, row: ClassRow, number: int, exact: int) -> int | None:
    return index.graph.exact_of_class(row.name) if index.graph and number < exact else None
