"""Reads `MemoryProfiler::Results` as JSON.

The gem writes none, but its results are lists of `{"data": …, "count": …}`, and people keep them so:

    {"total_allocated": 57704, "allocated_memory_by_location": [{"data": "/app/lib/x.rb:13", "count": 672000}]}

Only what is by location is read; strings are passed over. Totals are the gem's own.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any, BinaryIO

from heapline.profile import MAX_PROBLEMS, Measures, Problem, Profile, Site, sort_sites
from heapline.readers.json_document import count, load, mapping, nothing, sequence
from heapline.readers.memory_profiler_lines import LOCATION_TITLES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_SECTIONS = {title.replace(" ", "_"): measure for title, measure in LOCATION_TITLES.items()}
_TOTALS = {
    "total_allocated": "allocated_objects",
    "total_allocated_memsize": "allocated_bytes",
    "total_retained": "retained_objects",
    "total_retained_memsize": "retained_bytes",
}
_LOCATION = re.compile(r"(.+):([0-9]{1,9})", re.DOTALL)
_NAME = re.compile(rb'"(?:total_(?:allocated|retained)|(?:allocated|retained)_(?:memory|objects)_by_location)"')


def recognise(head: bytes) -> str | None:
    """None if the content is of the format, else why not."""
    if head.lstrip().startswith(b"{") and _NAME.search(head):
        return None
    return "it is no JSON object with total_allocated or allocated_memory_by_location"


def read(path: Path, stream: BinaryIO) -> Profile:
    """The profile, as of the text that the gem prints."""
    document, problems = load(stream)
    if problems:
        return nothing(path, "memory-profiler", problems)
    document = mapping(document)
    if document.keys().isdisjoint({*_SECTIONS, *_TOTALS}):
        return nothing(
            path, "memory-profiler", [Problem(None, "There are no results of memory_profiler in this JSON.")]
        )
    sites: dict[tuple[str, int], dict[str, int]] = defaultdict(dict)
    skipped = 0
    for section, measure in _SECTIONS.items():
        for row in sequence(document.get(section)):
            amount, at = count(mapping(row).get("count")), _LOCATION.fullmatch(str(mapping(row).get("data")))
            if amount is None or at is None:
                skipped += 1
            else:
                sites[at[1], int(at[2])][measure] = amount
    if skipped:
        problems.append(Problem(None, f"{skipped:,} rows are no location with a count."))
    totals = {measure: count(document.get(name)) for name, measure in _TOTALS.items()}
    return Profile(
        path=path,
        format="memory-profiler",
        lines=1,
        skipped_lines=skipped,
        traced=True,
        totals=_measures(totals),
        sites=sort_sites([Site(*at, None, _measures(found)) for at, found in sites.items()]),
        problems=tuple(problems[:MAX_PROBLEMS]),
        notes=("Sites that a list leaves out are unknown there, not 0.",) if sites else (),
    )


def _measures(counts: Mapping[str, Any]) -> Measures:
    return replace(Measures(), **counts)
