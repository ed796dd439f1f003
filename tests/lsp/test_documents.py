"""The server's copy of an open document is the editor's, whatever is typed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types as t
from pygls.workspace import PositionCodec

from heapline.lsp.documents import Document

UNITS = {"utf-8": 1, "utf-16-le": 2, "utf-32-le": 4}
ENCODINGS = {
    t.PositionEncodingKind.Utf8: "utf-8",
    t.PositionEncodingKind.Utf16: "utf-16-le",
    t.PositionEncodingKind.Utf32: "utf-32-le",
}
texts = st.text(st.sampled_from("ab \n\r\f\u2028\x0b\x85é👋"), max_size=12)


def lines_of(text: str) -> list[str]:
    """The lines as the protocol counts them."""
    return re.split(r"\r\n|\n|\r", text)


def offset_of(text: str, line: int, column: int) -> int:
    """Where a line and a column (0-based, in characters) are in the text."""
    ends = [0, *(end.end() for end in re.finditer(r"\r\n|\n|\r", text))]
    return ends[line] + column


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(text=texts, data=st.data())
def test_edits_give_the_text_that_the_editor_has(
    encoding: t.PositionEncodingKind, text: str, data: st.DataObject
) -> None:
    # GIVEN a document with every kind of line end, and with what other software takes for line ends
    document = Document("file:///a.rb", text, position_codec=PositionCodec(encoding))
    for _ in range(data.draw(st.integers(1, 6))):
        # WHEN ranges of it are replaced, at positions in the client's units
        lines = lines_of(text)
        places = st.sampled_from([(line, at) for line, found in enumerate(lines) for at in range(len(found) + 1)])
        start, end = sorted((data.draw(places), data.draw(places)))
        typed = data.draw(texts)

        def units(line: int, column: int, lines: list[str] = lines) -> t.Position:
            name = ENCODINGS[encoding]
            return t.Position(line, len(lines[line][:column].encode(name)) // UNITS[name])

        change = t.TextDocumentContentChangePartial(range=t.Range(units(*start), units(*end)), text=typed)
        before = list(document.texts)
        document.apply_change(change)
        text = text[: offset_of(text, *start)] + typed + text[offset_of(text, *end) :]

        # THEN it has the editor's text, line by line, and says which lines were changed
        assert document.source == text
        assert document.texts == lines_of(text)
        (splice,) = document.take_splices()
        before[splice.start : splice.start + splice.removed] = splice.added
        assert before == document.texts


@given(texts, texts)
def test_a_whole_new_text_replaces_the_old(before: str, after: str) -> None:
    # GIVEN a document
    document = Document("file:///a.rb", before)
    # WHEN the client sends all of it anew
    document.apply_change(t.TextDocumentContentChangeWholeDocument(after))
    # THEN it is that
    assert document.source == after


def test_positions_past_the_end_are_the_end() -> None:
    # GIVEN a document of two lines
    document = Document("file:///a.rb", "one\ntwo")
    # WHEN something is typed past a line's end and past the document's
    for line, column in ((0, 99), (7, 0)):
        here = t.Position(line, column)
        document.apply_change(t.TextDocumentContentChangePartial(range=t.Range(here, here), text="!"))
    # THEN it stands at the end of each
    assert document.source == "one!\ntwo!"
