"""`heapline strings FILE`: how many strings are equal, by the line that allocated them; never what they say."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from heapline.cli.filtering import AllOption, Choice, IgnoreOption, OnlyOption, filter_of
from heapline.cli.loading import asking_index
from heapline.cli.options import WorkspaceOption, folder_of, places_in
from heapline.cli.printing import console, heading, line_text, notes, rest
from heapline.units import equality

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heapline.heap.index import HeapIndex, Strings
    from heapline.report import Report

    Row = tuple[str | None, int | None, Strings]

_DEFAULT_TOP = 20
_NO_LINE = -1


def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A heap dump.")],
    workspace: WorkspaceOption = None,
    top: Annotated[
        int | None, typer.Option(min=1, help=f"How many lines. Default: {_DEFAULT_TOP}, all with --json.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    only: OnlyOption = None,
    ignore: IgnoreOption = None,
    everything: AllOption = False,
) -> None:
    """Print the lines with equal strings, the one with most bytes in duplicates first; values are never shown."""
    with asking_index(file, "its strings") as (report, index):
        folder = folder_of(workspace)
        places = places_in(folder, report)
        choice = Choice(report, filter_of(folder, only, ignore), everything=everything)
        found = [strings for strings in index.strings() if json or strings[1].contents < strings[1].strings]
        rows = [(*_line_of(report, site), strings) for site, strings in found]
        rows = [row for row in rows if choice.keeps_site(places, row[0], row[1])]
        if json:
            sys.stdout.buffer.write(orjson.dumps(_as_json(report, index, rows[:top]), option=orjson.OPT_APPEND_NEWLINE))
            return
        whole = index.report
        heading(f"{file.name}: {equality(whole.strings, whole.contents, whole.duplicate_bytes)}")
        notes(report.profile)
        choice.tell()
        for path, line, strings in rows[: top or _DEFAULT_TOP]:
            place = places.place(path, line) if path is not None and line is not None else None
            said = equality(strings.strings, strings.contents, strings.duplicate_bytes)
            console.print(line_text(path, line, place, said))
        rest(len(rows) - (top or _DEFAULT_TOP))


def _line_of(report: Report, site: int) -> tuple[str | None, int | None]:
    at = report.profile.sites[site] if site != _NO_LINE else None
    return (at.path, at.line) if at else (None, None)


def _as_json(report: Report, index: HeapIndex, rows: Sequence[Row]) -> dict[str, Any]:
    whole = index.report
    return {
        "report": {"path": os.fsencode(report.path).decode(errors="backslashreplace"), "format": "heap-dump"},
        "strings": whole.strings,
        "different": whole.contents,
        "duplicate_bytes": whole.duplicate_bytes,
        "sites": [
            {
                "path": path,
                "line": line,
                "strings": found.strings,
                "different": found.contents,
                "duplicate_bytes": found.duplicate_bytes,
            }
            for path, line, found in rows
        ],
    }
