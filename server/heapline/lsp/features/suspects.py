"""The command `heapline.suspects`: what keeps growing in a dump's process, with evidence, holder and place."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

from heapline.heap.beside import dumps_beside
from heapline.insight import wording
from heapline.insight.suspects import NO_ROOTS
from heapline.lsp import comparing
from heapline.lsp.documents import text_lines
from heapline.lsp.features.lines import jump
from heapline.lsp.server import Server
from heapline.lsp.uris import key_of
from heapline.markdown import plain, printable
from heapline.places.constants import constant_in, qualified
from heapline.profile import FORMAT_NAMES
from heapline.units import things

if TYPE_CHECKING:
    from heapline.heap.retained import Label
    from heapline.insight.suspects import Suspect
    from heapline.lsp.placed import Entry
    from heapline.report import Report

_MAX_PAGE = 1000


async def suspects(ls: Server, report: str, offset: int, limit: int) -> dict[str, Any] | None:
    """`heapline.suspects REPORT OFFSET LIMIT`: a page of the leak suspects of a dump's process, highest score first.

    Answers with the suspects, their number, the `dumps` that they were found in, oldest first, a `message` about them
    (or why there are none; else null), and what lies `beside` the dumps: other files of the same process that are not
    loaded. Null if the report is not loaded.
    """
    loaded = ls.store.by_name(report)
    if loaded is None:
        return None
    beside = await asyncio.to_thread(dumps_beside, loaded.path, loaded.index) if loaded.index else []
    if ls.store.by_name(report) is not loaded:
        return None
    verdict = ls.store.verdict_on(loaded)
    found = verdict.findings.suspects if verdict else ()
    first = max(0, min(offset, sys.maxsize // 2))
    page = found[first : first + max(0, min(limit, _MAX_PAGE))]
    dumps = verdict.dumps if verdict else (loaded,)
    return {
        "total": len(found),
        "dumps": [str(dump.path) for dump in dumps],
        "message": _message(ls, loaded),
        "beside": [str(path) for path in beside if ls.store.get(path) is None and key_of(path) not in ls.loading],
        "suspects": [_suspect(ls, dumps[-1], suspect) for suspect in page],
    }


def _message(ls: Server, report: Report) -> str | None:
    """What is to be said beside the suspects of a report's process."""
    if report.index is None:
        return f"This {FORMAT_NAMES[report.profile.format]} does not say who holds what grows. Load a heap dump."
    if comparing.is_running(ls, report):
        return "The dumps of this process are being compared. Until then one speaks for itself."
    verdict = ls.store.verdict_on(report)
    if verdict is None:
        return NO_ROOTS if report.index.is_complete else "The dump is still being read."
    return wording.remark(verdict.findings, len(verdict.dumps))


def _suspect(ls: Server, dump: Report, suspect: Suspect) -> dict[str, Any]:
    holder = suspect.holder
    own = ls.store.entry_of(dump, holder.site)
    way = [ls.store.entry_of(dump, label.site) for label in reversed(suspect.path)]
    marked = next((entry for entry in way if entry and entry.suspect is suspect), None)
    constant = _constant(ls, suspect, own) if own else None
    return {
        "name": plain(" ".join([wording.holder(suspect), *([constant] if constant else [])])),
        "score": suspect.score,
        "title": f"{'holds' if suspect.holders == 1 else 'hold'} {wording.held(suspect, plain)}",
        **_where(ls, dump, holder),
        "place": jump(ls, marked or own),
        "report": str(dump.path),
        "site": holder.site,
        "evidence": [{"text": plain(reason.text), "points": reason.points} for reason in suspect.evidence],
        "held": [{"name": plain(name), "title": things(objects, "object")} for name, objects in suspect.held],
        "holders": [
            {"name": plain(label.name), "title": "", **_where(ls, dump, label)} for label in suspect.path[-2::-1]
        ],
    }


def _where(ls: Server, dump: Report, label: Label) -> dict[str, Any]:
    return {
        "path": printable(label.path) if label.path is not None else None,
        "line": label.line,
        "place": jump(ls, ls.store.entry_of(dump, label.site)),
    }


def _constant(ls: Server, suspect: Suspect, holder: Entry) -> str | None:
    """The constant that the holder is the value of, if its line, as it is now, gives one a value."""
    file, now = holder.place.file, holder.now
    lines = text_lines(ls, file, ls.uri_of(file)) if now else []
    constant = constant_in(lines[now.line - 1]) if now and now.line <= len(lines) else None
    return qualified(constant, suspect.path[-2].name if len(suspect.path) > 1 else None) if constant else None
