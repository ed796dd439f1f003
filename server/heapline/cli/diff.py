"""`heapline diff A B [C]`: what is new, gone and stays in dumps of one process; or what a change saved."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer
from rich.table import Table
from rich.text import Text

from heapline.cli import savings
from heapline.cli.filtering import AllOption, Choice, IgnoreOption, OnlyOption, filter_of
from heapline.cli.loading import asking, complain, load
from heapline.cli.options import WorkspaceOption, folder_of, places_in
from heapline.cli.printing import (
    allocated_at,
    console,
    heading,
    holder_as_json,
    holder_text,
    line_text,
    note,
    printable,
    rest,
)
from heapline.errors import HeaplineError
from heapline.insight.comparison import MAX_DUMPS, compare
from heapline.insight.growth import by_holder
from heapline.insight.savings import compare_profiles
from heapline.units import human_bytes, human_count, share, things

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heapline.heap.index import HeapIndex
    from heapline.insight.comparison import Amount, Change, Comparison
    from heapline.insight.growth import Growth
    from heapline.places.placing import Placement
    from heapline.report import Report

_NOTABLE_SHARE = 0.01


def run(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="A B [C]", help="Dumps of one process, the oldest first; or two memory_profiler reports."
        ),
    ],
    workspace: WorkspaceOption = None,
    top: Annotated[int, typer.Option(min=1, help="How many lines, classes and holders.")] = 10,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object with all lines and classes.")] = False,
    only: OnlyOption = None,
    ignore: IgnoreOption = None,
    everything: AllOption = False,
) -> None:
    """Print what changed between two or three heap dumps of one process, or between two memory_profiler reports."""
    if not 2 <= len(files) <= MAX_DUMPS:
        raise typer.BadParameter("name two reports, or three heap dumps")
    try:
        with ExitStack() as stack:
            reports = []
            for file in files:
                report = load(file)
                if report is None:
                    raise typer.Exit(1)
                reports.append(stack.enter_context(asking(report)))
            choice = Choice(reports[-1], filter_of(folder_of(workspace), only, ignore), everything=everything)
            _compare(reports, places_in(choice.folder, reports[-1]), choice, top, json)
    except HeaplineError as error:
        complain(error)
        raise typer.Exit(1) from None


def _compare(reports: Sequence[Report], places: Placement, choice: Choice, top: int, json: bool) -> None:
    dumps = [report.index for report in reports if report.index]
    if len(dumps) == len(reports):
        found = compare(dumps, [str(report.path) for report in reports])
        growth = _growth(dumps[-1], found)
        if json:
            growth, found = _holders(growth, places, choice), replace(found, sites=_sites(found, places, choice))
            _write({**_as_json(reports, found, growth, places), "left_out": choice.left_out})
        else:
            _print_dumps(reports, found, growth, places, choice, top)
    elif dumps or len(reports) > 2:
        raise HeaplineError(
            f"{reports[-1].path}: cannot be compared with {reports[0].path}."
            " Name two or three heap dumps of one process, or two memory_profiler reports."
        )
    else:
        found_savings = compare_profiles(reports[0].profile, reports[1].profile)
        if json:
            _write({**savings.as_json(reports, found_savings, places, choice), "left_out": choice.left_out})
        else:
            savings.show(reports, found_savings, places, choice, top)


def _growth(last: HeapIndex, found: Comparison) -> list[Growth]:
    if found.grown is None or last.graph is None:
        return []
    growth, _ = by_holder(last.graph, found.grown, least_share=_NOTABLE_SHARE)
    return growth


def _holders(growth: Sequence[Growth], places: Placement, choice: Choice) -> list[Growth]:
    return [held for held in growth if choice.keeps_site(places, held.holder.path, held.holder.line)]


def _sites(found: Comparison, places: Placement, choice: Choice) -> tuple[tuple[tuple[str, int] | None, Change], ...]:
    """The lines that are asked for; None stands for what has no line."""
    return tuple(row for row in found.sites if choice.keeps_site(places, *(row[0] or (None, None))))


def _print_dumps(
    reports: Sequence[Report],
    found: Comparison,
    growth: Sequence[Growth],
    places: Placement,
    choice: Choice,
    top: int,
) -> None:
    heading(" → ".join(report.path.name for report in reports))
    for text in _cautions(found):
        note(text)
    console.print(_totals(reports, found.total))
    _print_holders(found, _holders(growth, places, choice), places, top)
    choice.tell("holder")
    changed = replace(found, sites=tuple(row for row in found.sites if row[0] is not None and _counts(row[1])))
    grown = _sites(changed, places, choice)
    console.print()
    heading(f"Lines ({human_count(len(grown))})")
    choice.tell()
    for site, change in grown[:top]:
        if site is not None:
            console.print(line_text(*site, places.place(*site), _described(change)))
    rest(len(grown) - top)
    classes = [row for row in found.classes if _counts(row[1])]
    console.print()
    heading(f"Classes ({human_count(len(classes))})")
    for name, change in classes[:top]:
        console.print(f"{printable(name)}: {_described(change)}", markup=False)
    rest(len(classes) - top)


def _cautions(found: Comparison) -> list[str]:
    """What must be known before the numbers are read."""
    if found.identity == "none":
        return [
            "these dumps are of different processes: Ruby's own classes are at other addresses. Objects cannot be told"
            " apart then; what is compared is how many there are."
        ]
    said = []
    if found.identity == "address":
        said.append(
            "not all of these dumps were traced, so objects are told apart by address, type and class alone. One that"
            " took the slot of another of its class counts as kept. With tracing the comparison is exact."
        )
    if found.moved:
        said.append(
            f"the heap was compacted between the dumps: {things(found.moved, 'object')} moved, and lost the line that"
            " allocated them. They are not counted as new, and what is gone from a line cannot be said."
        )
    return said


def _totals(reports: Sequence[Report], total: Change) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("")
    for column in ("objects", "bytes"):
        table.add_column(column, justify="right")
    rows: list[tuple[str, Amount | None]] = [
        (f"live in {printable(report.path.name)}", amount) for report, amount in zip(reports, total.live, strict=True)
    ]
    first, last = printable(reports[0].path.name), printable(reports[-1].path.name)
    rows += [(f"new since {first}", total.new), (f"gone since {first}", total.gone)]
    if total.staying:
        rows.append((f"new in {printable(reports[1].path.name)}, still in {last}", total.staying))
    for name, amount in rows:
        if amount is not None:
            table.add_row(Text(name), human_count(amount.objects), human_bytes(amount.bytes))
    return table


def _print_holders(found: Comparison, growth: Sequence[Growth], places: Placement, top: int) -> None:
    if found.grown is None or not growth:
        return
    console.print()
    objects = int(found.grown.sum())
    heading(f"Who holds the {things(objects, 'new object')}{'' if found.total.staying is None else ' that stay'}")
    for held in growth[:top]:
        classes = ", ".join(f"{human_count(count)} {printable(name)}" for name, count in held.held)
        line = Text(f"{holder_text(held.path, places)}: ", style="cyan")
        line.append(
            f"{share(held.objects, objects)}, {things(held.objects, 'object')}, {human_bytes(held.bytes)} ({classes})",
            style="default",
        )
        console.print(line)
        allocated_at(held, places)
    rest(len(growth) - top)


def _counts(change: Change) -> bool:
    """Whether there is anything to say of it: growth of which some stays, if three dumps tell."""
    return change.growth.bytes > 0 or bool(change.staying and change.staying.objects)


def _described(change: Change) -> str:
    parts = [" → ".join(human_count(amount.objects) for amount in change.live)]
    growth = change.growth
    parts.append(f"{'+' if growth.bytes >= 0 else '-'}{human_bytes(abs(growth.bytes))}")
    if growth.objects > 0:
        parts.append(f"↑ {human_count(growth.objects // (len(change.live) - 1))} per dump")
    for word, amount in (("new", change.new), ("gone", change.gone), ("stay", change.staying)):
        if amount is not None:
            parts.append(f"{human_count(amount.objects)} {word}")
    return " · ".join(parts)


def _as_json(
    reports: Sequence[Report], found: Comparison, growth: Sequence[Growth], places: Placement
) -> dict[str, Any]:
    return {
        "reports": [str(report.path) for report in reports],
        "identity": found.identity,
        "moved": found.moved,
        "total": found.total,
        "holders": [
            {
                **holder_as_json(held.path, places),
                "holders": held.holders,
                "objects": held.objects,
                "bytes": held.bytes,
                "sites": [{"path": path, "line": line, "objects": count} for path, line, count in held.sites],
            }
            for held in growth
        ],
        "sites": [
            {"path": site[0] if site else None, "line": site[1] if site else None, "change": change}
            for site, change in found.sites
        ],
        "classes": [{"class": name, "change": change} for name, change in found.classes],
    }


def _write(found: dict[str, Any]) -> None:
    sys.stdout.buffer.write(orjson.dumps(found, option=orjson.OPT_APPEND_NEWLINE))
