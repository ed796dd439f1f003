"""One report in pictures: what its charts are drawn of, as plain numbers. What a report cannot know has no picture.

Sites are named by their positions in the profile, so that whoever shows them can say where they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

from heapline.insight.conclusions import conclusions_of
from heapline.insight.generations import generations_of
from heapline.metrics import METRICS

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from heapline.heap.index import HeapIndex, OverTime
    from heapline.heap.retained import Branch, HeapGraph
    from heapline.insight.hot_lines import Grouping, HotLines
    from heapline.insight.suspects import Findings
    from heapline.report import Report
    from heapline.settings.tree import MetricName

MOST_SERIES = 8
"""Colours that can still be told apart; everything else is one more, in grey."""
MOST_PERIODS = 300
MOST_TILES = 250
MOST_ROWS = 25
_LEAST_TILE = 0.002
_PASSED_ON = 0.98


@dataclass(frozen=True, slots=True)
class Series:
    """Objects and bytes of one site or one class, period by period or snapshot by snapshot; of neither: all others."""

    site: int | None
    name: str | None
    objects: tuple[int, ...]
    bytes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """The traced live objects by generation: `periods` (first and last generation), and how they are shared out.

    `boot` is the last generation of the program's start, None if that is not known. The largest come first, what the
    others have together last.
    """

    periods: tuple[tuple[int, int], ...]
    boot: int | None
    by_site: tuple[Series, ...]
    by_class: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class Tile:
    """Objects of one class and site under a common holder: what they retain, in bytes, and the tile that they lie in.

    A holder that passes on nearly all that it retains is no tile of its own: its name is in `through`, outermost first.
    `objects` and `bytes` are their own; roots are no objects. `parent` is None under the roots.
    """

    id: int
    parent: int | None
    site: int | None
    name: str
    through: tuple[str, ...]
    objects: int
    bytes: int
    retained: int


@dataclass(frozen=True, slots=True)
class Holders:
    """All that the roots retain, in bytes, and the largest tiles of it, each after the one that it lies in."""

    held: int
    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One site, or one group of them by name, with its value in each metric; None where it cannot be known."""

    site: int | None
    name: str | None
    values: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Top:
    """What has most of any metric that the report knows, the metric that says most first.

    `wholes` are what shares are taken of. `rows` has the groupings that the report knows; `none` are single lines.
    """

    metrics: tuple[MetricName, ...]
    wholes: tuple[int | None, ...]
    rows: dict[Grouping, tuple[Row, ...]]


@dataclass(frozen=True, slots=True)
class Growth:
    """Several dumps of one process, the oldest first: their files' names, and what is live in each.

    By site and by class only those that have more in the last than in the first, most growth in bytes first.
    """

    names: tuple[str, ...]
    generations: tuple[int | None, ...]
    total: Series
    by_site: tuple[Series, ...]
    by_class: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """All pictures of a report. In the place of one that it has not the numbers for, a sentence says why."""

    report: Report
    suspects: Findings | None
    timeline: Timeline | str
    holders: Holders | str
    top: Top
    growth: Growth | None


def overview_of(series: Sequence[Report], hot: HotLines) -> Overview:
    """The overview of the last of these reports; those before it are older dumps of its process, if there are any.

    `hot` are the last one's lines. For any thread, but not for an event loop. Raises duckdb.Error.
    """
    report = series[-1]
    if report.index is None:
        why = "Only a heap dump knows {}."
        unknown = (why.format("how old its objects are"), why.format("what holds its objects"))
        return Overview(report, None, *unknown, top_of(hot), None)
    with report.index.cursor() as own:
        return Overview(
            report,
            found.findings if (found := conclusions_of(own)) else None,
            timeline_of(own),
            holders_of(own.graph) if own.graph else _without_graph(own),
            top_of(hot),
            growth_of(series) if len(series) > 1 else None,
        )


def timeline_of(index: HeapIndex) -> Timeline | str:
    """The objects by generation, in at most `MOST_PERIODS` periods; why not, of a dump without tracing."""
    found = generations_of(index)
    if found.span is None:
        return "This dump was taken without tracing: nothing is known of the age of its objects."
    first, last = found.span
    length = -(-(last - first + 1) // MOST_PERIODS)
    number = -(-(last - first + 1) // length)
    since = first - 1 if found.boot is None else found.boot
    asked = (first, length, since, MOST_SERIES)
    return Timeline(
        tuple((first + length * i, min(first + length * (i + 1) - 1, last)) for i in range(number)),
        found.boot,
        _stacked(index.sites_over_time(*asked), number, since, first, length),
        _stacked(index.classes_over_time(*asked), number, since, first, length),
    )


def _stacked(rows: Iterable[OverTime], number: int, since: int, first: int, length: int) -> tuple[Series, ...]:
    """A series for each site or class, most bytes since the start first; that of all others last, if there are any."""
    found: dict[int | str | None, tuple[list[int], list[int]]] = {}
    for period, of, objects, size in rows:
        counts, sizes = found.setdefault(of, ([0] * number, [0] * number))
        counts[period], sizes[period] = objects, size
    late = max(0, since + 1 - first) // length

    def order(of: int | str | None) -> tuple[bool, int, int]:
        sizes = found[of][1]
        return (of is None, -sum(sizes[late:]), -sum(sizes))

    return tuple(_series(of, *found[of]) for of in sorted(found, key=order))


def _series(of: Hashable, objects: Iterable[int], sizes: Iterable[int]) -> Series:
    return Series(
        of if isinstance(of, int) else None, of if isinstance(of, str) else None, tuple(objects), tuple(sizes)
    )


def holders_of(graph: HeapGraph) -> Holders:
    """What holds the heap: the tiles that retain most, at most `MOST_TILES` of them."""
    branches = graph.all_branches(max(1, int(_LEAST_TILE * graph.held_bytes)))
    waiting: list[tuple[int, int, int | None, Branch]] = [(-b.retained, b.id, None, b) for b in branches[0]]
    heapify(waiting)
    tiles: list[Tile] = []
    while waiting and len(tiles) < MOST_TILES:
        _, _, parent, outermost = heappop(waiting)
        branch, through = outermost, []
        while (below := branches[branch.id]) and below[-1].retained >= _PASSED_ON * outermost.retained:
            through.append(branch.label.name)
            branch = below[-1]
        label = branch.label
        tiles.append(
            Tile(
                branch.id, parent, label.site, label.name, tuple(through), branch.objects, branch.bytes,
                outermost.retained,
            )
        )  # fmt: skip
        for child in branches[branch.id]:
            heappush(waiting, (-child.retained, child.id, branch.id, child))
    return Holders(graph.held_bytes, tuple(tiles))


def _without_graph(index: HeapIndex) -> str:
    if index.is_complete:
        return "This dump names no roots (it was taken with since:): it cannot tell what holds an object."
    return "What holds what is still being computed."


def top_of(hot: HotLines) -> Top:
    """The lines, gems and classes that have most: of each metric the first `MOST_ROWS`."""
    metrics = tuple(hot.metrics)
    rows: dict[Grouping, tuple[Row, ...]] = {"none": _top_lines(hot, metrics)}
    for by in hot.groupings:
        if by in ("gem", "class"):
            rows[by] = _top_groups(hot, by, metrics)
    return Top(metrics, tuple(METRICS[metric].whole(hot.report) for metric in metrics), rows)


def _top_lines(hot: HotLines, metrics: Sequence[MetricName]) -> tuple[Row, ...]:
    chosen = {line.site_id: line for m in metrics for line in hot.lines("none", None, m, "")[:MOST_ROWS]}
    return tuple(
        Row(site, None, tuple(METRICS[metric].of(line.measures) for metric in metrics)) for site, line in chosen.items()
    )


def _top_groups(hot: HotLines, by: Grouping, metrics: Sequence[MetricName]) -> tuple[Row, ...]:
    values = [{group.name: group.value for group in hot.groups(by, metric, "")} for metric in metrics]
    chosen = {name: None for metric in metrics for name in [g.name for g in hot.groups(by, metric, "")[:MOST_ROWS]]}
    return tuple(Row(None, name, tuple(known.get(name) for known in values)) for name in chosen)


def growth_of(series: Sequence[Report]) -> Growth:
    """What grew over dumps of one process, in the order in which they were taken. Raises duckdb.Error."""
    last = {(site.path, site.line): number for number, site in enumerate(series[-1].profile.sites)}

    def by_site(report: Report) -> dict[Hashable, tuple[int, int]]:
        sites = ((last.get((site.path, site.line)), site.measures) for site in report.profile.sites)
        return {at: (m.live_objects or 0, m.live_bytes or 0) for at, m in sites if at is not None}

    def by_class(report: Report) -> dict[Hashable, tuple[int, int]]:
        if report.index is None:
            return {}
        with report.index.cursor() as own:
            return {count.of: (count.objects, count.bytes) for count in own.all_classes()}

    return Growth(
        tuple(report.path.name for report in series),
        tuple(report.index.youngest if report.index else None for report in series),
        _series(None, (report.attributable_objects or 0 for report in series), (r.attributable_bytes for r in series)),
        _grown(series, by_site),
        _grown(series, by_class),
    )


def _grown(
    series: Sequence[Report], counts_of: Callable[[Report], dict[Hashable, tuple[int, int]]]
) -> tuple[Series, ...]:
    counts = [counts_of(report) for report in series]
    none = (0, 0)
    growth = {of: size - counts[0].get(of, none)[1] for of, (_, size) in counts[-1].items()}
    grown = sorted((of for of in growth if growth[of] > 0), key=lambda of: (-growth[of], str(of)))[:MOST_SERIES]
    return tuple(_series(of, *zip(*(count.get(of, none) for count in counts), strict=True)) for of in grown)
