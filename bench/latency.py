"""How long the server takes to answer while it indexes another dump: code lens and hover, as an editor asks them."""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from lsprotocol import types as t
from pygls.lsp.client import LanguageClient

from heapline.report import open_report

_ROUNDS = 20_000


def print_latency(dump: Path, other: Path) -> None:
    """Load `dump`, then ask while `other` is being indexed; prints the median and the 99th percentile."""
    with tempfile.TemporaryDirectory() as folder:
        indexed = Path(folder) / "other.json.gz"
        shutil.copyfile(other, indexed)  # a copy is another dump, with no index
        asyncio.run(_measure(dump, indexed))


async def _measure(dump: Path, other: Path) -> None:
    report = open_report(dump)
    hottest = Path(report.profile.sites[0].path)
    lines = sorted({site.line for site in report.profile.sites if site.path == str(hottest)})
    report.close()
    client = LanguageClient("bench", "1")

    @client.feature(t.WINDOW_SHOW_MESSAGE)  # type: ignore[untyped-decorator]  # pygls leaves it untyped
    def _show(params: t.ShowMessageParams) -> None:
        print(params.message)

    await client.start_io(sys.executable, "-m", "heapline", "serve")
    folder = t.WorkspaceFolder(uri=hottest.parents[1].as_uri(), name="bench")
    await client.initialize_async(t.InitializeParams(t.ClientCapabilities(), workspace_folders=[folder]))
    client.initialized(t.InitializedParams())
    await client.workspace_execute_command_async(t.ExecuteCommandParams("heapline.load", [str(dump)]))
    document = t.TextDocumentIdentifier(hottest.as_uri())
    loading = asyncio.ensure_future(
        client.workspace_execute_command_async(t.ExecuteCommandParams("heapline.load", [str(other)]))
    )
    assert client._server is not None
    server = client._server.pid
    together = 0
    taken: dict[str, list[float]] = {"code lens": [], "hover": []}
    for number in range(_ROUNDS):
        if loading.done():
            break
        start = time.perf_counter()
        await client.text_document_code_lens_async(t.CodeLensParams(document))
        between = time.perf_counter()
        position = t.Position(lines[number % len(lines)] - 1, 0)
        await client.text_document_hover_async(t.HoverParams(document, position))
        taken["code lens"].append(between - start)
        taken["hover"].append(time.perf_counter() - between)
        if number % 50 == 0:
            together = max(together, sum(memory_of(pid) for pid in (server, *children_of(server))))
        await asyncio.sleep(0.002)
    await loading
    for name, seconds in taken.items():
        at_99 = statistics.quantiles(seconds, n=100)[98] * 1000
        median = statistics.median(seconds) * 1000
        print(f"{name} while indexing, {len(seconds):,} asked: median {median:.1f} ms, 99th percentile {at_99:.1f} ms")
    print(f"server and child together while indexing, sampled: {together / 1e6:.0f} MB at the most")
    print(f"the server's own memory with both dumps loaded: {memory_of(server) / 1e6:.0f} MB")
    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()  # type: ignore[no-untyped-call]  # pygls leaves it untyped


def memory_of(process: int) -> int:
    """Resident bytes of a process, 0 if it has ended."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (FileNotFoundError, ProcessLookupError):
        return 0


def children_of(process: int) -> list[int]:
    """The processes that a process started and that have not ended."""
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
