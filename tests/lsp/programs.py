"""Copies of the sample program, to be changed by tests."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from lsp.oracle import DUMP, LEAK, TEXT, TRANSLATE

if TYPE_CHECKING:
    from pathlib import Path

LEAK_BELOW = LEAK.relative_to(TRANSLATE)


def program(target: Path) -> Path:
    """A copy of the program without its reports; gives `target`."""
    shutil.copytree(TRANSLATE, target, ignore=shutil.ignore_patterns("reports"))
    return target


def program_with_reports(target: Path) -> Path:
    """A copy of the program with a text, `profile.txt`, and a dump, `heap.json.gz`, in it; gives `target`."""
    program(target)
    shutil.copy(TEXT, target / "profile.txt")
    shutil.copy(DUMP, target / "heap.json.gz")
    return target
