"""`heapline holders FILE PATH:LINE`: who holds the objects that a line allocated."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated

import typer

from heapline.cli.loading import asking_graph
from heapline.cli.options import WorkspaceOption, folder_of, places_in
from heapline.cli.printing import branch, console, label_text, notes, printable
from heapline.errors import HeaplineError
from heapline.heap.holders import Paths, Step, of_site, paths_to
from heapline.places.placing import Placement
from heapline.readers.heap_dump import TRACING_HINT
from heapline.report import Report
from heapline.units import human_bytes, human_count, span, things

_NEAREST = 10
_LIKELY = 3
_PATH_AND_LINE = re.compile(r"(.+?):([0-9]{1,20})(?::[0-9]{1,20})?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Line:
    """The line that is asked for: a path, as recorded or of the workspace, and a 1-based line."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


def line_of(text: str) -> Line:
    """What `PATH:LINE` or `PATH:LINE:COLUMN` asks for. Raises typer.BadParameter if the text is neither."""
    form = _PATH_AND_LINE.fullmatch(text)
    if form is None:
        raise typer.BadParameter(f"{printable(text)}: is not of the form PATH:LINE, as in lib/user.rb:12.")
    return Line(form[1], int(form[2]))


def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A heap dump.")],
    site: Annotated[
        Line,
        typer.Argument(metavar="PATH:LINE", parser=line_of, help="The line, as recorded or as it is in the workspace."),
    ],
    workspace: WorkspaceOption = None,
    whole: Annotated[bool, typer.Option("--all", help="Print small branches too.")] = False,
) -> None:
    """Print the shortest paths from the roots to a line's objects, merged by class and line."""
    with asking_graph(file) as (report, graph):
        places = places_in(folder_of(workspace), report)
        number = find(report, places, site)
        notes(report.profile)
        paths = paths_to(graph, of_site(graph, number))
        found = report.profile.sites[number]
        away = f", {span(paths.nearest, paths.farthest, 'reference')} from a root" if paths.roots else ""
        console.print(
            f"{printable(found.path)}:{found.line}: {things(paths.objects, 'object')}"
            f" {'retains' if paths.objects == 1 else 'retain'} {human_bytes(graph.exact(number))}{away}",
            style="bold",
            markup=False,
        )
        if paths.unreachable:
            console.print(f"Unreachable from the recorded roots: {human_count(paths.unreachable)} of them")
        _draw(paths, places, whole)


def find(report: Report, places: Placement, wanted: Line) -> int:
    """The id of the site that is wanted. Raises HeaplineError if there is none, or several.

    The path is as recorded, else that of a file of the workspace and the line as it is there now, else the end of
    recorded ones; the first of these that leads to any line decides.
    """
    if not report.profile.traced:
        raise HeaplineError(f"{report.path}: {TRACING_HINT}")
    sites, file = report.profile.sites, Path(wanted.path).resolve()
    lines = {i: s.line for i, s in enumerate(sites) if s.path == wanted.path}
    if not lines:
        here = ((i, places.place(s.path, s.line)) for i, s in enumerate(sites))
        lines = {i: place.line for i, place in here if place and place.file == file}
    lines = lines or {i: s.line for i, s in enumerate(sites) if s.path.endswith(f"/{wanted.path}")}
    if not lines:
        raise HeaplineError(f"{wanted}: {report.path.name} has no such file. {_likely(report, wanted)}")
    matches = [i for i, line in lines.items() if line == wanted.line]
    if len(matches) > 1:
        recorded = ", ".join(sorted(sites[i].at for i in matches))
        raise HeaplineError(f"{wanted}: could be any of {recorded}. Give it as it was recorded.")
    if not matches:
        nearest = sorted({*lines.values()}, key=lambda line: (abs(line - wanted.line), line))[:_NEAREST]
        near = ", ".join(map(str, sorted(nearest)))
        raise HeaplineError(
            f"{wanted}: no object of {report.path.name} was allocated there. The nearest lines: {near}."
        )
    return matches[0]


def _likely(report: Report, wanted: Line) -> str:
    """The way out if no file is the one that is wanted: those of its name, else where all are listed."""
    name = PurePosixPath(wanted.path).name
    alike = sorted({s.path for s in report.profile.sites if PurePosixPath(s.path).name == name})
    if not alike:
        return "To see its lines: heapline report"
    return f"Did you mean {' or '.join(alike[:_LIKELY])}?"


def _draw(paths: Paths, places: Placement, whole: bool) -> None:
    drawn, small = paths.large(0) if whole else paths.large()
    for depth, step in drawn:
        branch(depth, _describe(step, places))
    if small:
        console.print(f"… {human_count(small)} smaller {'branch' if small == 1 else 'branches'} (--all)", style="dim")


def _describe(step: Step, places: Placement) -> str:
    """One step: how many objects of what, where they were allocated, and how many of the site's they lead to."""
    many = f"{human_count(step.objects)} × " if step.objects > 1 else ""
    held = f"{things(step.held_objects, 'object')}, {human_bytes(step.held_bytes)}"
    return f"{many}{label_text(step.label, places)} — {held}"
