"""The command `heapline.heat`: how hot the lines of a file are, for an editor that can tint them."""

from __future__ import annotations

from typing import Any

from heapline.lsp import following
from heapline.lsp.features.lines import shown
from heapline.lsp.server import Server
from heapline.lsp.uris import to_path
from heapline.metrics import share_of, title

_STEPS = (0.01, 0.05, 0.2, 0.5)
"""From which share on a line is one step hotter."""


async def heat(ls: Server, uri: str) -> list[dict[str, Any]]:
    """`heapline.heat URI`: the lines (1-based) that have a lens, each with its `heat` (1 to 4) and its numbers.

    `stale` says why the numbers may be another line's (`changed`, `method`, `newer`), or is null.

    The heat is that of the largest share that a report gives the line. Lines of less than a hundredth have none.
    """
    path = to_path(uri)
    if path is None:
        return []
    await following.caught_up(ls, path)
    settings = ls.settings_for(path)
    if not settings.heat.enabled:
        return []
    lines: dict[int, dict[str, Any]] = {}
    for entry, now in shown(ls, path):
        share = share_of(entry.report, entry.site.measures, settings.metric) or 0
        step = sum(share >= least for least in _STEPS)
        if step > lines.get(now.line, {"heat": 0})["heat"]:
            numbers = now.sign + title(entry.site.measures, settings.metric)
            lines[now.line] = {"line": now.line, "heat": step, "title": numbers, "stale": now.doubt}
    return sorted(lines.values(), key=lambda found: found["line"])
