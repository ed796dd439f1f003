"""The overview of a report for its page: as JSON, with all that is to be read in words, and as one HTML file.

Every string of the report is hostile: control characters are replaced here, and the page shows strings as text only.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from importlib.resources import files as resources
from typing import TYPE_CHECKING, Any

import orjson

from heapline import __version__
from heapline.errors import HeaplineError
from heapline.markdown import plain, printable
from heapline.metrics import HEADERS, METRICS, is_count
from heapline.profile import FORMAT_NAMES
from heapline.units import AMOUNT_NAMES, amount_in_words, human_bytes, human_count, share, things

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from heapline.insight.overview import Growth, Holders, Overview, Row, Series, Timeline, Top
    from heapline.insight.suspects import Findings, Suspect
    from heapline.places.origin import Origin
    from heapline.profile import Site
    from heapline.report import Report

_LONGEST = 180
"""Characters of a path that are shown: its end says most."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a site is shown to be: `file:line`; a link to it, if there is one; and what kind of line it is.

    `placed` says that there is a file to go to, `own` that it is one of the workspace.
    """

    at: str
    link: str | None = None
    placed: bool = False
    own: bool = False


def spot_at(file: str, line: int, origin: Origin) -> str:
    """`file:line` as it is shown; a gem's from the gem on: `activerecord-7.1.2/lib/active_record/base.rb:5`."""
    if origin.kind == "gem" and origin.rest:
        file = f"{origin.name}-{origin.version}/{origin.rest}"
    return f"{file}:{line}"


def spot_recorded(site: Site, origin: Origin) -> Spot:
    """The spot of a site that has no place."""
    return Spot(spot_at(site.path, site.line, origin) if origin.rest else site.at)


def as_json(overview: Overview, spot_of: Callable[[int], Spot]) -> dict[str, Any]:
    """What the page draws; vscode-extension/page/data.ts has its types. `spot_of` says where a site is."""
    report = overview.report
    content = {
        "suspects": _suspects(overview.suspects),
        "timeline": overview.timeline if isinstance(overview.timeline, str) else _timeline(overview.timeline),
        "holders": overview.holders if isinstance(overview.holders, str) else _holders(overview.holders),
        "top": _top(overview.top, report),
        "growth": _growth(overview.growth) if overview.growth else None,
    }
    return {
        "name": plain(report.path.name),
        "path": printable(str(report.path)),
        "format": FORMAT_NAMES[report.profile.format],
        "version": __version__,
        "facts": _facts(report),
        "notes": [printable(note) for note in report.profile.notes],
        **content,
        "sites": {str(site): _site(report, site, spot_of(site)) for site in sorted(set(_sites_in(content)))},
    }


def _site(report: Report, site: int, spot: Spot) -> dict[str, Any]:
    method = report.profile.sites[site].method
    return {
        "at": plain(spot.at if len(spot.at) <= _LONGEST else f"…{spot.at[-_LONGEST:]}"),
        "method": plain(method) if method else None,
        "link": spot.link,
        "placed": spot.placed,
        "own": spot.own,
    }


def _sites_in(content: Any) -> Iterable[int]:
    """All sites that are named anywhere in the content."""
    if isinstance(content, dict):
        if content.get("site") is not None:
            yield content["site"]
        for value in content.values():
            yield from _sites_in(value)
    elif isinstance(content, (list, tuple)):
        for value in content:
            yield from _sites_in(value)


def _facts(report: Report) -> list[tuple[str, str]]:
    """What is true of the whole report: names and values."""
    totals = report.profile.totals
    found = []
    if totals.live_objects is not None:
        live = f"{things(report.attributable_objects or 0, 'object')}, {human_bytes(report.attributable_bytes)}"
        found.append(("live", live))
    if report.graph:
        summary = report.graph.summary
        found.append(("reachable from the roots", human_bytes(report.held_bytes)))
        if summary.unreachable_objects:
            found.append(("unreachable", human_bytes(summary.unreachable_bytes)))
    if report.index:
        heap = report.index.report
        untraced = heap.untraced_bytes - heap.tracer_bytes
        found.append(("without a line", f"{human_bytes(untraced)} ({share(untraced, report.attributable_bytes)})"))
        if heap.tracer_bytes:
            found.append(("left out: the allocation tracer", human_bytes(heap.tracer_bytes)))
    for word, objects, size in (
        ("allocated", totals.allocated_objects, totals.allocated_bytes),
        ("retained (survived the block)", totals.retained_objects, totals.retained_bytes),
    ):
        known = [things(objects, "object")] if objects is not None else []
        known += [human_bytes(size)] if size is not None else []
        if known:
            found.append((word, ", ".join(known)))
    found += [
        (AMOUNT_NAMES[amount.kind], amount_in_words(amount).replace(AMOUNT_NAMES[amount.kind], "").strip())
        for amount in totals.amounts
    ]
    found.append(("lines that allocated", human_count(len(report.profile.sites))))
    if report.profile.skipped_lines:
        found.append(("lines that could not be read", human_count(report.profile.skipped_lines)))
    return found


def _suspects(found: Findings | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"unknown": found.unknown, "found": [_suspect(suspect) for suspect in found.suspects]}


def _suspect(suspect: Suspect) -> dict[str, Any]:
    held = ", ".join(f"{human_count(count)} {plain(name)}" for name, count in suspect.held)
    more = ", …" if sum(count for _, count in suspect.held) < suspect.objects else ""
    return {
        "site": suspect.holder.site,
        "name": plain(suspect.holder.name),
        "score": suspect.score,
        "text": f"holds {things(suspect.objects, 'object')}, {human_bytes(suspect.bytes)} ({held}{more})",
        "evidence": [plain(reason.text) for reason in suspect.evidence],
        "path": [plain(label.name) for label in suspect.path[:-1]],
    }


def _timeline(found: Timeline) -> dict[str, Any]:
    return {
        "periods": found.periods,
        "boot": found.boot,
        "bySite": [_series(series) for series in found.by_site],
        "byClass": [_series(series) for series in found.by_class],
    }


def _series(series: Series) -> dict[str, Any]:
    name = plain(series.name) if series.name is not None else None
    return {"site": series.site, "name": name, "objects": series.objects, "bytes": series.bytes}


def _holders(found: Holders) -> dict[str, Any]:
    return {
        "held": found.held,
        "tiles": [
            {
                "id": tile.id,
                "parent": tile.parent,
                "site": tile.site,
                "name": plain(tile.name),
                "through": [plain(name) for name in tile.through],
                "objects": tile.objects,
                "bytes": tile.bytes,
                "retained": tile.retained,
            }
            for tile in found.tiles
        ],
    }


def _top(top: Top, report: Report) -> dict[str, Any]:
    def row(found: Row) -> dict[str, Any]:
        words = [
            METRICS[metric].in_words(value) if value is not None else None
            for metric, value in zip(top.metrics, found.values, strict=True)
        ]
        name = plain(found.name) if found.name is not None else None
        return {"site": found.site, "name": name, "values": found.values, "words": words}

    return {
        "metrics": [
            {"name": HEADERS[metric], "counts": is_count(metric), "whole": whole}
            for metric, whole in zip(top.metrics, top.wholes, strict=True)
        ],
        "lines": [row(found) for found in top.rows["none"]],
        "gems": [row(found) for found in top.rows.get("gem", ())],
        "classes": [row(found) for found in top.rows.get("class", ())] if report.index else [],
    }


def _growth(found: Growth) -> dict[str, Any]:
    return {
        "names": [plain(name) for name in found.names],
        "generations": found.generations,
        "total": _series(found.total),
        "bySite": [_series(series) for series in found.by_site],
        "byClass": [_series(series) for series in found.by_class],
    }


def as_html(content: dict[str, Any]) -> bytes:
    """What `as_json` gave as one file that needs nothing else, and may load nothing else.

    Raises HeaplineError if this installation lacks the page's code, which is made with Node.
    """
    script, style = _built("overview.js"), _built("overview.css")
    # the one character that could end the element; JSON reads the escape as the character
    data = orjson.dumps(content).replace(b"<", b"\\u003c")
    title = content["name"].replace("&", "&amp;").replace("<", "&lt;")
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; base-uri 'none'; form-action 'none'"
    )
    return b"".join(
        (
            b'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'.encode(),
            b'<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            b'<meta name="color-scheme" content="light dark">\n',
            f"<title>{title}: Heapline</title>\n<style>".encode(),
            style,
            b"</style>\n</head>\n<body>\n<noscript>This page draws charts: it needs JavaScript.</noscript>\n",
            b'<script type="application/json" id="overview">',
            data,
            b"</script>\n<script>",
            script,
            b"</script>\n</body>\n</html>\n",
        )
    )


def _built(name: str) -> bytes:
    """A file of the page, as the build made it."""
    try:
        found = resources("heapline.export").joinpath("page", name).read_bytes()
    except OSError:
        raise HeaplineError(
            "The overview page is not part of this installation: it was made where Node was missing. In a checkout,"
            " with Node 20 and npm, run `make page`, and install Heapline again if it is installed elsewhere."
            " Heapline's packages on PyPI, and its extension for VS Code, have the page inside."
        ) from None
    return found


def _hash(content: bytes) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode()}'"
