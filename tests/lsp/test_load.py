"""A dump and a memory_profiler text, loaded by command in three editors: all that shows, and all gone again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from lsprotocol import types as t
from pytest_lsp import client_capabilities

from lsp.editor import CLIENTS, EMACS, NEOVIM, VSCODE, Editor, editing
from lsp.oracle import DUMP, LEAK, LEAK_LINE, TEXT, TRANSLATE, bytes_to_share, live, profiled, shown_bytes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = pytest.mark.asyncio(loop_scope="module")

THRESHOLD_BYTES, THRESHOLD_OBJECTS, SHARE = 10_000, 100, 0.05
CODES = ("live-memory", "retained-size", "leak-suspect")


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=CLIENTS)
async def editor(request: pytest.FixtureRequest) -> AsyncIterator[Editor]:
    async with editing(TRANSLATE, client=request.param) as started:
        yield started


@pytest_asyncio.fixture(loop_scope="module")
async def with_dump(editor: Editor) -> AsyncIterator[Editor]:
    assert (await editor.load(DUMP))["format"] == "heap-dump"
    yield editor
    await editor.command("unload")


@pytest_asyncio.fixture(loop_scope="module")
async def with_text(editor: Editor) -> AsyncIterator[Editor]:
    assert (await editor.load(TEXT))["format"] == "memory-profiler"
    yield editor
    await editor.command("unload")


def ruby_files() -> list[Path]:
    return sorted(TRANSLATE.rglob("*.rb"))


async def test_a_dump_puts_a_lens_on_exactly_the_hot_lines_with_what_ruby_counted_there(with_dump: Editor) -> None:
    # GIVEN what Ruby counted on each line of the program
    hot = {
        at: site for at, site in live().items() if site.bytes >= THRESHOLD_BYTES or site.objects >= THRESHOLD_OBJECTS
    }

    # WHEN the lenses of all its files are asked for
    shown = {(file, line): titles for file in ruby_files() for line, titles in (await with_dump.lenses(file)).items()}

    # THEN the hot lines have one each, with Ruby's numbers, and other lines only for what they retain
    for at, (title,) in shown.items():
        objects, size, *retained = title.split(" · ")
        assert objects == f"{live()[at].objects:,} live"
        assert shown_bytes(size) == pytest.approx(live()[at].bytes, rel=0.05)
        assert at in hot or shown_bytes(retained[0].removeprefix("retains ≥ ")) >= THRESHOLD_BYTES
    assert hot.keys() <= shown.keys()


async def test_a_dump_marks_exactly_the_lines_that_hold_five_per_cent(with_dump: Editor) -> None:
    # GIVEN the lines that hold five per cent of what is not the measuring tool's own, as Ruby counted
    least = SHARE * bytes_to_share()
    large = sorted((file.as_uri(), line) for (file, line), site in live().items() if site.bytes >= least)

    # WHEN the dump is loaded
    found = [(uri, d) for uri, marks in with_dump.diagnostics.items() for d in marks]
    marked = {code: {(uri, d.range.start.line + 1) for uri, d in found if d.code == code} for code in CODES}

    # THEN these lines are marked, others only for what they retain, and all as information
    assert marked["live-memory"] <= set(large) <= set().union(*marked.values())
    assert {d.code for _, d in found} <= set(CODES)
    assert {d.source for _, d in found} == {"heapline"}
    assert {d.severity for _, d in found} == {t.DiagnosticSeverity.Information}


async def test_the_line_that_holds_the_leak_is_marked_though_it_allocated_one_object(with_dump: Editor) -> None:
    # GIVEN the line with the hash that nobody clears, on which Ruby saw one object
    holder = LEAK_LINE - 4
    assert live()[LEAK, holder].objects == 1
    # WHEN the dump is loaded
    # THEN it is marked, for what it retains keeps growing, and its lens says how much that is
    assert [d.code for d in with_dump.diagnostics[LEAK.as_uri()] if d.range.start.line == holder - 1] == [
        "leak-suspect"
    ]
    ((*_, retained),) = [title.split(" · ") for title in (await with_dump.lenses(LEAK))[holder]]
    assert shown_bytes(retained.removeprefix("retains ≥ ")) > 1_000_000


async def test_the_hover_on_each_line_of_a_dump_says_what_ruby_saw_there(with_dump: Editor) -> None:
    # GIVEN every line of the program on which Ruby saw objects
    for (file, line), site in live().items():
        # WHEN the pointer rests on it
        text = await with_dump.hover_text(file, line)

        # THEN it tells their number, each class's, since when, and from which file (each_object sees no singletons)
        assert f"{site.objects:,} live object" in text
        for name, (objects, _) in site.classes.items():
            rows = [row.replace("|", " ").replace("`", "").split() for row in text.splitlines()]
            (shown,) = [int(row[1].replace(",", "")) for row in rows if row[:1] == [name]]
            assert shown >= objects if name in ("Class", "Module") else shown == objects
        assert f" {site.generations[0]}" in text
        assert f"{site.generations[-1]} (a generation" in text
        assert "heap-3.json.gz" in text


async def test_a_line_without_objects_has_no_hover(with_dump: Editor) -> None:
    # GIVEN a line on which Ruby saw nothing
    assert (LEAK, 2) not in live()
    # WHEN the pointer rests on it
    # THEN nothing is shown
    assert await with_dump.hover(LEAK, 2) is None


async def test_a_text_puts_its_own_numbers_on_its_lines(with_text: Editor) -> None:
    # GIVEN memory_profiler's own results
    truth = profiled()

    # WHEN the lenses of all files are asked for
    shown = {(file, line): titles for file in ruby_files() for line, titles in (await with_text.lenses(file)).items()}

    # THEN each hot line shows what was allocated and what survived, and never speaks of live objects
    sizes, counts = truth["allocated_memory"], truth["allocated_objects"]
    hot = {at for at in sizes if sizes[at] >= THRESHOLD_BYTES or counts[at] >= THRESHOLD_OBJECTS}
    assert shown.keys() == hot
    for at, (title,) in shown.items():
        allocated, _, retained = title.partition(" · ")
        assert allocated.startswith(f"allocated {counts[at]:,} (")
        assert shown_bytes(allocated.partition("(")[2].rstrip(")")) == pytest.approx(sizes[at], rel=0.05)
        survived = truth["retained_objects"].get(at, 0)
        assert retained.startswith(f"retained {survived:,} (") if survived else not retained


async def test_a_dump_and_a_text_stand_side_by_side_on_one_line(with_dump: Editor, with_text: Editor) -> None:
    # GIVEN both reports loaded
    assert with_dump is with_text
    objects, sizes = profiled()["allocated_objects"][LEAK, LEAK_LINE], live()[LEAK, LEAK_LINE]

    # WHEN the leaking line is looked at
    [title] = (await with_dump.lenses(LEAK))[LEAK_LINE]
    text = await with_dump.hover_text(LEAK, LEAK_LINE)

    # THEN one lens has the numbers of both, each with its tool, and the hover a section for each
    dump, profiler = title.split(" | ")
    assert dump.startswith(f"heap dump: {sizes.objects:,} live")
    assert profiler.startswith(f"memory_profiler: allocated {objects:,}")
    first, second = text.split("\n\n---\n\n")
    assert f"{sizes.objects:,} live objects" in first
    assert "memory_profiler.txt" in second
    assert f"{objects:,}" in second
    assert with_dump.marked[LEAK.as_uri()].count(LEAK_LINE) == 2


async def test_unloading_one_report_leaves_the_other(with_dump: Editor, with_text: Editor) -> None:
    # GIVEN both reports loaded
    # WHEN the dump is unloaded
    gone = await with_dump.command("unload", str(DUMP))

    # THEN the text alone is left
    assert gone == 1
    (title,) = (await with_text.lenses(LEAK))[LEAK_LINE]
    assert title.startswith("allocated ")
    assert [d.code for d in with_text.diagnostics[LEAK.as_uri()]] == ["allocated-memory"]


async def test_everything_is_cleared_when_all_is_unloaded(editor: Editor) -> None:
    # GIVEN both reports loaded
    await editor.load(DUMP)
    await editor.load(TEXT)
    assert editor.marked

    # WHEN all is unloaded, and unloaded again
    gone = [await editor.command("unload"), await editor.command("unload")]

    # THEN no lens, hover or diagnostic is left
    assert gone == [2, 0]
    assert editor.marked == {}
    assert await editor.lenses(LEAK) == {}
    assert await editor.hover(LEAK, LEAK_LINE) is None
    assert await editor.command("status") == {"reports": [], "loading": []}


async def test_loading_again_replaces_the_report(with_dump: Editor) -> None:
    # GIVEN a loaded dump
    before = await with_dump.lenses(LEAK)

    # WHEN the same file is loaded by its URI
    await with_dump.load(DUMP.as_uri())

    # THEN it is there once
    assert len((await with_dump.command("status"))["reports"]) == 1
    assert await with_dump.lenses(LEAK) == before


async def test_a_relative_path_is_taken_from_the_first_folder(editor: Editor) -> None:
    # GIVEN a report named as the user sees it in the folder
    # WHEN it is loaded
    loaded = await editor.load("reports/memory_profiler.txt")

    # THEN it is found there, and the answer says how much of it lies in the workspace
    assert loaded["path"] == str(TEXT)
    assert loaded["sites"] == loaded["placedSites"] == len(profiled()["allocated_memory"])
    assert loaded["bytes"] == 4_098_535
    await editor.command("unload")


@pytest.mark.parametrize(("client", "can"), [(VSCODE, True), (NEOVIM, False), (EMACS, False)])
async def test_only_a_client_that_can_is_asked_to_refresh_lenses(client: str, can: bool) -> None:
    # GIVEN an editor that can refresh lenses, or not
    async with editing(TRANSLATE, client=client) as editor:
        # WHEN a report is loaded
        await editor.load(TEXT)
        # THEN it is asked for it, or not
        assert (editor.refreshes > 0) == can


@pytest.mark.parametrize(("client", "table"), [(VSCODE, True), (NEOVIM, False), (EMACS, False)])
async def test_only_an_editor_that_draws_tables_gets_one(client: str, table: bool) -> None:
    # GIVEN an editor whose Markdown has tables, or not
    async with editing(TRANSLATE, client=client) as editor:
        await editor.load(TEXT)
        # WHEN the pointer rests on a line
        text = await editor.hover_text(LEAK, LEAK_LINE)
        # THEN it shows a table, or aligned text
        assert ("| --- |" in text, "```text" in text) == (table, not table)


async def test_a_client_without_markdown_gets_plain_text() -> None:
    # GIVEN an editor that shows plain text only, and links no code of a diagnostic
    capabilities = client_capabilities(VSCODE)
    assert capabilities.text_document
    assert capabilities.text_document.hover
    assert capabilities.text_document.publish_diagnostics
    capabilities.text_document.hover.content_format = [t.MarkupKind.PlainText]
    capabilities.text_document.publish_diagnostics.code_description_support = False
    async with editing(TRANSLATE, capabilities=capabilities) as editor:
        await editor.load(DUMP)

        # WHEN the pointer rests on a line
        found = await editor.hover(LEAK, LEAK_LINE)

        # THEN no character of Markdown is in it
        assert found
        assert isinstance(found.contents, t.MarkupContent)
        assert found.contents.kind == t.MarkupKind.PlainText
        assert not {"*", "`", "|"} & set(found.contents.value)
        assert "4,001 live objects, 672 kB" in found.contents.value
        assert {d.code_description for d in editor.diagnostics[LEAK.as_uri()]} == {None}


async def test_the_code_of_a_diagnostic_leads_to_its_page_where_the_client_links_it() -> None:
    # GIVEN an editor that links the codes of diagnostics
    async with editing(TRANSLATE, client=VSCODE) as editor:
        # WHEN a dump and a text are loaded
        await editor.load(DUMP)
        await editor.load(TEXT)
        # THEN each code leads to a page that exists
        found = [d for marks in editor.diagnostics.values() for d in marks]
        assert {d.code for d in found} == {*CODES, "allocated-memory"}
        for diagnostic in found:
            assert diagnostic.code_description
            assert diagnostic.code_description.href.startswith("file:///")
            assert diagnostic.code_description.href.endswith(f"/{diagnostic.code}.md")
