"""Running the command as a user does."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def heapline(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command's end: exit code, and what it printed."""
    return subprocess.run(
        [sys.executable, "-m", "heapline", *arguments],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
