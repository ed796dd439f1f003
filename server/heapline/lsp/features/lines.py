"""Which lines of a file are worth showing, and which of several reports speaks for a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from heapline.insight.quiet import gets_attention, reaches
from heapline.lsp.documents import text_lines
from heapline.metrics import weight
from heapline.places.texts import ignored

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from heapline.lsp.placed import Entry
    from heapline.lsp.server import Server
    from heapline.lsp.store import FileEntries
    from heapline.places.placing import Now
    from heapline.settings import Settings


class Shown(NamedTuple):
    """An entry, and where it is now."""

    entry: Entry
    now: Now


def hot(ls: Server, entries: FileEntries, settings: Settings) -> list[Entry]:
    """One entry per line and kind of report, over the threshold, largest first; none that the user does not want.

    Of several reports of one kind one speaks for all lines; the hover has them all.
    """
    spoken = [
        entry
        for at_line in entries.lines.values()
        for entry in merged(at_line)
        if entries.speakers[entry.report.profile.format] is entry.report
        and reaches(entry.report, entry.site.measures, settings)
        and gets_attention(entry.place.origin, settings)
        and entry.mark not in ls.fixed
    ]
    return sorted(spoken, key=lambda e: (-e.site.measures.largest_bytes, e.place.line, e.report.profile.format))


def shown(ls: Server, path: Path) -> list[Shown]:
    """The hot lines of a file that the user wants marked, where they are now, from the top down.

    At most `codeLens.maxPerFile`, the largest by the metric that is set, so that lenses, hints and heat stand on the
    same lines; one a line and kind of report, the larger one where lines were joined.
    """
    entries = ls.store.entries(path)
    if entries is None or not ls.shows(path):
        return []
    settings = ls.settings_for(path)
    known = _by_metric(ls, entries, settings)
    lines = text_lines(ls, path, ls.uri_of(path)) if known else []
    found: dict[tuple[int, str], Shown] = {}
    for entry in known:
        now = entry.now
        if len(found) == settings.code_lens.max_per_file:
            break
        if now and ignored(lines, now.line) is None:
            found.setdefault((now.line, entry.report.profile.format), Shown(entry, now))
    return [found[at] for at in sorted(found)]


def _by_metric(ls: Server, entries: FileEntries, settings: Settings) -> list[Entry]:
    """The hot lines that have a number in the metric that is set, largest first.

    Kept while neither reports nor settings nor marks change: an editor asks at each keystroke.
    """
    kept = entries.by_metric
    if kept is None or kept[0] is not settings or kept[1] != ls.fixed.changes:
        known = [entry for entry in hot(ls, entries, settings) if weight(entry.site.measures, settings.metric)]
        known.sort(key=lambda entry: -(weight(entry.site.measures, settings.metric) or 0))
        kept = entries.by_metric = (settings, ls.fixed.changes, known)
    return kept[2]


def with_graph(ls: Server, path: Path, line: int) -> list[Entry]:
    """The entries of a line (1-based), as it is now, whose reports know what holds what, one a report."""
    entries = ls.store.entries(path)
    return [entry for entry in merged(entries.at(line)) if entry.report.graph is not None] if entries else []


def jump(ls: Server, entry: Entry | None) -> dict[str, Any] | None:
    """Where an editor goes from a list: URI and line (1-based) of an entry as it is now, null for what has no place.

    `stale` says why it may be another line (`changed`, `method`, `newer`), or is null.
    """
    now = entry.now if entry else None
    return {"uri": ls.uri_of(entry.place.file), "line": now.line, "stale": now.doubt} if entry and now else None


def merged(entries: Iterable[Entry]) -> list[Entry]:
    """The largest entry of each report on one line, heap dumps first, and the newest of each kind.

    Two recorded paths of one report can lie on the same line (a copy of the program in the container); their numbers
    are not added, since nobody would see that two sites were meant.
    """
    largest: dict[int, Entry] = {}
    for entry in entries:
        key = id(entry.report)
        if key not in largest or entry.site.measures.largest_bytes > largest[key].site.measures.largest_bytes:
            largest[key] = entry
    return sorted(largest.values(), key=lambda e: (e.report.profile.format, -e.report.identity.modified_ns))
