"""Bytes on standard input that are no messages, and what must never be on standard output."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from lsp.oracle import DUMP, LEAK, LEAK_LINE, TRANSLATE
from lsp.raw import Raw, serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


def frame(body: bytes, header: bytes = b"Content-Length: %d\r\n") -> bytes:
    return (header % len(body) if b"%d" in header else header) + b"\r\n" + body


REQUEST = json.dumps({"jsonrpc": "2.0", "id": "framed", "method": "textDocument/nothing", "params": {}}).encode()
SKIPPED = {
    "no JSON": frame(b"{nonsense"),
    "no UTF-8": frame(b'{"jsonrpc": "2.0", "method": "\xff\xfe"}'),
    "a lone surrogate": frame(b'{"jsonrpc": "2.0", "method": "\\ud800", "params": "\\udfff"}'),
    "a list": frame(b"[]"),
    "a batch": frame(b"[" + REQUEST + b"]"),
    "a number": frame(b"7"),
    "null": frame(b"null"),
    "an empty object": frame(b"{}"),
    "another protocol": frame(b'{"jsonrpc": "1.0", "id": 1, "method": "shutdown"}'),
    "a deep nest": frame(b"[" * 100_000),
    "a long number": frame(b'{"jsonrpc": "2.0", "id": ' + b"9" * 5000 + b"}"),
    "blank lines": b"\r\n\r\n\n\n",
    "stray bytes": b"\x00\x01\xffhello\r\n",
    "no length": b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n",
    "a length of nothing": b"Content-Length: 0\r\n\r\n",
    "a length that is no number": b"Content-Length: many\r\n\r\n",
    "a negative length": b"Content-Length: -5\r\n\r\n",
    "a length of 5,000 digits": b"Content-Length: " + b"9" * 5000 + b"\r\n",
    "an endless header": b"X" * 200_000 + b"\r\n",
}
TAKEN = {
    "two headers": frame(REQUEST, b"Content-Length: %d\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n"),
    "the length last": frame(REQUEST, b"Content-Type: application/vscode-jsonrpc\r\nContent-Length: %d\r\n"),
    "the length twice": frame(REQUEST, b"Content-Length: %d\r\n" % len(REQUEST) + b"Content-Length: 5\r\n"),
    "a blank first": b"\n" + frame(REQUEST),
}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server() -> AsyncIterator[Raw]:
    """One server for all that it must survive."""
    async with serving() as raw:
        await raw.initialize(TRANSLATE)
        yield raw


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("what", SKIPPED)
async def test_what_is_no_message_is_skipped(server: Raw, what: str) -> None:
    # GIVEN a server
    # WHEN it gets bytes that are no message
    await server.bytes(SKIPPED[what])
    # THEN it understands the next message
    assert await server.is_alive()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("what", TAKEN)
async def test_a_message_in_an_unusual_frame_is_taken(server: Raw, what: str) -> None:
    # GIVEN a server
    # WHEN it gets a message in a frame that few clients send
    await server.bytes(TAKEN[what])
    # THEN it is answered, and so is the next
    assert "error" in await server.until(id="framed")
    assert await server.is_alive()


async def test_a_message_larger_than_anything_sensible_is_read_past() -> None:
    async with serving() as raw:
        # GIVEN a server
        await raw.initialize(TRANSLATE)
        # WHEN it gets a body of more than a quarter of a gigabyte
        size = 257 << 20
        await raw.bytes(b"Content-Length: %d\r\n\r\n" % size)
        for _ in range(257):
            await raw.bytes(b"x" * (1 << 20))
        # THEN it goes on with what follows
        assert await raw.is_alive()


@pytest.mark.parametrize("cut", [b"Content-Le", b"Content-Length: 100\r\n", b"Content-Length: 100\r\n\r\n{"])
async def test_a_stream_that_ends_within_a_message_ends_the_server(cut: bytes) -> None:
    async with serving() as raw:
        # GIVEN a server
        await raw.initialize(TRANSLATE)
        # WHEN its client goes in the middle of a message
        await raw.bytes(cut)
        await raw.close()
        # THEN it goes as well
        await raw.ended()


async def test_nothing_but_messages_is_on_standard_output_even_if_it_is_unbuffered() -> None:
    # GIVEN a server whose Python does not buffer its output, which tears messages apart
    async with serving(PYTHONUNBUFFERED="1") as raw:
        await raw.initialize(TRANSLATE, {"workspace": {"codeLens": {"refreshSupport": True}}})

        # WHEN it loads while many requests are answered
        load = await raw.request("workspace/executeCommand", {"command": "heapline.load", "arguments": [str(DUMP)]})
        lens = {"textDocument": {"uri": LEAK.as_uri()}}
        hover = {**lens, "position": {"line": LEAK_LINE - 1, "character": 0}}
        sent = [await raw.request("textDocument/hover", hover) for _ in range(100)]
        sent += [await raw.request("textDocument/codeLens", lens) for _ in range(100)]

        # THEN all that comes back is whole
        await raw.until(id=sent[-1])
        if not any(message.get("id") == load for message in raw.seen):
            await raw.until(id=load)
        assert {*sent, load} <= {message.get("id") for message in raw.seen}
