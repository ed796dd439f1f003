"""Who holds a line's objects: call hierarchy, references, code action, and the page that shows the paths."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from lsprotocol import types as t
from pygls.uris import to_fs_path

from lsp import planted
from lsp.asking import held, holders, marks, page_of, prepared, questions, references, run
from lsp.editor import CLIENTS, EMACS, Editor, editing
from lsp.oracle import DUMP, LEAK, LEAK_LINE, TEXT, TRANSLATE
from lsp.raw import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOLDER_LINE, RECORD = 9, TRANSLATE / "lib/record.rb"
UP = [
    ("Hash (translation_cache.rb:9)", LEAK, HOLDER_LINE),
    ("TranslationCache (translator.rb:9)", TRANSLATE / "lib/translator.rb", 9),
    ("Translator (main.rb:16)", TRANSLATE / "main.rb", 16),
    ("module Main (main.rb:10)", TRANSLATE / "main.rb", 10),
    ("class Object", TRANSLATE / "main.rb", 10),
    ("root vm", TRANSLATE / "main.rb", 10),
]
LINK = re.compile(r"\]\((file:[^)#]+)#L(\d+)\)")


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=CLIENTS)
async def editor(request: pytest.FixtureRequest) -> AsyncIterator[Editor]:
    """An editor with the program and its dump."""
    async with editing(TRANSLATE, client=request.param) as started:
        await started.load(DUMP)
        yield started


def lines_of(uri: str) -> list[str]:
    path = to_fs_path(uri)
    assert path
    return Path(path).read_text().splitlines()


def is_on_its_line(item: t.CallHierarchyItem) -> bool:
    """Whether the item's ranges span the text of one line of a file that exists."""
    text = lines_of(item.uri)[item.range.start.line]
    span = t.Range(
        t.Position(item.range.start.line, len(text) - len(text.lstrip())),
        t.Position(item.range.start.line, len(text.rstrip())),
    )
    return item.range == item.selection_range == span


async def test_callers_lead_from_the_leak_up_to_the_root(editor: Editor) -> None:
    # GIVEN the line whose objects leak
    [item] = await prepared(editor, LEAK, LEAK_LINE)
    assert (item.name, is_on_its_line(item)) == ("translation_cache.rb:13", True)
    assert "retains ≥" in (item.detail or "")
    assert (item.detail or "").endswith(" · heap-3.json.gz")

    # WHEN its largest caller is asked for, and that one's, until there is none
    way = []
    while found := await holders(editor, item):
        item = found[0]
        way.append(item)

    # THEN they are the holders up to the root, each at its own line, or at the one below if it has none here
    assert [(above.name, above.uri, above.range.start.line + 1) for above in way] == [
        (name, file.as_uri(), line) for name, file, line in UP
    ]
    assert all(is_on_its_line(above) for above in way)
    assert way[0].detail == "2,000 objects, 336 kB held here"
    assert way[1].detail == "1 object, 57 kB held here"


async def test_callees_are_what_only_the_objects_hold(editor: Editor) -> None:
    # GIVEN the line of the hash that gathers the leak
    [item] = await prepared(editor, LEAK, HOLDER_LINE)
    # WHEN what it calls is asked for, and what the largest of that calls
    below = await held(editor, item)
    further = await held(editor, below[0])
    # THEN they are its entries and what these keep, the largest first
    assert below[0].name == "Hash (translation_cache.rb:13)"
    assert (below[0].detail or "").startswith("2,000 objects, 2.9 MB retained")
    assert further[0].name == "Record (builder.rb:17)"
    assert all(is_on_its_line(item) for item in [*below, *further])
    # AND the way back leads where it came from
    assert below[0].name in [above.name for above in await holders(editor, further[0])]


async def test_an_item_works_after_a_reload_and_is_empty_without_its_report(editor: Editor) -> None:
    # GIVEN items of the call hierarchy
    [item] = await prepared(editor, LEAK, LEAK_LINE)
    first, *_ = before = await holders(editor, item)
    # WHEN the dump is loaded again
    await editor.load(DUMP)
    # THEN they answer as before
    assert await holders(editor, item) == before
    assert (await holders(editor, first))[0].name == UP[1][0]

    # WHEN it is unloaded
    await editor.command("unload")
    # THEN they have no neighbours, and there is nothing to start from
    assert [await ask(editor, i) for ask in (holders, held) for i in (item, first)] == [[], [], [], []]
    assert await prepared(editor, LEAK, LEAK_LINE) == []
    await editor.load(DUMP)


async def test_an_item_of_one_dump_says_nothing_of_the_next_under_its_name(tmp_path: Path) -> None:
    # GIVEN an item, and then another dump in the place of its own
    file = planted.program(tmp_path / "app")
    dump = planted.dump_of(tmp_path / "heap.json", file)
    os.utime(dump, (1_700_000_000, 1_700_000_000))
    async with editing(file.parent) as editor:
        await editor.load(dump)
        [item] = await prepared(editor, file, planted.ENTRY)
        [above] = await holders(editor, item)
        planted.dump_of(dump, file, entries=3)
        await editor.load(dump)
        # WHEN it is asked for its neighbours
        # THEN it has none, for its numbers mean other lines now; a new one has
        assert await holders(editor, item) == await held(editor, above) == []
        [item] = await prepared(editor, file, planted.ENTRY)
        assert [(i.name, i.detail) for i in await holders(editor, item)] == [
            (f"Hash (app.rb:{planted.CACHE})", "3 objects, 120 B held here")
        ]


async def test_references_are_the_lines_of_the_holders(editor: Editor) -> None:
    # GIVEN the line whose objects leak
    # WHEN its references are asked for
    found = await references(editor, LEAK, LEAK_LINE)
    # THEN they are the lines that hold its objects, the largest holder first, and not the line itself
    assert found == [(LEAK.as_uri(), HOLDER_LINE), (RECORD.as_uri(), 4)]


async def test_lines_without_objects_have_no_holders(editor: Editor) -> None:
    # GIVEN lines of nothing: a comment, one past the end, and one of a file elsewhere
    for file, line in ((LEAK, 2), (LEAK, 10_000), (Path(__file__), 1)):
        # WHEN they are asked about
        # THEN there is nothing
        assert await prepared(editor, file, line) == []
        assert await references(editor, file, line) == []
        assert await questions(editor, file, line) == []
        said = len(editor.said)
        assert await editor.command("showHolders", file.as_uri(), line) is None
        assert len(editor.said) == said + 1
    assert await editor.command("showHolders", "untitled:Untitled-1", 1) is None


async def test_the_code_action_shows_what_holds_the_line(editor: Editor) -> None:
    # GIVEN a marked line, and a diagnostic of another tool
    own = marks(editor, "retained-size")[LEAK.as_uri(), LEAK_LINE]
    other = t.Diagnostic(own.range, "too long", source="rubocop")
    # WHEN the light bulb is asked for
    [action] = await questions(editor, LEAK, LEAK_LINE, [own, other])
    # THEN it offers the page, and belongs to our diagnostic alone
    assert [d.code for d in action.diagnostics or ()] == ["retained-size"]
    assert action.command
    assert action.title == action.command.title == "Show what holds this"
    page = await run(editor, action.command)
    assert page == await page_of(editor, LEAK, LEAK_LINE)


@pytest.mark.parametrize("client", CLIENTS)
async def test_the_page_opens_where_the_client_can(client: str) -> None:
    # GIVEN an editor that opens documents when told to, or not
    async with editing(TRANSLATE, client=client) as editor:
        await editor.load(DUMP)
        # WHEN the user asks what holds a line
        page = await page_of(editor, LEAK, LEAK_LINE)
        # THEN the page is on disk as it was answered, and opened only there
        assert lines_of(page["uri"]) == page["text"].splitlines()
        await editor.command("status")
        assert [shown.uri for shown in editor.shown_documents] == ([page["uri"]] if client != EMACS else [])


async def test_a_page_that_the_client_refuses_to_open_is_answered_all_the_same() -> None:
    async with serving() as raw:
        # GIVEN a client that says it can open documents
        await raw.initialize(TRANSLATE, {"window": {"showDocument": {"support": True}}})
        await raw.ask("workspace/executeCommand", {"command": "heapline.load", "arguments": [str(DUMP)]})
        # WHEN it is asked to, and answers with an error only after the page came
        arguments = [LEAK.as_uri(), LEAK_LINE]
        answer = await raw.ask("workspace/executeCommand", {"command": "heapline.showHolders", "arguments": arguments})
        [asked] = [message for message in raw.seen if message.get("method") == "window/showDocument"]
        await raw.send(id=asked["id"], error={"code": -32603, "message": "no"})
        # THEN the text is there
        assert answer["result"]["uri"] == asked["params"]["uri"]
        assert answer["result"]["text"]
        assert await raw.is_alive()


async def test_the_links_of_a_page_lead_to_lines_that_exist(editor: Editor) -> None:
    # GIVEN the pages of both lines of the leak
    for line, links in ((LEAK_LINE, 6), (HOLDER_LINE, 5)):
        page = await page_of(editor, LEAK, line)
        # WHEN their links are followed
        found = LINK.findall(page["text"])
        # THEN each leads to a line of the workspace, and the holders up to the root are among them
        assert all(1 <= int(number) <= len(lines_of(uri)) for uri, number in found)
        assert {(file.as_uri(), str(number)) for _, file, number in UP} <= set(found)
        assert len(found) >= links  # the line itself, and each step that has one
        # AND nothing else is a link
        assert page["text"].count("](") == len(found)


async def test_the_page_merges_the_paths(editor: Editor) -> None:
    # GIVEN the page of the line whose objects leak
    page = await page_of(editor, LEAK, LEAK_LINE)
    # WHEN it is read
    steps = [line.split("- ", 1)[1] for line in page["text"].splitlines() if line.lstrip().startswith("- ")]
    # THEN the first path leads from the root over the cache to the entries, each step once
    names = [re.sub(r"\[`[^]]*\]\([^)]*\) ", "", step).split(" — ")[0] for step in steps[:7]]
    assert names == [
        "`root vm`", "`class Object`", "`module Main`", "`Translator`", "`TranslationCache`", "`Hash`", "4,000 × `Hash`"
    ]  # fmt: skip
    assert page["text"].startswith(
        "# What holds `translation_cache.rb:13`\n\n4,001 live objects of `heap-3.json.gz` were"
    )


async def test_only_what_has_a_graph_is_asked() -> None:
    # GIVEN a dump and a memory_profiler text on the same line
    async with editing(TRANSLATE) as editor:
        await editor.load(TEXT)
        assert await questions(editor, LEAK, LEAK_LINE) == []
        # WHEN both are loaded
        await editor.load(DUMP)
        # THEN there is one action and one item, the dump's
        assert len(await questions(editor, LEAK, LEAK_LINE)) == len(await prepared(editor, LEAK, LEAK_LINE)) == 1


@pytest.mark.parametrize("again", [True, False])
async def test_questions_on_their_way_when_the_dump_goes_are_answered(big_dump: Path, again: bool) -> None:
    # GIVEN a large dump
    async with editing(TRANSLATE) as editor:
        await editor.load(big_dump)
        [item] = await prepared(editor, LEAK, LEAK_LINE)
        # WHEN all questions are asked at once, and the dump is unloaded or loaded again in the same breath
        asked: list[Awaitable[object]] = [
            holders(editor, item),
            held(editor, item),
            references(editor, LEAK, LEAK_LINE),
            editor.command("showHolders", LEAK.as_uri(), LEAK_LINE),
            editor.command("tree", str(big_dump), 0, 0, 10),
        ]
        gone = editor.load(big_dump) if again else editor.command("unload")
        # THEN none fails, nobody is told of damage, and the next ones are answered
        *_, last = await asyncio.gather(*asked, gone)
        assert last == 1 or again
        assert editor.said == []
        assert bool(await prepared(editor, LEAK, LEAK_LINE)) == again
