"""`textDocument/codeLens`: the numbers above each hot line.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocument_codeLens
"""

from __future__ import annotations

from lsprotocol import types as t

from heapline.lsp.features.code_action import SHOW_HOLDERS
from heapline.lsp.features.lines import hot
from heapline.lsp.server import Server
from heapline.lsp.store import Entry
from heapline.lsp.uris import to_path
from heapline.units import summary


def code_lens(ls: Server, params: t.CodeLensParams) -> list[t.CodeLens]:
    """One lens per hot line and kind of report, the largest `codeLens.maxPerFile` of them."""
    path = to_path(params.text_document.uri)
    entries = ls.store.entries(path) if path else None
    if path is None or entries is None:
        return []
    settings = ls.settings_for(path)
    if not settings.code_lens.enabled:
        return []
    shown = hot(entries, settings)[: settings.code_lens.max_per_file]
    document = ls.open_document(params.text_document.uri)
    end = document.source.count("\n") if document else None
    return [
        t.CodeLens(
            range=t.Range(t.Position(entry.place.line - 1, 0), t.Position(entry.place.line - 1, 0)),
            command=_command(entry, params.text_document.uri),
        )
        for entry in sorted(shown, key=lambda e: (e.place.line, e.report.profile.format))
        if end is None or entry.place.line <= end + 1
    ]


def _command(entry: Entry, uri: str) -> t.Command:
    """The numbers; clicked, they show what holds the line's objects, where the report knows."""
    title = summary(entry.site.measures)
    if entry.report.graph is None:
        return t.Command(title, command="")
    return t.Command(title, SHOW_HOLDERS, arguments=[uri, entry.place.line])
