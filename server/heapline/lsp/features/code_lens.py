"""`textDocument/codeLens`: the numbers above each hot line, and "Load this report" above a report.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocument_codeLens
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types as t

from heapline.insight.series import trend
from heapline.lsp import following
from heapline.lsp.features.code_action import SHOW_HOLDERS
from heapline.lsp.features.lines import Shown, shown
from heapline.lsp.features.load_text import LOAD_TEXT, TITLE, loaded_as
from heapline.lsp.server import Server
from heapline.lsp.uris import to_path
from heapline.metrics import title
from heapline.settings.tree import MetricName
from heapline.units import human_count

if TYPE_CHECKING:
    from heapline.lsp.store import Entry

_NOTABLE_TREND = 0.01


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
    return [_lens(ls, found, params.text_document.uri, settings.metric) for found in shown(ls, path)]


def _load(uri: str) -> t.CodeLens:
    start = t.Position(0, 0)
    return t.CodeLens(range=t.Range(start, start), command=t.Command(TITLE, LOAD_TEXT, arguments=[uri]))


def _lens(ls: Server, found: Shown, uri: str, metric: MetricName) -> t.CodeLens:
    """The numbers; clicked, they show what holds the line's objects, where the report knows."""
    start = t.Position(found.now.line - 1, 0)
    numbers = found.now.sign + title(found.entry.site.measures, metric) + _trend(ls, found.entry)
    command = (
        t.Command(numbers, command="")
        if found.entry.report.graph is None
        else t.Command(numbers, SHOW_HOLDERS, arguments=[uri, found.now.line])
    )
    return t.CodeLens(range=t.Range(start, start), command=command)


def _trend(ls: Server, entry: Entry) -> str:
    """How many objects more there are with each dump of the process, if several are loaded and it is worth a word."""
    if entry.report.index is None:
        return ""
    more = trend(entry.report, ls.store.reports, (entry.site.path, entry.site.line)) or 0
    if abs(more) < _NOTABLE_TREND * (entry.site.measures.live_objects or 0):
        return ""
    return f" · {'↑' if more > 0 else '↓'} {human_count(abs(more))} per snapshot" if more else ""
