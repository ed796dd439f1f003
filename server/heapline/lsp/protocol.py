"""pygls' protocol, made to live with clients that are early, late, wrong or gone."""

from __future__ import annotations

import enum
import inspect
import logging
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, get_args, get_origin

from lsprotocol import types as t
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol, default_converter, lsp_method

from heapline.lsp.documents import Documents

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from cattrs import Converter

_log = logging.getLogger(__name__)
_MAX_MESSAGE_BYTES = 256 << 20
_MAX_HEADER_BYTES = 256


class Protocol(LanguageServerProtocol):
    """Answers what pygls leaves unanswered, and ends at once when told to."""

    def __init__(self, server: Any, converter: Converter) -> None:
        """As pygls calls it."""
        super().__init__(server, converter)
        self.before_exit: Callable[[], None] = lambda: None

    def keep_documents_by_line(self) -> None:
        """From now on, before any document is opened, keep them as `documents.Document` does."""
        plain = self.workspace
        folders = list(plain.folders.values())
        self._workspace = Documents(
            plain.root_uri, self._server._text_document_sync_kind, folders, plain.position_encoding
        )

    def structure_message(self, data: dict[str, Any]) -> Any:
        """The object as it is: pygls asks for every object within a message, and settings may look like a message."""
        return data

    def handle_message(self, message: Any) -> None:
        """Dispatch a message, given as JSON; a request that has no valid form is answered with the error.

        Keeps to the order that the specification sets: initialize, work, shutdown, exit.
        """
        if not isinstance(message, dict) or message.get("jsonrpc") != self.VERSION:
            _log.warning("What is no message was left out.")
            return
        try:
            structured = super().structure_message(message)
        except JsonRpcException as error:
            if "id" in message and "method" in message:
                self._send_response(message["id"], None, error.to_response_error())
            return
        self._dispatch(structured)

    def _dispatch(self, message: Any) -> None:
        method = getattr(message, "method", None)
        if method is not None and method != t.EXIT:
            wrong = self._out_of_order(method)
            if wrong is not None:
                if hasattr(message, "id"):
                    self._send_response(message.id, None, wrong)
                return
        super().handle_message(message)

    def _out_of_order(self, method: str) -> t.ResponseError | None:
        if self._shutdown:
            return t.ResponseError(t.ErrorCodes.InvalidRequest, "the server was shut down")
        initialized = self._workspace is not None
        if method == t.INITIALIZE:
            return t.ResponseError(t.ErrorCodes.InvalidRequest, "initialize was sent before") if initialized else None
        return (
            None if initialized else t.ResponseError(t.ErrorCodes.ServerNotInitialized, f"{method} before initialize")
        )

    @lsp_method(t.WORKSPACE_EXECUTE_COMMAND)
    async def lsp_workspace__execute_command(self, params: t.ExecuteCommandParams) -> Any:  # type: ignore[override]  # pygls' is a generator
        """Run a command in the task of its request, so that cancelling the request cancels the command."""
        command, arguments, keywords = next(super().lsp_workspace__execute_command(params))
        result = command(*arguments, **keywords)
        return await result if inspect.isawaitable(result) else result

    @lsp_method(t.EXIT)
    def lsp_exit(self, *_: object) -> None:  # type: ignore[override]  # pygls' yields to user handlers; there are none
        """Leave now: pygls would wait for a thread that reads stdin, and that may never end."""
        self.before_exit()
        logging.shutdown()
        os._exit(0 if self._shutdown else 1)


class BoundedInput:
    """Standard input for pygls, which allocates whatever a Content-Length claims."""

    def __init__(self, stream: BinaryIO) -> None:
        """Wrap a blocking byte stream."""
        self._stream = stream

    def readline(self) -> bytes:
        """One header line; one longer than any that means something becomes one that means nothing."""
        line = self._stream.readline(1 << 16)
        return line if len(line) <= _MAX_HEADER_BYTES else b"-\r\n"

    def read(self, size: int) -> bytes:
        """The body; one beyond all measure is read past and becomes an empty message."""
        if size <= _MAX_MESSAGE_BYTES:
            return self._stream.read(size)
        _log.error("A message of %d bytes was announced and is left out.", size)
        while size > 0 and (piece := self._stream.read(min(size, 1 << 20))):
            size -= len(piece)
        return b"{}"


def open_stdio() -> tuple[BoundedInput, BinaryIO]:
    """Standard input and output for the protocol alone: whatever else prints goes to stderr.

    The output is a buffered file of its own, as a raw one (PYTHONUNBUFFERED) tears messages apart.
    """
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return BoundedInput(sys.stdin.buffer), out


def tolerant_converter() -> Converter:
    """pygls' converter, but enum values that the server never heard of are left out instead of failing a message.

    A newer client names symbol kinds, tags or trace levels of its own in `initialize`.
    """
    converter: Converter = default_converter()  # type: ignore[no-untyped-call]  # pygls leaves it untyped

    def is_list(kind: Any) -> bool:
        return get_origin(kind) is Sequence and _is_enum(_without_none(kind))

    def is_optional(kind: Any) -> bool:
        return type(None) in get_args(kind) and _is_enum(_without_none(kind))

    def known(values: Any, kind: Any) -> tuple[Any, ...]:
        member = _without_none(kind)
        return tuple(member(value) for value in values if _has(member, value))

    def known_or_none(value: Any, kind: Any) -> Any:
        member = _without_none(kind)
        return member(value) if _has(member, value) else None

    converter.register_structure_hook_func(is_list, known)
    converter.register_structure_hook_func(is_optional, known_or_none)
    return converter


def _without_none(kind: Any) -> Any:
    arguments = [argument for argument in get_args(kind) if argument is not type(None)]
    return arguments[0] if len(arguments) == 1 else None


def _is_enum(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, enum.Enum)


def _has(member: Any, value: Any) -> bool:
    return any(value == item.value for item in member)
