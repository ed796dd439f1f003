"""`textDocument/codeLens`: the numbers above each hot line, and "Load this report" above a report.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocument_codeLens
"""

from __future__ import annotations

from itertools import groupby
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
from heapline.profile import TOOLS
from heapline.settings.tree import MetricName
from heapline.units import human_count

if TYPE_CHECKING:
    from heapline.lsp.placed import Entry

_NOTABLE_TREND = 0.01


async def code_lens(ls: Server, params: t.CodeLensParams) -> list[t.CodeLens]:
    """One lens per hot line, with the numbers of each kind of report; in a report: load it."""
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
    by_line = groupby(shown(ls, path), lambda found: found.now.line)
    return [_lens(ls, line, list(found), uri, settings.metric) for line, found in by_line]


def _load(uri: str) -> t.CodeLens:
    start = t.Position(0, 0)
    return t.CodeLens(range=t.Range(start, start), command=t.Command(TITLE, LOAD_TEXT, arguments=[uri]))


def _lens(ls: Server, line: int, found: list[Shown], uri: str, metric: MetricName) -> t.CodeLens:
    """The numbers, of several reports each with its tool; clicked, they show who holds the objects, if one knows."""
    start = t.Position(line - 1, 0)
    said = [one.now.sign + title(one.entry.site.measures, metric) + _trend(ls, one.entry) for one in found]
    if len(found) > 1:
        tools = (TOOLS[one.entry.report.profile.format] for one in found)
        said = [f"{tool}: {numbers}" for tool, numbers in zip(tools, said, strict=True)]
    numbers = " | ".join(said)
    command = (
        t.Command(numbers, SHOW_HOLDERS, arguments=[uri, line])
        if any(one.entry.report.graph for one in found)
        else t.Command(numbers, command="")
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
