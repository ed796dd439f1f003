"""`heapline strings FILE`: how many strings are equal, by the line that allocated them; never what they say."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer
from rich.text import Text

from heapline.cli.loading import asking_index
from heapline.cli.options import WorkspaceOption, folder_of, places_in
from heapline.cli.printing import console, heading, notes, rest, where
from heapline.units import equality

if TYPE_CHECKING:
    from heapline.heap.index import HeapIndex, Strings
    from heapline.report import Report

_DEFAULT_TOP = 20
_NO_LINE = -1


def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A heap dump.")],
    workspace: WorkspaceOption = None,
    top: Annotated[
        int | None, typer.Option(min=1, help=f"How many lines. Default: {_DEFAULT_TOP}, all with --json.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Print the lines with equal strings, the one with most bytes in duplicates first; values are never shown."""
    with asking_index(file, "its strings") as (report, index):
        if json:
            sys.stdout.buffer.write(orjson.dumps(_as_json(report, index, top), option=orjson.OPT_APPEND_NEWLINE))
            return
        whole = index.report
        heading(f"{file.name}: {equality(whole.strings, whole.contents, whole.duplicate_bytes)}")
        notes(report.profile)
        places = places_in(folder_of(workspace), report)
        rows = [(site, found) for site, found in index.strings() if found.contents < found.strings]
        for site, found in rows[: top or _DEFAULT_TOP]:
            line = "without a line"
            if site != _NO_LINE:
                at = report.profile.sites[site]
                line = where(at.path, at.line, places.place(at.path, at.line))
            console.print(Text(f"{line}: ", style="cyan").append(_said(found), style="default"))
        rest(len(rows) - (top or _DEFAULT_TOP))


def _said(found: Strings) -> str:
    return equality(found.strings, found.contents, found.duplicate_bytes)


def _as_json(report: Report, index: HeapIndex, top: int | None) -> dict[str, Any]:
    whole = index.report
    sites = report.profile.sites
    return {
        "report": {"path": os.fsencode(report.path).decode(errors="backslashreplace"), "format": "heap-dump"},
        "strings": whole.strings,
        "different": whole.contents,
        "duplicate_bytes": whole.duplicate_bytes,
        "sites": [
            {
                "path": None if site == _NO_LINE else sites[site].path,
                "line": None if site == _NO_LINE else sites[site].line,
                "strings": found.strings,
                "different": found.contents,
                "duplicate_bytes": found.duplicate_bytes,
            }
            for site, found in index.strings()[:top]
        ],
    }
