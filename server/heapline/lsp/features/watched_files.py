"""`workspace/didChangeWatchedFiles` and `textDocument/didSave`: a report or the settings file changed, or may have.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#workspace_didChangeWatchedFiles
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from lsprotocol import types as t

from heapline.lsp import configuration, following, reports, watching
from heapline.lsp.features import diagnostics
from heapline.lsp.server import Server
from heapline.lsp.uris import key_of, to_path
from heapline.settings import TOML_NAME


async def did_change_watched_files(ls: Server, params: t.DidChangeWatchedFilesParams) -> None:
    """The client saw files change: read the settings again if they did, and the reports that changed or appeared."""
    if any(_is_toml(change.uri) for change in params.changes):
        await _use_new_settings(ls)
    code = [path for change in params.changes if (path := to_path(change.uri)) and path.suffix == ".rb"]
    for path in code:
        if ls.store.entries(path) and not ls.document_of(path):  # what is open, the client itself keeps up to date
            await following.start(ls, path)
            diagnostics.publish_again(ls, path)
    if len(code) < len(params.changes):
        await catch_up(ls)


async def did_save(ls: Server, params: t.DidSaveTextDocumentParams) -> None:
    """For clients that watch nothing: a save is the moment to look."""
    settings_changed = _is_toml(params.text_document.uri)
    if settings_changed:
        await _use_new_settings(ls)
    if settings_changed or not ls.client.watched_files:
        await catch_up(ls)


async def catch_up(ls: Server) -> None:
    """Load what changed or appeared, each when its file has settled."""
    paths = [*watching.changed_reports(ls), *await reports.missing(ls)]
    await asyncio.gather(*(_load_settled(ls, path) for path in paths))


async def _load_settled(ls: Server, path: Path) -> None:
    """Load a report when it has settled; nothing if that is being waited for: a log may never settle."""
    key = key_of(path)
    if key in ls.settling:
        return
    ls.settling.add(key)
    try:
        await watching.settled(path)
    finally:
        ls.settling.discard(key)
    await reports.load(ls, path)


def _is_toml(uri: str) -> bool:
    return uri.endswith(f"/{TOML_NAME}")


async def _use_new_settings(ls: Server) -> None:
    await configuration.refresh(ls)
    await reports.use_new_settings(ls)
