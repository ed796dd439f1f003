"""`textDocument/definition`: from a row of a report to the line of code that it names.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocument_definition
"""

from __future__ import annotations

from lsprotocol import types as t

from heapline.lsp.documents import line_range, text_lines
from heapline.lsp.report_texts import line_now
from heapline.lsp.server import Server


async def definition(ls: Server, params: t.DefinitionParams) -> t.Location | None:
    """The line under the cursor, else the only one that the row names; null in what is no report."""
    uri, position = params.text_document.uri, params.position
    document = ls.open_document(uri)
    column = document.column(position) if document else 0
    found = await ls.texts.ask(ls, uri, lambda text: text.placed_at(position.line, column))
    if found is None:
        return None
    _, place = found
    target, line = ls.uri_of(place.file), line_now(ls, place)
    lines = text_lines(ls, place.file, target)
    if line > len(lines):
        return None
    return t.Location(target, line_range(ls, lines, line))
