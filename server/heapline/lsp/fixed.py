"""Lines that the user marked as fixed, until a report is loaded that is newer than the one they were marked in.

They are kept in the cache directory, so that they outlive the server, and nothing is written to the workspace.
"""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from hashlib import blake2b
from typing import TYPE_CHECKING

import orjson

from heapline.errors import HeaplineError
from heapline.heap import cache

if TYPE_CHECKING:
    from pathlib import Path

    from heapline.lsp.placed import Entry

_log = logging.getLogger(__name__)
_MAX_KEPT = 1000


class Fixed:
    """What is marked: by site, the time of the newest report that the mark is about. `changes` counts what is done."""

    def __init__(self) -> None:
        """Read when first asked."""
        self._known: dict[str, int] | None = None
        self.changes = 0

    def __contains__(self, entry: Entry) -> bool:
        """Whether the entry's line is marked, and its report is no newer than the mark."""
        known = self._read()
        return bool(known) and known.get(_key(entry), 0) >= entry.report.identity.modified_ns

    def mark(self, entry: Entry, fixed: bool) -> None:
        """Mark the entry's line as fixed in its report and older ones, or take that back."""
        self.changes += 1
        self._known = None  # another server may have marked something
        known = self._read()
        known.pop(_key(entry), None)
        if fixed:
            known[_key(entry)] = entry.report.identity.modified_ns
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


def _key(entry: Entry) -> str:
    """Of a site in a folder: its recorded path and line, and the kind of report."""
    name = f"{entry.folder}\0{entry.report.profile.format}\0{entry.site.path}\0{entry.site.line}"
    return blake2b(name.encode(errors="surrogateescape"), digest_size=16).hexdigest()
