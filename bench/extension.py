"""The figures of the VS Code extension, from the package in a real VS Code: ``python bench/extension.py [OBJECTS]``.

Needs what tests/vscode needs, and says so where that is missing. ``make bench`` runs it.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from run import GROW, MEGABYTE, make_dump

from vscode.running import EXTENSION, SERVER, TOOLS, run_suite

SMALL = 300_000
RUNS = 3


def main() -> None:
    """Package the extension, and print its size, its start, and what loading dumps costs."""
    objects = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    chromium = shutil.which("chromium")
    if chromium is None or not (TOOLS / "installed").exists() or not (EXTENSION / "node_modules").exists():
        print("no figures of the VS Code extension: run tests/vscode/install.sh and npm ci in vscode-extension")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        vsix = folder / "heapline.vsix"
        subprocess.run(
            [sys.executable, str(EXTENSION / "package.py"), "--out", str(vsix)], check=True, capture_output=True
        )
        print(f"\nthe VS Code extension: {vsix.stat().st_size / MEGABYTE:.2f} MB")
        dumps = Path(tempfile.gettempdir()) / "heapline-bench"
        small = [measure(folder / f"small-{i}", vsix, chromium, make_dump(dumps, SMALL)) for i in range(RUNS)]
        for figure, what in (
            ("activation", "activation"),
            ("firstLenses", f"load to first lenses, {SMALL:,} objects"),
            ("complete", f"load to retained sizes, {SMALL:,} objects"),
        ):
            print(f"{what:45} {statistics.median(run[figure] for run in small):7.0f} ms, median of {RUNS} runs")
        large = measure(folder / "large", vsix, chromium, make_dump(dumps, objects))
        for kind, what in (("rss", "resident memory"), ("heapUsed", "JavaScript heap")):
            before, after = large["before"][kind] / MEGABYTE, large["after"][kind] / MEGABYTE
            print(f"extension host, {what}: {before:.0f} MB, with {objects:,} objects loaded {after:.0f} MB")


def measure(folder: Path, vsix: Path, chromium: str, dump: Path) -> dict[str, Any]:
    """One start of VS Code, with an empty profile and the program that made the dump, and no index of it."""
    workspace, out = folder / "workspace", folder / "out"
    shutil.copytree(GROW.parent, workspace)
    out.mkdir()
    options = {
        "tools": str(TOOLS),
        "browser": chromium,
        "vsix": str(vsix),
        "home": str(folder / "home"),
        "command": SERVER,
        "environment": {"HEAPLINE_CACHE_DIR": str(folder / "cache")},
        "trusted": True,
        "workspace": str(workspace),
        "report": str(dump),
        "file": "lib/giants.rb",
        "line": 1,
        "column": 1,
        "live": "",
    }
    run_suite("../../bench/extension", options, "out")
    figures: dict[str, Any] = json.loads((out / "figures.json").read_text())
    return figures


if __name__ == "__main__":
    main()
