"""`textDocument/publishDiagnostics`: the lines that deserve attention, in files open or not.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocument_publishDiagnostics
"""

from __future__ import annotations

from collections import defaultdict
from importlib.resources import files as resources
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types as t

from heapline.lsp import messages
from heapline.lsp.documents import line_range, text_lines
from heapline.lsp.features.lines import hot
from heapline.lsp.server import Server
from heapline.lsp.uris import key_of, to_path, to_uri
from heapline.markdown import plain

if TYPE_CHECKING:
    from heapline.lsp.store import Entry
    from heapline.settings import Settings

_SEVERITIES = {
    "hint": t.DiagnosticSeverity.Hint,
    "information": t.DiagnosticSeverity.Information,
    "warning": t.DiagnosticSeverity.Warning,
}


def publish(ls: Server) -> None:
    """Publish the diagnostics of every file that has some, and clear those of files that had."""
    by_file: dict[Path, list[Entry]] = defaultdict(list)
    for entry in _deserving(ls):
        by_file[entry.place.file].append(entry)
    uris = {path: ls.uri_of(path) for path in by_file}
    old, ls.published = ls.published, {key_of(path): uri for path, uri in uris.items()}
    for key, uri in old.items():
        if ls.published.get(key) != uri:
            _send(ls, uri, [])  # first: to some clients two spellings are one file, which this would clear
    for path, entries in by_file.items():
        _send(ls, uris[path], _diagnostics(ls, path, uris[path], entries))


def did_open(ls: Server, params: t.DidOpenTextDocumentParams) -> None:
    """A file opened under another spelling of its URI than was published: publish it under the client's."""
    path = to_path(params.text_document.uri)
    if path is not None and ls.published.get(key_of(path), params.text_document.uri) != params.text_document.uri:
        publish(ls)


def _deserving(ls: Server) -> list[Entry]:
    chosen: list[Entry] = []
    limit = 0
    for entries in ls.store.files:
        settings = ls.settings_for(entries.path)
        if settings.diagnostics.severity == "off" or not ls.shows(entries.path):
            continue
        limit = max(limit, settings.diagnostics.max_total)
        reaching = [entry for entry in hot(entries, settings) if _reaches_share(entry, settings)]
        chosen += reaching[: settings.diagnostics.max_per_file]
    chosen.sort(key=lambda e: (-e.site.measures.largest_bytes, str(e.place.file), e.place.line))
    return chosen[:limit]


def _reaches_share(entry: Entry, settings: Settings) -> bool:
    """Whether the line has that much of the report, or is a top holder of that much of the heap."""
    whole = entry.report.attributable_bytes
    least = settings.diagnostics.share * whole
    return _holds_others(entry, settings) or (whole > 0 and entry.site.measures.shallow_bytes * 100 >= least)


def _holds_others(entry: Entry, settings: Settings) -> bool:
    """Whether the line is a top holder of that much of the heap, and not of its own objects alone."""
    if entry.holder is None or entry.holder.retained <= (entry.site.measures.live_bytes or 0):
        return False
    return entry.holder.retained * 100 >= settings.diagnostics.retained_share * entry.report.held_bytes


def _send(ls: Server, uri: str, diagnostics: list[t.Diagnostic]) -> None:
    ls.text_document_publish_diagnostics(t.PublishDiagnosticsParams(uri, diagnostics))


def _diagnostics(ls: Server, path: Path, uri: str, entries: list[Entry]) -> list[t.Diagnostic]:
    lines = text_lines(ls, path, uri)
    severity = _SEVERITIES[ls.settings_for(path).diagnostics.severity]
    return [
        _diagnostic(ls, entry, line_range(ls, lines, entry.place.line), severity)
        for entry in sorted(entries, key=lambda e: (e.place.line, e.report.profile.format))
        if entry.place.line <= len(lines)
    ]


def _diagnostic(ls: Server, entry: Entry, where: t.Range, severity: t.DiagnosticSeverity) -> t.Diagnostic:
    code = _code(ls, entry)
    page = Path(str(resources("heapline") / "docs" / f"{code}.md"))
    return t.Diagnostic(
        range=where,
        message=messages.of(entry, code),
        severity=severity,
        source="heapline",
        code=code,
        code_description=t.CodeDescription(to_uri(page)) if ls.client.code_description else None,
        related_information=_path(ls, entry) if code == "retained-size" and ls.client.related_information else None,
    )


def _code(ls: Server, entry: Entry) -> str:
    if entry.report.index is None:
        return "allocated-memory"
    return "retained-size" if _holds_others(entry, ls.settings_for(entry.place.file)) else "live-memory"


def _path(ls: Server, entry: Entry) -> list[t.DiagnosticRelatedInformation]:
    """The steps of the path from the root that have a line in the workspace, from the root on."""
    related = []
    for label in entry.holder.path[:-1] if entry.holder else ():
        at = ls.store.entry_of(entry.report, label.site)
        if at is None:
            continue
        uri = ls.uri_of(at.place.file)
        start = t.Position(at.place.line - 1, 0)
        related.append(
            t.DiagnosticRelatedInformation(t.Location(uri, t.Range(start, start)), f"held by {plain(label.name)}")
        )
    return related
