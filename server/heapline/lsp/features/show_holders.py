"""The commands `heapline.showHolders` and `heapline.tree`: who holds the objects of a line, and what holds the heap."""

from __future__ import annotations

import sys
from typing import Any

from lsprotocol import types as t

from heapline.heap.retained import HeapGraph
from heapline.lsp import holders_page, pages
from heapline.lsp.asking import ask
from heapline.lsp.features.lines import jump, with_graph
from heapline.lsp.server import Server
from heapline.lsp.uris import to_path, to_uri
from heapline.markdown import plain, printable
from heapline.units import human_bytes, share

_MAX_PAGE = 1000


async def show_holders(ls: Server, uri: str, line: int) -> dict[str, str] | None:
    """`heapline.showHolders URI LINE` (1-based): open a page with the paths from the roots to the line's objects.

    Answers with the page's URI and text, which also serves a client that cannot be asked to open it.
    """
    path = to_path(uri)
    entries = with_graph(ls, path, line) if path else []
    if not entries:
        ls.show(t.MessageType.Warning, f"No loaded heap dump knows what holds the objects of line {line}.")
        return None
    entry = max(entries, key=lambda e: e.report.identity.modified_ns)

    def question(graph: HeapGraph) -> tuple[str, str]:
        text = holders_page.text(entry, graph, lambda site: ls.store.entry_of(entry.report, site))
        subject = f"{entry.report.path}\0{entry.site_id}"
        return to_uri(pages.write(f"holders-{entry.place.line}", subject, text)), text

    found = await ask(ls, entry.report, question)
    if found is None:
        return None
    page, text = found
    if ls.client.show_document:
        ls.window_show_document(t.ShowDocumentParams(page, take_focus=True))  # whatever it answers, the text is there
    return {"uri": page, "text": text}


async def tree(ls: Server, report: str, parent: int, offset: int, limit: int) -> dict[str, Any] | None:
    """`heapline.tree REPORT PARENT OFFSET LIMIT`: a page of the dominator tree merged by class and line.

    PARENT is a branch's id, 0 for the roots. Answers with the branches, most retained first, and their number; null
    if the report is not loaded or has no graph.
    """
    loaded = ls.store.by_name(report)
    if loaded is None:
        return None
    first, many = max(0, min(offset, sys.maxsize)), max(0, min(limit, _MAX_PAGE))
    found = await ask(ls, loaded, lambda graph: graph.branches(parent, first, many))
    if found is None:
        return None
    branches, total = found
    return {
        "total": total,
        "reachableBytes": loaded.held_bytes,
        "branches": [
            {
                "id": branch.id,
                "name": plain(branch.label.name),
                "objects": branch.objects,
                "bytes": branch.bytes,
                "retained": branch.retained,
                "title": f"retains {human_bytes(branch.retained)}, {share(branch.retained, loaded.held_bytes)}",
                "path": printable(branch.label.path) if branch.label.path is not None else None,
                "line": branch.label.line,
                "place": jump(ls, ls.store.entry_of(loaded, branch.label.site)),
            }
            for branch in branches
        ],
    }
