"""The server's child, from outside: which it is, and when it is gone."""

from __future__ import annotations

import asyncio
import os
import subprocess
from typing import TYPE_CHECKING

from lsp.editor import within_patience

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


def child_of(pid: int) -> int:
    """The one process that this process has started and that lives."""
    (child,) = map(int, subprocess.check_output(["pgrep", "-P", str(pid)]).split())
    return child


def has_children(pid: int) -> bool:
    return subprocess.run(["pgrep", "-P", str(pid)], stdout=subprocess.DEVNULL, check=False).returncode == 0


def end_of(pid: int) -> Callable[[], Awaitable[None]]:
    """To be called before what ends the process; gives what waits until it has ended."""
    handle = os.pidfd_open(pid)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(handle, ended.set)

    async def wait() -> None:
        await within_patience(ended.wait())
        asyncio.get_running_loop().remove_reader(handle)
        os.close(handle)

    return wait
