"""Lines that the user marked as fixed, until a report is loaded that is newer than the one they were marked in.

They are kept in the cache directory, so that they outlive the server, and nothing is written to the workspace.
"""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

import orjson

from heapline.errors import HeaplineError
from heapline.heap import cache

if TYPE_CHECKING:
    from pathlib import Path

    from heapline.report import Report

_log = logging.getLogger(__name__)
_MAX_KEPT = 1000


class Mark(NamedTuple):
    """A recorded line of a report, and the folder that its file lies in."""

    folder: Path
    report: Report
    path: str
    line: int


class Fixed:
    """What is marked: by line, the time of the newest report that the mark is about. `changes` counts what is done."""

    def __init__(self) -> None:
        """Read when first asked."""
        self._known: dict[str, int] | None = None
        self.changes = 0

    def __contains__(self, mark: Mark) -> bool:
        """Whether the line is marked, and its report is no newer than the mark."""
        known = self._read()
        return bool(known) and known.get(_key(mark), 0) >= mark.report.identity.modified_ns

    def mark(self, mark: Mark, fixed: bool) -> None:
        """Mark the line as fixed in its report and older ones, or take that back."""
        self.changes += 1
        self._known = None  # another server may have marked something
        known = self._read()
        known.pop(_key(mark), None)
        if fixed:
            known[_key(mark)] = mark.report.identity.modified_ns
        self._known = dict(list(known.items())[-_MAX_KEPT:])
        try:
            path = _path()
            partial = path.with_name(f"{path.stem}.{os.getpid()}.partial")
            partial.write_bytes(orjson.dumps(self._known))
            partial.replace(path)
        except (OSError, HeaplineError) as error:
            _log.warning("what is marked as fixed is forgotten when the server ends: %s", error)

    def _read(self) -> dict[str, int]:
        if self._known is None:
            self._known = {}
            with suppress(OSError, HeaplineError, orjson.JSONDecodeError):  # none yet, or damaged: nothing is marked
                found = orjson.loads(_path().read_bytes())
                if isinstance(found, dict):
                    self._known = {key: at for key, at in found.items() if isinstance(at, int)}
        return self._known


def _path() -> Path:
    return cache.directory() / "fixed.json"


def _key(mark: Mark) -> str:
    """Of a site in a folder: its recorded path and line, and the kind of report."""
    name = f"{_real(mark.folder)}\0{mark.report.profile.format}\0{mark.path}\0{mark.line}"
    return blake2b(name.encode(errors="surrogateescape"), digest_size=16).hexdigest()


@lru_cache(maxsize=64)
def _real(folder: Path) -> str:
    """The folder without links: an editor may have it open by one, and a terminal be in it by another."""
    return os.path.realpath(folder)
