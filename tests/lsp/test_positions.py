"""Where on the line: encodings, line ends, files that changed, and files by other names."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from lsprotocol import types as t
from pytest_lsp import client_capabilities

from lsp.editor import VSCODE, editing
from lsp.oracle import LEAK_LINE, TEXT, TRANSLATE
from lsp.programs import LEAK_BELOW, program

if TYPE_CHECKING:
    from pathlib import Path

ENCODINGS = {
    t.PositionEncodingKind.Utf8: lambda text: len(text.encode()),
    t.PositionEncodingKind.Utf16: lambda text: len(text.encode("utf-16-le")) // 2,
    t.PositionEncodingKind.Utf32: len,
}
INDENT, CODE = "\u3000\t ", 'key = { "grüße 👋🏽": phrase }'


def checkout(target: Path) -> tuple[Path, Path, list[str]]:
    """A copy of the program, its leaking file, and that file's lines."""
    leak = program(target) / LEAK_BELOW
    return target, leak, leak.read_text().splitlines()


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_positions_are_counted_in_the_client_s_encoding(tmp_path: Path, encoding: t.PositionEncodingKind) -> None:
    # GIVEN a line with wide blanks before it and characters in it that each encoding counts otherwise
    folder, leak, lines = checkout(tmp_path / "translate")
    lines[LEAK_LINE - 1] = INDENT + CODE + "  "
    leak.write_text("\n".join(lines), encoding="utf-8")
    capabilities = client_capabilities(VSCODE)
    assert capabilities.general
    capabilities.general.position_encodings = [encoding]
    async with editing(folder, capabilities=capabilities) as editor:
        # WHEN a report is loaded
        await editor.load(TEXT)

        # THEN hover and diagnostic span the line's text in that encoding
        units = ENCODINGS[encoding]
        expected = t.Range(t.Position(12, units(INDENT)), t.Position(12, units(INDENT + CODE)))
        assert [d.range for d in editor.diagnostics[leak.as_uri()]] == [expected]
        found = await editor.hover(leak, LEAK_LINE)
        assert found
        assert found.range == expected


@pytest.mark.parametrize("end", ["\r\n", "\n"])
async def test_line_ends_are_no_part_of_the_range(tmp_path: Path, end: str) -> None:
    # GIVEN a file with line ends of Windows, or of Unix
    folder, leak, lines = checkout(tmp_path / "translate")
    leak.write_bytes(end.join(lines).encode())
    async with editing(folder) as editor:
        # WHEN a report is loaded
        await editor.load(TEXT)

        # THEN the range ends with the line's text
        (mark,) = editor.diagnostics[leak.as_uri()]
        text = lines[LEAK_LINE - 1]
        assert mark.range == t.Range(t.Position(12, 4), t.Position(12, len(text)))
        assert list(await editor.lenses(leak)) == [LEAK_LINE]


async def test_a_file_that_is_not_utf8_is_marked_all_the_same(tmp_path: Path) -> None:
    # GIVEN a file in Latin-1
    folder, leak, lines = checkout(tmp_path / "translate")
    leak.write_bytes("\n".join(["# Grüße", *lines[1:]]).encode("latin-1"))
    async with editing(folder) as editor:
        # WHEN a report is loaded
        await editor.load(TEXT)
        # THEN its line is marked and hovered
        assert editor.marked[leak.as_uri()] == [LEAK_LINE]
        assert "672 kB" in await editor.hover_text(leak, LEAK_LINE)


async def test_a_file_that_is_shorter_than_the_recorded_line_shows_nothing(tmp_path: Path) -> None:
    # GIVEN a file that lost its end since the report was taken
    folder, leak, lines = checkout(tmp_path / "translate")
    leak.write_text("\n".join(lines[: LEAK_LINE - 1]))
    async with editing(folder) as editor:
        # WHEN a report is loaded
        await editor.load(TEXT)
        # THEN nothing of it is shown there
        assert leak.as_uri() not in editor.marked
        assert await editor.lenses(leak) == {}
        assert await editor.hover(leak, LEAK_LINE) is None


@pytest.mark.parametrize("name", ["translate", "with (a) blank, 100%25 and #1"])
async def test_an_open_document_counts_as_it_stands_in_the_editor(tmp_path: Path, name: str) -> None:
    # GIVEN a file that is open with another text than is saved
    folder, leak, lines = checkout(tmp_path / name)
    async with editing(folder) as editor:
        editor.open(leak.as_uri(), "\n".join(" " + line for line in lines))

        # WHEN a report is loaded
        await editor.load(TEXT)

        # THEN the ranges are those of the text in the editor
        (mark,) = editor.diagnostics[leak.as_uri()]
        expected = t.Range(t.Position(12, 5), t.Position(12, len(lines[LEAK_LINE - 1]) + 1))
        found = await editor.hover(leak, LEAK_LINE)
        assert found
        assert (mark.range, found.range) == (expected, expected)

        # WHEN the lines are deleted in the editor
        change = t.TextDocumentContentChangeWholeDocument("class TranslationCache\nend\n")
        versioned = t.VersionedTextDocumentIdentifier(uri=leak.as_uri(), version=2)
        editor.text_document_did_change(t.DidChangeTextDocumentParams(versioned, [change]))

        # THEN nothing is shown past its end
        assert await editor.lenses(leak) == {}
        assert await editor.hover(leak, LEAK_LINE) is None


@pytest.mark.parametrize("safe", ["/", "/()", "/():"])
async def test_diagnostics_go_to_the_uri_as_the_client_spells_it(tmp_path: Path, safe: str) -> None:
    # GIVEN a path that clients spell in several ways
    folder, leak, lines = checkout(tmp_path / "a (copy): x")
    uri = "file://" + quote(str(leak), safe=safe)
    async with editing(folder) as editor:
        await editor.load(TEXT)
        assert editor.marked[leak.as_uri()] == [LEAK_LINE]

        # WHEN the client opens the file under its own spelling
        editor.open(uri, "\n".join(lines))

        # THEN the diagnostics are there, and under no other spelling
        await editor.until(lambda: editor.marked.get(uri) == [LEAK_LINE])
        assert [known for known in editor.marked if known.endswith("translation_cache.rb")] == [uri]
        assert LEAK_LINE in await editor.lenses(uri)
        assert "672 kB" in await editor.hover_text(uri, LEAK_LINE)


async def test_a_file_opened_through_a_symbolic_link_is_the_same_file(tmp_path: Path) -> None:
    # GIVEN a folder that is open under its real name, and a link to it
    folder, leak, lines = checkout(tmp_path / "translate")
    (tmp_path / "link").symlink_to(folder)
    linked = tmp_path / "link/lib/translation_cache.rb"
    async with editing(folder) as editor:
        await editor.load(TEXT)

        # WHEN the client opens the file through the link
        editor.open(linked.as_uri(), "\n".join(lines))

        # THEN it shows the numbers there
        await editor.until(lambda: editor.marked.get(linked.as_uri()) == [LEAK_LINE])
        assert leak.as_uri() not in editor.marked
        assert LEAK_LINE in await editor.lenses(linked)


async def test_a_folder_opened_through_a_symbolic_link_keeps_its_spelling(tmp_path: Path) -> None:
    # GIVEN a folder that is open through a link
    folder, _, _ = checkout(tmp_path / "translate")
    (tmp_path / "link").symlink_to(folder)
    linked = tmp_path / "link/lib/translation_cache.rb"
    async with editing(tmp_path / "link") as editor:
        # WHEN a report is loaded
        await editor.load(TEXT)
        # THEN all is shown under the link's name
        assert editor.marked[linked.as_uri()] == [LEAK_LINE]
        assert {uri.startswith((tmp_path / "link").as_uri()) for uri in editor.marked} == {True}


async def test_a_document_that_is_no_file_shows_nothing() -> None:
    # GIVEN a loaded report
    async with editing(TRANSLATE) as editor:
        await editor.load(TEXT)
        # WHEN lenses and hovers of something unsaved are asked for
        editor.open("untitled:Untitled-1", "x = 1\n")
        # THEN there are none
        assert await editor.lenses("untitled:Untitled-1") == {}
        assert await editor.hover("untitled:Untitled-1", 1) is None
