"""A load whose process dies: the user hears of it, the server lives, and the file is not tried again by itself."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from lsp.editor import VSCODE, editing, within_patience
from lsp.oracle import LEAK, LEAK_LINE, TEXT, TRANSLATE
from lsp.processes import child_of
from lsp.test_progress import reading

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("number", "words"), [(signal.SIGKILL, "lack of memory"), (signal.SIGSEGV, "signal 11")])
async def test_a_load_whose_process_is_killed_is_told_of_and_stops_nothing(
    tmp_path: Path, big_dump: Path, number: signal.Signals, words: str
) -> None:
    # GIVEN a dump that is being read
    async with editing(TRANSLATE, environment={"HEAPLINE_CACHE_DIR": str(tmp_path)}) as editor:
        answer = await reading(editor, big_dump)

        # WHEN its process is killed
        child = child_of(editor.server.pid)
        os.kill(child, number)
        with suppress(ProcessLookupError):  # SIGKILL needs no waking
            os.kill(child, signal.SIGCONT)

        # THEN one message names the file, why, and what to do, and the server goes on
        assert await within_patience(answer) is None
        (said,) = editor.said
        assert str(big_dump) in said
        assert words in said
        assert "load it by command" in said
        await editor.load(TEXT)
        assert await editor.hover(LEAK, LEAK_LINE)


async def test_a_dump_that_killed_its_process_is_not_loaded_by_itself_but_by_command(
    tmp_path: Path, big_dump: Path
) -> None:
    # GIVEN a dump that loads by itself, and that brought its process down
    folder, cache = tmp_path / "program", {"HEAPLINE_CACHE_DIR": str(tmp_path / "cache")}
    folder.mkdir()
    (folder / "heap.json").symlink_to(big_dump)
    options = {"reports": [str(folder / "heap.json")]}
    async with editing(folder, environment=cache) as editor:
        answer = await reading(editor, folder / "heap.json")
        os.kill(child_of(editor.server.pid), signal.SIGKILL)
        assert await within_patience(answer) is None

    # WHEN the editor is started again, with that dump in its settings
    async with editing(folder, client=VSCODE, options=options, environment=cache) as editor:
        # THEN it is not loaded, not even by a reload
        await editor.until(lambda: str(folder / "heap.json") in editor.watched())
        assert await editor.command("reload") == []
        assert editor.progress_reports == {}
        assert editor.said == []

        # WHEN the user asks for it
        loaded = await editor.load(folder / "heap.json")
        # THEN it is loaded
        assert loaded["path"] == str(folder / "heap.json")

    # WHEN the editor is started once more
    async with editing(folder, client=VSCODE, options=options, environment=cache) as editor:
        # THEN it loads by itself again
        await editor.until(lambda: str(folder / "heap.json") in editor.watched())
        (report,) = await editor.command("reload")
        assert report["path"] == str(folder / "heap.json")
