"""The command `heapline.explainPaths`: how the paths of loaded reports were placed, and which rules would place more.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#workspace_executeCommand
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types as t

from heapline import explaining
from heapline.lsp import pages
from heapline.lsp.ground import Ground, ground_of
from heapline.lsp.server import Server
from heapline.lsp.uris import to_uri
from heapline.markdown import code
from heapline.places.explain import explain
from heapline.places.placing import place_report
from heapline.report import Report
from heapline.settings import TOML_NAME, resolve
from heapline.settings.tree import PathMapping

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    Known = Mapping[Path, Sequence[PathMapping]]

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
    known = {folder: ls.settings_for(folder).path_mappings for folder in ground.folders}

    def write() -> tuple[str, str]:
        text = "\n".join(_page(loaded, ground, known) for loaded in found)
        subject = "\0".join(str(loaded.path) for loaded in found)
        return to_uri(pages.write("paths", subject, text)), text

    page, text = await asyncio.to_thread(write)
    if ls.client.show_document:
        ls.window_show_document(t.ShowDocumentParams(page, take_focus=True))
    return {"uri": page, "text": text}


def _page(report: Report, ground: Ground, known: Known) -> str:
    profile = report.profile
    placement = place_report(profile.paths, ground.pasts(report), ground.rules, methods=profile.methods)
    found = explain(profile.sites, placement, ground.folders, ground.rules)
    lines = [f"# Paths of {code(report.path.name)}", "", explaining.summary(found), ""]
    lines += _section("Placed", explaining.placed(found, code))
    lines += _section("Not placed", explaining.lost(found, code))
    return "\n".join([*lines, *_proposals(explaining.proposals(found, ground.folders), known)])


def _section(title: str, rows: list[str]) -> list[str]:
    listed = [f"- {row}" for row in rows[:_MAX_ROWS]]
    if len(rows) > _MAX_ROWS:
        listed.append(f"- … and {len(rows) - _MAX_ROWS:,} more (`heapline paths --top`)")
    return [f"## {title}", "", *listed, ""] if listed else []


def _proposals(made: Mapping[Path, Sequence[PathMapping]], known: Known) -> list[str]:
    """The rules for each folder's file, and for the editor's settings, which hold instead of those of the files."""
    lines: list[str] = []
    alone = len(known) == 1
    for folder, rules in made.items():
        said = resolve(folder / TOML_NAME, None)[0].path_mappings
        title = explaining.proposal_title(code(TOML_NAME if alone else str(folder / TOML_NAME)), said)
        lines += _block(title, explaining.as_toml([*said, *rules]))
    if made:
        rules = [
            rule if alone else PathMapping(rule.recorded, (folder / rule.folder).as_posix())
            for folder in known
            for rule in (*known[folder], *made.get(folder, ()))
        ]
        lines += _block("Or for the settings of VS Code", explaining.as_json(rules))
    return lines


def _block(title: str, text: str) -> list[str]:
    """An indented block, which no text of a report can end."""
    return [f"## {title}", "", *(f"    {line}" for line in text.splitlines()), ""]
