"""`textDocument/codeLens`: the numbers above each hot line.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocument_codeLens
"""

from __future__ import annotations

from lsprotocol import types as t

from heapline.lsp.features.code_action import SHOW_HOLDERS
from heapline.lsp.features.lines import shown
from heapline.lsp.server import Server
from heapline.lsp.store import Entry
from heapline.lsp.uris import to_path
from heapline.metrics import title
from heapline.settings.tree import MetricName


def code_lens(ls: Server, params: t.CodeLensParams) -> list[t.CodeLens]:
    """One lens per hot line and kind of report, the largest `codeLens.maxPerFile` of them."""
    path = to_path(params.text_document.uri)
    if path is None:
        return []
    settings = ls.settings_for(path)
    if not settings.code_lens.enabled:
        return []
    document = ls.open_document(params.text_document.uri)
    end = document.source.count("\n") if document else None
    return [
        t.CodeLens(
            range=t.Range(t.Position(entry.place.line - 1, 0), t.Position(entry.place.line - 1, 0)),
            command=_command(entry, params.text_document.uri, settings.metric),
        )
        for entry in sorted(shown(ls, path), key=lambda e: (e.place.line, e.report.profile.format))
        if end is None or entry.place.line <= end + 1
    ]


def _command(entry: Entry, uri: str, metric: MetricName) -> t.Command:
    """The numbers; clicked, they show what holds the line's objects, where the report knows."""
    numbers = title(entry.site.measures, metric)
    if entry.report.graph is None:
        return t.Command(numbers, command="")
    return t.Command(numbers, SHOW_HOLDERS, arguments=[uri, entry.place.line])
