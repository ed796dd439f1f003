"""Reads stackprof's profiles of allocations (`mode: :object`), as JSON (`stackprof --json`, or `JSON.generate`).

Each sample is an allocation, every `interval`-th of them. A line's own samples (*self*) and those of all that it called
(*total*) are counted apart. Where several frames share a line, as blocks do, the largest of their totals is taken: one
lies within the other, and their sum would count twice. Objects have no size here.

What C code allocates (`Array#map`, `Class#new`) has a frame of its own without a line: it is in the totals of the lines
that called it, and in no line's own samples.
Source of the format: `StackProf::Report` and `stackprof.c` of stackprof 0.2.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any, BinaryIO

from heapline.profile import MAX_PROBLEMS, Amount, Measures, Problem, Profile, Site, sort_sites
from heapline.readers.json_document import count, load, mapping, nothing, sequence
from heapline.readers.text import LARGEST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MODE = re.compile(rb'"mode"\s*:\s*":?([a-z]+)"')
_MARSHAL = b"\x04\x08{"


def recognise(head: bytes) -> str | None:
    """None if the content is of the format, else why not."""
    if head.startswith(_MARSHAL) and b"gc_samples" in head[:4096]:
        return "it is stackprof's binary form; print it as JSON: stackprof --json FILE > FILE.json"
    mode = _MODE.search(head[:4096]) if b'"gc_samples"' in head[:4096] else None
    if mode is None:
        return 'it does not begin like stackprof\'s JSON ({"version":…, "mode":"object", …)'
    if mode[1] != b"object":
        return f"it is a profile of time (mode {mode[1].decode()}), not of memory; use mode: :object"
    return None


def read(path: Path, stream: BinaryIO) -> Profile:
    """The profile: allocated objects by line, their own and in all that they called."""
    document, problems = load(stream)
    if problems:
        return nothing(path, "stackprof", problems)
    document = mapping(document)
    interval = count(document.get("interval")) or 1
    own: dict[tuple[str, int], int] = defaultdict(int)
    total: dict[tuple[str, int], int] = defaultdict(int)
    methods: dict[tuple[str, int], tuple[int, str]] = {}
    skipped = 0
    for frame in mapping(document.get("frames")).values():
        for at, line_total, line_own in _lines(mapping(frame)):
            if (own[at] + line_own) * interval > LARGEST:
                skipped += 1
                continue
            own[at] += line_own
            total[at] = max(total[at], line_total, own[at])
            name = frame.get("name")
            if isinstance(name, str) and line_total >= methods.get(at, (0, ""))[0]:
                methods[at] = (line_total, name)
    sites = [
        Site(
            *at,
            methods[at][1] if at in methods else None,
            Measures(
                allocated_objects=own[at] * interval,
                amounts=(Amount("allocated_total", count=total[at] * interval),) if total[at] > own[at] else (),
            ),
        )
        for at in total
    ]
    samples = count(document.get("samples"))
    if samples is None:
        problems.append(Problem(None, "The number of samples is missing: shares are unknown."))
    notes = [
        "What C code allocated (Array#map, Class#new) is in the numbers with callees only, which are at least so large."
    ]
    if interval > 1:
        notes.append(f"Every {interval}th allocation was recorded: the numbers are estimates.")
    return Profile(
        path=path,
        format="stackprof",
        lines=1,
        skipped_lines=skipped,
        traced=True,
        totals=Measures(allocated_objects=samples * interval if samples is not None else None),
        sites=sort_sites(sites),
        problems=tuple(problems[:MAX_PROBLEMS]),
        notes=tuple(notes),
    )


def _lines(frame: dict[str, Any]) -> Iterator[tuple[tuple[str, int], int, int]]:
    """The frame's lines: where, samples in all, and of its own."""
    file = frame.get("file")
    most = count(frame.get("total_samples")) or 0
    for line, samples in mapping(frame.get("lines")).items():
        numbers = [count(number) for number in sequence(samples)] or [count(samples)]
        total, own = numbers[0], numbers[1] if len(numbers) > 1 else 0
        if isinstance(file, str) and line.isascii() and line.isdigit() and len(line) < 10 and total and own is not None:
            # a line that calls itself, as blocks on one line do, is counted once for each call in a stack
            yield (file, int(line)), min(total, most), own
