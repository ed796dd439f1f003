"""The sample program as a user's checkout, with a report in it, and real editors that find `heapline` on their PATH."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sample_files import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).parent
HAS_EGLOT = "(progn (package-initialize) (require 'eglot))"
CONFIGS = HERE.parents[1] / "editors"
DUMP = SAMPLES / "translate/reports/heap-3.json.gz"
REPORT = SAMPLES / "translate/reports/memory_profiler.txt"
LEAK = Path("lib/translation_cache.rb")
PRINTED = "printed.txt"
"""The report, in the checkout, under a name that says nothing."""
LEAK_LINE = 13
HASH_LINE = 9
"""Where the cache allocates the hash that holds its entries."""


def real_emacs() -> str:
    """Where Emacs with eglot is; without, the test is skipped."""
    emacs = shutil.which("emacs")
    if emacs is None:
        pytest.skip("No real Emacs tested: emacs is missing (apt-get install emacs-nox elpa-eglot)")
    if subprocess.run([emacs, "--batch", "--eval", HAS_EGLOT], capture_output=True, check=False).returncode:
        pytest.skip("No real Emacs tested: it has no eglot (apt-get install elpa-eglot)")
    return emacs


def real_neovim() -> str:
    """Where Neovim is; without, the test is skipped."""
    neovim = shutil.which("nvim")
    if neovim is None:
        pytest.skip("No real Neovim tested: nvim is missing (apt-get install neovim)")
    return neovim


def checkout(target: Path) -> Path:
    """The program in a directory that editors take for a project; gives `target`."""
    shutil.copytree(SAMPLES / "translate", target, ignore=shutil.ignore_patterns("reports"))
    (target / ".git").mkdir()
    shutil.copy(REPORT, target / PRINTED)
    return target


def row_of_leak() -> int:
    """The number (1-based) of the report's first row about the line that leaks."""
    rows = REPORT.read_text(encoding="utf-8").splitlines()
    return 1 + next(number for number, row in enumerate(rows) if row.endswith(f"/{LEAK}:{LEAK_LINE}"))


def seen_in(editor: Sequence[str], config: Path, program: Path) -> dict[str, Any]:
    """What a probe saw: `editor` is the command that runs it, with a home directory beside `program`."""
    home = program.with_name("home")
    programs = home / "bin"
    programs.mkdir(parents=True)
    server = programs / "heapline"
    server.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m heapline "$@"\n')
    server.chmod(0o755)
    seen = home / "seen.json"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("XDG_")},
        "HOME": str(home),
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PROBE_CONFIG": str(config),
        "PROBE_DUMP": str(DUMP),
        "PROBE_FILE": str(program / LEAK),
        "PROBE_LINE": str(LEAK_LINE),
        "PROBE_REPORT": str(program / PRINTED),
        "PROBE_ROW": str(row_of_leak()),
        "PROBE_SEEN": str(seen),
    }
    ended = subprocess.run(editor, env=environment, cwd=home, capture_output=True, text=True, check=False)
    said = ended.stdout + ended.stderr
    assert seen.exists(), f"{editor[0]} ended with {ended.returncode} and saw nothing: {said}"
    found: dict[str, Any] = json.loads(seen.read_text(encoding="utf-8"))
    assert "problem" not in found, f"{found}\n{said}"
    return found
