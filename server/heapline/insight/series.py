"""Dumps in series: grouped by the process that they are of, and put in the order in which they were taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heapline.heap.snapshots import same_process

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heapline.heap.index import HeapIndex
    from heapline.report import Report


def in_series(reports: Sequence[Report]) -> list[list[Report]]:
    """The heap dumps among the reports, those of one process together, the oldest first; other reports are left out.

    One without roots (taken with `since:`) has only some of the objects: it is a series of its own.
    """
    found: list[list[Report]] = []
    for report in reports:
        if report.index is None:
            continue
        for series in found:
            first = series[0].index
            if first and _whole(first) and _whole(report.index) and same_process(first, report.index):
                series.append(report)
                break
        else:
            found.append([report])
    for series in found:
        series.sort(key=_age)
    return found


def trend(report: Report, loaded: Sequence[Report], site: tuple[str, int]) -> int | None:
    """How many live objects more a site (path and line) has with each dump of its process up to this one, on average.

    None where the report is the first of them.
    """
    [series] = [series for series in in_series(loaded) if report in series] or [[report]]
    before = series[: series.index(report)]
    if not before:
        return None
    first, last = (one.live_objects_at.get(site, 0) for one in (before[0], report))
    return round((last - first) / len(before))


def is_newer(one: Report, other: Report) -> bool:
    """Whether a report was taken after another: dumps of one process by their generations, else as their files say."""
    if one.index and other.index and same_process(one.index, other.index):
        return _age(one) > _age(other)
    return one.identity.modified_ns > other.identity.modified_ns


def _whole(index: HeapIndex) -> bool:
    return index.report.has_roots


def _age(report: Report) -> tuple[int, int]:
    """Sorts dumps of one process: by their youngest generation, which never goes back; untraced ones by their files."""
    youngest = report.index.youngest if report.index else None
    return (-1 if youngest is None else youngest, report.identity.modified_ns)
