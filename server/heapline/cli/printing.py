"""What the terminal prints of a report. Text from reports may hold anything: control characters never get through."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from heapline.heap.index import HeapIndex
from heapline.heap.retained import Label, Summary
from heapline.insight.classes import ClassRow
from heapline.insight.growth import Growth
from heapline.insight.suspects import Suspect
from heapline.places.constants import constant_at, qualified
from heapline.places.mapping import Place
from heapline.places.placing import Placement
from heapline.places.versions import sign
from heapline.profile import NAMES, Profile, Site
from heapline.profile import Table as TableOfNumbers
from heapline.report import Report
from heapline.units import AMOUNT_NAMES, human_bytes, human_count, human_mebibytes, share, summary, things

_SHOWN_PROBLEMS = 5
_SHOWN_ROWS = 40
console = Console(highlight=False, emoji=False, soft_wrap=True)


def printable(text: str) -> str:
    """The text with every control, format and surrogate character shown as an escape."""
    if text.isprintable():  # most are, and this is told at once
        return text
    return "".join(c if unicodedata.category(c)[0] != "C" else c.encode("unicode_escape").decode() for c in text)


def heading(text: str) -> None:
    """A heading."""
    console.print(printable(text), style="bold", markup=False)


def notes(profile: Profile) -> None:
    """What must be known before the report's numbers are read."""
    for text in profile.notes:
        note(text)


def note(text: str) -> None:
    """One sentence that must be known."""
    console.print(f"Note: {printable(text)}", style="yellow", markup=False)


def rest(count: int) -> None:
    """That there is more, if there is."""
    if count > 0:
        console.print(f"… and {human_count(count)} more (--top)", style="dim")


def header(report: Report) -> None:
    """The report, its totals, and what could not be read."""
    profile = report.profile
    console.print(Text(printable(str(profile.path)), style="bold"), Text(f"· {profile.format}"))
    totals = _totals(report)
    if totals.row_count:
        console.print(totals)
    for found in profile.tables:
        _table(found)
    if report.graph:
        _references(report.graph.summary)
    notes(profile)
    if profile.skipped_lines:
        lost = f"{human_count(profile.skipped_lines)} of {things(profile.lines, 'line')} gave nothing."
        console.print(lost, style="yellow")
    if profile.problems:
        console.print("Damaged lines:", style="yellow")
    for problem in profile.problems[:_SHOWN_PROBLEMS]:
        at = f"line {human_count(problem.line)}" if problem.line else "the file"
        console.print(f"  {at}: {printable(problem.reason)}", style="yellow", markup=False)


def where(path: str, line: int, place: Place | None) -> str:
    """`path:line` as a terminal makes a link of it: of the file that it was placed on, else as recorded."""
    if place is None:
        return printable(path if path.startswith(NAMES) else f"{path}:{line}")
    file = os.path.relpath(place.file) if place.is_of_workspace else place.file
    return printable(f"{file}:{place.line}")


def line_text(path: str | None, line: int | None, place: Place | None, said: str) -> Text:
    """`lib/cache.rb:9: 12 live`: a line, or what has none, and what is said of it."""
    at = "without a line" if path is None or line is None else where(path, line, place)
    return Text(f"{at}: ", style="cyan").append(f"{_sign(place)}{said}", style="default")


def branch(depth: int, text: str) -> None:
    """One line of a tree, whole however long it is, so that the path in it stays a link."""
    console.print(Text("  " * depth + ("└ " if depth else "") + text))


def label_text(label: Label, places: Placement) -> str:
    """A class and where its objects were allocated: `Hash (lib/cache.rb:9)`."""
    if label.path is None or label.line is None:
        return printable(label.name)
    return f"{printable(label.name)} ({_signed(label.path, label.line, places.place(label.path, label.line))})"


def holder_text(path: Sequence[Label], places: Placement, name: str | None = None) -> str:
    """What grows: `Hash PostSummaryCache::STORE (lib/cache.rb:5)`, with the constant where its line names one.

    `path` leads from a root to it; `name` stands in the place of its class.
    """
    label = path[-1]
    called = printable(name or label.name)
    if label.path is None or label.line is None:
        return called
    place = places.place(label.path, label.line)
    constant = constant_of(path, place)
    said = f"{called} {printable(constant)}" if constant else called
    return f"{said} ({_signed(label.path, label.line, place)})"


def constant_of(path: Sequence[Label], place: Place | None) -> str | None:
    """The constant that holds what a path leads to, if the line that allocated that, at this place, names one."""
    constant = constant_at(place) if place else None
    return qualified(constant, path[-2].name if len(path) > 1 else None) if constant else None


def holder_as_json(path: Sequence[Label], places: Placement) -> dict[str, str | int | None]:
    """The class, constant (if its line names one) and line of what `path` leads to from a root."""
    label = path[-1]
    place = places.place(label.path, label.line) if label.path is not None and label.line is not None else None
    return {"class": label.name, "constant": constant_of(path, place), "path": label.path, "line": label.line}


def allocated_at(held: Growth | Suspect, places: Placement) -> None:
    """The lines that allocated most of what something holds, if any are known."""
    sites = [f"{_signed(path, line, places.place(path, line))} ({human_count(n)})" for path, line, n in held.sites]
    if sites:
        sites += ["…"] * (sum(count for *_, count in held.sites) < held.objects)
        console.print(f"    allocated at {', '.join(sites)}", markup=False)


def site(report: Report, found: Site, place: Place | None) -> None:
    """One line: where, how much, which share, in which method."""
    measures = found.measures
    line = line_text(found.path, found.line, place, summary(measures))
    if measures.retained_size is not None and measures.retained_size > (measures.live_bytes or 0):
        line.append(f" ({share(measures.retained_size, report.held_bytes)})", style="default")
    else:
        line.append(f" ({report.share_of_summary(measures)})", style="default")
    if found.method:
        line.append(f" · {printable(found.method)}", style="dim")
    console.print(line)


def _signed(path: str, line: int, place: Place | None) -> str:
    return f"{_sign(place)}{where(path, line, place)}"


def _sign(place: Place | None) -> str:
    return sign(place.doubt) if place else ""


def _references(graph: Summary) -> None:
    """That some references lead nowhere, if any do."""
    if graph.dangling_references:
        said = f"Of {things(graph.edges + graph.dangling_references, 'reference')}, "
        console.print(f"{said}{human_count(graph.dangling_references)} lead to no object of the dump.", style="dim")


def classes(rows: list[ClassRow], exact: list[int | None], held: int) -> None:
    """A table of classes; `exact` are their exact retained sizes where computed, `held` is what shares are taken of."""
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("class", overflow="fold")
    known = any(row.retained is not None for row in rows)
    for column in ("objects", "bytes", *(["retains", "share"] if known else [])):
        table.add_column(column, justify="right")
    for row, whole in zip(rows, exact, strict=True):
        cells = [human_count(row.objects), human_bytes(row.bytes)]
        if row.retained is not None:
            retained = row.retained if whole is None else whole
            cells += [f"{'≥ ' if whole is None else ''}{human_bytes(retained)}", share(retained, held)]
        table.add_row(Text(printable(row.name)), *cells)
    console.print(table)


def _totals(report: Report) -> Table:
    totals = report.profile.totals
    whole = [
        ("live", totals.live_objects, totals.live_bytes),
        ("allocated", totals.allocated_objects, totals.allocated_bytes),
        ("retained (survived the block)", totals.retained_objects, totals.retained_bytes),
    ]
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("")
    for column in ("objects", "bytes", *(["share"] if report.index else [])):
        table.add_column(column, justify="right")
    for name, objects, size in whole:
        if objects is not None:
            table.add_row(name, human_count(objects), human_bytes(size) if size is not None else "")
    for amount in totals.amounts:
        count = human_count(amount.count) if amount.count is not None else ""
        in_bytes = human_mebibytes if amount.kind == "boot" else human_bytes
        table.add_row(AMOUNT_NAMES[amount.kind], count, in_bytes(amount.bytes) if amount.bytes is not None else "")
    if report.index:
        _add_parts(table, report, report.index)
    return table


def _table(found: TableOfNumbers) -> None:
    """A table of numbers that belong to no line, of a long one the first and last rows."""
    table = Table(show_edge=False, pad_edge=False, title=Text(printable(found.title)), title_justify="left")
    for number, column in enumerate(found.columns):
        table.add_column(Text(printable(column)), justify="right" if number else "left")
    left_out = max(0, len(found.rows) - _SHOWN_ROWS)
    shown = [*found.rows[: _SHOWN_ROWS // 2], *found.rows[-_SHOWN_ROWS // 2 :]] if left_out else found.rows
    for number, row in enumerate(shown):
        if left_out and number == _SHOWN_ROWS // 2:
            table.add_row(f"… {things(left_out, 'row')} …")
        table.add_row(*(Text(printable(_cell(value))) for value in row))
    console.print()
    console.print(table)


def _cell(value: str | int | float | None) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else f"{value:,}"


def _add_parts(table: Table, report: Report, index: HeapIndex) -> None:
    """What the live objects of a dump are: the tracer's and the program's; and parts of the latter, which overlap."""
    heap = index.report
    tracers = 1 if heap.tracer_bytes else 0
    own = report.attributable_bytes
    parts = [("without a line", heap.untraced_objects - tracers, heap.untraced_bytes - heap.tracer_bytes)]
    if index.graph:
        graph = index.graph.summary
        parts.append(("unreachable from the recorded roots", graph.unreachable_objects, graph.unreachable_bytes))
    indent = "  "
    if tracers:
        table.add_row("  the allocation tracer's own", "1", human_bytes(heap.tracer_bytes))
        table.add_row("  your program", human_count(heap.live_objects - 1), human_bytes(own), share(own, own))
        indent = "    "
    for name, objects, size in parts:
        table.add_row(f"{indent}of it {name}", human_count(objects), human_bytes(size), share(size, own))
