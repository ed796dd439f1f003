"""SARIF 2.1.0, for code review: the lines that deserve attention, as in the editor's diagnostics.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

from importlib.resources import files as resources
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

import orjson

from heapline import __version__
from heapline.export.subject import text_of
from heapline.insight.conclusions import conclusions_of
from heapline.insight.quiet import gets_attention
from heapline.insight.suspects import suspects_by_site
from heapline.markdown import plain
from heapline.units import share, summary

if TYPE_CHECKING:
    from heapline.export.subject import Row, Subject
    from heapline.heap.retained import Label
    from heapline.insight.suspects import Suspect
    from heapline.insight.top_holders import TopHolder
    from heapline.places.mapping import Place

_RULES = {
    "leak-suspect": "Objects allocated on this line hold ever more",
    "retained-size": "Objects allocated on this line hold much of the heap",
    "live-memory": "Much of what is alive was allocated on this line",
    "allocated-memory": "Much of what was allocated was allocated on this line",
    "native-leak": "Native memory that was allocated on this line is never freed",
}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


class _Grounds(NamedTuple):
    """Why a line is in the log: the rule, and what the conclusions say of the line."""

    rule: str
    holder: TopHolder | None
    suspect: Suspect | None


def write(subject: Subject) -> bytes:
    """One run: a result for each line of the workspace that is a suspect or reaches the shares, largest first."""
    settings = subject.settings.diagnostics
    report = subject.report
    own = {row.site_id: (row, row.place) for row in subject.rows if row.place and row.place.is_of_workspace}
    concluded = conclusions_of(report.index) if report.index else None
    suspects = suspects_by_site(concluded.findings.suspects, own) if concluded else {}
    least = settings.retained_share / 100 * report.held_bytes
    top_holders = concluded.top_holders if concluded else ()
    holders = {found.site: found for found in top_holders if found.retained >= least}
    results = [
        _result(subject, row, place, grounds)
        for site, (row, place) in own.items()
        if _is_marked(subject, row) and (grounds := _grounds(subject, row, holders.get(site), suspects.get(site)))
    ]
    driver = {
        "name": "Heapline",
        "semanticVersion": __version__,
        "rules": [
            {"id": name, "shortDescription": {"text": text}, "help": _help(name)} for name, text in _RULES.items()
        ],
    }
    run = {
        "tool": {"driver": driver},
        "originalUriBaseIds": {"SRCROOT": {"uri": f"{subject.folder.as_uri()}/"}},
        "columnKind": "unicodeCodePoints",
        "results": results[: settings.max_total],
    }
    return orjson.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, option=orjson.OPT_APPEND_NEWLINE)


def _help(rule: str) -> dict[str, str]:
    """The page that the editor's diagnostics of this rule link to."""
    page = resources("heapline").joinpath("docs", f"{rule}.md").read_text(encoding="utf-8")
    return {"text": page, "markdown": page}


def _is_marked(subject: Subject, row: Row) -> bool:
    """Whether an editor would mark the line, if it is large enough."""
    if subject.everything or row.place is None:
        return True
    return row.silence is None and gets_attention(row.place.origin, subject.settings)


def _grounds(subject: Subject, row: Row, holder: TopHolder | None, suspect: Suspect | None) -> _Grounds | None:
    measures, whole = row.site.measures, subject.report.attributable_bytes
    if holder and holder.retained <= (measures.live_bytes or 0):
        holder = None
    if suspect:
        return _Grounds("leak-suspect", holder, suspect)
    if holder:
        return _Grounds("retained-size", holder, None)
    if measures.leaks:
        return _Grounds("native-leak", None, None)
    if not measures.is_of_objects:
        return None
    if whole <= 0 or measures.shallow_bytes * 100 < subject.settings.diagnostics.share * whole:
        return None
    return _Grounds("live-memory" if subject.report.index else "allocated-memory", None, None)


def _result(subject: Subject, row: Row, place: Place, grounds: _Grounds) -> dict[str, Any]:
    rule, holder, suspect = grounds
    report = subject.report
    part, of = report.share(row.site.measures), f"of {plain(report.path.name)}"
    if holder:
        part, of = share(holder.retained, report.held_bytes), f"of what the roots of {plain(report.path.name)} reach"
    text = f"{summary(row.site.measures)}: {part} {of}."
    if suspect:
        evidence = "; ".join(plain(reason.text) for reason in suspect.evidence)
        text += f" Leak suspect, score {suspect.score} of 100: {evidence}."
    way = suspect.path if suspect else holder.path if holder else ()
    above = [found for label in way[:-1] if (found := _step(subject, label))]
    return {
        "ruleId": rule,
        "level": "note",
        "message": {"text": text},
        "locations": [{"physicalLocation": _location(subject, place)}],
        **({"relatedLocations": above} if above else {}),
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
