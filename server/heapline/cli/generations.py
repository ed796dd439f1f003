"""`heapline generations FILE [GENERATION]`: how old the live objects are, and where those of one time are from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from heapline.cli.filtering import AllOption, Choice, IgnoreOption, OnlyOption, filter_of
from heapline.cli.loading import asking_index
from heapline.cli.options import WorkspaceOption, folder_of, places_in
from heapline.cli.printing import console, heading, line_text, notes, printable, rest
from heapline.errors import HeaplineError
from heapline.heap.index import HeapIndex
from heapline.insight.generations import Generations, generations_of, in_periods
from heapline.readers.heap_dump import TRACING_HINT
from heapline.report import Report
from heapline.units import human_bytes, human_count, things

_MOST_ROWS = 40
_WIDTH = 30
_SHOWN_CLASSES = 8
_SPAN = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9}))?")


@dataclass(frozen=True, slots=True)
class Span:
    """The generations that are asked for, both included."""

    first: int
    last: int

    def __str__(self) -> str:
        return f"generation {self.first}" if self.first == self.last else f"generations {self.first} to {self.last}"


def span_of(text: str) -> Span:
    """The generations that `12` or `12-20` asks for. Raises typer.BadParameter if the text is neither."""
    form = _SPAN.fullmatch(text)
    first, last = (int(form[1]), int(form[2] or form[1])) if form else (1, 0)
    if first > last:
        raise typer.BadParameter(f"{printable(text)}: is no generation, as 12, and no span of them, as 12-20.")
    return Span(first, last)


def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A heap dump.")],
    span: Annotated[
        Span | None,
        typer.Argument(metavar="GENERATION", parser=span_of, help="One generation (12), or a span (12-20), by line."),
    ] = None,
    workspace: WorkspaceOption = None,
    top: Annotated[int, typer.Option(min=1, help="How many lines.")] = 20,
    only: OnlyOption = None,
    ignore: IgnoreOption = None,
    everything: AllOption = False,
) -> None:
    """Print the live objects by generation: by how often the garbage collector had run when they were allocated."""
    with asking_index(file, "when its objects were allocated") as (report, index):
        if not report.profile.traced:
            raise HeaplineError(f"{file}: {TRACING_HINT}")
        notes(report.profile)
        found = generations_of(index)
        if span is None:
            _timeline(report, index, found)
        else:
            wanted = filter_of(folder_of(workspace), only, ignore)
            _one(report, index, span, Choice(report, wanted, everything=everything), top)


def _timeline(report: Report, index: HeapIndex, found: Generations) -> None:
    traced = sum(count.objects for count in found.counts)
    heading(f"{report.path.name}: {things(traced, 'object')} by generation")
    periods = in_periods(found.counts, _MOST_ROWS)
    name = max(len(str(period)) for period in periods)
    many = max(len(human_count(period.objects)) for period in periods)
    largest = max(p.objects for p in periods)
    for period in periods:
        bar = "█" * -(-_WIDTH * period.objects // largest)
        line = Text(f"{period!s:>{name}} {human_count(period.objects):>{many}} {human_bytes(period.bytes):>6} ")
        line.append(bar, style="dim" if found.is_boot(period.last) else "cyan")
        line.append(" boot" if found.is_boot(period.last) else "", style="dim")
        console.print(line)
    heap = index.report
    untraced = heap.untraced_objects - bool(heap.tracer_bytes)
    console.print(
        f"Untraced, so of no known generation: {things(untraced, 'object')},"
        f" {human_bytes(heap.untraced_bytes - heap.tracer_bytes)}"
    )
    if found.boot is not None:
        console.print(f"Boot: until generation {found.boot} the program was loading its code.")


def _one(report: Report, index: HeapIndex, span: Span, choice: Choice, top: int) -> None:
    sites = index.sites_of(span.first, span.last)
    if not sites:
        raise HeaplineError(f"{report.path}: no live object is of {span}. To see those that have some, leave it out.")
    objects, size = (sum(row[part] for row in sites) for part in (1, 2))
    heading(f"{report.path.name}, {span}: {things(objects, 'live object')}, {human_bytes(size)}")
    places = places_in(choice.folder, report)
    placed = ((report.profile.sites[site], count, own) for site, count, own in sites)
    rows = [(at, places.locate(at.path, at.line), count, own) for at, count, own in placed]
    rows = [row for row in rows if choice.keeps(row[0].path, row[0].line, row[1])]
    choice.tell()
    for at, located, count, own in rows[:top]:
        place = located.place_now if located else None
        console.print(line_text(at.path, at.line, place, f"{human_count(count)} · {human_bytes(own)}"))
    rest(len(rows) - top)
    classes = index.classes_of(span.first, span.last)
    said = ", ".join(f"{human_count(c.objects)} {printable(c.of)}" for c in classes[:_SHOWN_CLASSES])
    console.print(f"By class: {said}{', …' if len(classes) > _SHOWN_CLASSES else ''}", markup=False)
