"""What a child process does for the editor: the heavy part of loading, and queries. It can be killed any time."""

from __future__ import annotations

import asyncio
import logging
import sys
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import orjson

from heapline import profile_json
from heapline.errors import HeaplineError
from heapline.heap import cache
from heapline.report import Report, needs_process, open_report

if TYPE_CHECKING:
    from asyncio import StreamReader
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from heapline.profile import Profile

    Progress = Callable[[str, float], None]


_LONGEST_EVENT = 1 << 30  # bytes: the profile of a text is one line
_log = logging.getLogger(__name__)
_MAX_COMPLAINT = 8192  # bytes: some twenty lines of a traceback


class Loader:
    """Loads reports, one dump being indexed at a time: each may take all the cores and half a gigabyte."""

    def __init__(self) -> None:
        """Nothing runs yet."""
        self._turn = asyncio.Semaphore(1)
        self._children: set[Process] = set()

    async def load(self, path: Path, progress: Progress, early: Callable[[Report], Awaitable[None]]) -> Report:
        """The report, indexed first if it must be; `early` gets a dump's first numbers, and what is retained.

        Cancelling the task kills the child. Raises HeaplineError.
        """
        identity = await asyncio.to_thread(_identity_of_long, path)
        if identity is not None:
            progress("waiting for another report", 0.0) if self._turn.locked() else None
            async with self._turn:
                profile = await self._read(path, progress, early)
            if profile is not None:
                return Report(profile, None, identity)
        return await asyncio.to_thread(open_report, path)

    async def run(self, *arguments: str) -> bytes:
        """What a verb of the command line prints. Cancelling the task kills it; raises HeaplineError if it fails."""
        async with self._child(*arguments) as (child, stdout, stderr):
            printed, said = await asyncio.gather(stdout.read(), stderr.read())
            await child.wait()
        if child.returncode:
            complaint = said.decode(errors="replace").strip().removeprefix("heapline: ")
            raise HeaplineError(complaint or f"The process ended early ({_ending(child.returncode)}).")
        return printed

    def kill(self) -> None:
        """End every child now; for when the server itself ends."""
        for child in self._children:
            with suppress(ProcessLookupError):
                child.kill()

    async def _read(self, path: Path, progress: Progress, early: Callable[[Report], Awaitable[None]]) -> Profile | None:
        """Have a child index a dump; or read a text, of which it gives the profile."""
        error: str | None = None
        profile: Profile | None = None
        async with self._child("index", "--events", str(path)) as (child, stdout, stderr):
            complaint = asyncio.create_task(_tail(stderr))
            try:
                async for line in stdout:
                    if profile_json.is_profile(line):
                        profile = await asyncio.to_thread(profile_json.load, line, path)
                        continue
                    event = orjson.loads(line)
                    error = event.get("error", error)
                    if "indexed" in event or "linked" in event:
                        await early(await asyncio.to_thread(open_report, path))
                    if "progress" in event:
                        progress(event["what"], event["progress"])
                status = await child.wait()
            finally:
                with suppress(ProcessLookupError):
                    child.kill()
                said = await complaint
                if said:
                    _log.warning("%s: the process that indexed it said:\n%s", path, said)
        if error is not None:
            raise HeaplineError(error)
        if status != 0:
            mark_crashed(path)
            raise HeaplineError(
                f"{path}: the process that indexed it ended early ({_ending(status)})."
                " It is not loaded again by itself; load it by command to try once more."
            )
        return profile

    @asynccontextmanager
    async def _child(self, *arguments: str) -> AsyncIterator[tuple[Process, StreamReader, StreamReader]]:
        """A verb of the command line in a process of its own, with its stdout and stderr; killed in the end.

        Its stdin stays open as long as this process lives, so that it can tell when that is gone.
        """
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "heapline", *arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=_LONGEST_EVENT,
        )
        self._children.add(child)
        assert child.stdout is not None and child.stderr is not None  # noqa: S101, PT018 -- asked for above
        try:
            yield child, child.stdout, child.stderr
        finally:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()
            self._children.discard(child)


def mark_crashed(path: Path) -> None:
    """Remember that indexing this file, as it is now, brought its process down."""
    with suppress(OSError, RuntimeError, HeaplineError):  # a file that is gone needs no mark
        _crash_mark(path).touch()


def crashed_before(path: Path) -> bool:
    """Whether indexing this file, as it is now, brought a process down."""
    try:
        return _crash_mark(path).exists()
    except (OSError, RuntimeError, HeaplineError):  # a file or cache that cannot be used: loading it will say so
        return False


def forget_crash(path: Path) -> None:
    """The user asks for it again."""
    with suppress(OSError, RuntimeError, HeaplineError):  # no such file, or no cache: loading it will say so
        _crash_mark(path).unlink(missing_ok=True)


def _crash_mark(path: Path) -> Path:
    return cache.index_path(cache.Identity.of(path)).with_suffix(".crashed")


async def _tail(stream: asyncio.StreamReader) -> str:
    """The last of what a child says. Read to the end, as a pipe that is full would stop the child."""
    kept = b""
    while piece := await stream.read(_MAX_COMPLAINT):
        kept = (kept + piece)[-_MAX_COMPLAINT:]
    return kept.decode(errors="replace").strip()


def _identity_of_long(path: Path) -> cache.Identity | None:
    """What a report that is left to a child is now; None for one that is read at once."""
    try:
        return cache.Identity.of(path) if needs_process(path) else None
    except OSError as error:
        raise HeaplineError(f"{path}: cannot be read: {error.strerror or error}.") from error


def _ending(status: int) -> str:
    if status == -9:
        return "killed, perhaps for lack of memory"
    return f"killed by signal {-status}" if status < 0 else f"exit code {status}"
