"""The main job on one screen: a real dump in the terminal, then in the language server, asked as an editor asks.

Run it with `make demo`.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from lsprotocol import types as t
from pygls.lsp.client import LanguageClient

SAMPLE = Path(__file__).resolve().parent / "translate"
DUMP = SAMPLE / "reports" / "heap-3.json.gz"
HEAPLINE = (sys.executable, "-m", "heapline")


def title(text: str) -> None:
    """Print a heading."""
    print(f"\n\033[1m{text}\033[0m", flush=True)


async def ask_the_server() -> None:
    """Start `heapline serve`, load the dump, and print what an editor would show."""
    client = LanguageClient("demo", "1")
    published: dict[str, t.PublishDiagnosticsParams] = {}

    @client.feature(t.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)  # type: ignore[untyped-decorator]  # pygls leaves it untyped
    def _keep(params: t.PublishDiagnosticsParams) -> None:
        published[params.uri] = params

    @client.feature(t.WINDOW_SHOW_MESSAGE)  # type: ignore[untyped-decorator]  # pygls leaves it untyped
    def _show(params: t.ShowMessageParams) -> None:
        print(params.message)

    await client.start_io(*HEAPLINE, "serve")
    hover_formats = t.HoverClientCapabilities(content_format=[t.MarkupKind.Markdown])
    capabilities = t.ClientCapabilities(text_document=t.TextDocumentClientCapabilities(hover=hover_formats))
    folder = t.WorkspaceFolder(uri=SAMPLE.as_uri(), name=SAMPLE.name)
    await client.initialize_async(t.InitializeParams(capabilities, workspace_folders=[folder]))
    client.initialized(t.InitializedParams())
    await client.workspace_execute_command_async(t.ExecuteCommandParams("heapline.load", [str(DUMP)]))

    title("Diagnostics: the lines that deserve attention")
    hottest: tuple[str, t.Diagnostic] | None = None
    for uri, params in published.items():
        for diagnostic in params.diagnostics:
            print(f"{short(uri)}:{diagnostic.range.start.line + 1}: {diagnostic.message}")
            hottest = hottest or (uri, diagnostic)
    assert hottest is not None, "the sample dump has lines that deserve attention"
    uri, diagnostic = hottest
    document = t.TextDocumentIdentifier(uri)

    title(f"Code lenses of {short(uri)}")
    for lens in await client.text_document_code_lens_async(t.CodeLensParams(document)) or ():
        assert lens.command is not None, "the server resolves its lenses at once"
        print(f"{short(uri)}:{lens.range.start.line + 1}: {lens.command.title}")

    title(f"Hover on {short(uri)}:{diagnostic.range.start.line + 1}")
    hover = await client.text_document_hover_async(t.HoverParams(document, diagnostic.range.start))
    assert hover is not None, "a line with a diagnostic has a hover"
    assert isinstance(hover.contents, t.MarkupContent), "the client asked for Markdown"
    print(hover.contents.value)

    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()  # type: ignore[no-untyped-call]  # pygls leaves it untyped


def short(uri: str) -> str:
    """The path of a URI as one would type it here."""
    path = Path(uri.removeprefix("file://"))
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


if __name__ == "__main__":
    title("$ heapline report samples/translate/reports/heap-3.json.gz --workspace samples/translate")
    subprocess.run([*HEAPLINE, "report", str(DUMP), "--workspace", str(SAMPLE), "--top", "8"], check=True)
    title("$ heapline serve   (as an editor starts it)")
    asyncio.run(ask_the_server())
