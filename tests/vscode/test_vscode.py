"""Heapline's packed extension in a real VS Code, with the real server.

The pictures and what was read on the screen go to the directory that the environment variable
HEAPLINE_SCREENSHOTS names, else to pytest's temporary directory.
"""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sample_files import SAMPLES

HERE = Path(__file__).parent
EXTENSION = HERE.parents[1] / "vscode-extension"
TOOLS = Path(os.environ.get("HEAPLINE_CACHE", Path.home() / ".cache" / "heapline-tests")) / "vscode"
SERVER = [sys.executable, "-m", "heapline", "serve", "--stdio"]
LEAK = "lib/translation_cache.rb"


@pytest.fixture(scope="module")
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


@pytest.fixture(scope="module")
def vsix(programs: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extension as its users get it."""
    del programs  # without them this would fail
    package = tmp_path_factory.mktemp("vsix") / "heapline.vsix"
    command = [sys.executable, str(EXTENSION / "package.py"), "--out", str(package)]
    directory = os.open(EXTENSION, os.O_RDONLY)
    try:
        # Tests run side by side, and what goes into the package is built once for all of them.
        fcntl.flock(directory, fcntl.LOCK_EX)
        built = subprocess.run(command, cwd=EXTENSION, capture_output=True, text=True, check=False)
    finally:
        os.close(directory)
    assert built.returncode == 0, built.stdout + built.stderr
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
    live = next(site["objects"] for site in sites if site["path"].endswith(LEAK) and site["line"] == line)
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
        "live": f"{live:,} live",
    }


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


@pytest.mark.parametrize("suite", sorted(path.stem for path in (HERE / "suite").glob("*.cjs")))
def test_inside_vscode(options: dict[str, Any], suite: str) -> None:
    # GIVEN VS Code with the packed extension and the sample's folder
    # WHEN the suite runs inside its extension host
    results = run("suite", {**options, "suite": suite}, suite)

    # THEN every test of it passed
    assert results
    assert [result for result in results if result["state"] != "passed"] == []


@pytest.mark.parametrize("trusted", [True, False], ids=["trusted", "restricted"])
def test_a_user_loads_a_dump_and_reads_it_on_the_line(options: dict[str, Any], trusted: bool, tmp_path: Path) -> None:
    # GIVEN a folder, trusted or not, that wants to choose the program that is started as the server
    trap = tmp_path / "started"
    settings = Path(options["workspace"]) / ".vscode" / "settings.json"
    settings.parent.mkdir()
    settings.write_text(json.dumps({"heapline.server.command": ["touch", str(trap)]}))

    # WHEN the user opens the file that leaks and loads the heap dump
    seen = run("drive", {**options, "trusted": trusted}, "trusted" if trusted else "restricted")

    # THEN the lens, the hover and the problem say what the line holds
    assert seen["lens"].startswith(options["live"])
    assert "retains" in seen["retained"]
    assert "Hash" in seen["hover"]
    assert "heapline" in seen["problems"]
    # AND the folder's program was not started, and nobody was asked anything
    assert not trap.exists()
    assert seen["strangers"] == []


def test_a_user_goes_from_the_dump_to_what_holds_the_memory_and_turns_it_all_off(options: dict[str, Any]) -> None:
    # GIVEN the sample's folder
    # WHEN the user loads the dump from the explorer's menu, and follows what the lenses and views say
    seen = run("tour", options, "tour")

    # THEN lens and hover have Ruby's count
    assert seen["lens"].startswith(options["live"])
    assert options["live"].split()[0] in seen["hover"]
    # AND the list of problems has the file, the status bar the report
    assert Path(LEAK).name in seen["problems"]
    assert Path(options["report"]).name in seen["status"]
    # AND the holders lead from the line over the cache to a root
    names = [row.split(",")[0] for row in seen["holders"]]
    assert names[:3] == [f"{Path(LEAK).name}:{options['line']}", "Hash", "TranslationCache"]
    assert "root vm" in names
    # AND the lines are grouped by file, then flat, filtered, and a click goes to one
    assert [row for row in seen["hot"] if row.startswith(LEAK)]
    assert seen["filtered"]
    assert all(row.startswith("builder.rb:") for row in seen["filtered"])
    line = seen["filtered"][0].removeprefix("builder.rb:").split(",")[0]
    assert seen["position"].startswith(f"Ln {line}, ")
    # AND the largest of what holds the heap comes first
    assert seen["dominators"][0].startswith("module Main")
    # AND one click turns everything off
    assert "off" in seen["off"]


@pytest.mark.parametrize(
    "command",
    [["heapline-that-is-not-there"], [sys.executable, "-c", "raise SystemExit('not today')"], "heapline serve"],
    ids=["missing", "ends-at-once", "no-list"],
)
def test_a_server_that_cannot_be_started_is_one_message_with_the_way_to_the_setting(
    options: dict[str, Any], command: object, request: pytest.FixtureRequest
) -> None:
    # GIVEN a server command that cannot work
    # WHEN a Ruby file is opened and the message's button pressed
    seen = run("broken", {**options, "command": command}, request.node.callspec.id)

    # THEN there is one message, and the settings page shows the setting to mend
    (message,) = seen["messages"]
    assert "heapline.server.command" in message
    assert "Server: Command" in seen["setting"]
