"""The reports that a folder's settings name, as files."""

from __future__ import annotations

import glob
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


MAX_REPORTS = 50
"""Files that one folder's settings can name: a glob that finds more finds what are no reports."""
_REPEATED = re.compile(r"\*\*(?:[/\\]\*\*)+")


def named_reports(folder: Path, patterns: Iterable[str]) -> list[Path]:
    """The files that the globs match now, MAX_REPORTS at the most. A relative glob finds nothing outside."""
    found: dict[Path, None] = {}
    for pattern in patterns:
        pattern = _REPEATED.sub("**", pattern)  # each further ** would walk everything again
        for name in glob.iglob(str(Path(glob.escape(str(folder))) / pattern), recursive=True):  # noqa: PTH207 -- Path.glob refuses absolute patterns
            real = Path(os.path.realpath(name))  # resolve() fails on loops
            inside = real.is_relative_to(os.path.realpath(folder))
            if os.path.isfile(real) and (inside or Path(pattern).is_absolute()):  # noqa: PTH113 -- Path.is_file raises
                found.setdefault(Path(name))
            if len(found) == MAX_REPORTS:
                return list(found)
    return list(found)
