"""The language server's state and the few things that every feature needs. The features are wired in `app`."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from lsprotocol import types as t
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from heapline import __version__
from heapline.insight.fixed import Fixed
from heapline.insight.quiet import is_excluded
from heapline.lsp.capabilities import Client
from heapline.lsp.jobs import Loader
from heapline.lsp.protocol import Protocol, tolerant_converter
from heapline.lsp.report_texts import ReportTexts
from heapline.lsp.store import Store
from heapline.lsp.uris import key_of, to_path, to_uri
from heapline.markdown import printable
from heapline.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from heapline.heap.cache import Identity
    from heapline.heap.holders import Above
    from heapline.insight.hot_lines import HotLines
    from heapline.lsp.documents import Document
    from heapline.lsp.features.diagnostics import Published
    from heapline.lsp.ground import Ground
    from heapline.lsp.placed import Entry
    from heapline.report import Report

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WaysUp:
    """From the objects of a site to the roots: how many there are, how many no root reaches, who holds the others."""

    report: Report
    site: int
    objects: int
    unreachable: int
    holders: list[Above]


class Server(LanguageServer):
    """One server, one client, any number of folders and reports."""

    protocol: Protocol

    def __init__(self) -> None:
        """Ready for `start_io`."""
        super().__init__("heapline", __version__, protocol_cls=Protocol, converter_factory=tolerant_converter)
        self.client = Client()
        self.store = Store()
        self.loader = Loader()
        self.loading: dict[str, asyncio.Task[Report]] = {}
        self.comparing: dict[tuple[Path, ...], asyncio.Task[None]] = {}
        self.uncompared: set[tuple[Path, ...]] = set()
        self.settling: set[str] = set()
        self.placing = asyncio.Lock()
        self.asking = asyncio.Semaphore(1)
        self.texts = ReportTexts()
        self.following: dict[str, asyncio.Task[None]] = {}
        self.published: dict[str, Published] = {}
        self.failed: dict[str, Identity | None] = {}
        self.watched: list[str | t.RelativePattern] = []
        self.client_settings: Any = None
        self.trusted = False
        self.told: set[str] = set()
        self.asked: set[asyncio.Task[None]] = set()
        self.ground: Ground | None = None
        self.hidden: set[str] = set()
        self.fixed = Fixed()
        self.ways_up: WaysUp | None = None
        self.hot_lines: tuple[dict[int, Entry], HotLines] | None = None
        self._default_settings = Settings()
        self._folder_settings: dict[str, Settings] = {}

    @property
    def folders(self) -> list[Path]:
        """The workspace's folders, in the client's spelling and order; of a client without them, its root."""
        uris = [folder.uri for folder in self.workspace.folders.values()]
        if not self.client.workspace_folders and self.workspace.root_uri:
            uris = uris or [self.workspace.root_uri]
        paths = (to_path(uri) for uri in uris)
        return [path for path in paths if path is not None]

    def open_document(self, uri: str) -> Document | None:
        """The document that the client has open under this URI."""
        document: Document | None = self.workspace.text_documents.get(unquote(uri))  # pygls' own key
        return document

    def document_of(self, path: Path) -> Document | None:
        """The document that the client has open of this file, under whatever URI."""
        for document in self.workspace.text_documents.values():
            opened = to_path(document.uri)
            if opened is not None and opened.name == path.name and key_of(opened) == key_of(path):
                found: Document = document
                return found
        return None

    def folder_of(self, path: Path) -> Path | None:
        """The innermost folder that holds the file and whose settings are known."""
        return next((parent for parent in (path, *path.parents) if str(parent) in self._folder_settings), None)

    def settings_for(self, path: Path) -> Settings:
        """The settings of the innermost folder that holds the file, else the client's."""
        folder = self.folder_of(path)
        return self._folder_settings[str(folder)] if folder else self._default_settings

    @property
    def all_settings(self) -> list[Settings]:
        """The settings of all folders, and the client's."""
        return [self._default_settings, *self._folder_settings.values()]

    def shows(self, path: Path) -> bool:
        """Whether the user wants to see anything in this file."""
        settings = self.settings_for(path)
        if not settings.enabled or (self.hidden and key_of(path) in self.hidden):
            return False
        return not (settings.exclude and is_excluded(path, self.folder_of(path), settings))

    def use_settings(self, default: Settings, by_folder: dict[Path, Settings]) -> None:
        """Replace all settings."""
        self._default_settings = default
        self._folder_settings = {str(folder): settings for folder, settings in by_folder.items()}

    def uri_of(self, path: Path) -> str:
        """The file's URI as the client spells it: of the open document, else from its folder's spelling."""
        document = self.document_of(path)
        return str(document.uri) if document else to_uri(path)

    def show(self, kind: t.MessageType, message: str) -> None:
        """One message to the user, and to the log; what came from a file in it may be hostile."""
        message = printable(message)
        _note(kind, message)
        self.window_show_message(t.ShowMessageParams(kind, message))

    def ask(self, kind: t.MessageType, message: str, button: str, then: Callable[[], Awaitable[object]]) -> None:
        """One message with a button, as `show`; `then` is done when the user presses it. Waits for nobody."""
        message = printable(message)
        _note(kind, message)
        buttons = [t.MessageActionItem(button)]
        sent = self.window_show_message_request(t.ShowMessageRequestParams(kind, message, buttons))

        async def wait() -> None:
            try:
                answer = await asyncio.wrap_future(sent)
            except JsonRpcException as error:  # not every client knows buttons
                _log.info("The client showed no button: %s", error)
                self.window_show_message(t.ShowMessageParams(kind, message))
                return
            if answer is not None and answer.title == button:
                await then()

        task = asyncio.create_task(wait())
        self.asked.add(task)
        task.add_done_callback(self.asked.discard)

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log what went wrong in the server; the user gets messages only about what the user can mend."""
        _log.error("%s: %s", getattr(source, "__name__", source), error)


def _note(kind: t.MessageType, message: str) -> None:
    """Log what is shown to the user. At most as a warning: the server goes on."""
    _log.log(logging.INFO if kind is t.MessageType.Info else logging.WARNING, "%s: %s", kind.name, message)
