"""One module per report format. The format is found by content, never by name.

A module has `recognise(head)`, which gives None if the first MiB of a content is of its format, else why it is not; and
`read(path, stream)`, which gives the profile and never raises for what the content is. A heap dump, and heap-profiler's
directory with two of them, are read from their indexes instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from heapline.errors import HeaplineError
from heapline.files import head, require_regular_file
from heapline.profile import FORMAT_NAMES
from heapline.readers import (
    allocation_sampler,
    allocation_sampler_tree,
    allocation_tracer,
    allocation_tracer_hash,
    benchmark_memory,
    counters,
    derailed_memory_over_time,
    derailed_requires,
    heap_dump,
    heap_profiler,
    heap_profiler_text,
    heapy,
    macos_leaks,
    memory_profiler,
    memory_profiler_json,
    rbheap,
    sanitizer,
    stackprof,
    valgrind_text,
    valgrind_xml,
    vernier,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from heapline.profile import Format, Profile


class Reader(NamedTuple):
    """What reads one form of a format."""

    format: Format
    recognise: Callable[[bytes], str | None]
    read: Callable[[Path, BinaryIO], Profile]


READERS: tuple[Reader, ...] = (
    Reader("memory-profiler", memory_profiler.recognise, memory_profiler.read),
    Reader("heap-profiler", heap_profiler_text.recognise, heap_profiler_text.read),
    Reader("derailed-requires", derailed_requires.recognise, derailed_requires.read),
    Reader("heapy", heapy.recognise, heapy.read),
    Reader("rbheap", rbheap.recognise, rbheap.read),
    Reader("valgrind", valgrind_xml.recognise, valgrind_xml.read),
    Reader("valgrind", valgrind_text.recognise, valgrind_text.read),
    Reader("leak-sanitizer", sanitizer.recognise, sanitizer.read),
    Reader("macos-leaks", macos_leaks.recognise, macos_leaks.read),
    Reader("stackprof", stackprof.recognise, stackprof.read),
    Reader("vernier", vernier.recognise, vernier.read),
    Reader("memory-profiler", memory_profiler_json.recognise, memory_profiler_json.read),
    Reader("allocation-tracer", allocation_tracer.recognise, allocation_tracer.read),
    Reader("allocation-tracer", allocation_tracer_hash.recognise, allocation_tracer_hash.read),
    Reader("allocation-sampler", allocation_sampler.recognise, allocation_sampler.read),
    Reader("allocation-sampler", allocation_sampler_tree.recognise, allocation_sampler_tree.read),
    Reader("benchmark-memory", benchmark_memory.recognise, benchmark_memory.read),
    Reader("counters", counters.recognise, counters.read),
    Reader("derailed-memory-over-time", derailed_memory_over_time.recognise, derailed_memory_over_time.read),
)
"""All but the heap dump's, in the order in which they are tried."""


def dumps_of(path: Path) -> tuple[Path, ...]:
    """The heap dumps that the report at `path` is made of, whose indexes are to be read; none for a text.

    Raises HeaplineError as `reader_of` does.
    """
    if path.is_dir():
        return heap_profiler.dumps_of(path)
    return () if reader_of(path) else (path,)


def reader_of(path: Path) -> Reader | None:
    """What reads the report in the file `path`; None for a heap dump, which an index is made of.

    Raises HeaplineError if it cannot be read as a file, or with every format that was tried and why it did not fit.
    """
    require_regular_file(path)
    content = head(path)
    objection = heap_dump.recognise(content)
    if objection is None:
        return None
    tried = [f"a heap dump: {objection}"]
    for reader in READERS:
        objection = reader.recognise(content)
        if objection is None:
            return reader
        name = FORMAT_NAMES[reader.format]
        tried.append(f"{'an' if name.startswith('a') else 'a'} {name}: {objection}")
    raise HeaplineError(f"{path}: is no report that Heapline knows. It is not " + "; not ".join(tried) + ".")


def recognise(path: Path) -> Format:
    """The format of the report at `path`. Raises HeaplineError as `reader_of` does."""
    if path.is_dir():
        heap_profiler.dumps_of(path)
        return "heap-profiler"
    reader = reader_of(path)
    return reader.format if reader else "heap-dump"
