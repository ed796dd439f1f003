"""Who holds a line's objects, one step at a time: what a view asks for while the user opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lsp import planted
from lsp.editor import Editor, editing
from lsp.oracle import DUMP, LEAK, LEAK_LINE, TEXT, TRANSLATE, live

if TYPE_CHECKING:
    from pathlib import Path


async def way_up(editor: Editor, site: dict[str, Any]) -> list[dict[str, Any]]:
    """The largest holder of each step, up to a root."""
    trail: list[dict[str, Any]] = []
    while not trail or trail[-1]["held"]:
        labels = [step["label"] for step in trail]
        answer = await editor.command("holders", site["report"], site["site"], labels, 0, 1)
        trail += answer["holders"]
    return trail


async def test_the_way_up_from_the_leak_leads_over_the_cache_to_a_root() -> None:
    # GIVEN the sample with its leak
    async with editing(TRANSLATE) as editor:
        await editor.load(DUMP)
        site = await editor.command("siteAt", LEAK.as_uri(), LEAK_LINE)
        assert (site["report"], site["name"]) == (str(DUMP), f"{LEAK.name}:{LEAK_LINE}")
        # WHEN the user opens step after step
        trail = await way_up(editor, site)
        # THEN they lead over the hash of the cache and the cache to a root
        assert [step["name"] for step in trail] == [
            "Hash",
            "TranslationCache",
            "Translator",
            "module Main",
            "class Object",
            "root vm",
        ]
        # AND the steps have lines, of which the first is that of the hash
        line = next(n for n, text in enumerate(LEAK.read_text().splitlines(), 1) if "@entries = " in text)
        assert trail[0]["place"] == {"uri": LEAK.as_uri(), "line": line, "stale": None}
        # AND all but one of the line's objects hang on it
        objects = live()[LEAK, LEAK_LINE].objects
        assert trail[0]["title"].startswith(f"{objects - 1:,} of {objects:,} · ")


async def test_holders_come_in_pages(tmp_path: Path) -> None:
    # GIVEN a line whose objects are held from two sides
    file = planted.program(tmp_path / "app")
    dump = planted.indexed_dump(tmp_path / "heap.json", file)
    async with editing(file.parent) as editor:
        await editor.load(dump)
        site = await editor.command("siteAt", file.as_uri(), planted.LIST)
        # WHEN the holders are asked for as a whole, and one by one
        whole = await editor.command("holders", str(dump), site["site"], [], 0, 100)
        pages = [await editor.command("holders", str(dump), site["site"], [], at, 1) for at in range(whole["total"])]
        # THEN it is the same
        assert whole["total"] == len(whole["holders"]) > 0
        assert [holder for page in pages for holder in page["holders"]] == whole["holders"]


@pytest.mark.parametrize("trail", [[-5], [10**6], [10**30], [0, 0, 0, 0, 0, 0, 0, 0]])
async def test_a_trail_that_leads_nowhere_has_no_holders(trail: list[int], tmp_path: Path) -> None:
    # GIVEN a loaded dump
    file = planted.program(tmp_path / "app")
    dump = planted.indexed_dump(tmp_path / "heap.json", file)
    async with editing(file.parent) as editor:
        await editor.load(dump)
        # WHEN a trail is asked for that no path takes
        answer = await editor.command("holders", str(dump), 0, trail, 0, 10)
        # THEN nothing is there
        assert answer["holders"] == []


async def test_lines_and_reports_that_nothing_is_known_of_have_no_holders() -> None:
    # GIVEN a memory_profiler report, which does not know who holds what
    async with editing(TRANSLATE) as editor:
        await editor.load(TEXT)
        # WHEN holders are asked for of it, of a site that is not there, and of a report that is not loaded
        # THEN there are none
        assert await editor.command("siteAt", LEAK.as_uri(), LEAK_LINE) is None
        assert await editor.command("holders", str(TEXT), 0, [], 0, 10) is None
        assert await editor.command("holders", str(DUMP), 0, [], 0, 10) is None
        await editor.load(DUMP)
        assert await editor.command("holders", str(DUMP), 10**9, [], 0, 10) is None
        assert await editor.command("holders", str(DUMP), -1, [], 0, 10) is None
