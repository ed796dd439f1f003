"""SARIF 2.1.0, for code review: the lines that deserve attention, as in the editor's diagnostics.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import orjson

from heapline import __version__
from heapline.export.subject import text_of
from heapline.insight.conclusions import conclusions_of
from heapline.markdown import plain
from heapline.units import share, summary

if TYPE_CHECKING:
    from heapline.export.subject import Row, Subject
    from heapline.heap.retained import Label
    from heapline.insight.top_holders import TopHolder
    from heapline.places.mapping import Place

_RULES = {
    "retained-size": "Objects allocated on this line hold much of the heap",
    "live-memory": "Much of what is alive was allocated on this line",
    "allocated-memory": "Much of what was allocated was allocated on this line",
    "native-leak": "Native memory that was allocated on this line is never freed",
}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def write(subject: Subject) -> bytes:
    """One run: a result for each line of the workspace that reaches the shares of the settings, largest first."""
    settings = subject.settings.diagnostics
    report = subject.report
    holders: dict[int, TopHolder] = {}
    concluded = conclusions_of(report.index) if report.index else None
    if concluded:
        least = settings.retained_share / 100 * report.held_bytes
        holders = {found.site: found for found in concluded.top_holders if found.retained >= least}
    results = [
        _result(subject, row, row.place, rule, holders.get(row.site_id))
        for row in subject.rows
        if row.place and row.place.is_of_workspace and (rule := _rule(subject, row, holders.get(row.site_id)))
    ]
    driver = {
        "name": "Heapline",
        "semanticVersion": __version__,
        "rules": [{"id": name, "shortDescription": {"text": text}} for name, text in _RULES.items()],
    }
    run = {
        "tool": {"driver": driver},
        "originalUriBaseIds": {"SRCROOT": {"uri": f"{subject.folder.as_uri()}/"}},
        "columnKind": "unicodeCodePoints",
        "results": results[: settings.max_total],
    }
    return orjson.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, option=orjson.OPT_APPEND_NEWLINE)


def _rule(subject: Subject, row: Row, holder: TopHolder | None) -> str | None:
    measures, whole = row.site.measures, subject.report.attributable_bytes
    if holder and holder.retained > (measures.live_bytes or 0):
        return "retained-size"
    if measures.leaks:
        return "native-leak"
    if not measures.is_of_objects:
        return None
    if whole <= 0 or measures.shallow_bytes * 100 < subject.settings.diagnostics.share * whole:
        return None
    return "live-memory" if subject.report.index else "allocated-memory"


def _result(subject: Subject, row: Row, place: Place, rule: str, holder: TopHolder | None) -> dict[str, Any]:
    report = subject.report
    part, of = report.share(row.site.measures), f"of {plain(report.path.name)}"
    if rule == "retained-size" and holder:
        part, of = share(holder.retained, report.held_bytes), f"of what the roots of {plain(report.path.name)} reach"
    above = [found for label in (holder.path[:-1] if holder else ()) if (found := _step(subject, label))]
    return {
        "ruleId": rule,
        "level": "note",
        "message": {"text": f"{summary(row.site.measures)}: {part} {of}."},
        "locations": [{"physicalLocation": _location(subject, place)}],
        **({"relatedLocations": above} if rule == "retained-size" and above else {}),
    }


def _step(subject: Subject, label: Label) -> dict[str, Any] | None:
    place = subject.places.place(label.path, label.line) if label.path is not None and label.line is not None else None
    if place is None:
        return None
    return {"physicalLocation": _location(subject, place), "message": {"text": f"held by {plain(label.name)}"}}


def _location(subject: Subject, place: Place) -> dict[str, Any]:
    region = {"startLine": place.line}
    if not place.file.is_relative_to(subject.folder):
        return {"artifactLocation": {"uri": place.file.as_uri()}, "region": region}
    inside = quote(text_of(place.file.relative_to(subject.folder)).replace("\\", "/"))
    return {"artifactLocation": {"uri": inside, "uriBaseId": "SRCROOT"}, "region": region}
