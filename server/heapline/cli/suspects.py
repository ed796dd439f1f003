"""`heapline suspects FILE…`: what keeps growing, who holds it, and why it is suspected."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer
from rich.text import Text

from heapline import markdown
from heapline.cli import child
from heapline.cli.filtering import AllOption, Choice, IgnoreOption, OnlyOption, filter_of
from heapline.cli.loading import asking, complain, load
from heapline.cli.options import WorkspaceOption, folder_of, named_in, places_in
from heapline.cli.printing import allocated_at, console, heading, holder_as_json, holder_text, note, printable
from heapline.errors import HeaplineError
from heapline.insight import wording
from heapline.insight.conclusions import findings_of
from heapline.insight.series import in_series
from heapline.insight.suspects import shown_at
from heapline.settings import TOML_NAME
from heapline.units import human_count, things

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from heapline.insight.suspects import Findings, FullCache, Suspect
    from heapline.places.placing import Placement
    from heapline.report import Report

FOUND = 3
"""Exit code for a suspect that reaches the score of `--fail-on`."""


def run(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE",
            help="Heap dumps: one, or better several of one process. Default: those that the workspace's"
            f" {TOML_NAME} names.",
        ),
    ] = None,
    workspace: WorkspaceOption = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object for each process.")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown, for a pull request.")] = False,
    fail_on: Annotated[
        int | None,
        typer.Option(
            min=1, max=100, metavar="SCORE", help=f"End with code {FOUND} if a suspect has this score or more."
        ),
    ] = None,
    only: OnlyOption = None,
    ignore: IgnoreOption = None,
    everything: AllOption = False,
    as_child: Annotated[
        bool, typer.Option("--child", hidden=True, help="Give way to other processes, and end when stdin ends.")
    ] = False,
) -> None:
    """Print leak suspects: objects that hold ever more of what is new, with the evidence and a score of 100."""
    if json and as_markdown:
        raise typer.BadParameter("choose one of --json and --markdown")
    if as_child:
        child.begin()
    folder = folder_of(workspace)
    scores: list[int] = []
    wanted = filter_of(folder, only, ignore)
    try:
        with ExitStack() as stack:
            dumps = [_dump(file) for file in files] if files else _named(folder)
            for series in in_series([stack.enter_context(asking(dump)) for dump in dumps]):
                found = findings_of([report.index for report in series if report.index])
                choice = Choice(series[-1], wanted, everything=everything)
                places = places_in(folder, series[-1])
                found = replace(found, suspects=_chosen(series[-1], found, places, choice))
                scores += [suspect.score for suspect in found.suspects]
                if json:
                    said = {**_as_json(series, found, places), "left_out": choice.left_out}
                    sys.stdout.buffer.write(orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE))
                else:
                    (_print_markdown if as_markdown else _print)(series, found, places)
                    choice.tell("suspect")
    except HeaplineError as error:
        complain(error)
        raise typer.Exit(1) from None
    if fail_on is not None and max(scores, default=0) >= fail_on:
        raise typer.Exit(FOUND)


def _chosen(report: Report, found: Findings, places: Placement, choice: Choice) -> tuple[Suspect, ...]:
    """The suspects whose line, the one that an editor marks, is not left out."""

    located = {
        number: at
        for number, site in enumerate(report.profile.sites)
        if (at := places.locate(site.path, site.line)) and at.place.is_of_workspace
    }
    chosen = []
    for suspect in found.suspects:
        site = shown_at(suspect, located)
        shown = report.profile.sites[site] if site is not None else suspect.holder
        if choice.keeps(shown.path or "", shown.line or 0, located[site] if site is not None else None):
            chosen.append(suspect)
    return tuple(chosen)


def _dump(file: Path) -> Report:
    report = load(file)
    if report is None:
        raise typer.Exit(1)
    if report.index is None:
        raise HeaplineError(f"{file}: is no heap dump, so nothing can be said about who holds what grows.")
    return report


def _named(folder: Path) -> list[Report]:
    """The dumps among the reports that the folder's settings name; raises HeaplineError if there is none."""
    reports = [report for file in named_in(folder) if (report := load(file))]
    dumps = [report for report in reports if report.index]
    if not dumps:
        raise HeaplineError(f"{folder / TOML_NAME}: reports: names no heap dump, and others do not say who holds what.")
    return dumps


def _print(series: Sequence[Report], found: Findings, places: Placement) -> None:
    names = ", ".join(report.path.name for report in series)
    heading(f"{names}: {things(len(found.suspects), 'leak suspect')}")
    said = wording.remark(found, len(series))
    if said:
        note(said)
    for suspect in found.suspects:
        console.print()
        held_by = holder_text(suspect.path, places, wording.holder(suspect))
        console.print(Text(f"{suspect.score:3} ").append(held_by, style="cyan"))
        for text in _reasons(suspect, printable):
            console.print(f"    {text}", markup=False)
        allocated_at(suspect, places)
    for cache in found.full:
        console.print()
        console.print(Text("  - ").append(holder_text(cache.path, places), style="cyan"))
        console.print(f"    no suspect: {_full(cache, len(series))}")


def _print_markdown(series: Sequence[Report], found: Findings, places: Placement) -> None:
    names = ", ".join(markdown.code(report.path.name) for report in series)
    console.print(f"### {names}: {things(len(found.suspects), 'leak suspect')}\n", markup=False)
    said = wording.remark(found, len(series))
    if said:
        console.print(f"{said}\n", markup=False)
    for suspect in found.suspects:
        held_by = holder_text(suspect.path, places, wording.holder(suspect))
        console.print(f"- **{suspect.score}** {markdown.code(held_by)}", markup=False)
        for text in _reasons(suspect, markdown.code):
            console.print(f"  - {text}", markup=False)
    for cache in found.full:
        console.print(f"- {markdown.code(holder_text(cache.path, places))}", markup=False)
        console.print(f"  - no suspect: {_full(cache, len(series))}", markup=False)


def _reasons(suspect: Suspect, quoted: Callable[[str], str]) -> Iterator[str]:
    """What it holds, the evidence with its points, and the way to it from a root."""
    yield f"{'holds' if suspect.holders == 1 else 'hold'} {wording.held(suspect, quoted)}"
    for reason in suspect.evidence:
        yield f"+{reason.points} {reason.text}"
    if len(suspect.path) > 1:
        yield f"held by {' → '.join(quoted(label.name) for label in suspect.path[:-1])}"


def _full(cache: FullCache, dumps: int) -> str:
    return (
        f"{human_count(cache.entries)} entries in each of the {dumps} dumps, while most of what it held was replaced"
        f" ({things(cache.objects, 'new object')}): a full cache"
    )


def _as_json(series: Sequence[Report], found: Findings, places: Placement) -> dict[str, Any]:
    return {
        "reports": [str(report.path) for report in series],
        "unknown": found.unknown,
        "suspects": [
            {
                "score": suspect.score,
                **holder_as_json(suspect.path, places),
                "holders": suspect.holders,
                "objects": suspect.objects,
                "bytes": suspect.bytes,
                "sites": [{"path": path, "line": line, "objects": count} for path, line, count in suspect.sites],
                "held": [{"class": name, "objects": count} for name, count in suspect.held],
                "held_by": [label.name for label in suspect.path[:-1]],
                "evidence": [
                    {"kind": reason.kind, "points": reason.points, "text": reason.text} for reason in suspect.evidence
                ],
            }
            for suspect in found.suspects
        ],
        "full": [
            {**holder_as_json(cache.path, places), "entries": cache.entries, "objects": cache.objects}
            for cache in found.full
        ],
    }
