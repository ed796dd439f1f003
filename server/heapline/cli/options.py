"""The options that several verbs share, and what they stand for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from heapline.places.mapping import Places, infer_places
from heapline.places.workspace import Workspace

if TYPE_CHECKING:
    from heapline.profile import Profile

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


def places_in(folder: Path, profile: Profile) -> Places:
    """Where the profile's sites are in the folder."""
    return infer_places(profile.paths, Workspace([folder]))
