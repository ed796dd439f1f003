"""`textDocument/didOpen`, `didChange` and `didClose`: the numbers go with the lines.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocument_synchronization
"""

from __future__ import annotations

from lsprotocol import types as t

from heapline.lsp import following
from heapline.lsp.features import diagnostics
from heapline.lsp.server import Server
from heapline.lsp.uris import to_path


async def did_open(ls: Server, params: t.DidOpenTextDocumentParams) -> None:
    """A file may be opened with edits that were never saved, and under a spelling of its URI that is new."""
    path = to_path(params.text_document.uri)
    if path is not None:
        await following.start(ls, path)
        diagnostics.publish_again(ls, path)


def did_change(ls: Server, params: t.DidChangeTextDocumentParams) -> None:
    """Each keystroke comes by here."""
    path = following.edited(ls, params.text_document.uri)
    if path is not None:
        diagnostics.publish_again(ls, path)


async def did_close(ls: Server, params: t.DidCloseTextDocumentParams) -> None:
    """What was not saved is gone: the disk counts again."""
    path = to_path(params.text_document.uri)
    if path is not None:
        await following.start(ls, path)
        diagnostics.publish_again(ls, path)
