"""The packed extension installs its server: with uv, with Python's own venv, never with programs of the workspace."""

from __future__ import annotations

import shutil
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from vscode.running import TOOLS, run, run_suite


@pytest.fixture
def uninstalled(options: dict[str, Any]) -> dict[str, Any]:
    """Options for a VS Code without the setting that names a server, and in which no test finds the checkout's."""
    return {
        **options,
        "command": [],
        "environment": {"PYTHONPATH": "", "UV_CACHE_DIR": str(TOOLS.parent / "uv")},
        "servers": str(Path(options["home"]) / "data" / "User" / "globalStorage" / "heapline.heapline" / "servers"),
    }


@pytest.fixture
def with_uv(uninstalled: dict[str, Any]) -> dict[str, Any]:
    """The same, and uv is on the PATH."""
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    assert uv, "uv is one of the development packages: pip install -e '.[dev]'"
    path = f"{Path(uv).parent}:/usr/bin:/bin"
    return {**uninstalled, "environment": {**uninstalled["environment"], "PATH": path}}


def test_the_first_report_installs_the_server_with_uv_and_a_damaged_one_is_made_anew(with_uv: dict[str, Any]) -> None:
    # GIVEN uv on the PATH
    # WHEN a user opens a Ruby file, loads a report, and later the server is damaged
    # THEN it is installed only for the report, and anew after the damage
    run_suite("install/fresh", with_uv, "install")


def test_an_installation_that_is_stopped_leaves_nothing_behind(with_uv: dict[str, Any], tmp_path: Path) -> None:
    # GIVEN a package index that takes the question and never answers
    with socket.create_server(("127.0.0.1", 0)) as silent:
        index = {"UV_DEFAULT_INDEX": f"http://127.0.0.1:{silent.getsockname()[1]}/simple", "UV_NO_CONFIG": "1"}
        own = {"UV_CACHE_DIR": str(tmp_path / "uv"), "UV_INDEX": "", "UV_EXTRA_INDEX_URL": "", "UV_FIND_LINKS": ""}

        # WHEN a report is loaded, the installation that this starts is stopped, and the report loaded again
        seen = run("stopping", {**with_uv, "environment": {**with_uv["environment"], **index, **own}}, "stopping")

    # THEN uv ran and was ended, nothing is left of the environment, and the next report starts it once more
    assert (seen["running"], seen["after"]) == (0, 1)
    assert seen["left"] == []
    assert "installing" in seen["again"]


def test_without_uv_and_python_a_message_says_so_and_python_is_used_when_it_is_there(
    uninstalled: dict[str, Any], tmp_path: Path
) -> None:
    # GIVEN a PATH on which only the workspace has what looks like uv and Python, in two ways
    workspace, ran = Path(uninstalled["workspace"]), tmp_path / "ran"
    for folder in (workspace, workspace / "bin"):
        folder.mkdir(exist_ok=True)
        for name in ("uv", "python3", "python"):
            (folder / name).write_text(f"#!/bin/sh\necho {name} > {ran}\n")
            (folder / name).chmod(0o755)
    (tmp_path / "bin").mkdir()
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "python3").symlink_to(workspace / "python3")
    path = f".:{workspace}/bin:{tmp_path}/links:{tmp_path}/bin"
    # AND a report that loads by itself, and the environment of an older version
    (workspace / ".heapline.toml").write_text('reports = ["reports/heap-3.json.gz"]\n')
    servers = Path(uninstalled["servers"])
    (servers / "0123456789abcdef" / "bin").mkdir(parents=True)

    # WHEN the folder is opened, and after the message Python is installed and "Try again" pressed
    base: str = sys._base_executable  # type: ignore[attr-defined]  # a link to a venv's own would be no venv's Python
    own = {"python": base, "bin": str(tmp_path / "bin")}
    environment = {**uninstalled["environment"], "PATH": path}
    seen = run("retry", {**uninstalled, **own, "environment": environment}, "retry")

    # THEN the message said what is needed, and the lens shows what the line holds
    assert "uv, or Python 3." in seen["message"]
    assert seen["lens"].startswith(uninstalled["live"])
    # AND the older environment is gone, the new one was not made with uv, and nothing of the workspace was run
    (environment_made,) = servers.iterdir()
    assert "uv = " not in (environment_made / "pyvenv.cfg").read_text()
    assert not ran.exists()
