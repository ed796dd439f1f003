"""Other dumps of the same process in a dump's folder, told from their first lines alone."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING

from heapline.files import head

if TYPE_CHECKING:
    from pathlib import Path

    from heapline.heap.index import HeapIndex

MOST = 50
"""Files of a folder that are looked at, the youngest."""


def dumps_beside(dump: Path, index: HeapIndex) -> list[Path]:
    """The files in the dump's folder that begin with roots of its process, by name. Reads the disk.

    Ruby prints the roots first, and some of its own first classes are among them; which ones depends on its version.
    An address of these is where another process does not have it, unless addresses are not random there.
    """
    known = frozenset(index.core_classes.values())
    files: list[tuple[int, int, Path]] = []
    with suppress(OSError), os.scandir(dump.parent) as entries:  # a folder that is gone or closed has nothing beside it
        for entry in entries:
            if entry.name != dump.name and entry.is_file():
                status = entry.stat()
                files.append((status.st_mtime_ns, status.st_size, dump.parent / entry.name))
    return sorted(file for written, size, file in sorted(files)[-MOST:] if _is_of(known, file, size, written))


@lru_cache(maxsize=1024)
def _is_of(known: frozenset[int], file: Path, _size: int, _written: int) -> bool:
    """Whether the file, as it is now, begins with roots that have one of these addresses."""
    with suppress(OSError):
        roots = [line for line in head(file).splitlines() if line.startswith(b'{"type":"ROOT"')]
        return any(f'"{address:#x}"'.encode() in line for line in roots for address in known)
    return False
