"""`heapline paths FILE`: which of a report's lines have a place in the workspace, by which rule, and what has none."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from heapline import explaining
from heapline.cli.loading import asking, complain, load
from heapline.cli.options import WorkspaceOption, folder_of, places_in, rules_in, settings_in
from heapline.cli.printing import console, heading, printable, rest
from heapline.errors import HeaplineError
from heapline.places.explain import explain
from heapline.settings import TOML_NAME

_DEFAULT_TOP = 20


def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A report.")],
    workspace: WorkspaceOption = None,
    top: Annotated[int, typer.Option(min=1, help="How many rules, and how many beginnings of paths.")] = _DEFAULT_TOP,
) -> None:
    """Explain how recorded paths are mapped onto the workspace, and propose rules for those that are not."""
    folder = folder_of(workspace)
    report = load(file)
    if report is None:
        raise typer.Exit(1)
    try:
        with asking(report):
            placement = places_in(folder, report)
            found = explain(report.profile.sites, placement, [folder], rules_in(folder))
    except HeaplineError as error:
        complain(error)
        raise typer.Exit(1) from None
    heading(f"{file.name} in {folder}")
    console.print(explaining.summary(found), markup=False)
    _print_list("Placed", explaining.placed(found, printable), top)
    _print_list("Not placed", explaining.lost(found, printable), top)
    known = settings_in(folder)[0].path_mappings
    for rules in explaining.proposals(found, [folder]).values():
        console.print()
        heading(explaining.proposal_title(TOML_NAME, known))
        console.print(explaining.as_toml([*known, *rules]), markup=False)


def _print_list(title: str, lines: list[str], top: int) -> None:
    if lines:
        console.print()
        heading(title)
    for line in lines[:top]:
        console.print(line, markup=False)
    rest(len(lines) - top)
