"""`textDocument/references`: the lines that hold a line's objects, for clients without call hierarchy.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocument_references
"""

from __future__ import annotations

from lsprotocol import types as t

from heapline.heap.holders import holders_of, of_site
from heapline.lsp.asking import ask
from heapline.lsp.documents import line_range, text_lines
from heapline.lsp.features.lines import with_graph
from heapline.lsp.server import Server
from heapline.lsp.uris import to_path


async def references(ls: Server, params: t.ReferenceParams) -> list[t.Location]:
    """Where the objects that refer to this line's were allocated, in the workspace, the largest holder first."""
    path = to_path(params.text_document.uri)
    locations: dict[tuple[str, int], t.Location] = {}
    for entry in with_graph(ls, path, params.position.line + 1) if path else []:
        site = entry.site_id
        found = await ask(ls, entry.report, lambda graph: holders_of(graph, of_site(graph, site)))  # noqa: B023 -- awaited at once
        for holder in found or ():
            at = ls.store.entry_of(entry.report, holder.label.site)
            now = at.now if at else None
            if at is None or now is None:
                continue
            uri = ls.uri_of(at.place.file)
            lines = text_lines(ls, at.place.file, uri)
            if now.line <= len(lines):
                locations.setdefault((uri, now.line), t.Location(uri, line_range(ls, lines, now.line)))
    return list(locations.values())
