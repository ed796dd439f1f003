"""Lines of Ruby files as the client sees them, for positions in the client's encoding."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lsprotocol import types as t

if TYPE_CHECKING:
    from pathlib import Path

    from heapline.lsp.server import Server

_LINE_END = re.compile(r"\r\n|\n|\r")


def text_lines(ls: Server, path: Path, uri: str) -> list[str]:
    """The file's lines without their ends: of the open document, else of the file; none if it cannot be read."""
    document = ls.open_document(uri)
    if document is not None:
        return _LINE_END.split(document.source)
    try:
        return _LINE_END.split(path.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return []  # gone since it was placed: it has no lines to mark


def line_range(ls: Server, lines: list[str], line: int) -> t.Range:
    """The range of a line's text (`line` is 1-based), from its first character that is no blank to its end."""
    text = lines[line - 1]
    units = ls.workspace.position_codec.client_num_units
    start = units(text[: len(text) - len(text.lstrip())])
    return t.Range(t.Position(line - 1, start), t.Position(line - 1, units(text.rstrip())))
