"""How long a keystroke takes the server among 5,000 hot lines, and the lenses that an editor asks for after it.

Wall times have the client in them, and whatever else the machine does. How long the server's thread ran on a processor,
which Linux tells, is printed beside them.
"""

from __future__ import annotations

import asyncio
import os
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
    steps = ("a request alone", "a keystroke and a request", "the lenses after it")
    taken: dict[str, list[tuple[float, float]]] = {step: [] for step in steps}
    server = _children()[-1]
    for number in range(_ROUNDS):
        start = _now(server)
        await client.text_document_hover_async(nothing)
        taken["a request alone"].append(_since(start, server))
        at = t.Position(number * 7 % _LINES, 0)
        change = t.TextDocumentContentChangePartial(range=t.Range(at, at), text="\n" if number % 5 == 0 else "x")
        versioned = t.VersionedTextDocumentIdentifier(uri=file.as_uri(), version=number + 1)
        start = _now(server)
        client.text_document_did_change(t.DidChangeTextDocumentParams(versioned, [change]))
        await client.text_document_hover_async(nothing)
        taken["a keystroke and a request"].append(_since(start, server))
        start = _now(server)
        await client.text_document_code_lens_async(t.CodeLensParams(document))
        taken["the lenses after it"].append(_since(start, server))
    print(f"\n{_ROUNDS:,} keystrokes in a file of {_LINES:,} hot lines: milliseconds, median and 99th percentile")
    print(f"{'':28}{'wall':>14}{'server ran':>14}")
    for name, times in taken.items():
        print(f"{name:28}" + "".join(f"{_median_and_99th(column):>14}" for column in zip(*times, strict=True)))
    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()  # type: ignore[no-untyped-call]  # pygls leaves it untyped


def _children() -> list[int]:
    """The processes that this one started, oldest first."""
    return [int(child) for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


def _now(process: int) -> tuple[float, float]:
    """Seconds of the wall's clock, and those that the process's main thread ran (its `schedstat`, in nanoseconds)."""
    ran = int(Path(f"/proc/{process}/schedstat").read_text().split()[0])
    return time.perf_counter(), ran / 1e9


def _since(start: tuple[float, float], process: int) -> tuple[float, float]:
    wall, ran = _now(process)
    return wall - start[0], ran - start[1]


def _median_and_99th(seconds: tuple[float, ...]) -> str:
    return f"{statistics.median(seconds) * 1000:.1f} {statistics.quantiles(seconds, n=100)[98] * 1000:.1f}"


if __name__ == "__main__":
    print_keystrokes()
