"""The commands `heapline.overview` and `heapline.placeOf`: a report in pictures, and the way from them to the code."""

from __future__ import annotations

import asyncio
from typing import Any

import duckdb

from heapline.export.overview import Spot, as_json, spot_at, spot_recorded
from heapline.insight.overview import overview_of
from heapline.insight.series import in_series
from heapline.lsp import reports
from heapline.lsp.features.hot_lines import lines_of
from heapline.lsp.features.lines import jump
from heapline.lsp.server import Server
from heapline.places.origin import origin_of


async def overview(ls: Server, report: str) -> dict[str, Any] | None:
    """`heapline.overview REPORT`: what a page draws of a report, and of the older dumps of its process that are loaded.

    vscode-extension/page/data.ts has the answer's types. Lines have the numbers that `heapline.placeOf` takes. Null if
    the report is not loaded.
    """
    loaded = ls.store.by_name(report)
    if loaded is None:
        return None
    found = next((series for series in in_series(ls.store.reports) if loaded in series), [loaded])
    series = found[: found.index(loaded) + 1]
    entries, hot = ls.store.entries_of(loaded), lines_of(ls, loaded)
    loaded.held_bytes  # noqa: B018 -- here, for a graph is not to be read by two threads at a time

    def spot_of(site: int) -> Spot:
        entry = entries.get(site)
        recorded = loaded.profile.sites[site]
        if entry is None:
            return spot_recorded(recorded, origin_of(recorded.path))
        place, now = entry.place, entry.now
        at = spot_at(hot.short(place), now.line if now else place.line, place.origin)
        return Spot(at, placed=now is not None, own=place.is_of_workspace)

    def draw() -> dict[str, Any]:
        return as_json(overview_of(series, hot), spot_of)

    try:
        async with ls.asking:
            return await asyncio.to_thread(draw)
    except duckdb.Error as error:
        reports.tell_damage(ls, loaded, error)
        return None


async def place_of(ls: Server, report: str, site: int) -> dict[str, Any] | None:
    """`heapline.placeOf REPORT SITE`: where a line of a report is now, as `jump` gives it; null if it is nowhere."""
    loaded = ls.store.by_name(report)
    return jump(ls, ls.store.entry_of(loaded, site)) if loaded else None
