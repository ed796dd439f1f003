"""A report that is open in the editor: links, definition, hover, outline, folding, and loading it."""

from __future__ import annotations

import asyncio
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest
import pytest_asyncio
from lsprotocol import types as t
from pytest_lsp import client_capabilities

from lsp.asking import actions, run
from lsp.editor import CLIENTS, EMACS, VSCODE, Editor, document, editing
from lsp.oracle import DUMP, LEAK, LEAK_LINE, RECORDED, TEXT, TRANSLATE
from sample_files import SAMPLES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

pytestmark = pytest.mark.asyncio(loop_scope="module")

LANGUAGE = "ruby-memory-report"
LINES = TEXT.read_text(encoding="utf-8").split("\n")
ROW = re.compile(r"\s*[0-9]+  (?P<path>\S.*):(?P<line>[0-9]+)$")
UNTITLED = "untitled:Untitled-1"
ENCODINGS = [
    (t.PositionEncodingKind.Utf8, "utf-8", 1),
    (t.PositionEncodingKind.Utf16, "utf-16-le", 2),
    (t.PositionEncodingKind.Utf32, "utf-32-le", 4),
]


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=CLIENTS)
async def editor(request: pytest.FixtureRequest) -> AsyncIterator[Editor]:
    """An editor with the dump loaded, and a report open, not loaded."""
    async with editing(TRANSLATE, client=request.param) as started:
        await started.load(DUMP)
        show(started, TEXT.as_uri(), LINES)
        yield started


def show(editor: Editor, uri: str, lines: Sequence[str], language: str = LANGUAGE) -> None:
    item = t.TextDocumentItem(uri, language, 1, "\n".join(lines))
    editor.text_document_did_open(t.DidOpenTextDocumentParams(item))


def expected_links() -> list[tuple[int, str, Path, int]]:
    """Row (0-based), what it says, and the file and line in the checkout; those that are on the disk."""
    found = []
    for number, text in enumerate(LINES):
        row = ROW.match(text)
        if row and row["path"].startswith(RECORDED):
            file, line = TRANSLATE / row["path"].removeprefix(RECORDED), int(row["line"])
            if file.is_file() and line <= len(file.read_text(encoding="utf-8").splitlines()):
                found.append((number, f"{row['path']}:{line}", file, line))
    return found


async def links(editor: Editor, uri: str) -> list[t.DocumentLink]:
    params = t.DocumentLinkParams(t.TextDocumentIdentifier(uri))
    return list(await editor.text_document_document_link_async(params) or ())


async def definition(editor: Editor, uri: str, line: int, column: int = 0) -> Any:
    params = t.DefinitionParams(t.TextDocumentIdentifier(uri), t.Position(line, column))
    return await editor.text_document_definition_async(params)


def row_of(file: Path, line: int) -> int:
    return next(number for number, _, at, n in expected_links() if (at, n) == (file, line))


async def test_each_link_leads_to_a_line_on_the_disk(editor: Editor) -> None:
    # GIVEN the rows whose line is in the checkout
    expected = expected_links()
    assert len(expected) > 50
    # WHEN the links of the report are asked for, and resolved one by one
    found = await links(editor, TEXT.as_uri())
    inside = []
    for link in found:
        target = (await editor.document_link_resolve_async(link)).target
        assert target
        path, line = urlsplit(target).path, int(urlsplit(target).fragment.removeprefix("L"))
        row = link.range.start.line
        named = LINES[row][link.range.start.character : link.range.end.character]
        if unquote(path).startswith(str(TRANSLATE)):
            inside.append((row, named, TRANSLATE / unquote(path).removeprefix(f"{TRANSLATE}/"), line))
    # THEN each row has one that covers path and line, and leads there; there are no others
    assert inside == expected


async def test_going_to_the_definition_works_anywhere_on_a_row(editor: Editor) -> None:
    # GIVEN a row about a line of the checkout
    row = row_of(LEAK, LEAK_LINE)
    for column in (0, 14, len(LINES[row])):
        # WHEN the definition is asked for, at the number, in the path, or at the end
        found = await definition(editor, TEXT.as_uri(), row, column)
        # THEN it is that line
        assert (found.uri, found.range.start.line + 1) == (LEAK.as_uri(), LEAK_LINE)
    # AND a title has none
    assert await definition(editor, TEXT.as_uri(), 0) is None


async def test_a_row_tells_what_other_reports_have_on_its_line(editor: Editor) -> None:
    # GIVEN a row about a line that the dump knows
    row = row_of(LEAK, LEAK_LINE)
    params = t.HoverParams(document(TEXT), t.Position(row, 20))
    # WHEN the pointer rests on it
    found = await editor.text_document_hover_async(params)
    # THEN the dump's numbers are there, over the path
    assert found is not None
    assert isinstance(found.contents, t.MarkupContent)
    assert "heap-3.json.gz" in found.contents.value
    assert found.range is not None
    assert LINES[row][found.range.start.character : found.range.end.character].endswith(f":{LEAK_LINE}")
    # AND a title tells nothing
    assert await editor.text_document_hover_async(t.HoverParams(document(TEXT), t.Position(0, 0))) is None


async def test_the_outline_has_each_section_with_its_rows(editor: Editor) -> None:
    # GIVEN the sections of the report: each title over a line of dashes
    titles = [before for before, rule in pairwise(LINES) if rule.startswith("-----")]
    assert len(titles) > 15
    # WHEN the outline is asked for
    found = await editor.text_document_document_symbol_async(t.DocumentSymbolParams(document(TEXT)))
    # THEN it has them, nested or flat as the client knows it
    assert found
    names = [symbol.name for symbol in found]
    assert [name for name in names if name in titles] == titles
    if isinstance(found[0], t.DocumentSymbol):
        by_name = {s.name: s for s in found if isinstance(s, t.DocumentSymbol)}
        rows = by_name["allocated memory by location"].children or ()
        assert [LINES[row.range.start.line].split() for row in rows] == [row.name.split() for row in rows]
        assert any(row.name.endswith(f"translation_cache.rb:{LEAK_LINE}") for row in rows)


@pytest.mark.parametrize(
    ("name", "title", "row"),
    [
        ("tools/reports/derailed-bundle-mem.txt", "TOP: 8.168 MiB", "active_record: 7.1328 MiB"),
        ("gems/reports/derailed-perf-heap_diff.txt", "Diff", "lib/translation_cache.rb:13"),
        ("gems/reports/rbtrace-memory.txt", "Object Stats", "T_STRING: 15516"),
        ("tools/reports/benchmark-memory.txt", "Comparison:", "one text"),
    ],
)
async def test_texts_of_other_tools_have_an_outline(editor: Editor, name: str, title: str, row: str) -> None:
    # GIVEN a text with titles of its own kind
    report = SAMPLES / name
    show(editor, report.as_uri(), report.read_text(encoding="utf-8").split("\n"))
    # WHEN its outline is asked for
    found = await editor.text_document_document_symbol_async(t.DocumentSymbolParams(document(report)))
    editor.close(report)
    # THEN the section is there with its rows, nested or below it
    assert found
    [section] = [symbol for symbol in found if symbol.name == title]
    rows = (
        [r.name for r in section.children or ()] if isinstance(section, t.DocumentSymbol) else [s.name for s in found]
    )
    assert any(row in found for found in rows)


@pytest.mark.parametrize("name", ["allocation_tracer.tsv", "allocation_tracer-pp.txt", "allocation_sampler-pp.txt"])
async def test_a_table_or_a_hash_has_its_lines_of_code_as_outline(editor: Editor, name: str) -> None:
    # GIVEN a text without sections
    report = SAMPLES / "gems/reports" / name
    lines = report.read_text(encoding="utf-8").split("\n")
    show(editor, report.as_uri(), lines)
    # WHEN its outline is asked for
    found = await editor.text_document_document_symbol_async(t.DocumentSymbolParams(document(report)))
    editor.close(report)
    # THEN it has the lines of code, each where it stands
    assert found
    [at] = {
        symbol.range.start.line if isinstance(symbol, t.DocumentSymbol) else symbol.location.range.start.line
        for symbol in found
        if symbol.name.endswith(f"/translation_cache.rb:{LEAK_LINE}")
    }
    assert str(LEAK_LINE) in lines[at]


async def test_each_section_folds(editor: Editor) -> None:
    # GIVEN the report WHEN its folds are asked for
    found = await editor.text_document_folding_range_async(t.FoldingRangeParams(document(TEXT)))
    # THEN each begins at a title and ends at a row before an empty line or the end
    assert found
    for fold in found:
        assert LINES[fold.start_line + 1].startswith("----") or LINES[fold.start_line].startswith("Total")
        assert LINES[fold.end_line].strip()
        assert not "".join(LINES[fold.end_line + 1 : fold.end_line + 2]).strip()


async def test_rows_are_found_from_anywhere(editor: Editor) -> None:
    # GIVEN the name of a file
    params = t.WorkspaceSymbolParams(f"translation_cache.rb:{LEAK_LINE}")
    # WHEN a symbol of the workspace is asked for
    found = await editor.workspace_symbol_async(params)
    # THEN the rows that name it are there
    assert found
    for symbol in found:
        assert symbol.location.uri == TEXT.as_uri()
        assert isinstance(symbol.location, t.Location)
        assert symbol.name in LINES[symbol.location.range.start.line]
    # AND two letters find nothing
    assert not await editor.workspace_symbol_async(t.WorkspaceSymbolParams("tr"))


async def test_code_is_no_report(editor: Editor) -> None:
    # GIVEN a Ruby file whose comment looks like a report, and a text that does not
    comment = ["Total allocated: 5 bytes (1 objects)", f"         5  {RECORDED}main.rb:1", f"# {RECORDED}main.rb:1"]
    for uri, language, lines in (
        ((TRANSLATE / "lib/new.rb").as_uri(), "ruby", comment),
        (f"{UNTITLED}0", "plaintext", ["see main.rb:1"]),
    ):
        show(editor, uri, lines, language)
        # WHEN it is asked for what a report has
        identifier = t.TextDocumentIdentifier(uri)
        answers = [
            await editor.text_document_document_link_async(t.DocumentLinkParams(identifier)),
            await editor.text_document_definition_async(t.DefinitionParams(identifier, t.Position(1, 14))),
            await editor.text_document_document_symbol_async(t.DocumentSymbolParams(identifier)),
            await editor.text_document_folding_range_async(t.FoldingRangeParams(identifier)),
            await editor.text_document_code_lens_async(t.CodeLensParams(identifier)),
        ]
        # THEN there is nothing, and null where the editor has something of its own
        assert answers == [None, None, None, None, ()]
        editor.text_document_did_close(t.DidCloseTextDocumentParams(identifier))


async def test_a_pasted_report_is_known_by_its_content_and_can_be_loaded(editor: Editor) -> None:
    # GIVEN a report pasted into an editor that calls it plain text
    show(editor, UNTITLED, ["what the job printed:", *LINES], "plaintext")
    # WHEN its links are asked for
    # THEN there are as many as in the file
    assert len(await links(editor, UNTITLED)) == len(await links(editor, TEXT.as_uri()))
    # WHEN the lens above it is clicked
    [lens] = await editor.text_document_code_lens_async(t.CodeLensParams(t.TextDocumentIdentifier(UNTITLED))) or ()
    assert lens.command
    assert lens.command.title == "Load this report"
    loaded: Any = await run(editor, lens.command)
    # THEN it is loaded, its numbers are on the lines, and it is not offered again
    assert loaded["format"] == "memory-profiler"
    assert "memory_profiler report" in await editor.hover_text(LEAK, LEAK_LINE)
    assert not await editor.text_document_code_lens_async(t.CodeLensParams(t.TextDocumentIdentifier(UNTITLED)))
    await editor.command("unload", loaded["path"])
    editor.text_document_did_close(t.DidCloseTextDocumentParams(t.TextDocumentIdentifier(UNTITLED)))


@pytest.mark.parametrize("client", CLIENTS)
async def test_the_way_there_and_back(client: str) -> None:
    # GIVEN a report that is open and loaded
    async with editing(TRANSLATE, client=client) as editor:
        show(editor, TEXT.as_uri(), LINES)
        [action] = await actions(editor, TEXT, 1)
        assert action.command
        assert action.title == "Load this report"
        await run(editor, action.command)
        assert await actions(editor, TEXT, 1) == []
        # WHEN "Show in report" is chosen on a line of code
        [back] = [a for a in await actions(editor, LEAK, LEAK_LINE) if a.title == "Show in report"]
        assert back.command
        answer: Any = await run(editor, back.command)
        # THEN the row is the first about the line, opened where the client can
        row = answer["range"]["start"]["line"]
        assert (answer["uri"], row) == (TEXT.as_uri(), row_of(LEAK, LEAK_LINE))
        await editor.command("status")
        shown = [(s.uri, s.selection and s.selection.start.line) for s in editor.shown_documents]
        assert shown == ([(TEXT.as_uri(), row)] if client != EMACS else [])
        # AND from there the way leads back
        found = await definition(editor, TEXT.as_uri(), row)
        assert (found.uri, found.range.start.line + 1) == (LEAK.as_uri(), LEAK_LINE)


async def test_links_go_with_the_lines_of_a_loaded_report() -> None:
    # GIVEN a report that is open and loaded, and a line put above one that it knows
    async with editing(TRANSLATE) as editor:
        await editor.load(TEXT)
        show(editor, TEXT.as_uri(), LINES)
        text = await asyncio.to_thread(LEAK.read_text, encoding="utf-8")
        editor.open(LEAK.as_uri(), "# new\n" + text)
        # WHEN the way to it is asked for
        found = await definition(editor, TEXT.as_uri(), row_of(LEAK, LEAK_LINE))
        # THEN it leads to where the line is now
        assert found.range.start.line + 1 == LEAK_LINE + 1


@pytest.mark.parametrize(("encoding", "codec", "width"), ENCODINGS)
async def test_columns_are_the_client_s(encoding: t.PositionEncodingKind, codec: str, width: int) -> None:
    # GIVEN a backtrace with letters that encodings count differently
    before = "🎉 für \N{MUSICAL SYMBOL G CLEF} "
    capabilities = client_capabilities(VSCODE)
    assert capabilities.general
    capabilities.general.position_encodings = [encoding]
    async with editing(TRANSLATE, capabilities=capabilities) as editor:
        show(editor, UNTITLED, [f"{before}lib/record.rb:4:in `new' and lib/builder.rb:28"])
        # WHEN the links are asked for
        first, second = await links(editor, UNTITLED)
        # THEN they stand where the client sees the paths
        start = len(before.encode(codec)) // width
        assert (first.range.start.character, first.range.end.character) == (start, start + len("lib/record.rb:4"))
        # AND the definition is the path under the cursor, and none between two
        for link, name in ((first, "lib/record.rb"), (second, "lib/builder.rb")):
            found = await definition(editor, UNTITLED, 0, link.range.start.character + 1)
            assert found.uri == (TRANSLATE / name).as_uri()
        assert await definition(editor, UNTITLED, 0, 0) is None


async def test_an_edited_report_has_other_links() -> None:
    # GIVEN a report of one row
    async with editing(TRANSLATE, client=VSCODE) as editor:
        show(editor, UNTITLED, ["lib/record.rb:4"])
        assert len(await links(editor, UNTITLED)) == 1
        # WHEN it is replaced
        change = t.TextDocumentContentChangeWholeDocument("nothing here")
        identifier = t.VersionedTextDocumentIdentifier(2, UNTITLED)
        editor.text_document_did_change(t.DidChangeTextDocumentParams(identifier, [change]))
        # THEN so are its links
        assert await links(editor, UNTITLED) == []


async def test_a_link_of_nobody_s_stays_as_it_is(editor: Editor) -> None:
    # GIVEN links that this server did not make
    for data in (None, "x", {"uri": 5}, {"uri": "file:///none", "column": 0}):
        link = t.DocumentLink(t.Range(t.Position(0, 0), t.Position(0, 1)), data=data)
        # WHEN they are resolved THEN they lead nowhere
        assert (await editor.document_link_resolve_async(link)).target is None
