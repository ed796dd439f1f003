"""A well-behaved editor: pytest-lsp's client under recorded capabilities, and what a user does in it."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lsprotocol import types as t
from pygls.protocol import default_converter
from pytest_lsp import LanguageClient, LanguageClientProtocol, client_capabilities
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features
from pytest_lsp.client import configuration as _answer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

    from cattrs import Converter

    T = TypeVar("T")

VSCODE, NEOVIM, EMACS = "visual-studio-code", "neovim@v0.11", "emacs@v29.1"
CLIENTS = (VSCODE, NEOVIM, EMACS)
PATIENCE = 60  # seconds until a test gives up on an event that never comes; nothing is measured with it


@cache  # it takes longer to get ready than most tests to run
def _converter() -> Converter:
    """pygls' converter, but with code actions that have a command: lsprotocol takes each of them for the command."""
    converter: Converter = default_converter()  # type: ignore[no-untyped-call]

    def structure(found: Any, _: object) -> t.Command | t.CodeAction:
        kind: type[t.Command | t.CodeAction] = t.Command if isinstance(found.get("command"), str) else t.CodeAction
        return converter.structure(found, kind)

    converter.register_structure_hook(t.Command | t.CodeAction, structure)
    return converter


class _Protocol(LanguageClientProtocol):
    def handle_message(self, message: Any) -> None:
        super().handle_message(message)
        assert isinstance(self._server, Editor)
        self._server.news.set()


class Editor(LanguageClient):
    """One editor with one server. What the server sent is in the attributes; `until` waits for more of it."""

    def __init__(self) -> None:
        super().__init__(converter_factory=_converter, protocol_cls=_Protocol)
        own = {t.WORKSPACE_CONFIGURATION}
        features = {method: feature for method, feature in DEFAULT_CLIENT_FEATURES.items() if method not in own}
        register_lsp_features(self, features)
        self.news = asyncio.Event()
        self.refreshes = 0
        self.hint_refreshes = 0
        self.asked_for_settings = False
        self.registered: dict[str, t.Registration] = {}
        self.complaints: list[Exception] = []
        self.edits = 0
        self.offered: list[str] = []
        self.presses: str | None = None
        for method, handler in (
            (t.WORKSPACE_CODE_LENS_REFRESH, _refresh),
            (t.WORKSPACE_INLAY_HINT_REFRESH, _refresh_hints),
            (t.WORKSPACE_CONFIGURATION, _configuration),
            (t.WINDOW_SHOW_MESSAGE_REQUEST, _press),
            (t.CLIENT_REGISTER_CAPABILITY, _register),
            (t.CLIENT_UNREGISTER_CAPABILITY, _unregister),
        ):
            self.feature(method)(handler)

    @property
    def server(self) -> asyncio.subprocess.Process:
        assert self._server is not None
        return self._server

    @property
    def said(self) -> list[str]:
        """The messages that popped up, in order."""
        return [message.message for message in self.messages]

    @property
    def marked(self) -> dict[str, list[int]]:
        """The lines (1-based) that have a diagnostic, by URI; files without are left out."""
        return {uri: [d.range.start.line + 1 for d in found] for uri, found in self.diagnostics.items() if found}

    async def until(self, what: Callable[[], T]) -> T:
        """What `what` gives as soon as it gives something true; it is asked after each message."""

        async def ask() -> T:
            while not (found := what()):
                assert self.server.returncode is None, "the server is gone"
                self.news.clear()
                await self.news.wait()
            return found

        return await within_patience(ask())

    async def command(self, name: str, *arguments: object) -> Any:
        params = t.ExecuteCommandParams(f"heapline.{name}", list(arguments))
        return await self.workspace_execute_command_async(params)

    async def load(self, path: Path | str) -> Any:
        return await self.command("load", str(path))

    async def lenses(self, file: Path | str) -> dict[int, list[str]]:
        """The lenses' titles by line (1-based)."""
        found = await self.text_document_code_lens_async(t.CodeLensParams(document(file)))
        titles: dict[int, list[str]] = {}
        for lens in found or ():
            assert lens.command is not None
            titles.setdefault(lens.range.start.line + 1, []).append(lens.command.title)
        return titles

    async def hover(self, file: Path | str, line: int) -> t.Hover | None:
        params = t.HoverParams(document(file), t.Position(line - 1, 0))
        return await self.text_document_hover_async(params)

    async def hover_text(self, file: Path | str, line: int) -> str:
        found = await self.hover(file, line)
        assert found is not None, f"nothing on line {line} of {file}"
        assert isinstance(found.contents, t.MarkupContent)
        return found.contents.value

    def open(self, uri: str, text: str) -> None:
        self.edits += 1
        item = t.TextDocumentItem(uri, "ruby", self.edits, text)
        self.text_document_did_open(t.DidOpenTextDocumentParams(item))

    def change(self, file: Path | str, *changes: t.TextDocumentContentChangeEvent) -> None:
        """Edit an open document; each change is of the text that the one before left."""
        self.edits += 1
        versioned = t.VersionedTextDocumentIdentifier(version=self.edits, uri=document(file).uri)
        self.text_document_did_change(t.DidChangeTextDocumentParams(versioned, changes))

    def close(self, file: Path | str) -> None:
        self.text_document_did_close(t.DidCloseTextDocumentParams(document(file)))

    def save(self, file: Path) -> None:
        self.text_document_did_save(t.DidSaveTextDocumentParams(document(file)))

    def saw_change_of(self, *files: Path) -> None:
        changes = [t.FileEvent(file.as_uri(), t.FileChangeType.Changed) for file in files]
        self.workspace_did_change_watched_files(t.DidChangeWatchedFilesParams(changes))

    def watched(self) -> list[Any]:
        """The globs that the server asked to have watched, as they are in JSON."""
        found = [r for r in self.registered.values() if r.method == t.WORKSPACE_DID_CHANGE_WATCHED_FILES]
        return [watcher["globPattern"] for r in found for watcher in (r.register_options or {})["watchers"]]

    def report_server_error(self, error: Exception, source: Any) -> None:
        self.complaints.append(error)
        super().report_server_error(error, source)

    async def server_exit(self, server: asyncio.subprocess.Process) -> None:
        self.news.set()
        await super().server_exit(server)


def _refresh(editor: Editor, _: object) -> None:
    editor.refreshes += 1


def _refresh_hints(editor: Editor, _: object) -> None:
    editor.hint_refreshes += 1


def _press(editor: Editor, params: t.ShowMessageRequestParams) -> t.MessageActionItem | None:
    editor.messages.append(t.ShowMessageParams(params.type, params.message))
    editor.offered += [action.title for action in params.actions or ()]
    return next((action for action in params.actions or () if action.title == editor.presses), None)


def _configuration(editor: Editor, params: t.ConfigurationParams) -> Any:
    editor.asked_for_settings = True
    return _answer(editor, params)


def _register(editor: Editor, params: t.RegistrationParams) -> None:
    editor.registered |= {registration.id: registration for registration in params.registrations}


def _unregister(editor: Editor, params: t.UnregistrationParams) -> None:
    for gone in params.unregisterations:
        del editor.registered[gone.id]


def document(file: Path | str) -> t.TextDocumentIdentifier:
    return t.TextDocumentIdentifier(file.as_uri() if isinstance(file, Path) else file)


def typed(
    line: int, column: int, text: str, *, until: tuple[int, int] | None = None
) -> t.TextDocumentContentChangePartial:
    """Text typed at a line (1-based) and column, in the place of what is there `until` another."""
    start, (last, end) = t.Position(line - 1, column), until or (line, column)
    return t.TextDocumentContentChangePartial(range=t.Range(start, t.Position(last - 1, end)), text=text)


def folder_of(path: Path) -> t.WorkspaceFolder:
    return t.WorkspaceFolder(path.as_uri(), path.name)


async def within_patience(awaitable: Awaitable[T]) -> T:
    return await asyncio.wait_for(awaitable, PATIENCE)


@asynccontextmanager
async def editing(
    *folders: Path,
    client: str = VSCODE,
    capabilities: t.ClientCapabilities | None = None,
    options: object = None,
    configuration: Mapping[Path, object] | None = None,
    environment: Mapping[str, str] | None = None,
    root_uri: str | None = None,
    prepare: Callable[[Editor], None] = lambda _: None,
    errors: Sequence[str] = (),
) -> AsyncIterator[Editor]:
    """An editor that was started, leaves in order, and neither saw nor caused an error (but one that has `errors`)."""
    with tempfile.TemporaryDirectory() as scratch:
        log = Path(scratch, "log")
        editor = Editor()
        prepare(editor)
        for folder, settings in (configuration or {}).items():
            editor.set_configuration(settings, section="heapline", scope_uri=folder.as_uri())
        command = (sys.executable, "-m", "heapline", "serve", "--stdio", "--log-file", str(log))
        await editor.start_io(*command, env={**os.environ, **(environment or {})})
        try:
            params = t.InitializeParams(
                capabilities or client_capabilities(client),
                root_uri=root_uri,
                initialization_options=options,
                workspace_folders=[folder_of(folder) for folder in folders] or None,
            )
            await within_patience(editor.initialize_session(params))
            if (folders or root_uri) and params.capabilities.workspace and params.capabilities.workspace.configuration:
                await editor.until(lambda: editor.asked_for_settings)
            yield editor
            await within_patience(editor.shutdown_session())
            logged = log.read_text(encoding="utf-8")  # noqa: ASYNC240 -- nobody waits for this loop
        finally:
            with suppress(ProcessLookupError):
                editor.server.kill()
            await editor.stop()  # type: ignore[no-untyped-call]
    assert editor.complaints == []
    wrong = [line for line in logged.splitlines() if " ERROR " in line and not any(known in line for known in errors)]
    assert wrong == []
    assert editor.server.returncode == 0
