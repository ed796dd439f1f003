"""Dumps in series: which belong together, and in which order they were taken."""

from __future__ import annotations

from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from heap_dumps import opened
from heapline.insight.series import in_series, trend
from heapline.report import open_report
from sample_files import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    from heapline.report import Report

TRANSLATE = [SAMPLES / f"translate/reports/heap-{number}.json.gz" for number in (1, 2, 3)]
WEAKMAP = SAMPLES / "weakmap/reports/heap-2.json.gz"
RUBY = SAMPLES / "rubies/3.4"


def report_of(stack: ExitStack, path: Path) -> Report:
    if path.name.endswith(".gz"):
        stack.enter_context(opened(path))
    return stack.enter_context(closing(open_report(path)))


def test_dumps_are_grouped_by_process_and_put_in_order_and_texts_left_out() -> None:
    # GIVEN dumps of two processes, in any order, and a text
    text = SAMPLES / "translate/reports/memory_profiler.txt"
    with ExitStack() as stack:
        mixed = [TRANSLATE[2], WEAKMAP, TRANSLATE[0], text, TRANSLATE[1]]
        # WHEN they are put in series
        found = in_series([report_of(stack, path) for path in mixed])
    # THEN each process has its own, the oldest first
    assert [[report.path for report in series] for series in found] == [TRANSLATE, [WEAKMAP]]


def test_a_dump_without_roots_has_only_some_of_the_objects_so_it_is_in_no_series_with_others() -> None:
    # GIVEN a whole dump of a process, and one of what came after a while
    with ExitStack() as stack:
        whole, since = (report_of(stack, RUBY / name) for name in ("full.json.gz", "since.json.gz"))
        # WHEN they are put in series
        found = in_series([whole, since])
        # THEN each is alone, and there is no trend from the one to the other
        assert [len(series) for series in found] == [1, 1]
        sites = [(site.path, site.line) for site in since.profile.sites]
        assert sites
        assert {trend(since, [whole, since], site) for site in sites} == {None}
