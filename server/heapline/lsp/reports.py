"""Loading, reloading and unloading reports for the client: progress, messages, and everything redrawn."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from lsprotocol import types as t

from heapline.errors import HeaplineError
from heapline.heap.cache import Identity
from heapline.lsp import comparing, following, progress, watching
from heapline.lsp.features import diagnostics
from heapline.lsp.features.explain_paths import EXPLAIN, explain_paths
from heapline.lsp.ground import ground_of
from heapline.lsp.jobs import crashed_before
from heapline.lsp.placed import place_sites
from heapline.lsp.uris import key_of, to_path
from heapline.readers.heap_profiler import capture_of
from heapline.units import human_count

if TYPE_CHECKING:
    from collections.abc import Iterable

    from heapline.lsp.placed import PlacedReport
    from heapline.lsp.server import Server
    from heapline.report import Report

CHANGED = "heapline/changed"
"""The notification to Heapline's own extension that something else is to be shown; it carries what `status` gives."""

_log = logging.getLogger(__name__)


def resolve(ls: Server, name: str) -> Path:
    """The report that an argument names: a `file:` URI, an absolute path, or one relative to the first folder.

    Raises HeaplineError if it names none.
    """
    try:
        path = to_path(name) if name.startswith("file:") else Path(name).expanduser()
    except RuntimeError:  # ~ and nobody of that name
        path = None
    if path is None or "\0" in str(path):
        raise HeaplineError(f"{name}: is no path of a file. Give the report's path, or its file: URI.")
    return capture_of(ls.folders[0] / path if ls.folders else path.absolute())


async def load(ls: Server, path: Path) -> Report | None:
    """Load a report (again), show it, and say what the user should know; None if it failed or was stopped."""
    key = key_of(path)
    running = ls.loading.get(key)
    if running is not None:
        await asyncio.wait([running])
        return ls.store.get(path)
    running = ls.loading[key] = asyncio.create_task(_load(ls, path), name=str(path))
    _follow(ls)
    try:
        await asyncio.wait([running])
    except asyncio.CancelledError:  # by the request that asked for the report
        running.cancel()
        await asyncio.wait([running])
        raise
    finally:
        del ls.loading[key]
        _follow(ls)
        if running.cancelled():
            ls.show(t.MessageType.Info, f"{path.name}: loading was stopped.")
    if running.cancelled():
        return None
    error = running.exception()
    if isinstance(error, HeaplineError):
        ls.failed[key] = _identity(path)
        ls.show(t.MessageType.Error, str(error))
        return None
    if error is not None:
        ls.failed[key] = _identity(path)
        _log.error("%s could not be loaded", path, exc_info=error)
        ls.show(t.MessageType.Error, f"{path}: could not be loaded ({error}). The server's log says more.")
        return None
    ls.failed.pop(key, None)
    return running.result()


async def unload(ls: Server, paths: list[Path]) -> int:
    """Forget these reports, and stop those that are still loading; gives how many there were."""
    known = 0
    for path in {key_of(path): path for path in paths}.values():
        running = ls.loading.get(key_of(path))
        if running is not None:
            running.cancel()
        known += ls.store.remove(path) or running is not None
    comparing.follow(ls, redraw)
    redraw(ls)
    return known


async def place_again(ls: Server) -> None:
    """Map all reports anew, after the workspace's folders changed."""
    for report in ls.store.reports:
        await _replace(ls, report)
    await following.start_open(ls)
    redraw(ls)


async def use_new_settings(ls: Server) -> None:
    """Show all as the settings want it now: place anew if they changed what places depend on."""
    if ls.ground is not None and ls.ground != ground_of(ls):
        await place_again(ls)
    else:
        redraw(ls)


async def load_all(ls: Server, paths: Iterable[Path]) -> None:
    """Load these reports; what goes wrong with one is told and stops no other."""
    await asyncio.gather(*(load(ls, path) for path in paths))


async def missing(ls: Server) -> list[Path]:
    """The reports that the settings name and that are not loaded; none that failed as it is now."""
    named = await watching.named_reports(ls)
    return [path for path in named if ls.store.get(path) is None and not _failed(ls, path)]


async def loadable(ls: Server, paths: list[Path]) -> list[Path]:
    """Those of the paths that are there, are not loaded, and did not fail as they are now. In a thread: disks sleep."""

    def find() -> list[Path]:
        return [path for path in paths if not _failed(ls, path) and _identity(path) is not None]

    found = await asyncio.to_thread(find)
    return [path for path in found if ls.store.get(path) is None]


def loading_paths(ls: Server) -> list[Path]:
    """The files that are being loaded."""
    return [Path(task.get_name()) for task in ls.loading.values()]


def status(ls: Server) -> dict[str, Any]:
    """What is loaded and what is loading, for `heapline.status`."""
    return {
        "reports": [describe(ls, report) for report in ls.store.reports],
        "loading": [str(path) for path in loading_paths(ls)],
    }


def describe(ls: Server, report: Report) -> dict[str, Any]:
    """One loaded report in JSON: what it is, how large, and how much of it lies in the workspace."""
    profile = report.profile
    return {
        "path": str(profile.path),
        "format": profile.format,
        "modified": datetime.fromtimestamp(report.identity.modified_ns / 1e9, tz=timezone.utc).isoformat(),
        "objects": profile.totals.live_objects if report.index else profile.totals.allocated_objects,
        "bytes": profile.totals.largest_bytes,
        "sites": len(profile.sites),
        "placedSites": ls.store.placed(report),
        "skippedLines": profile.skipped_lines,
        "traced": profile.traced,
        "graph": report.graph is not None,
        "newerFiles": ls.store.newer_files(report),
    }


async def _load(ls: Server, path: Path) -> Report:
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 -- a coroutine always runs in one
    with progress.shown(ls, f"Loading {path.name}", task.cancel) as report_progress:
        report = await ls.loader.load(path, report_progress, lambda early: _show(ls, early, conclude=False))
        await _show(ls, report)
    _tell(ls, report)
    return report


async def _show(ls: Server, report: Report, *, conclude: bool = True) -> None:
    """Put a report, or what is known of it so far, in the place of what was shown of the same file."""
    try:
        ls.store.put(await _place(ls, report, conclude=conclude))
        await following.start_open(ls)
        redraw(ls)
    except duckdb.Error as error:
        raise discard(ls, report, error) from error
    except BaseException:
        if ls.store.get(report.path) is not report:
            report.close()
        raise


async def _replace(ls: Server, report: Report) -> None:
    try:
        ls.store.replace(await _place(ls, report))
    except duckdb.Error as error:
        tell_damage(ls, report, error)


async def _place(ls: Server, report: Report, *, conclude: bool = True) -> PlacedReport:
    """The report, placed by what the workspace and its settings are when this returns.

    One report at a time: it takes memory. Conclusions that are not there yet are drawn only if it is to `conclude`.
    """
    async with ls.placing:
        while True:
            ground = ground_of(ls)
            pasts = ground.pasts(report)
            placed = await asyncio.to_thread(
                place_sites, report, pasts, ground.rules, ls.store.remembered(report), conclude=conclude
            )
            if ground == ground_of(ls):
                ls.ground = ground
                problems = [past.problem for past in pasts if past.problem and past.problem not in ls.told]
                ls.told.update(problems)
                for problem in problems:
                    ls.show(t.MessageType.Warning, problem)
                return placed


def tell_damage(ls: Server, report: Report, error: duckdb.Error) -> None:
    """Forget a report whose index could not be read, remove that if it is damaged, and say so, once."""
    if ls.store.get(report.path) is report:
        ls.show(t.MessageType.Error, str(discard(ls, report, error)))


def discard(ls: Server, report: Report, error: duckdb.Error) -> HeaplineError:
    """Forget a report whose index could not be read, and remove that if it is damaged; gives the error to show."""
    ls.store.remove(report.path)
    comparing.follow(ls, redraw)
    redraw(ls)
    return report.discard(error)


def announce(ls: Server) -> None:
    """Tell Heapline's own extension what is loaded and loading."""
    if ls.client.changes:
        ls.protocol.notify(CHANGED, status(ls))


def _follow(ls: Server) -> None:
    """A load began or ended."""
    comparing.follow(ls, redraw)
    announce(ls)


def redraw(ls: Server) -> None:
    """Show what is loaded now: publish diagnostics, ask for lenses and the like, watch the files."""
    ls.hot_lines = ls.ways_up = None  # perhaps of a report that is gone
    diagnostics.publish(ls)
    if ls.client.code_lens_refresh:
        ls.workspace_code_lens_refresh(None)
    if ls.client.inlay_hint_refresh:
        ls.workspace_inlay_hint_refresh(None)
    announce(ls)
    watching.register(ls)


def _failed(ls: Server, path: Path) -> bool:
    failed = ls.failed.get(key_of(path))
    return crashed_before(path) or (failed is not None and failed == _identity(path))


def _identity(path: Path) -> Identity | None:
    try:
        return Identity.of(path)
    except (OSError, RuntimeError):  # gone, or a loop of links
        return None


def _tell(ls: Server, report: Report) -> None:
    """What the user must know of a report that was just loaded, in one message; nothing if all is well."""
    profile = report.profile
    said = list(profile.notes)
    if profile.skipped_lines:
        first = next((p for p in profile.problems if p.line), None)
        where = f" The first: line {first.line}, {first.reason}." if first else ""
        said.append(
            f"{human_count(profile.skipped_lines)} of {human_count(profile.lines)} lines"
            f" could not be read and are not counted.{where}"
        )
    elsewhere = bool(profile.sites) and not ls.store.placed(report)
    if elsewhere:
        said.append(_elsewhere(ls, report))
    message = f"{profile.path.name}: {' '.join(said)}"
    if elsewhere:
        ls.ask(t.MessageType.Warning, message, EXPLAIN, lambda: explain_paths(ls, str(report.path)))
    elif said:
        ls.show(t.MessageType.Warning, message)


def _elsewhere(ls: Server, report: Report) -> str:
    largest, could_be = report.profile.sites[0], ls.store.could_be(report)
    lines = human_count(len(report.profile.sites))
    if could_be:
        files = " or ".join(map(str, could_be))
        way_out = f" It could be of several programs here, as one file is {files}: say which in pathMappings."
    else:
        way_out = " Open the folder of the program it was taken of."
    return f"None of its {lines} lines lies in this workspace (the largest is {largest.at}).{way_out}"
