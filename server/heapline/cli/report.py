"""`heapline report FILE…`: what the report says, by line, for people and (with --json) for programs."""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from heapline.cli import printing
from heapline.cli.filtering import AllOption, IgnoreOption, OnlyOption, filter_of, tell_left_out
from heapline.cli.loading import asking, complain, load
from heapline.cli.options import WorkspaceOption, folder_of, named_in, places_in, settings_in
from heapline.cli.overview import Links, write_page
from heapline.errors import HeaplineError
from heapline.export.subject import Subject
from heapline.places.mapping import Place
from heapline.places.origin import Origin
from heapline.settings import TOML_NAME
from heapline.units import things

if TYPE_CHECKING:
    from heapline.heap.index import Strings
    from heapline.profile import Measures

_DEFAULT_TOP = 20
_DEFAULT_EXACT = 10
_COUNTS = (
    "live_objects",
    "live_bytes",
    "allocated_objects",
    "allocated_bytes",
    "retained_objects",
    "retained_bytes",
)
_OF_DUMPS = ("tracer_bytes", "untraced_objects", "untraced_bytes")


def run(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE",
            help="Heap dumps, memory_profiler texts, what other tools write. Default:"
            f" those that the workspace's {TOML_NAME} names.",
        ),
    ] = None,
    workspace: WorkspaceOption = None,
    top: Annotated[
        int | None,
        typer.Option(min=1, help=f"How many sites. Default: {_DEFAULT_TOP} in each group, all with --json."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object per report.")] = False,
    exact: Annotated[
        int, typer.Option(min=0, help="With --json: for how many sites to compute the exact retained size.")
    ] = _DEFAULT_EXACT,
    only: OnlyOption = None,
    ignore: IgnoreOption = None,
    everything: AllOption = False,
    html: Annotated[
        Path | None,
        typer.Option(metavar="OUT", help="Write the overview as one HTML file: of a report, or dumps of one process."),
    ] = None,
    links: Annotated[Links, typer.Option(help="With --html: what a click on a line opens.")] = Links.vscode,
) -> None:
    """Print the totals and the hottest lines of each report."""
    folder = folder_of(workspace)
    if html is not None:
        if json or top or only or ignore or everything:
            raise typer.BadParameter(
                "--html shows the whole report: leave out --json, --top, --only, --ignore and --all."
            )
        write_page(files or named_in(folder), folder, html, links)
        return
    wanted = filter_of(folder, only, ignore)
    read = 0
    for path in files or named_in(folder):
        loaded = load(path)
        if loaded is None:
            continue
        try:
            with asking(loaded):
                settings, _ = settings_in(folder)
                subject = Subject(loaded, places_in(folder, loaded), folder, settings, wanted, everything)
                if json:
                    found = as_json(subject, top, exact)
                    sys.stdout.buffer.write(orjson.dumps(found, option=orjson.OPT_APPEND_NEWLINE))
                else:
                    _print(subject, top or _DEFAULT_TOP)
        except HeaplineError as error:
            complain(error)
            continue
        read += 1
    if not read:
        raise typer.Exit(1)


def as_json(subject: Subject, top: int | None, exact: int) -> dict[str, Any]:
    """The report as the documented JSON object, with all sites that are asked for; what it cannot know is None.

    The exact retained size is computed for the first `exact` sites.
    """
    report, profile = subject.report, subject.report.profile
    summary = report.graph.summary if report.graph else None
    heap = report.index.report if report.index else None
    strings = dict(report.index.strings()) if report.index else {}
    return {
        "report": {
            "path": os.fsencode(profile.path).decode(errors="backslashreplace"),
            "format": profile.format,
            "lines": profile.lines,
            "skipped_lines": profile.skipped_lines,
            "problems": [{"line": p.line, "reason": p.reason} for p in profile.problems],
            "traced": profile.traced,
        },
        "totals": {
            **{name: getattr(profile.totals, name) for name in _COUNTS},
            "reachable_bytes": summary.reachable_bytes if summary else None,
            "unreachable_bytes": summary.unreachable_bytes if summary else None,
            **{name: getattr(heap, name, None) for name in _OF_DUMPS},
            "amounts": _amounts(profile.totals),
        },
        "sites": [
            {
                "path": row.site.path,
                "line": row.site.line,
                "method": row.site.method,
                "place": _place(row.place) if row.place else None,
                "origin": _origin(subject.places.origin(row.site.path)),
                "silence": row.silence,
                **{name: getattr(row.site.measures, name) for name in _COUNTS},
                "retained_size": row.site.measures.retained_size,
                "retained_size_exact": report.graph.exact(row.site_id) if report.graph and number < exact else None,
                "strings": _strings(strings.get(row.site_id)),
                "amounts": _amounts(row.site.measures),
            }
            for number, row in enumerate(subject.rows[:top])
        ],
        "tables": [{"title": found.title, "columns": found.columns, "rows": found.rows} for found in profile.tables],
    }


def _strings(found: Strings | None) -> dict[str, int] | None:
    if found is None:
        return None
    return {"count": found.strings, "different": found.contents, "duplicate_bytes": found.duplicate_bytes}


def _amounts(measures: Measures) -> list[dict[str, Any]]:
    return [
        {"kind": found.kind, "bytes": found.bytes, "count": found.count, **({"of": found.of} if found.of else {})}
        for found in measures.amounts
    ]


def _place(place: Place) -> dict[str, Any]:
    file = os.fsencode(place.file).decode(errors="backslashreplace")
    return {"file": file, "line": place.line, "rule": place.rule.kind, "sure": place.rule.sure, "stale": place.doubt}


def _origin(origin: Origin) -> dict[str, str | None]:
    return {"kind": origin.kind, "name": origin.name or None, "version": origin.version or None}


def _print(subject: Subject, top: int) -> None:
    report, folder, rows = subject.report, subject.folder, subject.shown
    printing.header(report)
    not_asked_for = len(report.profile.sites) - len(subject.rows)
    silent = Counter(row.silence for row in subject.rows if row.silence and not subject.everything)
    tell_left_out(not_asked_for, silent)
    inside = [row for row in rows if row.place and row.place.is_of_workspace]
    outside = [row for row in rows if not (row.place and row.place.is_of_workspace)]
    placed = any(row.place and row.place.is_of_workspace for row in subject.rows)
    if subject.rows and not placed and not not_asked_for:
        largest = subject.rows[0].site
        printing.note(
            f"none of its {things(len(subject.rows), 'line')} lies in this workspace, {folder}"
            f" (the largest is {largest.at}). Name the program's checkout with --workspace; heapline paths says more."
        )
    groups = ((f"Lines of {folder.name}", inside), ("Elsewhere: gems, Ruby, paths not in the workspace", outside))
    for title, group in groups:
        if group:
            printing.console.print()
            printing.heading(f"{title} ({len(group):,})")
        for row in group[:top]:
            printing.site(report, row.site, row.place)
        printing.rest(len(group) - top)
