"""Reads what allocation_tracer's `ObjectSpace::AllocationTracer.trace("file")` writes: a table with one line a site.

    path line count old_count total_age min_age max_age total_memsize
    /app/lib/x.rb	6	1000	0	2000	1	2	40000

Columns are separated by tabs and may be fewer or in another order; the header names them. `total_memsize` is the size
of what was freed while the tracer ran, not of what was allocated: it is passed over.
Source of the format: `lib/allocation_tracer/trace.rb` and `ext/allocation_tracer.c` of allocation_tracer 0.6.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, BinaryIO

from heapline.profile import Measures, Problem, Profile, Site, sort_sites
from heapline.readers.text import LARGEST, Text, head_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_NEEDED = {"path", "line", "count"}
_MEASURED = {"old_count", "total_age", "min_age", "max_age", "total_memsize"}


def recognise(head: bytes) -> str | None:
    """None if the content is of the format, else why not."""
    if any(name.encode() in head for name in _MEASURED) and any(_columns(line) for line in head_lines(head)):
        return None
    return 'no line is the header "path line count old_count total_age …"'


def read(path: Path, stream: BinaryIO) -> Profile:
    """The profile: objects allocated. Rows of one line (of several classes or types) are added up."""
    text = Text(stream)
    columns: list[str] | None = None
    objects: dict[tuple[str, int], int] = defaultdict(int)
    for line in text:
        if header := _columns(line.text):
            columns = header
            objects.clear()
            continue
        cells = line.text.split("\t")
        if columns is None or not line.text.strip():
            continue
        row = dict(zip(columns, cells, strict=False))
        number, allocated = _number(row.get("line")), _number(row.get("count"))
        if len(cells) != len(columns) or not line.whole or number is None or allocated is None:
            text.skip(line.number, "This is no row of the table (one cell for each name in the header).")
            continue
        objects[row["path"], number] += allocated
    if columns is None:
        text.problems.append(Problem(None, "There is no table of allocation_tracer in this text."))
    return profile_of(path, objects if columns else None, text.count, text.skipped, text.problems)


def profile_of(
    path: Path, objects: Mapping[tuple[str, int], int] | None, lines: int, skipped: int, problems: Sequence[Problem]
) -> Profile:
    """The profile of allocated objects by line; of None if nothing could be read."""
    counts = {at: min(LARGEST, number) for at, number in (objects or {}).items()}
    return Profile(
        path=path,
        format="allocation-tracer",
        lines=lines,
        skipped_lines=skipped,
        traced=True,
        totals=Measures(allocated_objects=None if objects is None else min(LARGEST, sum(counts.values()))),
        sites=sort_sites([Site(*at, None, Measures(allocated_objects=number)) for at, number in counts.items()]),
        problems=tuple(problems),
    )


def _columns(line: str) -> list[str] | None:
    names = line.split()
    return names if set(names) >= _NEEDED and _MEASURED & set(names) else None


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 15 else None
