"""`textDocument/documentLink` and `documentLink/resolve`: in a report, each `path:line` that is a line of a file here.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocument_documentLink
"""

from __future__ import annotations

from itertools import islice

from lsprotocol import types as t

from heapline.lsp.report_texts import FIRST_LINES, ReportText, column_range, line_now
from heapline.lsp.server import Server

_MAX_LINKS = 5000
"""A client draws all links of a document at once; beyond these, going to the definition works on every line."""
_BLOCK = 2000


async def document_link(ls: Server, params: t.DocumentLinkParams) -> list[t.DocumentLink] | None:
    """The links of a report, of a long one the first; `resolve` says where they lead. Null for what is no report."""
    uri = params.text_document.uri

    def find(text: ReportText) -> list[t.DocumentLink]:
        links: list[t.DocumentLink] = []
        for first in range(0, FIRST_LINES, _BLOCK):
            lines = text.lines(first, first + _BLOCK)
            for number, found, _ in islice(text.placed(first, lines), _MAX_LINKS - len(links)):
                where = column_range(ls, lines[number - first], number, found)
                links.append(t.DocumentLink(where, data={"uri": uri, "column": found.start}))
            if len(lines) < _BLOCK or len(links) == _MAX_LINKS:
                break
        return links

    return await ls.texts.ask(ls, uri, find)


async def resolve(ls: Server, link: t.DocumentLink) -> t.DocumentLink:
    """The link with where it leads: a file and a line of it as it is now, which clients read as 1-based."""
    at, line = link.data, link.range.start.line
    if not isinstance(at, dict) or not isinstance(at.get("uri"), str) or not isinstance(at.get("column"), int):
        return link
    found = await ls.texts.ask(ls, at["uri"], lambda text: text.placed_at(line, at["column"]))
    if found is not None:
        _, place = found
        link.target = f"{ls.uri_of(place.file)}#L{line_now(ls, place)}"
        link.tooltip = f"Go to {place.file.name}:{line_now(ls, place)}" if ls.client.link_tooltips else None
    return link
