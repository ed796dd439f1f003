"""Questions to a dump's graph, while the event loop goes on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

import duckdb

from heapline.lsp import reports

if TYPE_CHECKING:
    from collections.abc import Callable

    from heapline.heap.retained import HeapGraph
    from heapline.lsp.server import Server
    from heapline.report import Report

    T = TypeVar("T")


async def ask(ls: Server, report: Report, question: Callable[[HeapGraph], T]) -> T | None:
    """What the question finds in the report's graph; None if the report has none, or a damaged one.

    One question is answered at a time: each may take seconds, all the cores and much memory.
    """
    graph = report.graph
    if graph is None:
        return None

    def answer() -> T:
        with graph.cursor() as own:
            return question(own)

    try:
        async with ls.asking:
            return await asyncio.to_thread(answer)
    except duckdb.Error as error:
        reports.tell_damage(ls, report, error)
        return None
