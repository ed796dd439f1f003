"""`textDocument/codeLens`: the numbers above each hot line, and "Load this report" above a report.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocument_codeLens
"""

from __future__ import annotations

from lsprotocol import types as t

from heapline.lsp import following
from heapline.lsp.features.code_action import SHOW_HOLDERS
from heapline.lsp.features.lines import Shown, shown
from heapline.lsp.features.load_text import LOAD_TEXT, TITLE, loaded_as
from heapline.lsp.server import Server
from heapline.lsp.uris import to_path
from heapline.metrics import title
from heapline.settings.tree import MetricName


async def code_lens(ls: Server, params: t.CodeLensParams) -> list[t.CodeLens]:
    """One lens per hot line and kind of report, the largest `codeLens.maxPerFile` of them; in a report: load it."""
    uri = params.text_document.uri
    path = to_path(uri)
    if ls.texts.get(ls, uri) is not None:
        return [] if loaded_as(ls, uri) else [_load(uri)]
    if path is None:
        return []
    await following.caught_up(ls, path)
    settings = ls.settings_for(path)
    if not settings.code_lens.enabled:
        return []
    return [_lens(found, params.text_document.uri, settings.metric) for found in shown(ls, path)]


def _load(uri: str) -> t.CodeLens:
    start = t.Position(0, 0)
    return t.CodeLens(range=t.Range(start, start), command=t.Command(TITLE, LOAD_TEXT, arguments=[uri]))


def _lens(found: Shown, uri: str, metric: MetricName) -> t.CodeLens:
    """The numbers; clicked, they show what holds the line's objects, where the report knows."""
    start = t.Position(found.now.line - 1, 0)
    numbers = found.now.sign + title(found.entry.site.measures, metric)
    command = (
        t.Command(numbers, command="")
        if found.entry.report.graph is None
        else t.Command(numbers, SHOW_HOLDERS, arguments=[uri, found.now.line])
    )
    return t.CodeLens(range=t.Range(start, start), command=command)
