"""The measures that a user can choose between: what sorts lines, and what lenses, hints and heat show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from heapline.units import human_bytes, human_count, summary

if TYPE_CHECKING:
    from collections.abc import Callable

    from heapline.profile import Measures
    from heapline.report import Report
    from heapline.settings.tree import MetricName


@dataclass(frozen=True, slots=True)
class Metric:
    """One measure. `of` gives its value, None where a report cannot know it; `whole` what shares of it are taken of."""

    of: Callable[[Measures], int | None]
    whole: Callable[[Report], int | None]
    in_words: Callable[[int], str]


METRICS: dict[MetricName, Metric] = {
    "liveObjects": Metric(
        lambda m: m.live_objects, lambda r: r.attributable_objects, lambda n: f"{human_count(n)} live"
    ),
    "liveBytes": Metric(lambda m: m.live_bytes, lambda r: r.attributable_bytes, lambda n: f"{human_bytes(n)} live"),
    "retainedSize": Metric(lambda m: m.retained_size, lambda r: r.held_bytes, lambda n: f"retains ≥ {human_bytes(n)}"),
    "allocatedObjects": Metric(
        lambda m: m.allocated_objects,
        lambda r: r.profile.totals.allocated_objects,
        lambda n: f"allocated {human_count(n)}",
    ),
    "allocatedBytes": Metric(
        lambda m: m.allocated_bytes,
        lambda r: r.profile.totals.allocated_bytes,
        lambda n: f"allocated {human_bytes(n)}",
    ),
    "survivedObjects": Metric(
        lambda m: m.retained_objects,
        lambda r: r.profile.totals.retained_objects,
        lambda n: f"retained {human_count(n)}",
    ),
    "survivedBytes": Metric(
        lambda m: m.retained_bytes,
        lambda r: r.profile.totals.retained_bytes,
        lambda n: f"retained {human_bytes(n)}",
    ),
}
"""All but `all`, which is none of its own."""


def weight(measures: Measures, metric: MetricName) -> int | None:
    """The value that sorts a line: of `all`, the most bytes that anything on it stands for."""
    return measures.largest_bytes if metric == "all" else METRICS[metric].of(measures)


def share_of(report: Report, measures: Measures, metric: MetricName) -> float | None:
    """The weight as a part (0 to 1) of its whole; of `all`, the largest such part of bytes. None if unknown."""
    if metric == "all":
        pairs: list[tuple[int | None, int | None]] = [
            (measures.shallow_bytes, report.attributable_bytes),
            (measures.retained_size, report.held_bytes),
        ]
    else:
        pairs = [(METRICS[metric].of(measures), METRICS[metric].whole(report))]
    return max((min(1.0, part / whole) for part, whole in pairs if part is not None and whole), default=None)


def title(measures: Measures, metric: MetricName) -> str:
    """The measure of a line in words, of `all` all of them; empty where the report cannot know it."""
    if metric == "all":
        return summary(measures)
    value = METRICS[metric].of(measures)
    return "" if value is None else METRICS[metric].in_words(value)


def short_title(measures: Measures, metric: MetricName) -> str:
    """The same in at most some twenty characters: of `all`, the one that weighs most."""
    if metric != "all":
        return title(measures, metric)
    of_bytes: tuple[MetricName, ...] = ("liveBytes", "allocatedBytes", "survivedBytes", "retainedSize")
    return title(measures, max(of_bytes, key=lambda name: METRICS[name].of(measures) or 0))
