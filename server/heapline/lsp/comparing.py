"""Dumps of one process put together: their leak suspects, drawn by a child as soon as nothing else is being loaded."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types as t

from heapline.errors import HeaplineError
from heapline.insight.conclusions import kept_findings
from heapline.insight.series import in_series
from heapline.lsp import progress
from heapline.lsp.placed import Verdict
from heapline.units import things

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from heapline.insight.suspects import Findings
    from heapline.lsp.server import Server
    from heapline.report import Report

    Key = tuple[Path, ...]


def follow(ls: Server, redraw: Callable[[Server], None]) -> None:
    """Compare the dumps of each process of which several are loaded; stop where dumps came or went in the meantime.

    Nothing is compared while something loads: it may belong to the dumps, and wants the processor and memory itself.
    `redraw` is called when something else is to be shown.
    """
    wanted = {} if ls.loading else _together(ls)
    for key in ls.comparing.keys() - wanted.keys():
        ls.comparing.pop(key).cancel()
    for key, dumps in wanted.items():
        if key not in ls.comparing and key not in ls.uncompared and not _speak_together(ls, dumps):
            ls.comparing[key] = asyncio.create_task(_compare(ls, key, dumps, redraw))


def is_running(ls: Server, report: Report) -> bool:
    """Whether the dumps of this one's process are being compared."""
    return report.index is not None and any(report.index.path in key for key in ls.comparing)


def _together(ls: Server) -> dict[Key, tuple[Report, ...]]:
    """The loaded dumps of each process of which there are several, by their indexes, which stand for the files' state.

    Those of which it is not known yet what they retain are left out.
    """
    found: dict[Key, tuple[Report, ...]] = {}
    for series in in_series([report for report in ls.store.reports if report.graph]):
        if len(series) > 1:
            found[tuple(report.index.path for report in series if report.index)] = tuple(series)
    return found


def _speak_together(ls: Server, dumps: tuple[Report, ...]) -> bool:
    known = ls.store.verdict_on(dumps[-1])
    return known is not None and list(map(id, known.dumps)) == list(map(id, dumps))


async def _compare(ls: Server, key: Key, dumps: tuple[Report, ...], redraw: Callable[[Server], None]) -> None:
    """Draw the suspects of these dumps, unless they were kept, and let the dumps speak together."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 -- a coroutine always runs in one

    def stop() -> None:
        ls.uncompared.add(key)
        ls.comparing.pop(key, None)
        task.cancel()
        redraw(ls)

    try:
        ls.store.judge(Verdict(dumps, await _findings(ls, dumps, stop)))
    except HeaplineError as error:
        ls.uncompared.add(key)
        names = ", ".join(dump.path.name for dump in dumps)
        ls.show(t.MessageType.Warning, f"{names}: could not be compared, so each speaks for itself. {error}")
    finally:
        if ls.comparing.get(key) is task:
            del ls.comparing[key]
    redraw(ls)


async def _findings(ls: Server, dumps: tuple[Report, ...], stop: Callable[[], None]) -> Findings:
    """The suspects of these dumps, drawn unless they were kept; the user may stop that. Raises HeaplineError."""
    indexes = [dump.index for dump in dumps if dump.index]
    kept = await asyncio.to_thread(kept_findings, indexes)
    if kept is None:
        title = f"Looking for what grows in {things(len(dumps), 'dump')}"
        with progress.shown(ls, title, stop, measured=False):
            await ls.loader.run("suspects", "--json", "--child", "--", *(str(dump.path) for dump in dumps))
        kept = await asyncio.to_thread(kept_findings, indexes)
    if kept is None:
        raise HeaplineError("What was found was not kept: the cache directory cannot be written to.")
    return kept
