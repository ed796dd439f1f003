"""The commands `heapline.holders` and `heapline.siteAt`: who holds a line's objects, step by step up to the roots."""

from __future__ import annotations

import sys
from typing import Any

from heapline.heap.holders import Above, of_site, paths_to, upwards
from heapline.heap.retained import HeapGraph
from heapline.lsp.asking import ask
from heapline.lsp.features.lines import jump, with_graph
from heapline.lsp.server import Server, WaysUp
from heapline.lsp.uris import to_path
from heapline.markdown import plain, printable
from heapline.units import human_bytes, human_count, summary

_MAX_PAGE = 1000


def site_at(ls: Server, uri: str, line: int) -> dict[str, Any] | None:
    """`heapline.siteAt URI LINE` (1-based): what to ask `heapline.holders` for, of the newest dump with the line."""
    path = to_path(uri)
    entries = with_graph(ls, path, line) if path else []
    if not entries:
        return None
    entry = max(entries, key=lambda e: e.report.identity.modified_ns)
    return {
        "report": str(entry.report.path),
        "site": entry.site_id,
        "name": plain(f"{entry.place.file.name}:{line}"),
        "title": summary(entry.site.measures),
    }


async def holders(
    ls: Server, report: str, site: int, trail: list[int], offset: int, limit: int
) -> dict[str, Any] | None:
    """`heapline.holders REPORT SITE TRAIL OFFSET LIMIT`: a page of who holds the objects of a site, most bytes first.

    TRAIL has the `label` of each step taken so far, nearest holder first; empty: who holds the objects themselves.
    These are the holders on one shortest path from the roots to each object. Answers with the holders, their number,
    and how many of the site's objects no recorded root reaches; null if the report is not loaded or has no graph.
    """
    loaded = ls.store.by_name(report)
    if loaded is None or not 0 <= site < len(loaded.profile.sites):
        return None
    ways = ls.ways_up
    if ways is None or ways.report is not loaded or ways.site != site:

        def question(graph: HeapGraph) -> WaysUp:
            paths = paths_to(graph, of_site(graph, site))
            return WaysUp(loaded, site, paths.objects, paths.unreachable, upwards(paths))

        ways = await ask(ls, loaded, question)
        if ways is None:
            return None
        ls.ways_up = ways
    many = human_count(ways.objects)
    found = _followed(ways.holders, trail)
    first = max(0, min(offset, sys.maxsize // 2))
    return {
        "total": len(found),
        "objects": ways.objects,
        "unreachable": ways.unreachable,
        "holders": [
            {
                "label": holder.label.id,
                "name": plain(holder.label.name),
                "title": f"{human_count(holder.objects)} of {many} · {human_bytes(holder.bytes)}",
                "path": printable(holder.label.path) if holder.label.path is not None else None,
                "line": holder.label.line,
                "place": jump(ls, ls.store.entry_of(loaded, holder.label.site)),
                "held": bool(holder.holders),
            }
            for holder in found[first : first + max(0, min(limit, _MAX_PAGE))]
        ],
    }


def _followed(holders: list[Above], trail: list[int]) -> list[Above]:
    for label in trail:
        holders = next((holder.holders for holder in holders if holder.label.id == label), [])
    return holders
