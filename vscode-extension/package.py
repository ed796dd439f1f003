"""Packages the extension with the server inside: ``python vscode-extension/package.py [--out FILE]``.

The package is for one platform, because the server has compiled modules. Its wheel is built here, for this machine, by
the Python that runs this; ``--wheels`` names a directory of wheels that were built before, and ``--target`` their
platform as VS Code calls it.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import subprocess
import sys
from pathlib import Path

EXTENSION = Path(__file__).resolve().parent
CHECKOUT = EXTENSION.parent
WHEELS = EXTENSION / "wheels"
PAGE = CHECKOUT / "server" / "heapline" / "export" / "page"


def main() -> None:
    """Build what is out of date, and package it."""
    parser = argparse.ArgumentParser(description="Package the VS Code extension with the server inside.")
    parser.add_argument("--out", type=Path, help="where the .vsix goes (default: vscode-extension/)")
    parser.add_argument("--wheels", type=Path, help="a directory of wheels for one platform (default: build one)")
    parser.add_argument(
        "--repository", help="where the pictures of the README are published, such as https://HOST/ME/IT"
    )
    parser.add_argument("--target", default=this_platform(), help="the platform of the wheels (default: %(default)s)")
    arguments = parser.parse_args()
    npm = shutil.which("npm") or sys.exit("package.py: npm is needed (Node 20)")
    build_page(npm)
    if arguments.wheels is not None:
        shutil.rmtree(WHEELS, ignore_errors=True)
        shutil.copytree(arguments.wheels, WHEELS)
    elif not is_current():
        build_wheel()
    check_versions()
    copy_sample()
    copy_pictures()
    shutil.copyfile(CHECKOUT / "CHANGELOG.md", EXTENSION / "CHANGELOG.md")
    options = ["--target", arguments.target]
    if arguments.repository:
        options += ["--baseImagesUrl", f"{arguments.repository}/raw/HEAD/"]
        options += ["--baseContentUrl", f"{arguments.repository}/blob/HEAD/"]
    else:
        options += ["--no-rewrite-relative-links"]  # VS Code finds them in the package
    if arguments.out:
        options += ["--out", str(arguments.out.resolve())]
    subprocess.run([npm, "run", "package", "--", *options], cwd=EXTENSION, check=True)


def this_platform() -> str:
    """This machine's platform as VS Code calls it, such as ``linux-x64``."""
    system = {"Linux": "linux", "Darwin": "darwin", "Windows": "win32"}.get(platform.system(), "unknown")
    machine = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}
    return f"{system}-{machine.get(platform.machine().lower(), platform.machine().lower())}"


def build_page(npm: str) -> None:
    """Make the overview page, if its sources changed: it goes into the wheel and into the extension."""
    sources = [*(EXTENSION / "page").iterdir(), EXTENSION / "src" / "units.ts", EXTENSION / "package-lock.json"]
    built = [folder / "overview.js" for folder in (PAGE, EXTENSION / "dist" / "page")]
    oldest = min(path.stat().st_mtime if path.exists() else 0 for path in built)
    if any(path.stat().st_mtime > oldest for path in sources):
        subprocess.run([npm, "run", "--silent", "page"], cwd=EXTENSION, check=True)


def is_current() -> bool:
    """Whether there is one wheel, younger than everything that it is made of."""
    sources = [CHECKOUT / name for name in ("pyproject.toml", "setup.py", "README.md")]
    for pattern in ("*.py", "*.pyi", "*.pyx", "*.pxd", "*.sql", "*.md"):
        sources += (CHECKOUT / "server").rglob(pattern)
    sources += PAGE.iterdir()
    wheels = list(WHEELS.glob("*.whl"))
    return len(wheels) == 1 and all(path.stat().st_mtime < wheels[0].stat().st_mtime for path in sources)


def build_wheel() -> None:
    """Put a wheel of this checkout, for this machine, into `wheels/`, and no other."""
    shutil.rmtree(WHEELS, ignore_errors=True)
    for old in (CHECKOUT / "build").glob("lib*"):
        shutil.rmtree(old)  # a module that was deleted since would go into the wheel
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(WHEELS), str(CHECKOUT)]
    subprocess.run(command, check=True)


def copy_sample() -> None:
    """Put the program that "Open the sample program" shows into `sample/`, with settings that load its last dump."""
    source, sample = CHECKOUT / "samples" / "translate", EXTENSION / "sample"
    shutil.rmtree(sample, ignore_errors=True)
    shutil.copytree(source / "lib", sample / "lib")
    shutil.copyfile(source / "main.rb", sample / "main.rb")
    (sample / "reports").mkdir()
    shutil.copyfile(source / "reports" / "heap-3.json.gz", sample / "reports" / "heap-3.json.gz")
    (sample / ".heapline.toml").write_text('reports = ["reports/*.json.gz"]\n', "utf-8")


def copy_pictures() -> None:
    """Put the pictures of the README and the walkthrough where both find them, in the package as in the repository."""
    pictures = EXTENSION / "docs" / "images"
    shutil.rmtree(pictures, ignore_errors=True)
    pictures.mkdir(parents=True)
    for name in ("load", "hover", "holders"):
        shutil.copyfile(CHECKOUT / "docs" / "images" / f"{name}.png", pictures / f"{name}.png")


def check_versions() -> None:
    """The extension installs the server of its own version, so that must be the one inside."""
    version = json.loads((EXTENSION / "package.json").read_text("utf-8"))["version"]
    wheels = sorted(path.name for path in WHEELS.glob("*.whl"))
    if not wheels or any(name.split("-")[:2] != ["heapline", version] for name in wheels):
        sys.exit(f"package.py: the extension is {version}, but its wheels are {wheels}")


if __name__ == "__main__":
    main()
