"""`heapline config`: every setting that holds in a folder, and where it comes from."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import orjson
import typer
from rich.text import Text

from heapline.cli.options import WorkspaceOption, folder_of, settings_in
from heapline.cli.printing import console, printable
from heapline.settings import TOML_NAME, sources
from heapline.settings.tree import PathMapping


def run(
    workspace: WorkspaceOption = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Print every setting that holds in the workspace, and whether its .heapline.toml says so.

    An editor's own settings come on top, in that editor alone.
    """
    folder = folder_of(workspace)
    settings_in(folder)  # tells what is wrong with the file
    found = sources(folder / TOML_NAME)
    if json:
        rows = {setting.name: {"value": _plain(value), "from": source} for setting, value, source in found}
        sys.stdout.buffer.write(orjson.dumps(rows, option=orjson.OPT_APPEND_NEWLINE))
        return
    for setting, value, source in found:
        line = Text(f"{setting.name} = {printable(orjson.dumps(_plain(value)).decode())}")
        line.append(f"  {TOML_NAME if source else 'default'}", style="green" if source else "dim")
        console.print(line)


def _plain(value: object) -> Any:
    """The value as JSON and TOML have it."""
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return {"from": value.recorded, "to": value.folder} if isinstance(value, PathMapping) else value
