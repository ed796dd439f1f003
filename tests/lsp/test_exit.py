"""The end: in order, in the middle of a load, or because the client or the server was killed. Nothing stays behind."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from lsp.oracle import TRANSLATE
from lsp.processes import child_of, end_of
from lsp.raw import Raw, serving

if TYPE_CHECKING:
    from pathlib import Path


async def reading(raw: Raw, dump: Path) -> None:
    """Return when the child reads the dump."""
    await raw.initialize(TRANSLATE, {"window": {"workDoneProgress": True}})
    await raw.request("workspace/executeCommand", {"command": "heapline.load", "arguments": [str(dump)]})
    asked = await raw.until(method="window/workDoneProgress/create")
    await raw.send(id=asked["id"], result=None)
    while (await raw.until(method="$/progress"))["params"]["value"]["kind"] != "report":
        pass


@pytest.mark.parametrize("in_order", [True, False])
async def test_exit_during_a_load_ends_the_server_and_its_child(tmp_path: Path, big_dump: Path, in_order: bool) -> None:
    # GIVEN a server whose child reads a dump
    async with serving(HEAPLINE_CACHE_DIR=str(tmp_path)) as raw:
        await reading(raw, big_dump)
        child = end_of(child_of(raw.process.pid))

        # WHEN the client says exit, after shutdown or without
        if in_order:
            await raw.ask("shutdown")
        await raw.send(method="exit")

        # THEN both are gone, and the exit code says whether it was in order
        assert await raw.ended() == (0 if in_order else 1)
        await child()


async def test_exit_before_initialize_ends_the_server() -> None:
    async with serving() as raw:
        # GIVEN a server that was not initialized
        # WHEN it is told to exit
        await raw.send(method="exit")
        # THEN it does, and says that this was not in order
        assert await raw.ended() == 1


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
async def test_a_server_that_is_killed_leaves_no_child(tmp_path: Path, big_dump: Path, number: signal.Signals) -> None:
    # GIVEN a server whose child reads a dump
    async with serving(HEAPLINE_CACHE_DIR=str(tmp_path)) as raw:
        await reading(raw, big_dump)
        child = end_of(child_of(raw.process.pid))
        # WHEN the server is killed
        raw.process.send_signal(number)
        await raw.ended()
        # THEN the child goes as well
        await child()


async def test_a_client_that_is_gone_takes_server_and_child_with_it(tmp_path: Path, big_dump: Path) -> None:
    # GIVEN a server whose child reads a dump
    async with serving(HEAPLINE_CACHE_DIR=str(tmp_path)) as raw:
        await reading(raw, big_dump)
        child = end_of(child_of(raw.process.pid))
        # WHEN both ends of the client's pipes are gone, as when it is killed
        await raw.close()
        # THEN server and child are gone
        await raw.ended()
        await child()
