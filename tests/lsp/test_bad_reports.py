"""Whatever a user may name that is no report: one clear message, and the server goes on."""

from __future__ import annotations

import gzip
import os
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from lsprotocol import types as t
from pygls.exceptions import JsonRpcException

from lsp.editor import Editor, editing
from lsp.oracle import DUMP, TEXT, TRANSLATE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def editor() -> AsyncIterator[Editor]:
    async with editing(TRANSLATE) as started:
        yield started


def content(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452") + bytes(range(256)) * 8
NO_REPORTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda _: None, "no such file"),
    "directory": (lambda path: path.mkdir(), "is a directory"),
    "pipe": (os.mkfifo, "is not a regular file"),
    "device": (lambda path: path.symlink_to("/dev/zero"), "is not a regular file"),
    "loop": (lambda path: path.symlink_to(path), "cannot be opened"),
    "empty": (content(b""), "is empty"),
    "picture": (content(PNG), "is no report that Heapline knows"),
    "other JSON": (content(b'{"name": "heapline", "version": 1}\n'), "is no report that Heapline knows"),
    "JSON list": (content(b"[1, 2, 3]"), "is no report that Heapline knows"),
    "nothing of the dump": (content(b'{"address":"0x7f0000000000'), "no object of a heap dump in it"),
    "gzip of nothing": (content(gzip.compress(b"")), "heap dump"),
    "gzip, cut in its head": (content(gzip.compress(b"x")[:6]), "heap.json"),
}


@pytest.mark.parametrize("what", NO_REPORTS)
async def test_what_is_no_report_gets_one_message_that_names_it(editor: Editor, tmp_path: Path, what: str) -> None:
    # GIVEN something that is no report
    make, words = NO_REPORTS[what]
    path = tmp_path / "heap.json"
    make(path)
    before = len(editor.said)

    # WHEN it is loaded
    loaded = await editor.load(path)

    # THEN nothing is, one error names the file and what is wrong with it, and the server goes on
    assert loaded is None
    (message,) = editor.messages[before:]
    assert message.type == t.MessageType.Error
    assert message.message.startswith(f"{path}: ")
    assert words in message.message
    assert "\n" not in message.message
    assert "Errno" not in message.message
    assert await editor.command("status") == {"reports": [], "loading": []}


async def test_a_dump_cut_short_shows_what_is_left_and_says_what_is_missing(editor: Editor, tmp_path: Path) -> None:
    # GIVEN a compressed dump whose end is missing
    path = tmp_path / "heap.json.gz"
    whole = DUMP.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    before = len(editor.said)

    # WHEN it is loaded
    loaded = await editor.load(path)

    # THEN what came before is shown, and a warning speaks of the rest
    assert 0 < loaded["objects"] < 47_424
    assert editor.marked
    (message,) = editor.messages[before:]
    assert message.type == t.MessageType.Warning
    assert message.message.startswith("heap.json.gz: ")
    assert "could not be read and are not counted" in message.message
    await editor.command("unload")


@pytest.mark.parametrize(
    "name", ["", "nobody/../nothing", "file:///nowhere/heap.json", "http://host/x", "\0", "~no-such-user/x"]
)
async def test_a_name_that_leads_nowhere_is_told_of(editor: Editor, name: str) -> None:
    # GIVEN a name that is no path of a file
    before = len(editor.said)
    # WHEN it is loaded, and unloaded
    loaded, unloaded = await editor.load(name), await editor.command("unload", name)
    # THEN errors say so
    assert (loaded, unloaded) == (None, 0)
    assert {message.type for message in editor.messages[before:]} == {t.MessageType.Error}


WRONG: list[list[object]] = [[], [1, 2], ["a", "b"], [{"path": "x"}], [None], [["x"]]]


async def answer_or_error(editor: Editor, arguments: list[object]) -> object:
    """The command's answer, or the code of the error."""
    try:
        return await editor.command("load", *arguments)
    except JsonRpcException as error:
        return error.code


async def test_wrong_arguments_are_answered_with_an_error() -> None:
    # GIVEN arguments that `heapline.load` does not take
    async with editing(TRANSLATE, errors=("Exception occurred for message", "FeatureRequestError")) as editor:
        for arguments in WRONG:
            # WHEN it is called with them
            answer = await answer_or_error(editor, arguments)
            # THEN nothing is loaded, and the server goes on
            assert answer in (None, -32602, -32603)
            assert answer or editor.said  # what could be taken for a path was looked for
        assert await editor.command("status") == {"reports": [], "loading": []}


async def test_a_good_report_loads_after_all_the_bad_ones(editor: Editor) -> None:
    # GIVEN a server that was asked for bad files
    await editor.load("/nowhere")
    # WHEN a good one is loaded
    # THEN it is shown
    assert await editor.load(TEXT)
    assert editor.marked
    await editor.command("unload")
