"""Programs for tests that take dumps with real Ruby, now."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


def run_ruby(folder: Path, program: str, *arguments: str | Path) -> None:
    """Run the program in the folder, as `program.rb`; skips the test where there is no Ruby."""
    ruby = shutil.which("ruby")
    if ruby is None:
        pytest.skip("NOT TESTED: what Ruby itself says, because ruby is not installed")
    (folder / "program.rb").write_text(program)
    subprocess.run([ruby, "--disable-gems", "program.rb", *arguments], cwd=folder, check=True)


def asked_of_ruby(program: str, *arguments: str) -> str:
    """What the program prints, without white space at the end; skips the test where there is no Ruby."""
    ruby = shutil.which("ruby")
    if ruby is None:
        pytest.skip("NOT TESTED: what Ruby itself says, because ruby is not installed")
    asked = subprocess.run([ruby, "-e", program, *arguments], capture_output=True, encoding="utf-8", check=True)
    return asked.stdout.rstrip("\n")
