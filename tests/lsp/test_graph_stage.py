"""From the first numbers to the graph: what shows meanwhile, what is left when it is stopped, and damage on disk."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from lsprotocol import types as t

from lsp import planted
from lsp.asking import held, holders, marks, prepared, questions, references
from lsp.editor import Editor, editing, within_patience
from lsp.oracle import LEAK, LEAK_LINE, TRANSLATE
from lsp.processes import child_of, end_of
from lsp.test_progress import STOPPED, ask_to_load, cancel_request, press_cancel, token_of
from sample_files import COPIES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

HOLDER_LINE = 9


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache directory of the server's own."""
    return tmp_path / "cache"


@pytest_asyncio.fixture
async def editor(cache: Path) -> AsyncIterator[Editor]:
    async with editing(TRANSLATE, environment={"HEAPLINE_CACHE_DIR": str(cache)}) as started:
        yield started


def halt(pid: int) -> int | None:
    """Halt the server's child; None if there is none any more."""
    try:
        child = child_of(pid)
        os.kill(child, signal.SIGSTOP)
        state = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0]
    except (subprocess.CalledProcessError, OSError):
        return None
    return None if state == "Z" else child


async def linking(editor: Editor, dump: Path, cache: Path, request_id: str | None = None) -> tuple[Any, int]:
    """Load a dump, and halt the child when its first numbers show. Gives the answer to come, and the child.

    A child that was quicker than that has to do it again.
    """
    while True:
        answer = ask_to_load(editor, dump, request_id)
        await editor.until(lambda: editor.marked)
        child = halt(editor.server.pid)
        if child is not None:
            return answer, child
        await within_patience(answer)
        await editor.command("unload")
        shutil.rmtree(cache)


async def shows_first_numbers_only(editor: Editor) -> bool:
    """Whether the leaking line has live objects, and nothing that only a graph knows."""
    [title] = (await editor.lenses(LEAK))[LEAK_LINE]
    text = await editor.hover_text(LEAK, LEAK_LINE)
    asked = [await questions(editor, LEAK, LEAK_LINE), await prepared(editor, LEAK, LEAK_LINE)]
    asked.append(await references(editor, LEAK, LEAK_LINE))
    known = ["retain" in text, "Held by" in text, "retains" in title, marks(editor, "retained-size"), *asked]
    return title.startswith(f"{COPIES * 4_001:,} live · ") and not any(known)


async def shows_what_is_retained(editor: Editor) -> bool:
    [title] = (await editor.lenses(LEAK))[LEAK_LINE]
    return "retains ≥ " in title and bool(await questions(editor, LEAK, LEAK_LINE))


async def test_the_first_numbers_show_before_the_graph_is_done_and_all_of_them_after(
    editor: Editor, cache: Path, big_dump: Path
) -> None:
    # GIVEN a dump that is not loaded
    # WHEN its first numbers are there
    answer, child = await linking(editor, big_dump, cache)

    # THEN they are shown, the load goes on, and what needs the graph is not offered
    status = await editor.command("status")
    assert status["loading"] == [str(big_dump)] == [report["path"] for report in status["reports"]]
    assert not answer.done()
    assert await shows_first_numbers_only(editor)
    assert await editor.command("tree", str(big_dump), 0, 0, 10) is None
    before = editor.refreshes

    # WHEN the child goes on to the end
    os.kill(child, signal.SIGCONT)
    loaded = await within_patience(answer)

    # THEN lenses were refreshed, and say what is retained
    assert loaded["path"] == str(big_dump)
    assert editor.refreshes > before
    assert await shows_what_is_retained(editor)
    assert editor.said == []


@pytest.mark.parametrize("named", [True, False])
async def test_unloading_while_the_graph_is_made_leaves_nothing(
    editor: Editor, cache: Path, big_dump: Path, named: bool
) -> None:
    # GIVEN a dump whose graph is being made
    answer, child = await linking(editor, big_dump, cache)
    ended = end_of(child)
    # WHEN it is unloaded, by name or with all others
    gone = await editor.command("unload", *([str(big_dump)] if named else []))
    # THEN it counts once, its process ends, and nothing of it is left
    assert gone == 1
    await ended()
    assert await within_patience(answer) is None
    assert editor.marked == {}
    assert await editor.lenses(LEAK) == {}
    assert await editor.command("status") == {"reports": [], "loading": []}
    assert editor.said == [STOPPED]


@pytest.mark.parametrize("by_button", [True, False])
async def test_cancelling_while_the_graph_is_made_leaves_the_first_numbers(
    editor: Editor, cache: Path, big_dump: Path, by_button: bool
) -> None:
    # GIVEN a dump whose graph is being made
    answer, child = await linking(editor, big_dump, cache, "to be cancelled")
    ended = end_of(child)
    # WHEN the user presses cancel, or the client cancels its request
    press_cancel(editor, token_of(editor)) if by_button else cancel_request(editor, "to be cancelled")
    await ended()
    await asyncio.wait([answer])
    await editor.until(lambda: editor.said == [STOPPED])

    # THEN what is known is still shown
    assert (await editor.command("status"))["loading"] == []
    assert await shows_first_numbers_only(editor)
    # AND loading it again brings the rest
    await editor.load(big_dump)
    assert await shows_what_is_retained(editor)


async def test_a_child_killed_while_it_makes_the_graph_leaves_the_first_numbers(
    editor: Editor, cache: Path, big_dump: Path
) -> None:
    # GIVEN a dump whose graph is being made
    answer, child = await linking(editor, big_dump, cache)
    # WHEN the child is killed
    os.kill(child, signal.SIGKILL)
    assert await within_patience(answer) is None

    # THEN the user hears of it, and what is known is still shown
    [said] = editor.said
    assert "ended early (killed, perhaps for lack of memory)" in said
    assert await shows_first_numbers_only(editor)
    # AND a command brings the rest
    await editor.load(big_dump)
    assert await shows_what_is_retained(editor)


async def ask_everything(editor: Editor, file: Path, dump: Path) -> None:
    """Every question that reads the graph."""
    for line in (planted.CACHE, planted.ENTRY, planted.SHARING):
        await editor.hover(file, line)
        for item in await prepared(editor, file, line):
            await holders(editor, item)
            await held(editor, item)
        await references(editor, file, line)
        await editor.command("showHolders", file.as_uri(), line)
    await editor.command("tree", str(dump), 0, 0, 100)


def errors(editor: Editor) -> list[str]:
    return [message.message for message in editor.messages if message.type == t.MessageType.Error]


def damage(folder: Path, suffix: str, share: float, end: bool) -> None:
    """Overwrite a piece of the one such file, that far from its beginning; if it is the `end`, cut off the rest."""
    [file] = folder.glob(f"*{suffix}")
    whole = file.read_bytes()
    at = int(len(whole) * share)
    file.write_bytes(whole[:at] + b"\xa5" * 4096 + (b"" if end else whole[at + 4096 :]))


@pytest.mark.parametrize(
    ("suffix", "share", "end"),
    [(".graph", 0.5, True), (".graph", 0.3, False), (".graph", 0.6, False), (".duckdb", 0.6, False)],
)
async def test_damage_on_disk_is_told_at_most_and_gone_with_the_next_load(
    tmp_path: Path, cache: Path, suffix: str, share: float, end: bool
) -> None:
    # GIVEN a dump whose graph or index was made, and then damaged
    file = planted.program(tmp_path / "app")
    dump = planted.dump_of(tmp_path / "heap.json", file, entries=20_000)
    async with editing(file.parent, environment={"HEAPLINE_CACHE_DIR": str(cache)}) as editor:
        await editor.load(dump)
        good = (await editor.lenses(file))[planted.CACHE]
        await editor.command("unload")
        damage(cache, suffix, share, end)

        # WHEN the dump is loaded again and asked everything
        await editor.load(dump)
        await ask_everything(editor, file, dump)

        # THEN the user is told, if it mattered, what to do
        told = errors(editor)
        assert told in ([], [f"{dump}: its index was damaged and is removed. Load it again."])
        assert ((await editor.command("status"))["reports"] == []) == bool(told)
        # AND that helps
        await editor.load(dump)
        assert (await editor.lenses(file))[planted.CACHE] == good
        await ask_everything(editor, file, dump)
        assert errors(editor) == told
