"""What is exported: a loaded report, where its lines are, and which of them are worth a word."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

from heapline.profile import Measures

if TYPE_CHECKING:
    from pathlib import Path

    from heapline.places.mapping import Place
    from heapline.places.placing import Placement
    from heapline.profile import Site
    from heapline.report import Report
    from heapline.settings import Settings

MEASURES = tuple(field.name for field in fields(Measures) if field.type == "int | None")
"""The names of the plain counts, in the order in which they are exported."""
COLUMNS = ("path", "line", "method", "file", "file_line", *MEASURES)
"""The names of what `Row.values` gives."""


@dataclass(frozen=True, slots=True)
class Row:
    """One site: its position in the profile, and its place in the workspace if it has one."""

    site_id: int
    site: Site
    place: Place | None

    @property
    def values(self) -> tuple[Any, ...]:
        """What there is to say of the site, in the order of COLUMNS; None where the report cannot know."""
        site, place = self.site, self.place
        file = (text_of(place.file), place.line) if place else (None, None)
        return (site.path, site.line, site.method, *file, *(getattr(site.measures, name) for name in MEASURES))


@dataclass(frozen=True)
class Subject:
    """A loaded report with its places in `folder`, whose settings are `settings`."""

    report: Report
    places: Placement
    folder: Path
    settings: Settings

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The sites, by retained size where that is known, else by bytes; largest first."""
        sites = self.report.profile.sites
        rows = [Row(number, site, self.places.place(site.path, site.line)) for number, site in enumerate(sites)]
        return tuple(sorted(rows, key=lambda row: (*_weight(row.site.measures), row.site.path, row.site.line)))

    @property
    def known(self) -> tuple[str, ...]:
        """The measures that the report knows of any site, in the order of MEASURES."""
        sites = self.report.profile.sites
        return tuple(name for name in MEASURES if any(getattr(site.measures, name) is not None for site in sites))

    def where(self, path: str, line: int) -> tuple[str, int]:
        """A recorded `path:line` as other tools find it: the workspace's file, else as recorded."""
        place = self.places.place(path, line)
        return (text_of(place.file), place.line) if place else (path, line)


def text_of(path: Path) -> str:
    """A path as text that every encoder takes: bytes that are no UTF-8 become `\\xe9`."""
    return os.fsencode(path).decode(errors="backslashreplace")


def _weight(measures: Measures) -> tuple[int, int]:
    retained = measures.shallow_bytes if measures.retained_size is None else measures.retained_size
    return (-retained, -measures.shallow_bytes)
