"""A report text of 100 MB in an editor: how long opening, asking and typing take, and how long others wait for it."""

from __future__ import annotations

import asyncio
import json
import os
import random
import statistics
import sys
import tempfile
import time
from contextlib import asynccontextmanager
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

from latency import memory_of

from places import make_workspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

_BYTES = 100_000_000
_FILES = 2000
_LOCATIONS = 100_000
_ASKED = 500
_KEYSTROKES = 20
_LINKED = 5
_LANGUAGE = "ruby-memory-report"
_SEED = 7
_VALUE = "SELECT * FROM posts WHERE posts.id ="


def print_long_text() -> None:
    """Open, read and edit such a text with each kind of line end, and one about code that is not here."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder).resolve() / "shop"
        files = make_workspace(workspace, _FILES)
        for name, root, end in (("LF", "/app", "\n"), ("CRLF", "/app", "\r\n"), ("LF, of other code", "/else", "\n")):
            lines = list(_lines([f"{root}/{file if root == '/app' else file + 'x'}" for file in files]))
            print(f"a report text of {sum(map(len, lines)) / 1e6:,.0f} MB, {len(lines):,} lines ({name})")
            other = workspace / files[0]
            asyncio.run(_measure(other, other.read_text(), lines, end))


def _lines(files: Sequence[str]) -> Iterator[str]:
    """A text as memory_profiler prints it, with `top` raised: locations by bytes and by objects, then its strings."""
    yield from ("Total allocated: 6000000000 bytes (50000000 objects)", "Total retained:  0 bytes (0 objects)")
    places = [f"{file}:{line}" for line in range(1, 1 + _LOCATIONS // len(files)) for file in files]
    size = 0
    for section in ("allocated memory by location", "allocated objects by location"):
        yield from ("", section, "-" * 35)
        for number, place in enumerate(places):
            row = f"{1_000_000 - number:10}  {place}"
            size += len(row) + 1
            yield row
    yield from ("", "Allocated String Report", "-" * 35)
    for number, place in enumerate(cycle(places)):
        if size > _BYTES:
            return
        for row in (f'{100 + number % 900:10}  "{_VALUE} {number}"', f"{100 + number % 900:10}  {place}", ""):
            size += len(row) + 1
            yield row


async def _measure(other: Path, code: str, lines: list[str], end: str) -> None:
    workspace = other.parents[3]
    report = workspace / "report.txt"
    rows = [number for number, line in enumerate(lines) if line.endswith((".rb:1", ".rbx:1"))]
    async with _serving(workspace) as server:
        server.tell("textDocument/didOpen", _opened(other, "ruby", code))
        lenses = {"textDocument": {"uri": other.as_uri()}}
        await server.ask("textDocument/codeLens", lenses)
        before = memory_of(server.pid)
        message = server.message("textDocument/didOpen", _opened(report, _LANGUAGE, end.join(lines)))
        start, worked = time.perf_counter(), _processor_time(server.pid)
        server.write(message)
        done = asyncio.Event()
        waiting = asyncio.create_task(server.wait_times("textDocument/codeLens", lenses, done))
        about = {"textDocument": {"uri": report.as_uri()}}
        first = await server.ask("textDocument/hover", {**about, "position": {"line": rows[0], "character": 0}})
        opening, opening_worked = time.perf_counter() - start, _processor_time(server.pid) - worked
        asked = ("documentLink", "foldingRange", "documentSymbol", "codeLens")
        found = await asyncio.gather(*(server.ask(f"textDocument/{name}", about) for name in asked))
        everything, worked = time.perf_counter() - start, _processor_time(server.pid) - worked
        done.set()
        waits = await waiting
        print(f"opening until the first hover          {opening:7.2f} s, {opening_worked:.2f} s of a processor")
        print(f"  and {len(found[0]):,} links, outline, folds      {everything:7.2f} s, {worked:.2f} s of a processor")
        print(f"  lenses of another document meanwhile {_told(waits)}")
        del message, first, found
        chosen = random.Random(_SEED).choices(rows, k=_ASKED)  # noqa: S311 -- no secret
        for name in ("hover", "definition"):
            taken = []
            for row in chosen:
                position = {"line": row, "character": 20}
                taken.append(await server.timed(f"textDocument/{name}", {**about, "position": position}))
            print(f"{name} on any row {' ' * (21 - len(name))} {_told(taken)}")
        worked = _processor_time(server.pid)
        again = [await server.timed("textDocument/documentLink", about) for _ in range(_LINKED)]
        worked = (_processor_time(server.pid) - worked) / _LINKED * 1000
        print(f"all links once more                    {_told(again)}, {worked:.0f} ms of a processor")
        for name, line in (("top", 4), ("end", len(lines) - 2)):
            row = rows[0] if name == "top" else rows[-1]
            await _type(server, report, lines[row], line, row, name)
        after = memory_of(server.pid)
        print(f"the server's memory: {before / 1e6:.0f} MB before, {after / 1e6:.0f} MB with the text\n")


async def _type(server: _Server, report: Path, text: str, line: int, row: int, name: str) -> None:
    """Type at a line, and ask what an editor asks after it."""
    about = {"textDocument": {"uri": report.as_uri()}}
    taken, again = [], []
    for number in range(_KEYSTROKES):
        at = {"line": line, "character": 0}
        change = {"range": {"start": at, "end": at}, "text": "x"}
        versioned = {"uri": report.as_uri(), "version": number + 2}
        start = time.perf_counter()
        server.tell("textDocument/didChange", {"textDocument": versioned, "contentChanges": [change]})
        await server.ask("textDocument/definition", {**about, "position": {"line": row, "character": len(text)}})
        taken.append(time.perf_counter() - start)
        if number < _KEYSTROKES // 4:
            start = time.perf_counter()
            await asyncio.gather(*(server.ask(f"textDocument/{n}", about) for n in ("documentLink", "foldingRange")))
            again.append(time.perf_counter() - start)
    print(f"a keystroke at the {name}, and a definition {_told(taken)}")
    print(f"  links and folds after it             {_told(again)}")


def _processor_time(process: int) -> float:
    """The seconds of all threads of a process on a processor: what other work on the machine does not change."""
    user, system = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _told(seconds: Sequence[float]) -> str:
    at_99 = statistics.quantiles(seconds, n=100, method="inclusive")[98] if len(seconds) > 1 else seconds[0]
    numbers = (statistics.median(seconds), at_99, max(seconds))
    median, most, longest = (f"{number * 1000:.1f} ms" for number in numbers)
    return f"median {median}, 99th percentile {most}, longest {longest} of {len(seconds)}"


def _opened(file: Path, language: str, text: str) -> dict[str, Any]:
    return {"textDocument": {"uri": file.as_uri(), "languageId": language, "version": 1, "text": text}}


class _Server:
    """The server's process, spoken to in bytes that were made before the clock runs."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin
        assert process.stdout
        self.pid = process.pid
        self._input, self._output = process.stdin, process.stdout
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._reading = asyncio.create_task(self._read())

    @staticmethod
    def message(method: str, params: object, **more: object) -> bytes:
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **more}, ensure_ascii=False).encode()
        return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)

    def write(self, message: bytes) -> None:
        self._input.write(message)

    def tell(self, method: str, params: object) -> None:
        self.write(self.message(method, params))

    async def ask(self, method: str, params: object) -> Any:
        number = len(self._asked)
        future = self._asked[number] = asyncio.get_running_loop().create_future()
        self.write(self.message(method, params, id=number))
        return await future

    async def timed(self, method: str, params: object) -> float:
        start = time.perf_counter()
        await self.ask(method, params)
        return time.perf_counter() - start

    async def wait_times(self, method: str, params: object, done: asyncio.Event) -> list[float]:
        """Ask again and again until `done`; gives how long each answer took."""
        taken = [await self.timed(method, params)]
        while not done.is_set():
            await asyncio.sleep(0.005)
            taken.append(await self.timed(method, params))
        return taken

    async def _read(self) -> None:
        while header := await self._output.readline():
            size = int(header.removeprefix(b"Content-Length: "))
            while await self._output.readline() != b"\r\n":
                pass
            answer = json.loads(await self._output.readexactly(size))
            if "result" in answer:
                self._asked[answer["id"]].set_result(answer["result"])
            elif "error" in answer:
                sys.exit(f"bench: {answer['error']}")

    def close(self) -> None:
        self._reading.cancel()


@asynccontextmanager
async def _serving(folder: Path) -> AsyncIterator[_Server]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "heapline", "serve"), stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL
    )
    server = _Server(process)
    try:
        folders = [{"uri": folder.as_uri(), "name": "bench"}]
        await server.ask("initialize", {"processId": None, "capabilities": {}, "workspaceFolders": folders})
        server.tell("initialized", {})
        yield server
    finally:
        server.close()
        process.kill()
        await process.wait()


if __name__ == "__main__":
    print_long_text()
