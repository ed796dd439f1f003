"""`workspace/executeCommand`: load, unload, reload, status.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#workspace_executeCommand
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lsprotocol import types as t

from heapline.errors import HeaplineError
from heapline.lsp import reports, watching
from heapline.lsp.jobs import forget_crash
from heapline.lsp.server import Server


async def load(ls: Server, path: str) -> dict[str, Any] | None:
    """`heapline.load PATH`: load a report; answers when it is shown, with what it is, or null if it could not be."""
    file = _file(ls, path)
    if file is None:
        return None
    forget_crash(file)
    report = await reports.load(ls, file)
    return reports.describe(ls, report) if report else None


async def restore(ls: Server, *paths: str) -> list[dict[str, Any]]:
    """`heapline.restore PATH…`: load what was loaded before; answers what of it is loaded now.

    What is gone, or cannot be loaded as it is now, is left out in silence: nobody has asked for it today.
    """
    files = [file for file in (_file(ls, path) for path in paths) if file is not None]
    await reports.load_all(ls, await reports.loadable(ls, files))
    found = [ls.store.get(file) for file in files]
    return [reports.describe(ls, report) for report in found if report is not None]


async def unload(ls: Server, *paths: str) -> int:
    """`heapline.unload [PATH…]`: forget these reports, or all; answers how many there were."""
    if paths:
        files = [_file(ls, path) for path in paths]
        return await reports.unload(ls, [file for file in files if file is not None])
    return await reports.unload(ls, [report.path for report in ls.store.reports] + reports.loading_paths(ls))


async def reload(ls: Server) -> list[dict[str, Any]]:
    """`heapline.reload`: load again what changed, and what the settings name and is not loaded; answers what is."""
    await reports.load_all(ls, [*watching.changed_reports(ls), *await reports.missing(ls)])
    return [reports.describe(ls, report) for report in ls.store.reports]


def status(ls: Server) -> dict[str, Any]:
    """`heapline.status`: what is loaded, and what is loading."""
    return reports.status(ls)


def _file(ls: Server, name: str) -> Path | None:
    try:
        return reports.resolve(ls, name)
    except HeaplineError as error:
        ls.show(t.MessageType.Error, str(error))
        return None
