"""The command `heapline.showInReport`: from a line of code to the row of a report that speaks of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from lsprotocol import types as t

from heapline.files import is_gzip
from heapline.lsp import following
from heapline.lsp.documents import text_lines
from heapline.lsp.features.lines import merged
from heapline.lsp.placed import Entry
from heapline.lsp.report_texts import column_range, whole_line
from heapline.lsp.server import Server
from heapline.lsp.uris import to_path
from heapline.texts.locations import Locations

if TYPE_CHECKING:
    from heapline.report import Report

SHOW_IN_REPORT = "heapline.showInReport"
_START = 64


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


def has_rows(report: Report) -> bool:
    """Whether the report is a text, in which a row can be shown. Looks at its file: not for the event loop.

    Dumps have no text, profiles in JSON name code by numbers, XML in several elements, and editors do not inflate.
    """
    if report.index is not None or report.profile.format in ("stackprof", "vernier"):
        return False
    try:
        with report.path.open("rb") as stream:
            return not is_gzip(report.path) and not stream.read(_START).lstrip().startswith(b"<?xml")
    except OSError:  # it is a directory, or gone
        return False


def _row(ls: Server, entry: Entry) -> t.Range | None:
    """The first line of the report's file that names the entry's site, or that its numbers were read from."""
    report, site = entry.report, entry.site
    if not has_rows(report):
        return None
    name = f"{site.path}:{site.line}"
    row = site.excerpt[0] if site.excerpt else None
    named = Locations()
    for number, text in enumerate(text_lines(ls, report.path, ls.uri_of(report.path))):
        if site.path in text or named.in_hash:
            for found in named.of(text):
                if f"{found.path}:{found.line}" == name:
                    return column_range(ls, text, number, found)
        if row is not None and text.strip() == row:
            return whole_line(ls, text, number)
    return None
