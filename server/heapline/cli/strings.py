"""`heapline strings FILE`: how many strings are equal, by the line that allocated them; never what they say."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer
from rich.text import Text

from heapline.cli.filtering import AllOption, Choice, IgnoreOption, OnlyOption, filter_of
from heapline.cli.loading import asking_index
from heapline.cli.options import WorkspaceOption, folder_of, places_in
from heapline.cli.printing import console, heading, notes, rest, sign, where
from heapline.units import equality

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heapline.heap.index import HeapIndex, Strings
    from heapline.profile import Site
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
    only: OnlyOption = None,
    ignore: IgnoreOption = None,
    everything: AllOption = False,
) -> None:
    """Print the lines with equal strings, the one with most bytes in duplicates first; values are never shown."""
    with asking_index(file, "its strings") as (report, index):
        folder = folder_of(workspace)
        places = places_in(folder, report)
        choice = Choice(report, filter_of(folder, only, ignore), everything=everything)
        sites = report.profile.sites
        rows = [
            (at, said)
            for site, said in index.strings()
            if json or said.contents < said.strings
            for at in [sites[site] if site != _NO_LINE else None]
            if choice.keeps_site(places, *((at.path, at.line) if at else (None, None)))
        ]
        if json:
            sys.stdout.buffer.write(orjson.dumps(_as_json(report, index, rows[:top]), option=orjson.OPT_APPEND_NEWLINE))
            return
        whole = index.report
        heading(f"{file.name}: {equality(whole.strings, whole.contents, whole.duplicate_bytes)}")
        notes(report.profile)
        choice.tell()
        for at, said in rows[: top or _DEFAULT_TOP]:
            place = places.place(at.path, at.line) if at else None
            line = Text(f"{where(at.path, at.line, place) if at else 'without a line'}: ", style="cyan")
            console.print(line.append(f"{sign(place)}{_said(said)}", style="default"))
        rest(len(rows) - (top or _DEFAULT_TOP))


def _said(found: Strings) -> str:
    return equality(found.strings, found.contents, found.duplicate_bytes)


def _as_json(report: Report, index: HeapIndex, rows: Sequence[tuple[Site | None, Strings]]) -> dict[str, Any]:
    whole = index.report
    return {
        "report": {"path": os.fsencode(report.path).decode(errors="backslashreplace"), "format": "heap-dump"},
        "strings": whole.strings,
        "different": whole.contents,
        "duplicate_bytes": whole.duplicate_bytes,
        "sites": [
            {
                "path": at.path if at else None,
                "line": at.line if at else None,
                "strings": found.strings,
                "different": found.contents,
                "duplicate_bytes": found.duplicate_bytes,
            }
            for at, found in rows
        ],
    }
