"""What the tests in a real VS Code need: the programs, the package, and a folder with a program that leaks."""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from sample_files import SAMPLES
from vscode.running import EXTENSION, LEAK, SERVER, TOOLS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def programs() -> dict[str, str]:
    """Where Node, npm and Chromium are."""
    found = {name: shutil.which(name) for name in ("node", "npm", "chromium")}
    missing = [name for name, path in found.items() if path is None]
    if missing:
        pytest.skip(f"No real VS Code tested: {', '.join(missing)} missing (see tests/vscode/install.sh)")
    if not (TOOLS / "installed").exists():
        pytest.skip(f"No real VS Code tested: none in {TOOLS}; run tests/vscode/install.sh")
    if not (EXTENSION / "node_modules").exists():
        pytest.skip("No real VS Code tested: the extension cannot be built; run `npm ci` in vscode-extension")
    return {name: path for name, path in found.items() if path is not None}


@pytest.fixture(scope="session")
def vsix(programs: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extension as its users get it, packaged once for all workers of the run."""
    del programs  # without them this would fail
    own = tmp_path_factory.getbasetemp()
    package = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "heapline.vsix"
    command = [sys.executable, str(EXTENSION / "package.py"), "--out", str(package)]
    directory = os.open(EXTENSION, os.O_RDONLY)
    try:
        fcntl.flock(directory, fcntl.LOCK_EX)
        if not package.exists():
            built = subprocess.run(command, cwd=EXTENSION, capture_output=True, text=True, check=False)
            assert built.returncode == 0, built.stdout + built.stderr
    finally:
        os.close(directory)
    return package


@pytest.fixture
def options(programs: dict[str, str], vsix: Path, tmp_path: Path) -> dict[str, Any]:
    """What run.mjs wants to know (described there): the translate sample, its third dump, the line that leaks."""
    workspace = tmp_path / "translate"
    shutil.copytree(SAMPLES / "translate", workspace)
    code = (workspace / LEAK).read_text().splitlines()
    line = next(number for number, text in enumerate(code, 1) if text.lstrip().startswith("key = {"))
    with gzip.open(workspace / "reports" / "oracle-3.json.gz") as file:
        sites = json.load(file)["dump_lines"]["sites"]
    leak = next(site for site in sites if site["path"].endswith(LEAK) and site["line"] == line)
    home = tmp_path / "home"
    home.mkdir()
    return {
        "tools": str(TOOLS),
        "browser": programs["chromium"],
        "vsix": str(vsix),
        "home": str(home),
        "command": SERVER,
        "trusted": True,
        "workspace": str(workspace),
        "report": str(workspace / "reports" / "heap-3.json.gz"),
        "file": LEAK,
        "line": line,
        "column": code[line - 1].index("key") + 1,
        "live": f"{leak['objects']:,} live",
        "kilobytes": f"{leak['bytes'] / 1000:.0f}kB",
    }
