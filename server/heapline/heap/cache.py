"""Where indexes live: one file per heap dump in the user's cache directory, named after the dump's identity.

An index is derived data. It is written under a temporary name, renamed when whole, and may be deleted any time.
"""

from __future__ import annotations

import os
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from heapline.errors import HeaplineError
from heapline.files import LAST_OF_CAPTURE

if TYPE_CHECKING:
    from collections.abc import Sequence

SCHEMA = 4
"""Version of schema.sql, summary.sql, graph.sql and of conclusions; part of every index's name."""

MAX_INDEXES = 24
"""Indexes kept; the ones unused for longest go first. A dump of 5 M objects makes about 140 MB."""

_KEPT_SECONDS = 30 * 24 * 3600
"""How long pages, and the marks of dumps that could not be indexed, are kept."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What must be unchanged for an index to be true of a dump."""

    path: str
    device: int
    inode: int
    size: int
    modified_ns: int

    @classmethod
    def of(cls, dump: Path) -> Identity:
        """Identity of the file as it is now; of a capture's directory, of what is written into it last.

        Raises OSError if it is gone.
        """
        resolved = dump.resolve()
        status = (resolved / LAST_OF_CAPTURE if resolved.is_dir() else resolved).stat()
        return cls(str(resolved), status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def directory() -> Path:
    """The cache directory (`HEAPLINE_CACHE_DIR`, else the system's place for caches), made if missing.

    Raises HeaplineError if it cannot be made.
    """
    chosen = os.environ.get("HEAPLINE_CACHE_DIR")
    path = Path(chosen) if chosen else platformdirs.user_cache_path("heapline", appauthor=False)
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise HeaplineError(
            f"{path}: cannot be used as the cache directory ({error.strerror or error})."
            " Set HEAPLINE_CACHE_DIR to a directory that you can write to."
        ) from error
    return path


def index_path(identity: Identity) -> Path:
    """Where the index of a dump with this identity is, or will be."""
    key = blake2b(repr((SCHEMA, identity)).encode(errors="surrogateescape"), digest_size=16).hexdigest()
    return directory() / f"{key}.duckdb"


def graph_path(index: Path) -> Path:
    """Where the graph belonging to an index is, or will be."""
    return index.with_suffix(".graph")


def conclusions_path(index: Path) -> Path:
    """Where what was concluded from the dump of an index is, or will be."""
    return index.with_suffix(".conclusions")


def findings_path(indexes: Sequence[Path]) -> Path:
    """Where what was found in several dumps together is, or will be: beside the index of the last of them."""
    *others, last = indexes
    key = blake2b("\0".join(index.name for index in others).encode(), digest_size=8).hexdigest()
    return last.with_name(f"{last.stem}-{key}.findings")


def partial_path(index: Path) -> Path:
    """The temporary name under which this process writes an index."""
    return index.with_name(f"{index.stem}.{os.getpid()}.partial-{index.suffix[1:]}")


def quoted(path: Path) -> str:
    """The path inside an SQL string, where DuckDB takes no parameter."""
    return str(path).replace("'", "''")


def discard(index: Path) -> None:
    """Remove an index and whatever DuckDB left beside it."""
    for path in index.parent.glob(f"{index.name}*"):
        _remove(path)


def discard_all(index: Path) -> None:
    """Remove an index and all that was derived from it."""
    for path in (index, graph_path(index), conclusions_path(index), *index.parent.glob(f"{index.stem}-*.findings")):
        discard(path)


def touch(index: Path) -> None:
    """Note that the index was used, so that `tidy` keeps it, if the cache can be written to."""
    with suppress(OSError):
        os.utime(index)


def tidy() -> None:
    """Remove what dead processes left half-written, old pages and marks, and the indexes unused for longest.

    What cannot be removed stays.
    """
    cache = directory()
    for path in cache.glob("*.partial*"):
        pid = path.name.split(".")[1]
        if pid.isdigit() and not _alive(int(pid)):
            _try_to_remove(path)
    oldest = time.time() - _KEPT_SECONDS
    for path in (*cache.glob("pages/*"), *cache.glob("*.crashed")):
        if _last_used(path) < oldest:
            _try_to_remove(path)
    for index in sorted(cache.glob("*.duckdb"), key=_last_used, reverse=True)[MAX_INDEXES:]:
        with suppress(OSError):
            discard_all(index)


def _try_to_remove(path: Path) -> None:
    with suppress(OSError):
        _remove(path)


def _remove(path: Path) -> None:
    """Remove a file, or the directory that DuckDB spills into; another process may be faster."""
    with suppress(FileNotFoundError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _last_used(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # another process tidies too
        return 0.0


def _alive(pid: int) -> bool:
    if os.name == "nt":
        return True  # there, signal 0 is Ctrl-C
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
