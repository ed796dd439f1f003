"""The packed extension installs its server: with uv, with Python's own venv, never with programs of the workspace."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import zipfile
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


def test_an_upgrade_has_a_server_of_its_own_and_the_old_one_goes_when_no_window_uses_it(
    with_uv: dict[str, Any], tmp_path: Path
) -> None:
    # GIVEN a window that uses the server, and the package of a newer release
    newer, version = release_after(Path(with_uv["vsix"]), tmp_path / "newer")

    # WHEN that is installed and another window opened, the first one's server restarted, and at last the first reloaded
    seen = run("upgrading", {**with_uv, "newer": str(newer)}, "upgrading")

    # THEN the lens is there each time
    assert all(step["lens"].startswith(with_uv["live"]) for step in seen.values()), seen
    # AND the other window has the new server, in an environment beside the old one, which the first window keeps
    (old,) = seen["before"]["environments"]
    new = next(name for name in seen["after"]["environments"] if name != old)
    assert f"heapline {version} " in seen["after"]["server"]
    assert seen["old"]["server"] == seen["before"]["server"] != seen["after"]["server"]
    assert sorted(seen["old"]["environments"]) == sorted([old, new])
    # AND the first window has the new one as well once it was reloaded, and the old environment is gone
    assert seen["last"]["server"] == seen["after"]["server"]
    assert seen["last"]["environments"] == [new]


def release_after(vsix: Path, directory: Path) -> tuple[Path, str]:
    """The package as the next release would be, with nothing new but its version, which is given too."""
    with zipfile.ZipFile(vsix) as package:
        package.extractall(directory / "package")
    extension = directory / "package" / "extension"
    version = json.loads((extension / "package.json").read_text())["version"]
    series, patch = version.rsplit(".", 1)
    newer = f"{series}.{int(patch) + 1}"
    for file in (extension / "package.json", directory / "package" / "extension.vsixmanifest"):
        replace_once(file, f'"{version}"', f'"{newer}"')

    (wheel,) = (extension / "wheels").iterdir()
    run_wheel("unpack", wheel, "--dest", directory)
    unpacked = (directory / f"heapline-{version}").rename(directory / f"heapline-{newer}")
    info = (unpacked / f"heapline-{version}.dist-info").rename(unpacked / f"heapline-{newer}.dist-info")
    replace_once(info / "METADATA", f"\nVersion: {version}\n", f"\nVersion: {newer}\n")
    replace_once(unpacked / "heapline" / "__init__.py", f'"{version}"', f'"{newer}"')
    wheel.unlink()
    run_wheel("pack", unpacked, "--dest-dir", wheel.parent)
    archive = Path(shutil.make_archive(str(directory / "heapline"), "zip", directory / "package"))
    return archive.rename(archive.with_suffix(".vsix")), newer


def run_wheel(*arguments: str | Path) -> None:
    subprocess.run([sys.executable, "-m", "wheel", *arguments], check=True, stdout=subprocess.DEVNULL)


def replace_once(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert text.count(old) == 1, f"{file} has {old!r} {text.count(old)} times"
    file.write_text(text.replace(old, new), "utf-8")


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
    # AND a report that loads by itself
    (workspace / ".heapline.toml").write_text('reports = ["reports/heap-3.json.gz"]\n')

    # WHEN the folder is opened, and after the message Python is installed and "Try again" pressed
    base: str = sys._base_executable  # type: ignore[attr-defined]  # a link to a venv's own would be no venv's Python
    own = {"python": base, "bin": str(tmp_path / "bin")}
    environment = {**uninstalled["environment"], "PATH": path}
    seen = run("retry", {**uninstalled, **own, "environment": environment}, "retry")

    # THEN the message said what is needed, and the lens shows what the line holds
    assert "uv, or Python 3." in seen["message"]
    assert seen["lens"].startswith(uninstalled["live"])
    # AND its environment was not made with uv, and nothing of the workspace was run
    (environment_made,) = Path(uninstalled["servers"]).iterdir()
    assert "uv = " not in (environment_made / "pyvenv.cfg").read_text()
    assert not ran.exists()
