"""Heap dumps (`ObjectSpace.dump_all`): JSON, one object a line. The index in `heap/` does the reading."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from heapline.profile import Measures, Profile, Site

if TYPE_CHECKING:
    from pathlib import Path

    from heapline.heap.index import HeapIndex

TRACING_HINT = (
    "This dump has no allocation sites. Put this line first in the program, before the code to be measured, and take"
    ' the dump again: require "objspace"; ObjectSpace.trace_object_allocations_start'
)
CUT_HINT = (
    "This dump is cut short or damaged: what comes after is missing, so that all its numbers are too small,"
    " and what is retained most of all."
)
_FIRST_KEYS = re.compile(rb'\s*(?:\xef\xbb\xbf)?\{\s*"(?:address|type)"\s*:\s*"([^"]*)"?')
_WITHOUT_0X = re.compile(rb'"address":"(?!0x)[0-9A-Fa-f]{8,16}"')


def recognise(head: bytes) -> str | None:
    """None if `head` (the first MiB of the content) is a heap dump's, else one sentence why it is not."""
    lines = head.split(b"\n", 50)
    for line in lines[:50]:
        if _FIRST_KEYS.match(line):
            if _WITHOUT_0X.search(line):
                return (
                    "its addresses lack 0x, as Ruby 2.5 and older wrote them on Windows; such dumps are not supported"
                )
            return None
    start = head.lstrip()[:30]
    if start and (b'{"address":"'.startswith(start) or b'{"type":"ROOT"'.startswith(start)):
        return None
    return 'none of its first lines starts like an object of ObjectSpace.dump_all ({"address":… or {"type":…)'


def read(path: Path, index: HeapIndex) -> Profile:
    """The profile of the dump at `path` from its index."""
    report = index.report
    retained = index.graph.by_site if index.graph else None
    sites = tuple(
        Site(
            site_path,
            line,
            method,
            Measures(live_objects=objects, live_bytes=size, retained_size=retained[site] if retained else None),
        )
        for site, (site_path, line, method, objects, size) in enumerate(index.sites())
    )
    notes = []
    if not report.traced:
        notes.append(TRACING_HINT)
    if not report.has_roots:
        notes.append(
            "This dump names no roots (it was taken with since:, or is a part of one):"
            " it cannot tell what holds an object."
        )
    problems = index.problems()
    if any(problem.line is None or problem.reason.startswith("cut short") for problem in problems):
        notes.append(CUT_HINT)
    return Profile(
        path=path,
        format="heap-dump",
        lines=report.lines,
        skipped_lines=report.skipped_lines,
        traced=report.traced,
        totals=Measures(live_objects=report.live_objects, live_bytes=report.live_bytes),
        sites=sites,
        problems=problems,
        notes=tuple(notes),
    )
