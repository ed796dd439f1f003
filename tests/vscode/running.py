"""Runs Heapline's packed extension in a real VS Code, and gives what was seen there.

The pictures and what was read on the screen go to the directory that the environment variable
HEAPLINE_SCREENSHOTS names, else to pytest's temporary directory.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
EXTENSION = HERE.parents[1] / "vscode-extension"
TOOLS = Path(os.environ.get("HEAPLINE_CACHE", Path.home() / ".cache" / "heapline-tests")) / "vscode"
SERVER = [sys.executable, "-m", "heapline", "serve", "--stdio"]
LEAK = "lib/translation_cache.rb"


def run(mode: str, options: dict[str, Any], pictures: str) -> Any:
    """What run.mjs saw; no process outlives it. Its log stands beside the pictures."""
    out = Path(os.environ.get("HEAPLINE_SCREENSHOTS", Path(options["home"]).parent)) / pictures
    out.mkdir(parents=True, exist_ok=True)
    command = ["node", str(HERE / "run.mjs"), mode, json.dumps({**options, "out": str(out)})]
    log = out / f"{mode}.log"
    with (
        log.open("w") as file,
        # It ends with its input, so that it ends with us, however that may be.
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=file, stderr=subprocess.STDOUT) as process,
    ):
        status = process.wait()
    assert status == 0, log.read_text()
    return json.loads((out / f"{mode}.json").read_text())


def run_suite(suite: str, options: dict[str, Any], pictures: str) -> None:
    """Runs the tests of `SUITE.cjs` inside VS Code's extension host; each must pass."""
    results = run("suite", {**options, "suite": suite}, pictures)
    assert results
    assert [result for result in results if result["state"] != "passed"] == []
