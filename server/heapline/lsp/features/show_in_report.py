"""The command `heapline.showInReport`: from a line of code to the row of a report that speaks of it."""

from __future__ import annotations

import asyncio
from typing import Any

from lsprotocol import types as t

from heapline.files import is_gzip
from heapline.lsp import following
from heapline.lsp.documents import text_lines
from heapline.lsp.features.lines import merged
from heapline.lsp.placed import Entry
from heapline.lsp.report_texts import column_range
from heapline.lsp.server import Server
from heapline.lsp.uris import to_path
from heapline.texts.locations import Locations

SHOW_IN_REPORT = "heapline.showInReport"


async def show_in_report(ls: Server, uri: str, line: int, report: str) -> dict[str, Any] | None:
    """`heapline.showInReport URI LINE REPORT` (1-based): open the report's first row about the line.

    Answers with the report's `uri` and the row's `range`, which also serve a client that cannot be asked to open it.
    """
    path = to_path(uri)
    if path is not None:
        await following.caught_up(ls, path)
    entries = ls.store.entries(path) if path else None
    here = [e for e in merged(entries.at(line)) if str(e.report.path) == report] if entries else []
    found = await asyncio.to_thread(_row, ls, here[0]) if here else None
    if found is None:
        ls.show(t.MessageType.Warning, f"{report}: no row of its text is about line {line}.")
        return None
    target = ls.uri_of(here[0].report.path)
    if ls.client.show_document:
        ls.window_show_document(t.ShowDocumentParams(target, take_focus=True, selection=found))
    return {"uri": target, "range": found}


def _row(ls: Server, entry: Entry) -> t.Range | None:
    """The first line of the report's file that names the entry's site."""
    path, site = entry.report.path, entry.site
    name = f"{site.path}:{site.line}"
    if is_gzip(path):
        return None
    named = Locations()
    for number, text in enumerate(text_lines(ls, path, ls.uri_of(path))):
        if site.path in text or named.in_hash:
            for found in named.of(text):
                if f"{found.path}:{found.line}" == name:
                    return column_range(ls, text, number, found)
    return None
