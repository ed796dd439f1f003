"""Noticing that a report or `.heapline.toml` changed: by the client's watcher where it has one, else when asked."""

from __future__ import annotations

import asyncio
import glob
import re
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types as t

from heapline import settings
from heapline.files import LAST_OF_CAPTURE
from heapline.heap.cache import Identity
from heapline.lsp.uris import key_of, to_uri
from heapline.readers.heap_profiler import capture_of
from heapline.settings import TOML_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from heapline.lsp.server import Server

_REGISTRATION = "heapline-watched-files"
_SETTLE_SECONDS = 0.5


def register(ls: Server) -> None:
    """Ask the client to watch the settings file, the globs that name reports, every loaded report, and code for it."""
    if not ls.client.watched_files:
        return
    patterns: list[str | t.RelativePattern] = [f"**/{TOML_NAME}"]
    if ls.store.reports:
        patterns.append("**/*.rb")
    files = (path / LAST_OF_CAPTURE if path.is_dir() else path for path in (report.path for report in ls.store.reports))
    loaded = ((file.parent, _literal(file.name)) for file in files)
    patterns += [_below(ls, folder, pattern) for folder, pattern in sorted({*_globs(ls), *loaded})]
    if patterns == ls.watched:
        return
    if ls.watched:
        ls.client_unregister_capability(
            t.UnregistrationParams([t.Unregistration(_REGISTRATION, t.WORKSPACE_DID_CHANGE_WATCHED_FILES)])
        )
    ls.watched = patterns
    options = t.DidChangeWatchedFilesRegistrationOptions([t.FileSystemWatcher(glob_pattern=p) for p in patterns])
    ls.client_register_capability(
        t.RegistrationParams([t.Registration(_REGISTRATION, t.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)])
    )


async def named_reports(ls: Server) -> list[Path]:
    """The files that the settings of all folders name as reports, now. A glob may walk a large tree: in a thread."""
    globs = [(folder, ls.settings_for(folder).reports) for folder in ls.folders]

    def find() -> list[Path]:
        found: dict[str, Path] = {}
        for folder, patterns in globs:
            for path in map(capture_of, settings.named_reports(folder, patterns)):
                found.setdefault(key_of(path), path)
        return list(found.values())

    return await asyncio.to_thread(find)


def changed_reports(ls: Server) -> list[Path]:
    """Loaded reports whose files are not what they were when loaded; those that are gone are left alone."""
    changed = []
    for report in ls.store.reports:
        try:
            now = Identity.of(report.path)
        except OSError:
            continue
        if now != report.identity:
            changed.append(report.path)
    return changed


async def settled(path: Path) -> None:
    """Return when the file has stopped changing: dumps are written for minutes."""
    before = None
    while True:
        try:
            now = Identity.of(path)
        except OSError:
            return
        if now == before:
            return
        before = now
        await asyncio.sleep(_SETTLE_SECONDS)


def _globs(ls: Server) -> Iterator[tuple[Path, str]]:
    """The globs that name reports, each with the folder that it starts from."""
    for folder in ls.folders:
        for name in ls.settings_for(folder).reports:
            pattern, base = Path(name), folder
            if pattern.is_absolute():
                base = Path(*takewhile(lambda part: not glob.has_magic(part), pattern.parts[:-1]))
                pattern = pattern.relative_to(base)
            yield base, pattern.as_posix()


def _below(ls: Server, folder: Path, pattern: str) -> str | t.RelativePattern:
    """The glob below the folder, as the client can match it: VS Code holds a bare relative one against whole paths."""
    if ls.client.relative_patterns:
        return t.RelativePattern(to_uri(folder), pattern)
    return f"{_literal(folder.as_posix().rstrip('/'))}/{pattern}"


def _literal(name: str) -> str:
    """A glob for a name: clients differ in how a wildcard is escaped, and `?` stands for any one character in all."""
    return re.sub(r"[*?\[\]{}]", "?", name)
