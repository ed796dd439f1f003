"""Edits that a user can choose, in the form that the client understands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types as t

from heapline.places.texts import lines_of
from heapline.settings.layers import MAX_TOML_BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from heapline.lsp.server import Server


def text_of(ls: Server, file: Path) -> str | None:
    """The text of a settings file as it is in the editor, else on the disk; empty if there is none yet.

    None if it cannot be read as settings are.
    """
    document = ls.document_of(file)
    if document:
        return document.source
    try:
        if not file.is_file():
            return None if file.exists() else ""
        return file.read_bytes().decode() if file.stat().st_size <= MAX_TOML_BYTES else None
    except (OSError, UnicodeDecodeError):
        return None


def at_end_of_line(ls: Server, uri: str, texts: Sequence[str], line: int, added: str) -> t.WorkspaceEdit:
    """Add a text at the end of a line (1-based)."""
    end = t.Position(line - 1, ls.workspace.position_codec.client_num_units(texts[line - 1].rstrip()))
    rest = t.Position(line - 1, ls.workspace.position_codec.client_num_units(texts[line - 1]))
    return _edit(ls, uri, t.Range(end, rest), added, create=False)


def whole_file(ls: Server, file: Path, before: str, after: str) -> t.WorkspaceEdit:
    """Replace a file's text, or make the file."""
    lines = lines_of(before)
    end = t.Position(len(lines) - 1, ls.workspace.position_codec.client_num_units(lines[-1]))
    return _edit(ls, ls.uri_of(file), t.Range(t.Position(0, 0), end), after, create=not file.exists())


def _edit(ls: Server, uri: str, where: t.Range, text: str, *, create: bool) -> t.WorkspaceEdit:
    change = t.TextEdit(where, text)
    if not ls.client.document_changes or (create and not ls.client.create_files):
        return t.WorkspaceEdit(changes={uri: [change]})
    document = ls.open_document(uri)
    versioned = t.OptionalVersionedTextDocumentIdentifier(uri, document.version if document else None)
    changed = t.TextDocumentEdit(versioned, [change])
    made = t.CreateFile(uri, options=t.CreateFileOptions(ignore_if_exists=True))
    return t.WorkspaceEdit(document_changes=[made, changed] if create else [changed])
