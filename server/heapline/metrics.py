"""The measures that a user can choose between: what sorts lines, and what lenses, hints and heat show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from heapline.units import human_bytes, human_count, human_mebibytes, summary

if TYPE_CHECKING:
    from collections.abc import Callable

    from heapline.profile import AmountKind, Measures
    from heapline.report import Report
    from heapline.settings.tree import MetricName


@dataclass(frozen=True, slots=True)
class Metric:
    """One measure. `of` gives its value, None where a report cannot know it; `whole` what shares of it are taken of."""

    of: Callable[[Measures], int | None]
    whole: Callable[[Report], int | None]
    in_words: Callable[[int], str]


def _bytes_of(*kinds: AmountKind) -> tuple[Callable[[Measures], int | None], Callable[[Report], int | None]]:
    """The bytes of an amount of one of these kinds; and those of the report's."""

    def of(measures: Measures) -> int | None:
        return next((amount.bytes for amount in measures.amounts if amount.kind in kinds), None)

    return of, lambda report: of(report.profile.totals)


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
    "bootBytes": Metric(*_bytes_of("boot"), lambda n: f"≈ {human_mebibytes(n)} at boot"),
    "lostBytes": Metric(*_bytes_of("definitely_lost", "leaked"), lambda n: f"lost {human_bytes(n)}"),
    "possiblyLostBytes": Metric(*_bytes_of("possibly_lost"), lambda n: f"possibly lost {human_bytes(n)}"),
    "calleesBytes": Metric(
        _bytes_of("retained_total")[0],
        lambda r: r.profile.totals.retained_bytes,
        lambda n: f"retained with callees {human_bytes(n)}",
    ),
    "calleesObjects": Metric(
        lambda m: next((a.count for a in m.amounts if a.kind in ("allocated_total", "retained_total")), None),
        lambda r: r.profile.totals.shallow_objects or None,
        lambda n: f"{human_count(n)} with callees",
    ),
    "samples": Metric(
        lambda m: next((a.count for a in m.amounts if a.kind == "sampled"), None),
        lambda r: next((a.count for a in r.profile.totals.amounts), None),
        lambda n: f"{human_count(n)} allocation samples",
    ),
}
"""All but `all`, which is none of its own."""

HEADERS: dict[MetricName, str] = {
    "liveObjects": "live objects",
    "liveBytes": "live bytes",
    "retainedSize": "retains ≥",
    "allocatedObjects": "allocated objects",
    "allocatedBytes": "allocated bytes",
    "survivedObjects": "objects that survived",
    "survivedBytes": "bytes that survived",
    "bootBytes": "at boot",
    "lostBytes": "lost bytes",
    "possiblyLostBytes": "possibly lost bytes",
    "calleesBytes": "bytes with callees",
    "calleesObjects": "objects with callees",
    "samples": "samples",
}
"""What a column of each is called in a table."""


def is_count(metric: MetricName) -> bool:
    """Whether the metric counts objects (or samples), not bytes."""
    return metric.endswith(("Objects", "samples"))


def weight(measures: Measures, metric: MetricName) -> int | None:
    """The value that sorts a line: of `all`, the most bytes that anything on it stands for, else the most objects."""
    return measures.largest_bytes or measures.largest_count if metric == "all" else METRICS[metric].of(measures)


def share_of(report: Report, measures: Measures, metric: MetricName) -> float | None:
    """The weight as a part (0 to 1) of its whole; of `all`, the largest such part of bytes. None if unknown."""
    if metric == "all":
        pairs: list[tuple[int | None, int | None]] = [
            (measures.shallow_bytes, report.attributable_bytes),
            (measures.retained_size, report.held_bytes),
        ]
        if not report.attributable_bytes:
            pairs.append((measures.shallow_objects, report.profile.totals.shallow_objects))
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
    known = {name: found.of(measures) or 0 for name, found in METRICS.items()}
    of_bytes = [name for name in known if known[name] and not is_count(name)]
    return title(measures, max(of_bytes or known, key=lambda name: known[name]))
