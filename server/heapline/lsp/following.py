"""Keeping the lines of reports where they are, while the files are opened, edited, saved and closed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from heapline.lsp.uris import key_of, to_path
from heapline.places.edits import LineTracker
from heapline.places.texts import disk_lines
from heapline.places.versions import Version, modified_ns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from heapline.lsp.server import Server


def start(ls: Server, path: Path) -> asyncio.Task[None]:
    """Begin to follow a file as it is now: the document that is open, else the disk. Whoever asks about it waits."""
    key = key_of(path)
    task = ls.following[key] = asyncio.create_task(_follow(ls, path))

    def forget(_: object) -> None:
        if ls.following.get(key) is task:
            del ls.following[key]

    task.add_done_callback(forget)
    return task


async def start_open(ls: Server) -> None:
    """Follow all documents that are open; for reports that were placed after them."""
    paths = [to_path(document.uri) for document in ls.workspace.text_documents.values()]
    await asyncio.gather(*(start(ls, path) for path in paths if path and ls.store.entries(path)))


async def caught_up(ls: Server, path: Path) -> None:
    """Return when the lines of this file are known, as the client has it open."""
    task = ls.following.get(key_of(path))
    if task:
        await asyncio.wait([task])


def edited(ls: Server, uri: str) -> Path | None:
    """Let the numbers of an open document go with its latest edits; its file, if it has numbers that may have moved."""
    document, path = ls.open_document(uri), to_path(uri)
    entries = ls.store.entries(path) if path else None
    splices = document.take_splices() if document else []
    if entries is None or not splices:
        return None
    for version in entries.versions:
        for splice in splices:
            version.follow(splice)
    return path


async def _follow(ls: Server, path: Path) -> None:
    entries = ls.store.entries(path)
    for version in entries.versions if entries else ():
        while True:
            document = ls.document_of(path)
            changes = document.changes if document else 0
            now = list(document.texts) if document else None
            found = await asyncio.to_thread(_track, version, now)
            if ls.document_of(path) is document and (document is None or document.changes == changes):
                version.texts, version.tracker = found.texts, found.tracker
                version.newer, version.modified_ns = found.newer, found.modified_ns
                break


def _track(version: Version, now: Sequence[str] | None) -> Version:
    """The version with what became of it: `now`, or the disk. A closed file that stayed the same needs no text."""
    file, written = version.file, modified_ns(version.file)
    if version.was_written:  # by another program, as in a checkout of another branch
        version = version.past.versions([file])[0] if version.past else Version(file, newer=True)
    disk = disk_lines(file)
    texts = disk if version.texts is None else version.texts
    tracker = LineTracker(texts, disk if now is None else now)
    if now is None and tracker.unmoved:
        return Version(file, version.past, written, version.newer)
    return Version(file, version.past, written, version.newer, texts, tracker)
