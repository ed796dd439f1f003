"""What is printed or exported: a loaded report, where its lines are, and which of them are worth a word."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

from heapline.insight.quiet import Quiet
from heapline.profile import Measures
from heapline.units import AMOUNT_NAMES

if TYPE_CHECKING:
    from pathlib import Path

    from heapline.insight.filtering import Filter
    from heapline.insight.quiet import Silence
    from heapline.places.mapping import Place
    from heapline.places.placing import Placement
    from heapline.profile import Site
    from heapline.report import Report
    from heapline.settings import Settings

MEASURES = tuple(field.name for field in fields(Measures) if field.type == "int | None")
"""The names of the plain counts, in the order in which they are exported."""
TEXTS = ("path", "method", "file")
"""The columns of `Subject.columns` that hold text; all others hold whole numbers."""


@dataclass(frozen=True, slots=True)
class Row:
    """One site: its position in the profile, and its place in the workspace if it has one.

    `silence` says why nobody wants to hear of it, None if nothing speaks against it.
    """

    site_id: int
    site: Site
    place: Place | None
    silence: Silence | None


@dataclass(frozen=True)
class Subject:
    """A loaded report with its places in `folder`, whose settings are `settings`.

    Of its lines only those that are `wanted`; silent ones are among the `shown` if `everything` is.
    """

    report: Report
    places: Placement
    folder: Path
    settings: Settings
    wanted: Filter
    everything: bool = False

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The sites, by retained size where that is known, else by bytes; largest first."""
        quiet = Quiet(self.report, self.folder, self.settings)
        rows = []
        for number, site in enumerate(self.report.profile.sites):
            located = self.places.locate(site.path, site.line)
            place = located.place_now if located else None
            if self.wanted.keeps(site.path, place):
                rows.append(Row(number, site, place, quiet.silence(site, located)))
        return tuple(sorted(rows, key=lambda row: (*weight_of(row.site.measures), row.site.path, row.site.line)))

    @property
    def shown(self) -> tuple[Row, ...]:
        """The rows of a list for people."""
        return tuple(row for row in self.rows if self.everything or row.silence is None)

    @cached_property
    def amounts(self) -> tuple[str, ...]:
        """The names of what the report's tool measured beside: `definitely_lost_bytes`, `definitely_lost_count`."""
        found = {amount.kind for site in self.report.profile.sites for amount in site.measures.amounts}
        return tuple(f"{kind}_{unit}" for kind in AMOUNT_NAMES if kind in found for unit in ("bytes", "count"))

    @cached_property
    def known(self) -> tuple[str, ...]:
        """The measures and amounts that the report knows of any site."""
        sites = self.report.profile.sites
        names = (*MEASURES, *self.amounts)
        return tuple(name for name in names if any(value_of(site.measures, name) is not None for site in sites))

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of what `values` gives: every measure, and the amounts that the report has."""
        return ("path", "line", "method", "file", "file_line", *MEASURES, *self.amounts)

    def values(self, row: Row) -> tuple[Any, ...]:
        """What there is to say of a site, in the order of `columns`; None where the report cannot know."""
        site, place = row.site, row.place
        file = (text_of(place.file), place.line) if place else (None, None)
        numbers = (value_of(site.measures, name) for name in (*MEASURES, *self.amounts))
        return (site.path, site.line, site.method, *file, *numbers)

    def where(self, path: str, line: int) -> tuple[str, int]:
        """A recorded `path:line` as other tools find it: the workspace's file, else as recorded."""
        place = self.places.place(path, line)
        return (text_of(place.file), place.line) if place else (path, line)


def value_of(measures: Measures, name: str) -> int | None:
    """A measure, or the bytes or the count of an amount, by its name."""
    if name in MEASURES:
        found: int | None = getattr(measures, name)
        return found
    kind, _, unit = name.rpartition("_")
    amount = next((amount for amount in measures.amounts if amount.kind == kind), None)
    return (amount.bytes if unit == "bytes" else amount.count) if amount else None


def text_of(path: Path) -> str:
    """A path as text that every encoder takes: bytes that are no UTF-8 become `\\xe9`."""
    return os.fsencode(path).decode(errors="backslashreplace")


def weight_of(measures: Measures) -> tuple[int, int, int, int]:
    """What sorts lines in whatever is printed: by retained size where that is known, else by bytes; largest first."""
    retained = measures.shallow_bytes if measures.retained_size is None else measures.retained_size
    return (-retained, -measures.shallow_bytes, -measures.shallow_objects, -measures.largest_count)
