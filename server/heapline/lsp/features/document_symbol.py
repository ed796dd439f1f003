"""`textDocument/documentSymbol`: the sections of a report, and the first rows of each; or rows alone.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocument_documentSymbol
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from lsprotocol import types as t

from heapline.lsp.report_texts import FIRST_LINES, ReportText, column_range, whole_line
from heapline.lsp.server import Server
from heapline.markdown import plain
from heapline.readers.text import without_colours
from heapline.texts.locations import locations
from heapline.texts.outline import Section

_MAX_SECTIONS = 300
_MAX_ROWS = 50


async def document_symbol(
    ls: Server, params: t.DocumentSymbolParams
) -> list[t.DocumentSymbol] | list[t.SymbolInformation] | None:
    """The outline of a report; flat for a client that knows no other. Null for what is no report."""
    uri = params.text_document.uri
    outline = await ls.texts.ask(ls, uri, lambda text: _outline(ls, text))
    if outline is None or ls.client.nested_symbols:
        return outline
    return [
        t.SymbolInformation(t.Location(uri, symbol.range), symbol.name, symbol.kind, container_name=container)
        for section in outline
        for symbol, container in [(section, None), *((row, section.name) for row in section.children or ())]
    ]


def _outline(ls: Server, text: ReportText) -> list[t.DocumentSymbol]:
    """The sections; of a text without any, such as a table or a hash, the first rows that name a line of code."""
    if text.sections():
        return [_symbol(ls, text, section) for section in text.sections()[:_MAX_SECTIONS]]
    named = islice(locations(text.lines(0, FIRST_LINES)), _MAX_SECTIONS)
    return [
        t.DocumentSymbol(
            name=plain(f"{found.path}:{found.line}"),
            kind=t.SymbolKind.Field,
            range=whole_line(ls, text.texts[number], number),
            selection_range=column_range(ls, text.texts[number], number, found),
        )
        for number, found in named
    ]


def _symbol(ls: Server, text: ReportText, section: Section) -> t.DocumentSymbol:
    title = whole_line(ls, text.texts[section.first], section.first)
    end = whole_line(ls, text.texts[section.last], section.last).end
    return t.DocumentSymbol(
        name=plain(section.title),
        kind=t.SymbolKind.Namespace,
        range=t.Range(title.start, end),
        selection_range=title,
        children=list(islice(_rows(ls, text, section), _MAX_ROWS)),
    )


def _rows(ls: Server, text: ReportText, section: Section) -> Iterator[t.DocumentSymbol]:
    for number in range(section.rows, section.last + 1):
        row = text.texts[number]
        if row.strip():
            where = whole_line(ls, row, number)
            name = plain(" ".join(without_colours(row).split()))
            yield t.DocumentSymbol(name=name, kind=t.SymbolKind.Field, range=where, selection_range=where)
