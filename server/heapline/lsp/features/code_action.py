"""`textDocument/codeAction`: what can be asked about a line.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocument_codeAction
"""

from __future__ import annotations

from lsprotocol import types as t

from heapline.lsp.features.lines import with_graph
from heapline.lsp.server import Server
from heapline.lsp.uris import to_path

SHOW_HOLDERS = "heapline.showHolders"


def code_action(ls: Server, params: t.CodeActionParams) -> list[t.CodeAction]:
    """ "Show what holds this" on a line whose objects a heap dump knows."""
    path = to_path(params.text_document.uri)
    line = params.range.start.line + 1
    if path is None or not with_graph(ls, path, line):
        return []
    own = [diagnostic for diagnostic in params.context.diagnostics if diagnostic.source == "heapline"]
    title = "Show what holds this"
    command = t.Command(title, SHOW_HOLDERS, arguments=[params.text_document.uri, line])
    return [t.CodeAction(title=title, kind=t.CodeActionKind.Empty, diagnostics=own or None, command=command)]
