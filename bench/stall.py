"""How long the server keeps an editor waiting while it places and shows a dump with numbers on 100,000 lines."""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lsprotocol import types as t
from pygls.lsp.client import LanguageClient

from places import FILES, SITES, make_workspace

_SCRIPT = Path(__file__).with_name("sites.rb")


def print_stall() -> None:
    """Load such a dump and ask for code lenses all the while; prints how long the answers took."""
    ruby = shutil.which("ruby") or sys.exit("bench: ruby is needed to make a dump")
    with tempfile.TemporaryDirectory() as folder:
        workspace, dump = Path(folder) / "shop", Path(folder) / "heap.json"
        files = make_workspace(workspace, FILES)
        lines = "".join(f"/app/{files[n % len(files)]}:{1 + n // len(files)}\n" for n in range(SITES))
        subprocess.run([ruby, str(_SCRIPT), str(dump)], input=lines, text=True, check=True)
        os.environ.setdefault("HEAPLINE_CACHE_DIR", str(Path(folder) / "cache"))
        asyncio.run(_measure(workspace, workspace / files[0], dump))


async def _measure(workspace: Path, file: Path, dump: Path) -> None:
    client = LanguageClient("bench", "1")

    @client.feature(t.WINDOW_SHOW_MESSAGE)  # type: ignore[untyped-decorator]  # pygls leaves it untyped
    def _show(params: t.ShowMessageParams) -> None:
        print(params.message)

    await client.start_io(sys.executable, "-m", "heapline", "serve")
    folder = t.WorkspaceFolder(uri=workspace.as_uri(), name="bench")
    options = {"threshold": {"bytes": 0}}
    params = t.InitializeParams(t.ClientCapabilities(), workspace_folders=[folder], initialization_options=options)
    await client.initialize_async(params)
    client.initialized(t.InitializedParams())
    document = t.TextDocumentIdentifier(file.as_uri())
    command = t.ExecuteCommandParams("heapline.load", [str(dump)])
    loading = asyncio.ensure_future(client.workspace_execute_command_async(command))
    taken = []
    while not loading.done():
        start = time.perf_counter()
        await client.text_document_code_lens_async(t.CodeLensParams(document))
        taken.append(time.perf_counter() - start)
        await asyncio.sleep(0.002)
    loaded = await loading
    assert loaded is not None
    print(f"{loaded['placedSites']:,} lines placed; {len(taken):,} requests while it was loaded:")
    at_99 = statistics.quantiles(taken, n=100)[98] * 1000
    median, longest = statistics.median(taken) * 1000, max(taken) * 1000
    print(f"code lens: median {median:.1f} ms, 99th percentile {at_99:.1f} ms, longest {longest:.0f} ms\n")
    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()  # type: ignore[no-untyped-call]  # pygls leaves it untyped


if __name__ == "__main__":
    print_stall()
