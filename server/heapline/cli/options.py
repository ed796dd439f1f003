"""The options that several verbs share, and what they stand for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from heapline.cli.loading import complain
from heapline.errors import HeaplineError
from heapline.places.past import FolderPast
from heapline.places.placing import Placement, place_report
from heapline.settings import TOML_NAME, resolve

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


def places_in(folder: Path, report: Report) -> Placement:
    """Where the report's sites are in the folder, which is the user's own: git may be asked about it."""
    chosen, _ = resolve(folder / TOML_NAME, None)
    past = FolderPast(folder, report.identity.modified_ns, chosen.commit, trusted=True)
    placement = place_report(report.profile.paths, [past])
    if past.problem:
        complain(HeaplineError(past.problem))
    return placement
