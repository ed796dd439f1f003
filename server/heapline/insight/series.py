"""Dumps in series: grouped by the process that they are of, and put in the order in which they were taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heapline.heap.snapshots import same_process

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heapline.report import Report


def in_series(reports: Sequence[Report]) -> list[list[Report]]:
    """The heap dumps among the reports, those of one process together, the oldest first; other reports are left out."""
    found: list[list[Report]] = []
    for report in reports:
        if report.index is None:
            continue
        for series in found:
            first = series[0].index
            if first is not None and same_process(first, report.index):
                series.append(report)
                break
        else:
            found.append([report])
    for series in found:
        series.sort(key=_age)
    return found


def _age(report: Report) -> tuple[int, int]:
    """Sorts dumps of one process: by their youngest generation, which never goes back; untraced ones by their files."""
    youngest = report.index.youngest_generation() if report.index else None
    return (-1 if youngest is None else youngest, report.identity.modified_ns)
