"""The options that several verbs share, and what they stand for."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from heapline.cli.loading import complain
from heapline.errors import HeaplineError
from heapline.places.past import FolderPast
from heapline.places.placing import Placement, place_report
from heapline.places.rules import UserRule
from heapline.settings import TOML_NAME, Settings, named_reports, resolve

if TYPE_CHECKING:
    from heapline.report import Report

WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        file_okay=False,
        help="The checkout that recorded paths are mapped onto. Default: this directory.",
    ),
]


def folder_of(workspace: Path | None) -> Path:
    """The absolute folder that the option names."""
    return (workspace or Path.cwd()).resolve()


@lru_cache
def settings_in(folder: Path) -> tuple[Settings, tuple[str, ...]]:
    """The settings of the folder's `.heapline.toml`, and what is wrong with it, which is told when first asked for."""
    settings, problems = resolve(folder / TOML_NAME, None)
    for problem in problems:
        complain(HeaplineError(problem))
    return settings, tuple(problems)


def named_in(folder: Path) -> list[Path]:
    """The reports that the folder's settings name; wrong usage if they do not even try to."""
    toml = folder / TOML_NAME
    chosen, wrong = settings_in(folder)
    found = {glob: named_reports(folder, [glob]) for glob in chosen.reports}
    problems = [f'{toml}: reports: "{glob}" matches no file.' for glob, files in found.items() if not files]
    for problem in problems:
        complain(HeaplineError(problem))
    if not found and not wrong:
        raise typer.BadParameter(f"name a report, or let reports = [...] in {toml} name one")
    return list(dict.fromkeys(file for files in found.values() for file in files))


def rules_in(folder: Path) -> list[UserRule]:
    """The rules for paths of the folder's settings."""
    settings, _ = settings_in(folder)
    return [UserRule.below(folder, mapping.recorded, mapping.folder) for mapping in settings.path_mappings]


def places_in(folder: Path, report: Report) -> Placement:
    """Where the report's sites are in the folder, which is the user's own: git may be asked about it."""
    settings, _ = settings_in(folder)
    past = FolderPast(folder, report.identity.modified_ns, settings.commit, trusted=True)
    placement = place_report(report.profile.paths, [past], rules_in(folder), methods=report.profile.methods)
    if past.problem:
        complain(HeaplineError(past.problem))
    return placement
