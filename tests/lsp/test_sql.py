"""The command `heapline.sql`: the same answers as in the terminal, and no query that outlives its request."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from lsprotocol import types as t
from pygls.exceptions import JsonRpcException
from pygls.uris import to_fs_path

from lsp.editor import CLIENTS, EMACS, Editor, editing, within_patience
from lsp.oracle import DUMP, TEXT, TRANSLATE
from lsp.processes import child_of, end_of, has_children

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.asyncio(loop_scope="module")

CLASSES = "select name, count(*) as objects\nfrom object group by name order by objects desc, name limit 3"
ENDLESS = "select count(*) from object a, object b, object c where (a.id + b.id) * c.id % 7 = 0"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def editor() -> AsyncIterator[Editor]:
    """An editor with the dump and a text."""
    async with editing(TRANSLATE) as started:
        await started.load(DUMP)
        await started.load(TEXT)
        yield started


@pytest.mark.parametrize("client", CLIENTS)
async def test_the_editor_gets_what_the_terminal_prints(client: str) -> None:
    # GIVEN a query's answer in the terminal
    command = [sys.executable, "-m", "heapline", "sql", str(DUMP), CLASSES, "--format", "json"]
    printed = json.loads(await asyncio.to_thread(subprocess.check_output, command))
    async with editing(TRANSLATE, client=client) as editor:
        await editor.load(DUMP)
        # WHEN the editor asks the same
        answer = await editor.command("sql", str(DUMP), CLASSES)
        # THEN it is the same, and a page of it is on disk
        assert {key: answer[key] for key in ("columns", "rows", "more")} == printed
        path = to_fs_path(answer["uri"])
        assert path
        assert await asyncio.to_thread(Path(path).read_text, encoding="utf-8") == answer["text"]
        # AND it has the query and each row
        assert [line.strip() for line in answer["text"].splitlines()[:2]] == CLASSES.splitlines()
        assert all(f"{name} " in answer["text"] and str(number) in answer["text"] for name, number in answer["rows"])
        # AND opens where the client can
        await editor.command("status")
        assert [shown.uri for shown in editor.shown_documents] == ([answer["uri"]] if client != EMACS else [])


async def test_what_cannot_be_asked_is_told(editor: Editor) -> None:
    # GIVEN queries that fail, a text, and a report that is not loaded
    for report, query, said in (
        (DUMP, "select * from '/etc/passwd'", "The query failed"),
        (DUMP, "--format", "Only one query can be asked"),
        (DUMP, "drop table site", "Only one query can be asked"),
        (TEXT, "select 1", "is no heap dump"),
        (DUMP.with_name("heap-1.json.gz"), "select 1", "is not loaded"),
    ):
        before = len(editor.said)
        # WHEN they are asked
        # THEN there is no answer, and one message
        assert await editor.command("sql", str(report), query) is None
        assert len(editor.said) == before + 1
        assert said in editor.said[-1]


async def test_a_cancelled_query_ends(editor: Editor) -> None:
    # GIVEN a query that would take years, and runs
    params = t.ExecuteCommandParams("heapline.sql", [str(DUMP), ENDLESS])
    answer = asyncio.wrap_future(editor.protocol.send_request(t.WORKSPACE_EXECUTE_COMMAND, params, msg_id="endless"))
    while not has_children(editor.server.pid):
        await editor.command("status")
    ended = end_of(child_of(editor.server.pid))
    # WHEN the request is cancelled
    editor.cancel_request(t.CancelParams("endless"))
    # THEN its process ends, and the server goes on
    await ended()
    with pytest.raises(JsonRpcException):
        await within_patience(answer)
    assert (await editor.command("sql", str(DUMP), "select 1 as one"))["rows"] == [[1]]
