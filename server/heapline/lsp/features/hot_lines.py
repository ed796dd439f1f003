"""The commands `heapline.hotGroups`, `hotLines` and `hotLinesTable`: the lines of a report, page by page."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb

from heapline.insight.hot_lines import Group, Grouping, HotLines, Line
from heapline.lsp import reports
from heapline.lsp.features.lines import jump
from heapline.lsp.server import Server
from heapline.markdown import code_cell, plain, printable, table
from heapline.metrics import HEADERS, METRICS, is_count
from heapline.settings.tree import MetricName
from heapline.units import human_bytes, human_count, summary, things
from heapline.units import share as percent

if TYPE_CHECKING:
    from collections.abc import Callable

    from heapline.places.mapping import Place
    from heapline.report import Report

    T = TypeVar("T")

_MAX_PAGE = 1000
_MAX_ROWS = 200


async def hot_groups(
    ls: Server, report: str, by: str, metric: str, wanted: str, offset: int, limit: int
) -> dict[str, Any] | None:
    """`heapline.hotGroups REPORT BY METRIC FILTER OFFSET LIMIT`: a page of groups of the report's lines, largest first.

    BY is `file`, `gem` or `class`; METRIC one of the setting's, of which `all` stands for the one that says most of
    this report; FILTER words that a line's path, method, gem or class must contain. Answers with the groups, their
    number, the metric, the metrics and groupings that the report knows; null if it is not loaded.
    """

    def question(hot: HotLines) -> tuple[HotLines, MetricName, list[Group]]:
        chosen = _metric(hot, metric)
        return hot, chosen, hot.groups(_grouping(hot, by), chosen, wanted)

    answer = await _ask(ls, report, question)
    if answer is None:
        return None
    hot, chosen, found = answer
    groups = [
        {
            "key": group.name,
            "name": plain(group.name),
            "lines": group.lines,
            "title": METRICS[chosen].in_words(group.value),
        }
        for group in found[_page(offset, limit)]
    ]
    return {**_head(hot, chosen, len(found)), "groups": groups}


async def hot_lines(
    ls: Server, report: str, by: str, group: str | None, metric: str, wanted: str, offset: int, limit: int
) -> dict[str, Any] | None:
    """`heapline.hotLines REPORT BY GROUP METRIC FILTER OFFSET LIMIT`: a page of a group's lines, largest first.

    GROUP is a group's `key`, null for the lines of all. Otherwise as `heapline.hotGroups`.
    """
    answer = await _ask(ls, report, lambda hot: _found(hot, by, group, metric, wanted))
    if answer is None:
        return None
    hot, chosen, found = answer
    return {
        **_head(hot, chosen, len(found)),
        "lines": [_line(ls, hot, line, chosen) for line in found[_page(offset, limit)]],
    }


async def hot_lines_table(ls: Server, report: str, by: str, group: str | None, metric: str, wanted: str) -> str | None:
    """`heapline.hotLinesTable REPORT BY GROUP METRIC FILTER`: the first of these lines as a Markdown table."""
    answer = await _ask(ls, report, lambda hot: _found(hot, by, group, metric, wanted))
    if answer is None:
        return None
    hot, chosen, found = answer
    columns = [name for name in hot.metrics if found and METRICS[name].of(found[0].measures) is not None]
    rows = [
        [code_cell(hot.at(line)), *(_number(name, line) for name in columns), _percent(hot, line, chosen)]
        for line in found[:_MAX_ROWS]
    ]
    rest = len(found) - len(rows)
    more = ["", f"… and {things(rest, 'more line')}"] if rest else []
    return "\n".join([*table(["line", *(HEADERS[name] for name in columns), "share"], rows), *more, ""])


async def _ask(ls: Server, name: str, question: Callable[[HotLines], T]) -> T | None:
    report = ls.store.by_name(name)
    if report is None:
        return None
    try:
        async with ls.asking:
            return await asyncio.to_thread(question, lines_of(ls, report))
    except duckdb.Error as error:
        reports.tell_damage(ls, report, error)
        return None


def lines_of(ls: Server, report: Report) -> HotLines:
    """The report's lines; those of the report that was asked about last are kept, with their order."""
    entries = ls.store.entries_of(report)
    kept = ls.hot_lines
    if kept is None or kept[0] is not entries:
        folders = sorted(ls.folders, key=lambda folder: -len(folder.parts))

        def short(place: Place) -> str:
            folder = next((folder for folder in folders if place.file.is_relative_to(folder)), None)
            if folder is None:
                return str(place.file)
            below = place.file.relative_to(folder).as_posix()
            return below if len(folders) == 1 else f"{folder.name}/{below}"

        def place_of(site: int) -> Place | None:
            entry = entries.get(site)
            return entry.place if entry else None

        kept = (entries, HotLines(report, place_of, short))
        ls.hot_lines = kept
    return kept[1]


def _found(
    hot: HotLines, by: str, group: str | None, metric: str, wanted: str
) -> tuple[HotLines, MetricName, list[Line]]:
    chosen = _metric(hot, metric)
    return hot, chosen, hot.lines(_grouping(hot, by), group, chosen, wanted)


def _head(hot: HotLines, metric: MetricName, total: int) -> dict[str, Any]:
    return {"total": total, "metric": metric, "metrics": hot.metrics, "groupings": hot.groupings}


def _line(ls: Server, hot: HotLines, line: Line, metric: MetricName) -> dict[str, Any]:
    place = jump(ls, ls.store.entry_of(hot.report, line.site_id))
    at = f"{hot.file_of(line)}:{place['line']}" if place else hot.at(line)
    return {
        "site": line.site_id,
        "name": plain(at.rpartition("/")[2]),
        "at": printable(at),
        "origin": plain(line.origin),
        "method": plain(line.site.method) if line.site.method else None,
        "title": METRICS[_shown(line, metric)].in_words(line.value),
        "share": _percent(hot, line, metric),
        "summary": summary(line.measures),
        "place": place,
        "gone": line.place is not None and place is None,
    }


def _shown(line: Line, metric: MetricName) -> MetricName:
    """The metric of the line's value: what a class retains on one line is not known, so its bytes stand there."""
    return metric if METRICS[metric].of(line.measures) is not None else "liveBytes"


def _percent(hot: HotLines, line: Line, metric: MetricName) -> str:
    part = hot.share(line.measures, _shown(line, metric))
    return percent(round(part * 1000), 1000) if part is not None else ""


def _number(metric: MetricName, line: Line) -> str:
    value = METRICS[metric].of(line.measures)
    if value is None:
        return ""
    return human_count(value) if is_count(metric) else human_bytes(value)


def _metric(hot: HotLines, name: str) -> MetricName:
    """The metric of this name, if the report knows it, else the one that says most."""
    return next((metric for metric in hot.metrics if metric == name), hot.metrics[0] if hot.metrics else "liveBytes")


def _grouping(hot: HotLines, name: str) -> Grouping:
    return next((by for by in hot.groupings if by == name), "none")


def _page(offset: int, limit: int) -> slice:
    first = max(0, min(offset, sys.maxsize // 2))
    return slice(first, first + max(0, min(limit, _MAX_PAGE)))
