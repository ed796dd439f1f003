"""`textDocument/inlayHint`: one number at the end of each hot line, for those who find lenses too loud.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocument_inlayHint
"""

from __future__ import annotations

from lsprotocol import types as t

from heapline.lsp import following
from heapline.lsp.documents import line_range, text_lines
from heapline.lsp.features.lines import shown
from heapline.lsp.server import Server
from heapline.lsp.uris import to_path
from heapline.metrics import short_title, title


async def inlay_hint(ls: Server, params: t.InlayHintParams) -> list[t.InlayHint]:
    """One hint per hot line and kind of report within the range, where they are switched on.

    Short: VS Code cuts a line's hints at 43 characters. The tooltip has the rest.
    """
    path = to_path(params.text_document.uri)
    if path is None:
        return []
    await following.caught_up(ls, path)
    settings = ls.settings_for(path)
    if not settings.inlay_hint.enabled:
        return []
    lines = text_lines(ls, path, params.text_document.uri)
    return [
        t.InlayHint(
            position=line_range(ls, lines, now.line).end,
            label=now.sign + short_title(entry.site.measures, settings.metric),
            tooltip=title(entry.site.measures, "all"),
            padding_left=True,
        )
        for entry, now in shown(ls, path)
        if params.range.start.line < now.line <= min(params.range.end.line + 1, len(lines))
    ]
