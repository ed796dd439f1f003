"""`textDocument/prepareCallHierarchy`, `callHierarchy/incomingCalls` and `outgoingCalls`: who holds, and what is held.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocument_prepareCallHierarchy
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lsprotocol import types as t

from heapline.heap.holders import Neighbour, held_by, holders_of, of_label, of_site
from heapline.heap.retained import HeapGraph
from heapline.lsp.asking import ask
from heapline.lsp.documents import line_range, text_lines
from heapline.lsp.features.lines import with_graph
from heapline.lsp.placed import Entry
from heapline.lsp.server import Server
from heapline.lsp.uris import to_path
from heapline.markdown import plain
from heapline.report import Report
from heapline.units import human_bytes, summary, things

_MAX_NEIGHBOURS = 50


def prepare(ls: Server, params: t.CallHierarchyPrepareParams) -> list[t.CallHierarchyItem] | None:
    """An item for what each heap dump has on the line."""
    path = to_path(params.text_document.uri)
    entries = with_graph(ls, path, params.position.line + 1) if path else []
    lines = text_lines(ls, path, params.text_document.uri) if path and entries else []
    line = params.position.line + 1
    items = [
        t.CallHierarchyItem(
            name=f"{entry.place.file.name}:{line}",
            detail=plain(f"{summary(entry.site.measures)} · {entry.report.path.name}"),
            kind=t.SymbolKind.Object,
            uri=params.text_document.uri,
            range=line_range(ls, lines, line),
            selection_range=line_range(ls, lines, line),
            data={**_data(entry.report), "site": entry.site_id},
        )
        for entry in entries
        if line <= len(lines)
    ]
    return items or None


async def incoming(ls: Server, params: t.CallHierarchyIncomingCallsParams) -> list[t.CallHierarchyIncomingCall]:
    """Who refers to the item's objects on their shortest paths from a root, by class and line."""
    found = await _neighbours(ls, params.item, holders_of)
    items = [
        _item(ls, params.item, n, f"{things(n.objects, 'object')}, {human_bytes(n.bytes)} held here") for n in found
    ]
    return [t.CallHierarchyIncomingCall(item, [item.selection_range]) for item in items]


async def outgoing(ls: Server, params: t.CallHierarchyOutgoingCallsParams) -> list[t.CallHierarchyOutgoingCall]:
    """What only the item's objects hold, by class and line."""
    found = await _neighbours(ls, params.item, held_by)
    items = [
        _item(ls, params.item, n, f"{things(n.objects, 'object')}, {human_bytes(n.bytes)} retained") for n in found
    ]
    return [t.CallHierarchyOutgoingCall(item, [params.item.selection_range]) for item in items]


async def _neighbours(ls: Server, item: t.CallHierarchyItem, of: Callable[..., list[Neighbour]]) -> list[Neighbour]:
    data: Any = item.data or {}
    report = _report_of(ls, data)
    if report is None:
        return []  # unloaded since the item was made, or another dump of the same name

    def question(graph: HeapGraph) -> list[Neighbour]:
        nodes = of_label(graph, data["label"]) if "label" in data else of_site(graph, data["site"])
        return of(graph, nodes)[:_MAX_NEIGHBOURS]

    return await ask(ls, report, question) or []


def _item(ls: Server, origin: t.CallHierarchyItem, neighbour: Neighbour, detail: str) -> t.CallHierarchyItem:
    """The neighbour as an item: at its own line if that is in the workspace, else at the line that was asked about."""
    label = neighbour.label
    data: Any = origin.data
    report = _report_of(ls, data)
    entry = ls.store.entry_of(report, label.site) if report else None
    where = _place(ls, entry) if entry else None
    uri, place = where or (origin.uri, origin.selection_range)
    recorded = f"{label.path}:{label.line}" if label.path else ""
    now = entry.now if entry else None
    at = f"{entry.place.file.name}:{now.line}" if entry and now else recorded
    return t.CallHierarchyItem(
        name=plain(f"{label.name} ({at})" if at else label.name),
        detail=detail,
        kind=t.SymbolKind.Class if label.name.startswith(("class ", "module ")) else t.SymbolKind.Object,
        uri=uri,
        range=place,
        selection_range=place,
        data={"report": data["report"], "modified": data["modified"], "label": label.id},
    )


def _data(report: Report) -> dict[str, object]:
    """What leads back to the report, as it is now: the next dump of the same name numbers its sites otherwise."""
    return {
        "report": str(report.path),
        "modified": str(report.identity.modified_ns),
    }  # a string: JSON's numbers are short


def _report_of(ls: Server, data: Any) -> Report | None:
    report = ls.store.by_name(str(data.get("report")))
    return report if report and data.items() >= _data(report).items() else None


def _place(ls: Server, entry: Entry) -> tuple[str, t.Range] | None:
    uri = ls.uri_of(entry.place.file)
    lines, now = text_lines(ls, entry.place.file, uri), entry.now
    return (uri, line_range(ls, lines, now.line)) if now and now.line <= len(lines) else None
