"""`textDocument/foldingRange`: the sections of a report.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocument_foldingRange
"""

from __future__ import annotations

from lsprotocol import types as t

from heapline.lsp.server import Server

_MAX_FOLDS = 5000  # what VS Code shows of them


async def folding_range(ls: Server, params: t.FoldingRangeParams) -> list[t.FoldingRange] | None:
    """A range a section; null for what is no report, so that an editor folds code as it would without Heapline."""
    found = await ls.texts.ask(ls, params.text_document.uri, lambda text: text.sections())
    if found is None:
        return None
    return [
        t.FoldingRange(start_line=section.first, end_line=section.last, kind=t.FoldingRangeKind.Region)
        for section in found[:_MAX_FOLDS]
        if section.last > section.first
    ]
