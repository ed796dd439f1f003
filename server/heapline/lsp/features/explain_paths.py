"""The command `heapline.explainPaths`: how the paths of loaded reports were placed, and which rules would place more.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#workspace_executeCommand
"""

from __future__ import annotations

import asyncio

from lsprotocol import types as t

from heapline import explaining
from heapline.lsp import pages
from heapline.lsp.ground import Ground, ground_of
from heapline.lsp.server import Server
from heapline.lsp.uris import to_uri
from heapline.markdown import code
from heapline.places.explain import Explanation, explain
from heapline.places.placing import place_report
from heapline.report import Report
from heapline.settings import TOML_NAME

EXPLAIN = "Explain paths"
_MAX_ROWS = 100


async def explain_paths(ls: Server, *reports: str) -> dict[str, str] | None:
    """`heapline.explainPaths [REPORT…]`: open a page on how the lines of these reports were placed, or of all reports.

    Answers with the page's URI and text, which also serves a client that cannot be asked to open it.
    """
    found = [loaded for loaded in ls.store.reports if not reports or str(loaded.path) in reports]
    if not found:
        ls.show(t.MessageType.Warning, "No such report is loaded. Load it first: heapline.load")
        return None
    ground = ground_of(ls)

    def write() -> tuple[str, str]:
        text = "\n".join(_page(loaded, ground) for loaded in found)
        subject = "\0".join(str(loaded.path) for loaded in found)
        return to_uri(pages.write("paths", subject, text)), text

    page, text = await asyncio.to_thread(write)
    if ls.client.show_document:
        ls.window_show_document(t.ShowDocumentParams(page, take_focus=True))
    return {"uri": page, "text": text}


def _page(report: Report, ground: Ground) -> str:
    profile = report.profile
    placement = place_report(profile.paths, ground.pasts(report), ground.rules)
    found = explain(profile.sites, placement, ground.folders, ground.rules)
    lines = [f"# Paths of {code(report.path.name)}", "", explaining.summary(found), ""]
    lines += _section("Placed", explaining.placed(found, code))
    lines += _section("Not placed", explaining.lost(found, code))
    return "\n".join([*lines, *_proposal(found)])


def _section(title: str, rows: list[str]) -> list[str]:
    listed = [f"- {row}" for row in rows[:_MAX_ROWS]]
    if len(rows) > _MAX_ROWS:
        listed.append(f"- … and {len(rows) - _MAX_ROWS:,} more (`heapline paths --top`)")
    return [f"## {title}", "", *listed, ""] if listed else []


def _proposal(found: Explanation) -> list[str]:
    """The rules as an indented block, which no text of a report can end."""
    mappings = explaining.mappings(found)
    if not mappings:
        return []
    block = [f"    {line}" for line in mappings.splitlines()]
    return [f"## Rules for `{TOML_NAME}`, with folders that are right", "", *block, ""]
