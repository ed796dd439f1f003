"""Reads the directory that heap-profiler writes: two heap dumps of one block of code, as one capture.

- `allocated.heap`: a whole dump at the block's end; the garbage collector was off while it ran.
- `retained.heap`: a dump after a collection, of what is no older than the block.
- `generation.info`: the generation in which the block began; 0 if `retained.heap` is a whole dump as well.

What is in the first dump and no older than the block was allocated in it; what of that is in the second survived it.
Source of the format: `HeapProfiler::Reporter` and `HeapProfiler::Diff` of heap-profiler 0.7.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from heapline.errors import HeaplineError
from heapline.files import LAST_OF_CAPTURE, head, require_regular_file
from heapline.profile import Measures, Profile, Site, sort_sites
from heapline.readers import heap_dump

if TYPE_CHECKING:
    from pathlib import Path

    from heapline.heap.index import HeapIndex

_ALLOCATED, _RETAINED, _INFO = "allocated.heap", "retained.heap", LAST_OF_CAPTURE
_NAMES = (_ALLOCATED, _RETAINED, _INFO)
_LONGEST_NUMBER = 12
_LAST_GENERATION = 2**31 - 1  # as large as an index's column takes


def capture_of(path: Path) -> Path:
    """The report that a path stands for: of `retained.heap` and `generation.info` the directory with all three files.

    `allocated.heap` stands for itself: it is a whole dump, and tells what holds the objects.
    """
    folder = path.parent
    if path.name in (_RETAINED, _INFO) and all((folder / name).is_file() for name in _NAMES):
        return folder
    return path


def dumps_of(directory: Path) -> tuple[Path, Path]:
    """The two dumps. Raises HeaplineError if the directory is none of heap-profiler's, or they cannot be read."""
    missing = [name for name in _NAMES if not (directory / name).exists()]
    if len(missing) == len(_NAMES):
        raise HeaplineError(f"{directory}: is a directory. Name the report inside it.")
    if missing:
        raise HeaplineError(
            f"{directory}: is heap-profiler's, but lacks {' and '.join(missing)}: they are written when the block ends."
            " Run it again, or load the heap dumps inside it by themselves."
        )
    for dump in (directory / _ALLOCATED, directory / _RETAINED):
        require_regular_file(dump)
        objection = heap_dump.recognise(head(dump))
        if objection is not None:
            raise HeaplineError(f"{dump}: is no heap dump: {objection}.")
    _generation_in(directory)
    return directory / _ALLOCATED, directory / _RETAINED


def read(directory: Path, allocated: HeapIndex, retained: HeapIndex) -> Profile:
    """The profile: what each line allocated in the block, and what of that survived it."""
    generation = _generation_in(directory)
    whole, survived = heap_dump.read(directory, allocated), heap_dump.read(directory, retained)
    counts: dict[tuple[str, int], dict[str, Any]] = {}
    methods = {(site.path, site.line): site.method for site in (*survived.sites, *whole.sites)}
    totals = {"allocated": [0, 0], "retained": [0, 0]}
    for kind, profile, index in (("allocated", whole, allocated), ("retained", survived, retained)):
        for site, objects, size in index.sites_of(generation, _LAST_GENERATION):
            at = profile.sites[site].path, profile.sites[site].line
            counts.setdefault(at, {}).update({f"{kind}_objects": objects, f"{kind}_bytes": size})
            totals[kind][0] += objects
            totals[kind][1] += size
    nothing: dict[str, Any] = {f"{kind}_{what}": 0 for kind in totals for what in ("objects", "bytes")}
    notes = [note for note in (heap_dump.TRACING_HINT, heap_dump.CUT_HINT) if note in (*whole.notes, *survived.notes)]
    return Profile(
        path=directory,
        format="heap-profiler",
        lines=whole.lines + survived.lines,
        skipped_lines=whole.skipped_lines + survived.skipped_lines,
        traced=whole.traced,
        totals=Measures(
            allocated_objects=totals["allocated"][0],
            allocated_bytes=totals["allocated"][1],
            retained_objects=totals["retained"][0],
            retained_bytes=totals["retained"][1],
        ),
        sites=sort_sites(
            [Site(*at, methods[at], replace(Measures(), **{**nothing, **found})) for at, found in counts.items()]
        ),
        problems=tuple(
            replace(problem, reason=f"{name}: {problem.reason}")
            for name, profile in ((_ALLOCATED, whole), (_RETAINED, survived))
            for problem in profile.problems
        ),
        notes=tuple(notes),
    )


def _generation_in(directory: Path) -> int:
    info = directory / _INFO
    require_regular_file(info)
    said = head(info)[: _LONGEST_NUMBER + 1].strip()
    if not said.isdigit() or len(said) > _LONGEST_NUMBER:
        raise HeaplineError(f"{info}: is not the number of a generation, as heap-profiler writes it. Capture it again.")
    return min(int(said), _LAST_GENERATION)
