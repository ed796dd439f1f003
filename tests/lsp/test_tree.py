"""`heapline.tree`: the heap from its roots down, a page at a time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from pygls.exceptions import JsonRpcException
from pygls.uris import to_fs_path

from heap_dumps import named, root, write
from lsp import planted
from lsp.editor import NEOVIM, Editor, editing
from lsp.oracle import DUMP, LEAK, TRANSLATE, bytes_to_share

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.asyncio(loop_scope="module")

ALL = 1000
INVALID_PARAMS = -32602


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def editor() -> AsyncIterator[Editor]:
    """An editor with the program and its dump."""
    async with editing(TRANSLATE, client=NEOVIM) as started:
        await started.load(DUMP)
        yield started


async def branches(editor: Editor, parent: int, offset: int = 0, limit: int = ALL) -> list[dict[str, Any]]:
    answer = await editor.command("tree", str(DUMP), parent, offset, limit)
    return list(answer["branches"])


async def test_the_way_down_the_largest_branches_leads_to_the_leak(editor: Editor) -> None:
    # GIVEN a dump whose leak is more than half of it
    # WHEN the largest branch is opened again and again
    parent, way = 0, []
    while found := await branches(editor, parent, limit=1):
        way.append(found[0])
        parent = found[0]["id"]

    # THEN the cache's hash is on the way, with its line in the workspace
    [cache] = [step for step in way if step["name"] == "Hash" and step["line"] == 9]
    assert cache["place"] == {"uri": LEAK.as_uri(), "line": 9, "stale": None}
    assert cache["path"].endswith("/translation_cache.rb")
    assert cache["objects"] == 1
    # AND no step retains more than the one above it
    sizes = [step["retained"] for step in way]
    assert sizes == sorted(sizes, reverse=True)


async def test_branches_add_up_to_what_is_above_them(editor: Editor) -> None:
    # GIVEN the whole heap, and the branches of its largest branch
    whole = await editor.command("tree", str(DUMP), 0, 0, ALL)
    top = whole["branches"]
    # WHEN their retained bytes are added up
    # THEN they are what is reachable, which is no more than what is alive
    assert whole["total"] == len(top)
    assert sum(branch["retained"] for branch in top) == whole["reachableBytes"] <= bytes_to_share()
    # AND below, what the holder retains beside its own bytes
    below = await branches(editor, top[0]["id"])
    assert sum(branch["retained"] for branch in below) == top[0]["retained"] - top[0]["bytes"]
    # AND the largest comes first
    sizes = [branch["retained"] for branch in top]
    assert sizes == sorted(sizes, reverse=True)


def line_count(uri: str) -> int:
    return Path(to_fs_path(uri) or "").read_bytes().count(b"\n")


async def test_every_place_is_a_line_that_exists(editor: Editor) -> None:
    # GIVEN the branches of the whole heap and of its largest branch
    top = await branches(editor, 0)
    for branch in [*top, *await branches(editor, top[0]["id"])]:
        # WHEN one has a place
        if branch["place"]:
            # THEN it is a line of a file
            assert 1 <= branch["place"]["line"] <= line_count(branch["place"]["uri"])
    assert any(branch["place"] for branch in top)


async def test_pages_together_are_the_whole(editor: Editor) -> None:
    # GIVEN all branches under the roots
    whole = await branches(editor, 0)
    assert len(whole) > 100
    # WHEN they are asked for in pages of 100
    pages = [await branches(editor, 0, offset, 100) for offset in range(0, len(whole) + 100, 100)]
    # THEN the pages are the same branches in the same order, and the last is empty or short
    assert [branch for page in pages for branch in page] == whole
    assert {len(page) for page in pages[:-2]} == {100}


@pytest.mark.parametrize(
    ("parent", "offset", "limit", "shown"),
    [
        (0, 0, 0, 0),
        (0, 0, -5, 0),
        (0, -5, 3, 3),
        (0, 10**6, 5, 0),
        (0, 10**30, 10**30, 0),
        (-1, 0, 5, 0),
        (10**9, 0, 5, 0),
        (10**30, 0, 5, 0),
    ],
)
async def test_pages_beyond_the_tree_are_empty(
    editor: Editor, parent: int, offset: int, limit: int, shown: int
) -> None:
    # GIVEN a parent, an offset and a limit, some of which are nowhere
    # WHEN that page is asked for
    answer = await editor.command("tree", str(DUMP), parent, offset, limit)
    # THEN it has what there is
    assert len(answer["branches"]) == shown
    assert (answer["total"] > 0) == (parent == 0)


async def test_a_page_has_no_more_than_a_thousand_branches(tmp_path: Path) -> None:
    # GIVEN a heap whose roots hold more than a thousand sorts of objects
    addresses = range(0x1000, 0x1000 + 1502 * 0x100, 0x100)
    names = [named(address, f"C{address}") for address in addresses]
    path = write(tmp_path / "heap.json", [root("vm", *addresses), *names])
    async with editing(TRANSLATE) as editor:
        await editor.load(path)
        # WHEN more are asked for
        [vm] = (await editor.command("tree", str(path), 0, 0, 10))["branches"]
        answer = await editor.command("tree", str(path), vm["id"], 0, 5000)
        # THEN a thousand come, and how many there are
        assert (len(answer["branches"]), answer["total"]) == (1000, 1502)


async def test_a_report_that_is_not_loaded_has_no_tree(editor: Editor, tmp_path: Path) -> None:
    # GIVEN names of no loaded report
    for name in ("", "nothing", str(tmp_path), DUMP.name, str(DUMP.with_name("heap-1.json.gz"))):
        # WHEN their trees are asked for
        # THEN there are none
        assert await editor.command("tree", name, 0, 0, 10) is None


@pytest.mark.parametrize("arguments", [(), ("x",), (str(DUMP), "a", 0, 1), (str(DUMP), 0, 0, 1, 1), (1, None, [], {})])
async def test_arguments_that_make_no_sense_are_refused(arguments: tuple[object, ...]) -> None:
    async with editing(
        TRANSLATE, errors=("FeatureRequestError", "Exception occurred", "JsonRpcInvalidParams")
    ) as editor:
        # GIVEN arguments that are no page of a tree
        # WHEN the command is called with them
        with pytest.raises(JsonRpcException) as raised:
            await editor.command("tree", *arguments)
        # THEN they are refused, and the server goes on
        assert raised.value.code == INVALID_PARAMS
        assert (await editor.command("status"))["reports"] == []


async def test_the_tree_is_gone_with_its_report(tmp_path: Path) -> None:
    # GIVEN a loaded dump
    file = planted.program(tmp_path / "app")
    dump = planted.indexed_dump(tmp_path / "heap.json", file)
    async with editing(file.parent) as editor:
        await editor.load(dump)
        [vm] = (await editor.command("tree", str(dump), 0, 0, 1))["branches"]
        assert vm["retained"] > planted.CACHE_RETAINS
        # WHEN it is unloaded
        await editor.command("unload")
        # THEN there is no tree, and with the dump it comes back
        assert await editor.command("tree", str(dump), 0, 0, 1) is None
        await editor.load(dump)
        assert (await editor.command("tree", str(dump), 0, 0, 1))["branches"] == [vm]
