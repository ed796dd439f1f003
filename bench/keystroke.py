"""How long a keystroke takes the server among 5,000 hot lines, and the lenses that an editor asks for after it."""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from lsprotocol import types as t
from pygls.lsp.client import LanguageClient

_LINES = 5000
_ROUNDS = 1000


def print_keystrokes() -> None:
    """Type above and among the hot lines; prints medians and 99th percentiles beside what a request takes by itself."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure(Path(folder).resolve()))


async def _measure(folder: Path) -> None:
    file, report = folder / "hot.rb", folder / "report.txt"
    text = "".join(f"  @entries[{number}] = {{ key: {number} }}\n" for number in range(_LINES))
    file.write_text(text)
    rows = "".join(f"{100_000 + number}  {file}:{number + 1}\n" for number in range(_LINES))
    report.write_text(
        "Total allocated: 600000000 bytes (500000 objects)\nTotal retained:  0 bytes (0 objects)\n\n"
        f"allocated memory by location\n{'-' * 35}\n{rows}\n"
    )
    client = LanguageClient("bench", "1")
    for method in (t.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, t.WINDOW_SHOW_MESSAGE):
        client.feature(method)(lambda _: None)
    await client.start_io(sys.executable, "-m", "heapline", "serve")
    workspace = [t.WorkspaceFolder(uri=folder.as_uri(), name="bench")]
    await client.initialize_async(t.InitializeParams(t.ClientCapabilities(), workspace_folders=workspace))
    client.initialized(t.InitializedParams())
    client.text_document_did_open(t.DidOpenTextDocumentParams(t.TextDocumentItem(file.as_uri(), "ruby", 0, text)))
    await client.workspace_execute_command_async(t.ExecuteCommandParams("heapline.load", [str(report)]))
    document = t.TextDocumentIdentifier(file.as_uri())
    nothing = t.HoverParams(document, t.Position(2 * _LINES, 0))
    lenses = await client.text_document_code_lens_async(t.CodeLensParams(document))
    assert lenses
    taken: dict[str, list[float]] = {"a request alone": [], "a keystroke and a request": [], "the lenses after it": []}
    for number in range(_ROUNDS):
        start = time.perf_counter()
        await client.text_document_hover_async(nothing)
        taken["a request alone"].append(time.perf_counter() - start)
        at = t.Position(number * 7 % _LINES, 0)
        change = t.TextDocumentContentChangePartial(range=t.Range(at, at), text="\n" if number % 5 == 0 else "x")
        versioned = t.VersionedTextDocumentIdentifier(uri=file.as_uri(), version=number + 1)
        start = time.perf_counter()
        client.text_document_did_change(t.DidChangeTextDocumentParams(versioned, [change]))
        await client.text_document_hover_async(nothing)
        between = time.perf_counter()
        await client.text_document_code_lens_async(t.CodeLensParams(document))
        taken["a keystroke and a request"].append(between - start)
        taken["the lenses after it"].append(time.perf_counter() - between)
    print(f"\n{_ROUNDS:,} keystrokes in a file of {_LINES:,} hot lines")
    for name, seconds in taken.items():
        at_99 = statistics.quantiles(seconds, n=100)[98] * 1000
        print(f"{name}: median {statistics.median(seconds) * 1000:.1f} ms, 99th percentile {at_99:.1f} ms")
    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()  # type: ignore[no-untyped-call]  # pygls leaves it untyped


if __name__ == "__main__":
    print_keystrokes()
