"""Long loads: what the user sees of them, and that they stop when told to, at any time."""

from __future__ import annotations

import asyncio
import os
import signal
from itertools import chain
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from lsprotocol import types as t
from pygls.exceptions import JsonRpcException
from pytest_lsp import client_capabilities

from lsp.editor import VSCODE, Editor, editing, within_patience
from lsp.oracle import DUMP, LEAK, LEAK_LINE, TEXT, TRANSLATE
from lsp.processes import child_of, end_of, has_children
from sample_files import COPIES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

STOPPED = "big.json: loading was stopped."
CANCELLED = -32800


@pytest_asyncio.fixture
async def editor(tmp_path: Path) -> AsyncIterator[Editor]:
    """An editor whose server has not indexed anything yet."""
    async with editing(TRANSLATE, environment={"HEAPLINE_CACHE_DIR": str(tmp_path / "cache")}) as started:
        yield started


def ask_to_load(editor: Editor, dump: Path, request_id: str | None) -> asyncio.Future[Any]:
    """Send the request under an id of ours, so that it can be cancelled; gives the answer to come."""
    params = t.ExecuteCommandParams("heapline.load", [str(dump)])
    return asyncio.wrap_future(editor.protocol.send_request(t.WORKSPACE_EXECUTE_COMMAND, params, msg_id=request_id))


async def reading(editor: Editor, dump: Path, request_id: str | None = None) -> asyncio.Future[Any]:
    """Start to load, and halt the child as soon as it reports that it reads. Gives the answer to come."""
    before = len(editor.progress_reports)
    running = ask_to_load(editor, dump, request_id)
    await editor.until(lambda: "report" in map(kind, chain(*list(editor.progress_reports.values())[before:])))
    os.kill(child_of(editor.server.pid), signal.SIGSTOP)
    return running


def kind(report: Any) -> str:
    return str(report.kind)


def token_of(editor: Editor) -> t.ProgressToken:
    return list(editor.progress_reports)[-1]


def press_cancel(editor: Editor, token: t.ProgressToken) -> None:
    editor.window_work_done_progress_cancel(t.WorkDoneProgressCancelParams(token))


def cancel_request(editor: Editor, request_id: str) -> None:
    editor.cancel_request(t.CancelParams(request_id))


async def test_a_long_load_shows_rising_progress_from_begin_to_end(editor: Editor, big_dump: Path) -> None:
    # GIVEN a large dump
    # WHEN it is loaded
    loaded = await editor.load(big_dump)

    # THEN one progress begins, can be cancelled, rises and ends
    assert loaded["objects"] == COPIES * 47_424
    (reports,) = editor.progress_reports.values()
    first, *between, last = reports
    assert isinstance(first, t.WorkDoneProgressBegin)
    assert (first.title, first.cancellable, first.percentage) == ("Loading big.json", True, 0)
    percentages = [report.percentage for report in between if isinstance(report, t.WorkDoneProgressReport)]
    assert len(percentages) == len(between) > 0
    assert percentages == sorted(percentages)
    assert isinstance(last, t.WorkDoneProgressEnd)
    assert not has_children(editor.server.pid)


async def test_the_cancel_button_stops_a_load_and_its_process(editor: Editor, big_dump: Path) -> None:
    # GIVEN a dump that is being read
    answer = await reading(editor, big_dump)
    ended = end_of(child_of(editor.server.pid))

    # WHEN the user presses cancel, twice
    press_cancel(editor, token_of(editor))
    press_cancel(editor, token_of(editor))

    # THEN the process ends, the load answers that nothing was loaded, and the user is told
    await ended()
    assert await within_patience(answer) is None
    assert editor.said == [STOPPED]
    assert [kind(report) for report in editor.progress_reports[token_of(editor)]][-1] == "end"
    assert await editor.command("status") == {"reports": [], "loading": []}

    # WHEN it is cancelled once more, now that it is over, and loaded again
    press_cancel(editor, token_of(editor))
    press_cancel(editor, "nobody's token")
    # THEN it loads
    assert (await editor.load(big_dump))["path"] == str(big_dump)


async def test_cancelling_the_request_stops_the_load_as_well(editor: Editor, big_dump: Path) -> None:
    # GIVEN a dump that is being read
    answer = await reading(editor, big_dump, "to be cancelled")
    ended = end_of(child_of(editor.server.pid))

    # WHEN the client cancels its request, twice
    cancel_request(editor, "to be cancelled")
    cancel_request(editor, "to be cancelled")

    # THEN the process ends and the request is answered as cancelled
    await ended()
    with pytest.raises(JsonRpcException) as raised:
        await within_patience(answer)
    assert raised.value.code == CANCELLED
    await editor.until(lambda: editor.said == [STOPPED])
    assert await editor.command("status") == {"reports": [], "loading": []}
    assert (await editor.load(TEXT))["path"] == str(TEXT)


async def test_a_request_cancelled_at_once_leaves_nothing_behind(editor: Editor, big_dump: Path) -> None:
    # GIVEN requests to load that are cancelled in the same breath
    for request_id in ("first", "second", "third"):
        answer = ask_to_load(editor, big_dump, request_id)
        cancel_request(editor, request_id)
        # WHEN the answer comes
        with pytest.raises(JsonRpcException) as raised:
            await within_patience(answer)
        # THEN it says so
        assert raised.value.code == CANCELLED
    assert await editor.command("status") == {"reports": [], "loading": []}
    assert set(editor.said) <= {STOPPED}
    assert not has_children(editor.server.pid)


async def test_the_server_answers_while_it_loads(editor: Editor, big_dump: Path) -> None:
    # GIVEN a loaded report, and a dump that is being read
    await editor.load(TEXT)
    answer = await reading(editor, big_dump)

    # WHEN status, lenses and hovers are asked for
    status = await editor.command("status")

    # THEN they are answered at once
    assert status["loading"] == [str(big_dump)]
    assert [report["path"] for report in status["reports"]] == [str(TEXT)]
    assert LEAK_LINE in await editor.lenses(LEAK)
    assert await editor.hover(LEAK, LEAK_LINE)

    # WHEN the process goes on
    os.kill(child_of(editor.server.pid), signal.SIGCONT)
    # THEN the load ends as usual
    assert (await within_patience(answer))["path"] == str(big_dump)


async def test_two_dumps_at_once_are_loaded_one_after_the_other(editor: Editor, big_dump: Path) -> None:
    # GIVEN a dump that is being read
    first = await reading(editor, big_dump)

    # WHEN another is to be loaded
    second = asyncio.ensure_future(editor.load(DUMP))

    # THEN it says that it waits, and starts no process of its own
    await editor.until(lambda: len(editor.progress_reports) == 2)
    assert child_of(editor.server.pid)
    os.kill(child_of(editor.server.pid), signal.SIGCONT)
    assert (await within_patience(first))["path"] == str(big_dump)
    assert (await within_patience(second))["path"] == str(DUMP)
    assert len((await editor.command("status"))["reports"]) == 2


async def test_the_same_dump_twice_at_once_is_read_once(editor: Editor, big_dump: Path) -> None:
    # GIVEN a dump that is being read
    first = await reading(editor, big_dump)

    # WHEN it is asked for twice more, one of which is cancelled
    second = asyncio.ensure_future(editor.load(big_dump))
    third = ask_to_load(editor, big_dump, "third")
    cancel_request(editor, "third")
    with pytest.raises(JsonRpcException):
        await within_patience(third)

    # THEN both others get the one report
    os.kill(child_of(editor.server.pid), signal.SIGCONT)
    assert await within_patience(first) == await within_patience(second)
    assert len(editor.progress_reports) == 1
    assert len((await editor.command("status"))["reports"]) == 1


@pytest.mark.parametrize("named", [True, False])
async def test_unloading_a_dump_that_is_loading_stops_it(editor: Editor, big_dump: Path, named: bool) -> None:
    # GIVEN a dump that is being read
    answer = await reading(editor, big_dump)
    ended = end_of(child_of(editor.server.pid))

    # WHEN it is unloaded, by name or with all others
    gone = await editor.command("unload", *([str(big_dump)] if named else []))

    # THEN it counts, its process ends, and nothing of it is shown
    assert gone == 1
    await ended()
    assert await within_patience(answer) is None
    assert editor.marked == {}
    assert await editor.command("status") == {"reports": [], "loading": []}


async def test_a_reload_does_not_start_what_is_loading_already(tmp_path: Path, big_dump: Path) -> None:
    # GIVEN a dump that the settings name and that loads by itself
    options = {"reports": [str(big_dump)]}
    environment = {"HEAPLINE_CACHE_DIR": str(tmp_path / "cache")}
    async with editing(TRANSLATE, options=options, environment=environment) as editor:
        await editor.until(lambda: editor.progress_reports)

        # WHEN the user reloads
        reports = await editor.command("reload")

        # THEN that waits for the one load
        assert [report["path"] for report in reports] == [str(big_dump)]
        assert len(editor.progress_reports) == 1


async def test_a_client_without_progress_is_not_bothered_with_it(tmp_path: Path) -> None:
    # GIVEN a client that shows no progress
    capabilities = client_capabilities(VSCODE)
    assert capabilities.window
    capabilities.window.work_done_progress = False
    environment = {"HEAPLINE_CACHE_DIR": str(tmp_path / "cache")}
    async with editing(TRANSLATE, capabilities=capabilities, environment=environment) as editor:
        # WHEN a dump is loaded
        assert await editor.load(DUMP)
        # THEN no progress was announced
        assert editor.progress_reports == {}
