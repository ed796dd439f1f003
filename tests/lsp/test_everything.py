"""Every sample report through every request: no error answer, nothing logged as an error."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from pygls.uris import to_fs_path

from lsp.asking import held, holders, page_of, prepared, questions, references
from lsp.editor import EMACS, NEOVIM, VSCODE, Editor, editing
from sample_files import DUMPS, SAMPLES, TEXTS, sample_id

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROGRAMS = {
    SAMPLES / "translate": VSCODE,
    SAMPLES / "weakmap": NEOVIM,
    SAMPLES / "blog": EMACS,
    SAMPLES / "rubies": VSCODE,
}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def editors() -> AsyncIterator[dict[Path, Editor]]:
    """An editor for each program."""
    async with AsyncExitStack() as stack:
        yield {
            folder: await stack.enter_async_context(editing(folder, client=client))
            for folder, client in PROGRAMS.items()
        }


def knows_holders(report: Path) -> bool:
    return report in DUMPS and report.name != "since.json.gz"


def is_file(uri: str) -> bool:
    return Path(to_fs_path(uri) or "").is_file()


async def look_around(editor: Editor, file: Path, line: int) -> None:
    """Ask who holds the line's objects and what they hold, in every way."""
    [item] = await prepared(editor, file, line)
    for near in [*await holders(editor, item), *await held(editor, item)]:
        assert is_file(near.uri)
    assert (file.as_uri(), line) not in await references(editor, file, line)
    assert "## Paths from the roots" in (await page_of(editor, file, line))["text"]


@pytest.mark.parametrize("report", [*DUMPS, *TEXTS], ids=sample_id)
async def test_every_report_through_every_request(editors: dict[Path, Editor], report: Path) -> None:
    # GIVEN an editor with the report's program open
    (folder,) = [program for program in PROGRAMS if report.is_relative_to(program)]
    editor = editors[folder]

    # WHEN the report is loaded, and each line of each Ruby file is looked at
    loaded = await editor.load(report)
    status = await editor.command("status")
    for file in folder.rglob("*.rb"):
        if "node_modules" in file.parts:
            continue
        lines = file.read_text().splitlines()
        lenses = await editor.lenses(file)
        hovers = {line for line in range(1, len(lines) + 1) if await editor.hover(file, line)}
        offered = {line for line in range(1, len(lines) + 1) if await questions(editor, file, line)}
        for line in offered & set(lenses):
            await look_around(editor, file, line)

        # THEN lenses and diagnostics are on lines that exist and that a hover explains
        assert set(lenses) <= hovers
        assert set(editor.marked.get(file.as_uri(), ())) <= hovers
        # AND what holds a line is offered where a dump with roots knows the line
        assert offered == (hovers if knows_holders(report) else set())
    tree = await editor.command("tree", str(report), 0, 0, 10)
    assert (tree is not None) == knows_holders(report)
    assert status == {"reports": [loaded], "loading": []}
    assert await editor.command("reload") == [loaded]
    assert await editor.command("unload") == 1
    assert editor.marked == {}
