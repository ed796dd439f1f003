"""`textDocument/publishDiagnostics`: the lines that deserve attention, in files open or not.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocument_publishDiagnostics
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from importlib.resources import files as resources
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
from lsprotocol import types as t

from heapline.lsp import messages
from heapline.lsp.documents import line_range, text_lines
from heapline.lsp.features.lines import hot
from heapline.lsp.server import Server
from heapline.lsp.uris import key_of, to_uri
from heapline.markdown import plain
from heapline.places.texts import ignored

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heapline.heap.retained import Label
    from heapline.lsp.placed import Entry
    from heapline.settings import Settings

_SEVERITIES = {
    "hint": t.DiagnosticSeverity.Hint,
    "information": t.DiagnosticSeverity.Information,
    "warning": t.DiagnosticSeverity.Warning,
}
_NOWHERE = t.Range(t.Position(0, 0), t.Position(0, 0))


@dataclass(slots=True)
class Published:
    """What deserves attention in a file, with ranges to be filled in; `sent` is what the client has under `uri`."""

    path: Path
    uri: str
    marks: list[tuple[Entry, t.Diagnostic]]
    sent: list[t.Diagnostic] = field(default_factory=list)


def publish(ls: Server) -> None:
    """Publish the diagnostics of every file that has some, and clear those of files that had."""
    by_file: dict[Path, list[Entry]] = defaultdict(list)
    for entry in _deserving(ls):
        by_file[entry.place.file].append(entry)
    old, ls.published = (
        ls.published,
        {
            key_of(path): Published(path, ls.uri_of(path), [(entry, _diagnostic(ls, entry)) for entry in entries])
            for path, entries in by_file.items()
        },
    )
    for key, gone in old.items():
        if key not in ls.published or ls.published[key].uri != gone.uri:
            _send(ls, gone.uri, [])  # first: to some clients two spellings are one file, which this would clear
    for file in ls.published.values():
        _place(ls, file)
        _send(ls, file.uri, file.sent)


def publish_again(ls: Server, path: Path) -> None:
    """A file was opened, edited or closed: its marks go with their lines, and go under the client's spelling of it."""
    file = ls.published.get(key_of(path))
    if file is None:
        return
    known, uri = (file.uri, file.sent), ls.uri_of(path)
    if uri != file.uri:
        _send(ls, file.uri, [])
        file.uri = uri
    _place(ls, file)
    if (file.uri, file.sent) != known:
        _send(ls, file.uri, file.sent)


def _deserving(ls: Server) -> list[Entry]:
    chosen: list[Entry] = []
    limit = 0
    for entries in ls.store.files_above(min(settings.diagnostics.share for settings in ls.all_settings)):
        settings = ls.settings_for(entries.path)
        if settings.diagnostics.severity == "off" or not ls.shows(entries.path):
            continue
        limit = max(limit, settings.diagnostics.max_total)
        reaching = [e for e in hot(ls, entries, settings) if e.place.is_of_workspace and _reaches_share(e, settings)]
        chosen += reaching[: settings.diagnostics.max_per_file]
    chosen.sort(key=lambda e: (-e.site.measures.largest_bytes, str(e.place.file), e.place.line))
    return chosen[:limit]


def _reaches_share(entry: Entry, settings: Settings) -> bool:
    """Whether the line has that much of the report, or is a top holder of that much of the heap."""
    if entry.site.measures.leaks or entry.suspect:
        return True
    if not entry.site.measures.is_of_objects:
        return False  # that a gem takes memory when it is loaded is no news, and what may be lost is no leak yet
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


def _place(ls: Server, file: Published) -> None:
    """Put the marks on their lines as they are now; a line that was changed since has none."""
    lines = text_lines(ls, file.path, file.uri)
    found = ((entry.now, entry.report.profile.format, diagnostic) for entry, diagnostic in file.marks)
    placed = sorted(
        (
            (now.line, name, diagnostic)
            for now, name, diagnostic in found
            if now and now.doubt != "changed" and ignored(lines, now.line) is None
        ),
        key=lambda mark: mark[:2],
    )
    file.sent = [
        attrs.evolve(diagnostic, range=line_range(ls, lines, line))
        for line, _, diagnostic in placed
        if line <= len(lines)
    ]


def _diagnostic(ls: Server, entry: Entry) -> t.Diagnostic:
    """The diagnostic of an entry, not yet anywhere."""
    code = _code(ls, entry)
    page = Path(str(resources("heapline") / "docs" / f"{code}.md"))
    return t.Diagnostic(
        range=_NOWHERE,
        message=messages.of(entry, code),
        severity=_SEVERITIES[ls.settings_for(entry.place.file).diagnostics.severity],
        source="heapline",
        code=code,
        code_description=t.CodeDescription(to_uri(page)) if ls.client.code_description else None,
        related_information=_related(ls, entry, code) if ls.client.related_information else None,
    )


def _code(ls: Server, entry: Entry) -> str:
    if entry.report.index is None:
        return "native-leak" if entry.site.measures.leaks else "allocated-memory"
    if entry.suspect:
        return "leak-suspect"
    return "retained-size" if _holds_others(entry, ls.settings_for(entry.place.file)) else "live-memory"


def _related(ls: Server, entry: Entry, code: str) -> list[t.DiagnosticRelatedInformation] | None:
    if code == "leak-suspect" and entry.suspect:
        return _path(ls, entry, entry.suspect.path)
    if code == "retained-size" and entry.holder:
        return _path(ls, entry, entry.holder.path)
    return _callers(ls, entry) or None


def _callers(ls: Server, entry: Entry) -> list[t.DiagnosticRelatedInformation]:
    """The callers in files of the workspace, nearest first."""
    related = []
    for frame, caller in entry.callers:
        now = caller.now
        if now is None:
            continue
        start = t.Position(now.line - 1, 0)
        location = t.Location(ls.uri_of(caller.place.file), t.Range(start, start))
        related.append(t.DiagnosticRelatedInformation(location, f"called by {plain(frame.function)}"))
    return related


def _path(ls: Server, entry: Entry, path: Sequence[Label]) -> list[t.DiagnosticRelatedInformation]:
    """The steps of a path from the root that have a line in the workspace, from the root on."""
    related = []
    for label in path[:-1]:
        at = ls.store.entry_of(entry.report, label.site)
        now = at.now if at else None
        if at is None or now is None:
            continue
        uri = ls.uri_of(at.place.file)
        start = t.Position(now.line - 1, 0)
        related.append(
            t.DiagnosticRelatedInformation(t.Location(uri, t.Range(start, start)), f"held by {plain(label.name)}")
        )
    return related
