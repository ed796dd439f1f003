"""Messages out of order, of wrong shape, and from clients of the future."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from lsp.oracle import LEAK, LEAK_LINE, TEXT, TRANSLATE
from lsp.raw import Raw, serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

NOT_INITIALIZED, INVALID_REQUEST, INVALID_PARAMS, METHOD_NOT_FOUND = -32002, -32600, -32602, -32601
HOVER = {"textDocument": {"uri": LEAK.as_uri()}, "position": {"line": LEAK_LINE - 1, "character": 0}}


async def loaded(raw: Raw) -> Mapping[str, Any]:
    """Load a report; gives the answer."""
    return await raw.ask("workspace/executeCommand", {"command": "heapline.load", "arguments": [str(TEXT)]})


async def test_before_initialize_requests_are_refused_and_notifications_ignored() -> None:
    async with serving() as raw:
        # GIVEN a server that was not initialized
        # WHEN it gets a notification and requests
        opened = {"uri": LEAK.as_uri(), "languageId": "ruby", "version": 1, "text": "x"}
        await raw.send(method="textDocument/didOpen", params={"textDocument": opened})
        await raw.send(method="$/cancelRequest", params={"id": 1})
        answers = [
            await raw.ask("textDocument/hover", HOVER),
            await raw.ask("shutdown"),
            await raw.ask("workspace/executeCommand", {"command": "heapline.status"}),
        ]

        # THEN the requests are refused, nothing else is said, and it can be initialized
        assert [answer["error"]["code"] for answer in answers] == [NOT_INITIALIZED] * 3
        assert raw.seen == answers
        assert "capabilities" in (await raw.initialize(TRANSLATE))["result"]
        assert await raw.is_alive()


async def test_a_second_initialize_is_refused() -> None:
    async with serving() as raw:
        # GIVEN a server with a loaded report
        await raw.initialize(TRANSLATE)
        assert (await loaded(raw))["result"]
        # WHEN it is initialized again
        answer = await raw.initialize(TRANSLATE)
        # THEN that is refused, and the report is still there
        assert answer["error"]["code"] == INVALID_REQUEST
        assert (await raw.ask("textDocument/hover", HOVER))["result"]


async def test_after_shutdown_only_exit_is_taken() -> None:
    async with serving() as raw:
        # GIVEN a server that was shut down
        await raw.initialize(TRANSLATE)
        assert (await raw.ask("shutdown"))["result"] is None
        # WHEN it gets requests
        answers = [
            await raw.ask("textDocument/hover", HOVER),
            await raw.ask("shutdown"),
            await raw.initialize(TRANSLATE),
        ]
        # THEN they are refused, and exit ends it well
        assert [answer["error"]["code"] for answer in answers] == [INVALID_REQUEST] * 3
        await raw.send(method="exit")
        assert await raw.ended() == 0


async def test_values_that_only_newer_clients_know_are_left_out() -> None:
    # GIVEN capabilities with kinds, tags and a trace level from the future
    future = {
        "general": {"positionEncodings": ["utf-64", "utf-8"], "markdown": {"parser": "future", "allowedTags": ["x"]}},
        "workspace": {
            "symbol": {"symbolKind": {"valueSet": [1, 26, 99]}, "tagSupport": {"valueSet": [1, 77]}},
            "workspaceEdit": {"failureHandling": "pray", "resourceOperations": ["create", "conjure"]},
            "someday": {"yes": True},
        },
        "textDocument": {
            "completion": {
                "completionItem": {"tagSupport": {"valueSet": [1, 9]}, "insertTextModeSupport": {"valueSet": [5]}}
            },
            "publishDiagnostics": {"tagSupport": {"valueSet": [1, 2, 42]}},
            "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "wish"]}}},
            "hover": {"contentFormat": ["asciidoc", "markdown"]},
            "foldingRange": {"foldingRangeKind": {"valueSet": ["comment", "chapter"]}},
        },
    }
    async with serving() as raw:
        # WHEN it initializes the server
        answer = await raw.initialize(TRANSLATE, future, trace="everything")

        # THEN that works, and what is known of it is used
        assert answer["result"]["capabilities"]["positionEncoding"] == "utf-8"
        assert (await loaded(raw))["result"]
        assert (await raw.ask("textDocument/hover", HOVER))["result"]["contents"]["kind"] == "markdown"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server() -> AsyncIterator[Raw]:
    """One server for all that it must survive."""
    async with serving() as raw:
        await raw.initialize(TRANSLATE)
        yield raw


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("textDocument/hover", {}),
        ("textDocument/hover", {"textDocument": {"uri": 7}, "position": {"line": "x"}}),
        ("textDocument/hover", []),
        ("textDocument/hover", {**HOVER, "position": {"line": -1, "character": 0}}),
        ("textDocument/codeLens", None),
        ("workspace/executeCommand", {"command": 7}),
        ("workspace/executeCommand", {"command": "heapline.nothing"}),
        ("workspace/executeCommand", {"command": "heapline.status", "arguments": [1]}),
        ("textDocument/nothing", {}),
    ],
)
async def test_a_request_that_makes_no_sense_is_answered_with_an_error(
    server: Raw, method: str, params: object
) -> None:
    # GIVEN a server
    # WHEN it gets a request without meaning
    answer = await server.ask(method, params)
    # THEN it says so, and goes on
    assert answer["error"]["code"] in (INVALID_PARAMS, METHOD_NOT_FOUND)
    assert answer["error"]["message"]
    assert await server.is_alive()


async def test_notifications_that_make_no_sense_are_ignored() -> None:
    async with serving() as raw:
        # GIVEN a server
        await raw.initialize(TRANSLATE)
        # WHEN it gets notifications and answers without meaning
        await raw.send(method="textDocument/didOpen", params={})
        await raw.send(method="textDocument/didOpen", params=7)
        change = {"textDocument": {"uri": "file:///never/opened.rb", "version": 2}, "contentChanges": [{"text": "x"}]}
        await raw.send(method="textDocument/didChange", params=change)
        await raw.send(method="textDocument/didClose", params={"textDocument": {"uri": "file:///never/opened.rb"}})
        await raw.send(method="window/workDoneProgress/cancel", params={"token": "nobody's"})
        await raw.send(method="$/cancelRequest", params={"id": "nobody's"})
        await raw.send(method="$/setTrace", params={"value": "everything"})
        await raw.send(method="nothing/atAll", params={"jsonrpc": "2.0", "id": 1})
        await raw.send(id="nobody's", result={"x": 1})
        await raw.send(id="nobody's", error={"code": 1, "message": "x"})
        await raw.send(id="nobody's", error={})
        # THEN it says nothing and goes on
        assert await raw.is_alive()
        assert [message for message in raw.seen if message.get("method") == "window/showMessage"] == []


async def test_settings_that_look_like_a_message_are_settings() -> None:
    async with serving() as raw:
        # GIVEN settings that have the members of a message
        options = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "codeLens": {"enabled": False}}
        # WHEN a server is initialized with them
        answer = await raw.initialize(TRANSLATE, initializationOptions=options)
        # THEN it is
        assert "result" in answer
        assert await raw.is_alive()


async def test_a_flood_of_hovers_and_cancels_is_answered_one_by_one() -> None:
    async with serving() as raw:
        # GIVEN a loaded report
        await raw.initialize(TRANSLATE)
        await loaded(raw)
        # WHEN 200 hovers are asked for, each of which is cancelled at once
        sent = []
        for _ in range(200):
            sent.append(await raw.request("textDocument/hover", HOVER))
            await raw.send(method="$/cancelRequest", params={"id": sent[-1]})
        # THEN each gets one answer
        assert await raw.is_alive()
        assert [message["id"] for message in raw.seen if message.get("id") in sent] == sent


async def test_a_client_that_never_answers_the_request_for_progress_gets_its_report() -> None:
    async with serving() as raw:
        # GIVEN a client that says it can show progress
        await raw.initialize(TRANSLATE, {"window": {"workDoneProgress": True}})
        # WHEN it loads a report and answers nothing
        answer = await loaded(raw)
        # THEN the report is loaded, and no progress was sent under a token that was not agreed on
        assert answer["result"]["path"] == str(TEXT)
        methods = [message.get("method") for message in raw.seen]
        assert "window/workDoneProgress/create" in methods
        assert "$/progress" not in methods


async def test_a_client_that_refuses_progress_gets_its_report() -> None:
    async with serving() as raw:
        # GIVEN a client that says it can show progress
        await raw.initialize(TRANSLATE, {"window": {"workDoneProgress": True}})
        # WHEN it refuses to
        sent = await raw.request("workspace/executeCommand", {"command": "heapline.load", "arguments": [str(TEXT)]})
        asked = await raw.until(method="window/workDoneProgress/create")
        await raw.send(id=asked["id"], error={"code": -32603, "message": "no"})
        # THEN the report is loaded all the same
        answer = next((m for m in raw.seen if m.get("id") == sent), None) or await raw.until(id=sent)
        assert answer["result"]["path"] == str(TEXT)
        assert await raw.is_alive()
        assert "$/progress" not in [message.get("method") for message in raw.seen]
