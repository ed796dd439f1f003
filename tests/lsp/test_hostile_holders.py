"""Class names that want to do something, where the heap's holders are named: they are shown, and do nothing."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

import pytest
from pygls.uris import to_fs_path

from lsp import planted
from lsp.asking import held, holders, marks, page_of, prepared
from lsp.editor import CLIENTS, editing
from lsp.test_hostile import HOSTILE, controls, without_code

if TYPE_CHECKING:
    from pathlib import Path

NAMES = [*HOSTILE, "[x](command:heapline.unload)`"]
LINES = (planted.CACHE, planted.ENTRY, planted.END)


@pytest.mark.parametrize("client", CLIENTS)
async def test_what_holds_a_line_shows_hostile_names_and_lets_them_do_nothing(tmp_path: Path, client: str) -> None:
    # GIVEN a dump of a program for each hostile name, of which what holds the memory is called so
    file = planted.program(tmp_path / "[app](command:x)")
    async with editing(file.parent, client=client) as editor:
        for number, name in enumerate(NAMES):
            dump = planted.indexed_dump(tmp_path / f"`{number}`\n.json", file, entries=50, names=(name, name))
            await editor.load(dump)

            # WHEN everything that names holders is asked for
            pages = [(await page_of(editor, file, line))["text"] for line in LINES]
            hovers = [await editor.hover_text(file, line) for line in LINES]
            items = [item for line in LINES for item in await prepared(editor, file, line)]
            around = [await ask(editor, item) for ask in (holders, held) for item in items]
            items += chain.from_iterable(around)
            tree = (await editor.command("tree", str(dump), 0, 0, 100))["branches"]
            diagnostics = marks(editor, "retained-size").values()
            related = [r.message for d in diagnostics for r in d.related_information or ()]

            # THEN Markdown has it in code alone, and only links to lines
            for text in [*pages, *hovers]:
                prose = re.sub(r"\]\(file:[^)\s]+#L\d+\)", "]", without_code(text))
                assert not re.search(r"command:|https:|<img|heading|\*\*b|\]\(", prose)
                assert len(text) < 5000
            # AND what is no Markdown has no control character, and is no longer than a screen
            shown = [*(i.name for i in items), *(i.detail or "" for i in items), *(d.message for d in diagnostics)]
            shown += [*related, *(branch["name"] for branch in tree)]
            assert len(shown) > 10
            for text in [*pages, *hovers, *shown]:
                assert controls(text) == set()
            assert max(map(len, shown)) < 2000
            await editor.command("unload")


async def test_a_page_of_a_file_with_a_hostile_name_links_to_it(tmp_path: Path) -> None:
    # GIVEN a Ruby file whose name is Markdown
    file = planted.program(tmp_path / "app").rename(tmp_path / "app" / "a](x)`[b](command:y) *c*#1 ä.rb")
    async with editing(file.parent) as editor:
        await editor.load(planted.indexed_dump(tmp_path / "heap.json", file))
        # WHEN the user asks what holds a line of it
        text = (await page_of(editor, file, planted.ENTRY))["text"]
        # THEN its name is code, and the links lead to it
        links = re.findall(r"\]\((file:[^)\s]+)#L(\d+)\)", text)
        assert {to_fs_path(uri) for uri, _ in links} == {str(file)}
        assert {int(line) for _, line in links} >= {planted.APPLICATION, planted.CACHE, planted.ENTRY}
        prose = without_code(text)
        assert "command:" not in prose
        assert "*c*" not in re.sub(r"\(file:[^)]*\)", "", prose)
