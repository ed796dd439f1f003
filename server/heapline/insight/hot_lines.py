"""All lines of one report, those of libraries too: grouped, filtered and sorted, for a list that is shown in pages."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from heapline.metrics import METRICS, share_of, weight
from heapline.places.origin import origin_of
from heapline.profile import Measures

if TYPE_CHECKING:
    from collections.abc import Callable

    from heapline.places.mapping import Place
    from heapline.profile import Site
    from heapline.report import Report
    from heapline.settings.tree import MetricName

Grouping = Literal["none", "file", "gem", "class"]
GROUPINGS: tuple[Grouping, ...] = get_args(Grouping)

_NOT_ADDED = frozenset({"retainedSize", "bootBytes", "calleesBytes", "calleesObjects"})
"""Of two lines these may speak of the same memory: a group has at least what its largest line has."""
_TELLING: tuple[MetricName, ...] = (
    "retainedSize",
    "liveBytes",
    "allocatedBytes",
    "survivedBytes",
    "bootBytes",
    "lostBytes",
    "possiblyLostBytes",
    "calleesBytes",
    "liveObjects",
    "allocatedObjects",
    "survivedObjects",
    "calleesObjects",
    "samples",
)
"""The metrics, the one that says most first."""


class Line(NamedTuple):
    """One site: its position in the profile, its place in the workspace if it has one, whose code it is, its measures.

    In a group of one class the measures are those of the objects of that class alone.
    """

    site_id: int
    site: Site
    place: Place | None
    origin: str
    measures: Measures
    value: int


@dataclass(frozen=True, slots=True)
class Group:
    """Lines with something in common: what that is, how many they are, and their value together."""

    name: str
    lines: int
    value: int


class HotLines:
    """The lines of one report. Answers are kept: the next page costs nothing. For one thread at a time."""

    def __init__(self, report: Report, place_of: Callable[[int], Place | None], short: Callable[[Place], str]) -> None:
        """`place_of` gives the place of a site, `short` the name of a place's file in the workspace."""
        self.report = report
        self._place_of = place_of
        self.short = short
        self.groups = lru_cache(maxsize=8)(self._groups)
        self.lines = lru_cache(maxsize=32)(self._lines)
        self._all = lru_cache(maxsize=8)(self._filtered)
        self._members = lru_cache(maxsize=4)(self._grouped)
        self._classes: list[tuple[int, str, int, int]] | None = None

    @cached_property
    def metrics(self) -> list[MetricName]:
        """The metrics that the report knows, the one that says most first."""
        sites = self.report.profile.sites
        known = [name for name in METRICS if any(METRICS[name].of(site.measures) for site in sites)]
        return sorted(known, key=_TELLING.index)

    @property
    def groupings(self) -> list[Grouping]:
        """How the lines can be grouped: by class only if the report knows the classes of what a line allocated."""
        return [by for by in GROUPINGS if by != "class" or self.report.index]

    def share(self, measures: Measures, metric: MetricName) -> float | None:
        """The part (0 to 1) that a line has of the report."""
        return share_of(self.report, measures, metric)

    def file_of(self, line: Line) -> str:
        """The name of the line's file: in the workspace, else as it was recorded."""
        return self.short(line.place) if line.place else line.site.path

    def at(self, line: Line) -> str:
        """`file:line`, in the workspace or as recorded."""
        return f"{self.file_of(line)}:{line.place.line if line.place else line.site.line}"

    def _groups(self, by: Grouping, metric: MetricName, wanted: str) -> list[Group]:
        """The groups, by value, largest first. Of `none` there are none."""
        members = self._members(by, metric, wanted)
        together = max if metric in _NOT_ADDED else sum
        values = {name: together(line.value for line in lines) for name, lines in members.items()}
        if by == "class" and metric == "retainedSize" and self.report.graph:
            with self.report.graph.cursor() as graph:
                values |= {name: size for name, size in graph.by_class().items() if name in values}
        groups = [Group(name, len(members[name]), value) for name, value in values.items()]
        return sorted(groups, key=lambda group: (-group.value, group.name))

    def _lines(self, by: Grouping, group: str | None, metric: MetricName, wanted: str) -> list[Line]:
        """The lines of a group, or of all, by value, largest first."""
        found = self._all(metric, wanted) if group is None else self._members(by, metric, wanted).get(group, [])
        return sorted(found, key=lambda line: (-line.value, line.site.path, line.site.line))

    def _grouped(self, by: Grouping, metric: MetricName, wanted: str) -> dict[str, list[Line]]:
        """The lines that are wanted by the names of their groups; by class, one for each class on a line."""
        members: dict[str, list[Line]] = defaultdict(list)
        if by == "class":
            for name, line in self._by_class(metric, wanted):
                members[name].append(line)
        elif by != "none":
            for line in self._all(metric, wanted):
                members[line.origin if by == "gem" else self.file_of(line)].append(line)
        return members

    def _by_class(self, metric: MetricName, wanted: str) -> list[tuple[str, Line]]:
        if self._classes is None:
            self._classes = self.report.index.classes() if self.report.index else []
        everywhere = {line.site_id: line for line in self._all("liveBytes", "")}
        words = wanted.casefold().split()
        found = []
        for site, name, objects, size in self._classes:
            line = everywhere.get(site)
            if line is not None and (not words or _matches(f"{name} {self._text(line)}", words)):
                measures = Measures(live_objects=objects, live_bytes=size)
                value = objects if metric == "liveObjects" else size
                found.append((name, line._replace(measures=measures, value=value)))
        return found

    def _filtered(self, metric: MetricName, wanted: str) -> list[Line]:
        """The lines on which the metric is more than zero, and that contain all words that are wanted."""
        words = wanted.casefold().split()
        found = []
        for site_id, site in enumerate(self.report.profile.sites):
            value = weight(site.measures, metric)
            if not value:
                continue
            place = self._place_of(site_id)
            line = Line(site_id, site, place, _origin(site, place), site.measures, value)
            if not words or _matches(self._text(line), words):
                found.append(line)
        return found

    def _text(self, line: Line) -> str:
        return f"{self.at(line)} {line.site.method or ''} {line.origin}"


def _origin(site: Site, place: Place | None) -> str:
    origin = place.origin if place else origin_of(site.path)
    if origin.kind == "gem":
        return f"{origin.name} {origin.version}".strip()
    return {"own": "own code", "test": "tests", "ruby": "Ruby", "none": "no file"}[origin.kind]


def _matches(text: str, words: list[str]) -> bool:
    folded = text.casefold()
    return all(word in folded for word in words)
