"""What the extension costs in a real VS Code: package, activation, the way to lenses, memory of the extension host.

Needs what tests/vscode needs. The index of each dump is made anew.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.append(str(CHECKOUT / "tests"))

from run import make_dump  # noqa: E402 -- beside this file

from vscode.running import EXTENSION, SERVER, TOOLS, run  # noqa: E402 -- the tests' own way into VS Code

PROGRAM = CHECKOUT / "samples" / "grow"
SMALL = 300_000


def main() -> None:
    """Parse the arguments and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("objects", nargs="?", type=int, default=5_000_000, help="in the large dump (default: 5000000)")
    objects = parser.parse_args().objects
    missing = [name for name in ("node", "npm", "chromium", "ruby") if shutil.which(name) is None]
    if missing or not (TOOLS / "installed").exists() or not (EXTENSION / "node_modules").exists():
        print(f"VS Code: NOT MEASURED: {', '.join(missing) or 'VS Code'} missing; .ci/run installs what is needed")
        return
    folder = Path(tempfile.gettempdir()) / "heapline-bench"
    folder.mkdir(exist_ok=True)
    small, large = make_dump(folder, SMALL), make_dump(folder, objects)
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["HEAPLINE_CACHE_DIR"] = str(Path(scratch) / "cache")
        package = Path(scratch) / "heapline.vsix"
        command = [sys.executable, str(EXTENSION / "package.py"), "--out", str(package)]
        subprocess.run(command, cwd=EXTENSION, capture_output=True, check=True)
        print(f"VS Code: the package                 {package.stat().st_size / 1e6:7.2f} MB")
        print_figures(Path(scratch), package, small, large, objects)


def print_figures(scratch: Path, package: Path, small: Path, large: Path, objects: int) -> None:
    """What the extension host measures of itself."""
    home = scratch / "home"
    home.mkdir()
    hot = max((PROGRAM / "lib").glob("*.rb"), key=lambda file: file.stat().st_size)
    options = {
        "tools": str(TOOLS),
        "browser": shutil.which("chromium"),
        "vsix": str(package),
        "home": str(home),
        "command": SERVER,
        "trusted": True,
        "workspace": str(PROGRAM),
        "report": str(small),
        "large": str(large),
        "file": str(hot.relative_to(PROGRAM)),
        "line": 1,
        "suite": "../../bench/inside_vscode",
        "out": str(scratch),
    }
    results = run("suite", options, "figures")
    failed = [result for result in results if result["state"] != "passed"]
    if failed:
        sys.exit(f"bench: {failed[0]['title']}: {failed[0]['error']}")
    figures = json.loads(next(scratch.rglob("figures.json")).read_text())
    print(f"VS Code: activation of the extension {figures['activation']:7.0f} ms")
    print(f"VS Code: load to lenses, {SMALL:,} obj. {figures['lenses'] / 1000:7.2f}")
    for moment in ("before", "after"):
        used, resident = (figures[moment][kind] / 1e6 for kind in ("heapUsed", "rss"))
        print(f"VS Code: extension host {moment:6} {objects:,} objects: {used:.1f} MB used, {resident:.0f} MB resident")


if __name__ == "__main__":
    main()
