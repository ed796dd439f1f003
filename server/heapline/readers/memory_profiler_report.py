"""One report of a memory_profiler text, as it grows row by row, and what follows from it at the end."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from heapline.profile import MAX_PROBLEMS, Measures, Problem, Site, sort_sites
from heapline.readers.memory_profiler_lines import SITE_TITLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from heapline.readers.memory_profiler_lines import Row, Total


_LARGEST = 2**63 - 1
_TOTAL_LINES = {"allocated": "Total allocated", "retained": "Total retained", "live": "Total"}
_TOO_LARGE = "A number here is larger than any computer's memory: the line is left out."


def measures_of(counts: Mapping[str, Any]) -> Measures:
    """The measures of these names."""
    return replace(Measures(), **counts)


@dataclass(slots=True)
class Report:
    """Totals, the titles seen, and the sites with the measures printed for them; ``first_line`` is 1-based.

    ``before`` is what stood before the first total on its line (an indentation, a prompt, a log's prefix).
    """

    first_line: int
    before: str = ""
    totals: dict[str, int] = field(default_factory=dict)
    titles: set[str] = field(default_factory=set)
    sites: dict[tuple[str, int], dict[str, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    skipped_lines: int = 0
    rounded: bool = False
    merged: bool = False

    @property
    def location_sections(self) -> int:
        """How many of the sections by location were seen."""
        return len(self.titles & SITE_TITLES.keys())

    @property
    def is_nothing(self) -> bool:
        """Whether there was no total and no title."""
        return not self.totals and not self.titles and not self.problems

    @property
    def detailed(self) -> bool:
        """Whether the report has sections of rows; the string reports do not count."""
        return any(" by " in title for title in self.titles)

    def add_total(self, line: int, total: Total) -> None:
        """Takes one of the two totals, unless its numbers cannot be true."""
        if max(total.objects, total.bytes or 0) > _LARGEST:
            self.skip(line, _TOO_LARGE)
            return
        self.totals[f"{total.kind}_objects"] = total.objects
        if total.bytes is not None:
            self.totals[f"{total.kind}_bytes"] = total.bytes
        self.rounded |= total.rounded

    def add_row(self, line: int, measure: str, row: Row) -> None:
        """Takes a row of the section that counts ``measure``; rows of the same site add up.

        ``line`` is the text's. A row is a problem if its line, or what it adds up to, cannot be true.
        """
        measures = self.sites.get((row.path, row.line), {})
        amount = measures.get(measure, 0) + row.amount
        if max(row.line, amount) > _LARGEST:
            self.skip(line, _TOO_LARGE)
            return
        self.merged |= measure in measures
        self.sites[row.path, row.line] = {**measures, measure: amount}
        self.rounded |= row.rounded

    def remark(self, line: int, reason: str) -> None:
        """Remembers a problem, if it is among the first."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(line, reason))

    def skip(self, line: int, reason: str) -> None:
        """Counts a line that should have given something and did not."""
        self.skipped_lines += 1
        self.remark(line, reason)

    def profile_sites(self) -> tuple[Site, ...]:
        """The sites, largest first; what a section left out is ``None``, or 0 where that is proven."""
        elsewhere = {"retained_objects": 0, "retained_bytes": 0} if self._lists_all("retained") else {}
        return sort_sites(
            [
                Site(path, line, None, measures_of({**elsewhere, **measures}))
                for (path, line), measures in self.sites.items()
            ]
        )

    def missing(self) -> Iterator[Problem]:
        """What the report should have had; totals alone, or one half alone, lack nothing."""
        for kind, total in _TOTAL_LINES.items():
            titles = [title for title, measure in SITE_TITLES.items() if measure.startswith(kind)]
            if f"{kind}_objects" not in self.totals:
                if self.titles.intersection(titles):
                    yield Problem(None, f'The line "{total}" is missing: that total is unknown.')
            elif self.detailed:
                for title in titles:
                    if title not in self.titles:
                        yield Problem(None, f'The section "{title}" is missing: the text was cut or damaged.')

    def notes(self, limit: str) -> Iterator[str]:
        """What the user should know about the numbers. `limit` is the option that sets how many rows are printed."""
        if self.rounded:
            yield "Bytes were printed with units and are rounded; numbers of objects are exact."
        if self.merged:
            yield "Some sites share a path and line since paths were shortened: their numbers are added up."
        if self.totals and not any(measure.endswith("_bytes") for measure in self.totals):
            yield "memory_profiler up to 0.9.3 wrote this: it gives totals of objects, not of bytes."
        if self.totals and not self.detailed:
            yield "The report has totals only: print it without detailed_report: false to see lines of code."
        if self.sites and not all(self._lists_all(kind) for kind in ("allocated", "retained")):
            yield f"Only the largest sites are listed (50 unless {limit} is set): the rest is unknown, not 0."

    def _lists_all(self, kind: str) -> bool:
        """Whether no object is left out: rows add up to the total, and those of bytes name the same sites."""
        objects = {site: m[f"{kind}_objects"] for site, m in self.sites.items() if f"{kind}_objects" in m}
        with_bytes = {site for site, m in self.sites.items() if f"{kind}_bytes" in m}
        return sum(objects.values()) == self.totals.get(f"{kind}_objects") and objects.keys() == with_bytes
