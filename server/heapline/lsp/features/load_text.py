"""The command `heapline.loadText`: load the report that is open in the editor, saved or not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lsprotocol import types as t

from heapline.lsp import pages
from heapline.lsp.features import execute_command
from heapline.lsp.server import Server
from heapline.lsp.uris import to_path

LOAD_TEXT = "heapline.loadText"
TITLE = "Load this report"


async def load_text(ls: Server, uri: str) -> dict[str, Any] | None:
    """`heapline.loadText URI`: answers as `heapline.load` does. What was never saved is kept in the cache first."""
    path = to_path(uri)
    document = ls.open_document(uri)
    if path is None and document is None:
        ls.show(t.MessageType.Error, f"{uri}: is not open. Open the report, or load its file: heapline.load")
        return None
    if path is None and document is not None:
        path = pages.write("pasted", uri, document.source, ".txt")
    return await execute_command.load(ls, str(path))


def loaded_as(ls: Server, uri: str) -> Path | None:
    """The file under which the open report is loaded; None if it is not."""
    path = to_path(uri) or pages.path_of("pasted", uri, ".txt")
    return path if ls.store.get(path) else None
