"""The files of the workspace, walked once, and looked up by name."""

from __future__ import annotations

import os
from collections import defaultdict
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_SKIPPED_FOLDERS = frozenset({"node_modules", "log", "tmp", "coverage", "__pycache__"})


class Workspace:
    """The folders a user has open. Files are known as they were when first asked for."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """`folders` are absolute; their order is the user's."""
        self.folders = tuple(folders)

    @cached_property
    def by_name(self) -> dict[str, list[tuple[Path, tuple[str, ...]]]]:
        """Files by base name: each as its folder and the parts of its path below it. Hidden folders are left out."""
        found: dict[str, list[tuple[Path, tuple[str, ...]]]] = defaultdict(list)
        for folder in self.folders:
            for parent, directories, names in os.walk(folder):
                directories[:] = [d for d in directories if not d.startswith(".") and d not in _SKIPPED_FOLDERS]
                below = Path(parent).relative_to(folder).parts
                for name in names:
                    found[name].append((folder, (*below, name)))
        return found
