"""A client that need not behave: bytes to the server's standard input, messages from its standard output."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from lsp.editor import within_patience

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

Message = dict[str, Any]


class Raw:
    """One server process. Messages that nobody waited for are kept in `seen`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.process, self._stdin, self._stdout = process, process.stdin, process.stdout
        self.seen: list[Message] = []
        self._last_id = 0

    async def bytes(self, data: bytes) -> None:
        self._stdin.write(data)
        await self._stdin.drain()

    async def send(self, **message: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        await self.bytes(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    async def request(self, method: str, params: Any = None) -> int:
        """Send a request; gives its id, to wait for the answer with `answer`."""
        self._last_id += 1
        await self.send(id=self._last_id, method=method, params=params)
        return self._last_id

    async def receive(self) -> Message:
        """The next message. Fails if the stream is anything but whole messages."""
        size = None
        while (header := await within_patience(self._stdout.readline())) != b"\r\n":
            assert header.endswith(b"\r\n"), f"the stream ended or is torn: {header!r}"
            name, _, value = header.partition(b": ")
            size = int(value) if name == b"Content-Length" else size
        assert size is not None
        message: Message = json.loads(await within_patience(self._stdout.readexactly(size)))
        self.seen.append(message)
        return message

    async def until(self, **wanted: Any) -> Message:
        """The next message that has these members."""
        while True:
            message = await self.receive()
            if all(message.get(key) == value for key, value in wanted.items()):
                return message

    async def ask(self, method: str, params: Any = None) -> Message:
        """The answer to a request."""
        sent = await self.request(method, params)
        return await self.until(id=sent)

    async def initialize(self, folder: Path, capabilities: Mapping[str, object] | None = None, **more: Any) -> Message:
        folders = [{"uri": folder.as_uri(), "name": folder.name}]
        params = {"processId": None, "rootUri": None, "capabilities": capabilities or {}, "workspaceFolders": folders}
        answer = await self.ask("initialize", {**params, **more})
        await self.send(method="initialized", params={})
        return answer

    async def is_alive(self) -> bool:
        """Whether the server still answers."""
        answer = await self.ask("workspace/executeCommand", {"command": "heapline.status", "arguments": []})
        return "result" in answer

    async def close(self) -> None:
        """Close both pipes, as the end of the client's process does."""
        self._stdin.close()
        self.process._transport.get_pipe_transport(1).close()  # type: ignore[attr-defined]  # asyncio has no other way

    async def ended(self) -> int:
        """The exit code, once the process is gone."""
        return await within_patience(self.process.wait())


@asynccontextmanager
async def serving(*options: str, **environment: str) -> AsyncIterator[Raw]:
    """A server that nobody has spoken to yet; it is gone afterwards."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "heapline", "serve", "--stdio", *options),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, **environment},
    )
    try:
        yield Raw(process)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
