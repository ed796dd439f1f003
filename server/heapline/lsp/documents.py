"""Texts as the client sees them: its open documents, kept line by line, and ranges in its encoding."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lsprotocol import types as t
from pygls.workspace import TextDocument, Workspace

from heapline.places.edits import Splice
from heapline.places.texts import disk_lines

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from heapline.lsp.server import Server

_LINE_END = re.compile(r"(\r\n?|\n)")


class Documents(Workspace):
    """pygls' workspace, with documents of our own."""

    def _create_text_document(
        self, doc_uri: str, source: str | None = None, version: int | None = None, language_id: str | None = None
    ) -> TextDocument:
        return Document(
            doc_uri,
            source=source,
            version=version,
            language_id=language_id,
            sync_kind=self._sync_kind,
            position_codec=self._position_codec,
        )


class Document(TextDocument):
    """An open document as a list of lines. `texts` are without their ends.

    `changes` counts the edits, and `rewrites` those of half of the text: it is another one.

    pygls keeps one string and splits it anew for each keystroke, and it takes a form feed or U+2028 for the end of a
    line, which in the protocol neither is.
    """

    def __init__(self, uri: str, source: str | None = None, **more: object) -> None:
        """As pygls calls it."""
        super().__init__(uri, None, **more)  # type: ignore[arg-type]  # handed on as they came
        self.texts, self._ends = _split(source or "")
        self.changes = self.rewrites = 0
        self._splices: list[Splice] = []

    @property
    def source(self) -> str:
        """The whole text."""
        return "".join(part for line in zip(self.texts, self._ends, strict=True) for part in line)

    @property
    def lines(self) -> Sequence[str]:
        """The lines with their ends; no empty one after the last end, as pygls has it."""
        return [text + end for text, end in zip(self.texts, self._ends, strict=True) if text or end]

    def take_splices(self) -> list[Splice]:
        """What changed since this was last asked, in order."""
        taken, self._splices = self._splices, []
        return taken

    def apply_change(self, change: t.TextDocumentContentChangeEvent) -> None:
        """Apply one change, of a range or of the whole."""
        if isinstance(change, t.TextDocumentContentChangePartial):
            first, start = self._place(change.range.start)
            last, end = self._place(change.range.end)
            if (last, end) < (first, start):
                last, end = first, start
            text = self.texts[first][:start] + change.text + self.texts[last][end:] + self._ends[last]
            if first and self._ends[first - 1] == "\r":  # a \n put behind it makes one end of both
                first -= 1
                text = self.texts[first] + "\r" + text
        else:
            first, last, text = 0, len(self.texts) - 1, change.text
        texts, ends = _split(text)
        if not ends[-1] and last + 1 < len(self.texts):  # what follows begins a line of its own
            texts.pop()
            ends.pop()
        self._replace(first, last + 1, texts, ends)

    def column(self, position: t.Position) -> int:
        """The column, in characters, of a position in the client's units, within its line."""
        return self._place(position)[1]

    def _replace(self, first: int, after: int, texts: list[str], ends: list[str]) -> None:
        """Put lines in the place of others; lines at both sides that stay as they are were not changed."""
        old = self.texts[first:after]
        self.texts[first:after], self._ends[first:after] = texts, ends
        same = 0
        while same < min(len(old), len(texts)) and old[same] == texts[same]:
            same += 1
        below = 0
        while below < min(len(old), len(texts)) - same and old[-1 - below] == texts[-1 - below]:
            below += 1
        self.changes += 1
        self.rewrites += 2 * max(len(old), len(texts)) > len(self.texts)
        self._splices.append(Splice(first + same, len(old) - same - below, texts[same : len(texts) - below]))

    def _place(self, position: t.Position) -> tuple[int, int]:
        """Line and column (0-based, in characters) of a position in the client's units, within the text."""
        if position.line >= len(self.texts):
            return len(self.texts) - 1, len(self.texts[-1])
        text = self.texts[position.line]
        if text.isascii():
            return position.line, min(position.character, len(text))
        units = 0
        for column, character in enumerate(text):
            if units >= position.character:
                return position.line, column
            units += self.position_codec.client_num_units(character)
        return position.line, len(text)


def _split(text: str) -> tuple[list[str], list[str]]:
    """Lines without their ends, and the ends; the last line has none, and may be empty.

    Texts with one kind of line end, nearly all there are, take a third of the time of others.
    """
    returns, feeds = text.count("\r"), text.count("\n")
    if not returns or returns == feeds == text.count("\r\n"):
        end = "\r\n" if returns else "\n"
        texts = text.split(end)
        return texts, [end] * (len(texts) - 1) + [""]
    parts = _LINE_END.split(text)
    return parts[::2], [*parts[1::2], ""]


def text_lines(ls: Server, path: Path, uri: str) -> list[str]:
    """The file's lines without their ends: of the open document, else of the file; none if it cannot be read."""
    document = ls.open_document(uri)
    return document.texts if document is not None else disk_lines(path)


def units(ls: Server, text: str) -> int:
    """The length of a text in the client's units; pygls looks at each character, which adds up over many lines."""
    return len(text) if text.isascii() else ls.workspace.position_codec.client_num_units(text)


def line_range(ls: Server, lines: list[str], line: int) -> t.Range:
    """The range of a line's text (`line` is 1-based), from its first character that is no blank to its end."""
    text = lines[line - 1]
    start = units(ls, text[: len(text) - len(text.lstrip())])
    return t.Range(t.Position(line - 1, start), t.Position(line - 1, units(ls, text.rstrip())))
