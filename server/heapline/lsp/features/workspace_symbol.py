"""`workspace/symbol`: the rows of the reports that are open.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#workspace_symbol
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from lsprotocol import types as t

from heapline.lsp.report_texts import ReportText, whole_line
from heapline.lsp.server import Server
from heapline.markdown import plain
from heapline.texts.locations import Locations

_LEAST_CHARACTERS = 3
"""Fewer would put rows before the classes and methods that a user looks for."""
_MAX_FOUND = 50


async def workspace_symbol(ls: Server, params: t.WorkspaceSymbolParams) -> list[t.SymbolInformation]:
    """The first rows, of each open report, that name a line of code with the query in it."""
    wanted = params.query.casefold()
    if len(wanted) < _LEAST_CHARACTERS:
        return []
    found: list[t.SymbolInformation] = []
    for uri, document in list(ls.workspace.text_documents.items()):
        rows = await ls.texts.ask(ls, uri, lambda text: list(islice(_rows(ls, text, wanted), _MAX_FOUND)))
        name = plain(str(document.filename))
        found += [
            t.SymbolInformation(t.Location(document.uri, where), row, t.SymbolKind.Field, container_name=name)
            for row, where in rows or ()
        ]
    return found[:_MAX_FOUND]


def _rows(ls: Server, text: ReportText, wanted: str) -> Iterator[tuple[str, t.Range]]:
    path = wanted.rpartition(":")[0] or wanted
    named = Locations()
    for number, row in enumerate(text.texts):
        if path in row.casefold() or named.in_hash:
            for at in named.of(row):
                if wanted in f"{at.path}:{at.line}".casefold():
                    yield plain(f"{at.path}:{at.line}"), whole_line(ls, row, number)
