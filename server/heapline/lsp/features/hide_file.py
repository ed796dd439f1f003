"""The command `heapline.hideFile`: nothing of Heapline in one file, until the server ends or the user takes it back."""

from __future__ import annotations

from heapline.lsp import reports
from heapline.lsp.server import Server
from heapline.lsp.uris import key_of, to_path


def hide_file(ls: Server, uri: str, hidden: bool) -> None:
    """`heapline.hideFile URI HIDDEN`: no lens, hint, heat, hover or diagnostic in the file any more, or all again."""
    path = to_path(uri)
    if path is None:
        return
    (ls.hidden.add if hidden else ls.hidden.discard)(key_of(path))
    reports.redraw(ls)
