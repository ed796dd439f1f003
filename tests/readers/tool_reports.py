"""What the tests of the other tools' readers share: the reports that the tools wrote, and reading them."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heapline.readers import READERS, reader_of
from sample_files import SAMPLES

if TYPE_CHECKING:
    from heapline.profile import Format, Profile, Site

FOLDERS = (SAMPLES / "tools/reports", SAMPLES / "gems/reports")
REPORTS = FOLDERS[0]
FORMATS: dict[str, Format] = {
    "allocation_sampler-inspect.txt": "allocation-sampler",
    "allocation_sampler-pp.txt": "allocation-sampler",
    "allocation_sampler-stack.txt": "allocation-sampler",
    "allocation_sampler.json": "allocation-sampler",
    "allocation_tracer-by-class-pp.txt": "allocation-tracer",
    "allocation_tracer-by-class.tsv": "allocation-tracer",
    "allocation_tracer-by-type-pp.txt": "allocation-tracer",
    "allocation_tracer-by-type.tsv": "allocation-tracer",
    "allocation_tracer-pp.txt": "allocation-tracer",
    "allocation_tracer.tsv": "allocation-tracer",
    "benchmark-memory.txt": "benchmark-memory",
    "count-objects.txt": "counters",
    "derailed-bundle-mem.txt": "derailed-requires",
    "derailed-bundle-objects.txt.gz": "memory-profiler",
    "derailed-perf-heap.txt": "heapy",
    "derailed-perf-heap_diff.txt": "heapy",
    "derailed-perf-mem.txt": "derailed-requires",
    "derailed-perf-mem_over_time.txt": "derailed-memory-over-time",
    "derailed-perf-objects.txt": "memory-profiler",
    "gc-stat-inspect.txt": "counters",
    "gc-stat-pp.txt": "counters",
    "gc-stat.json": "counters",
    "heap-profiler-color.txt.gz": "heap-profiler",
    "heap-profiler-plain.txt.gz": "heap-profiler",
    "heap-profiler-scaled.txt.gz": "heap-profiler",
    "heap-profiler-single-plain.txt.gz": "heap-profiler",
    "heap-profiler-single-scaled.txt.gz": "heap-profiler",
    "heapy-diff-retained.txt": "heapy",
    "heapy-diff.txt": "heapy",
    "heapy-read-8.txt": "heapy",
    "heapy-read-all.txt": "heapy",
    "heapy-read.txt": "heapy",
    "lsan.txt.gz": "leak-sanitizer",
    "memory_profiler-1.1.0-color-scaled-normalized.txt.gz": "memory-profiler",
    "memory_profiler-1.1.0.txt.gz": "memory-profiler",
    "rack-mini-profiler-profile-memory.txt": "memory-profiler",
    "rbheap-verbose.txt.gz": "rbheap",
    "rbheap.txt.gz": "rbheap",
    "rbtrace-memory.txt": "counters",
    "stackprof.json": "stackprof",
    "valgrind.txt.gz": "valgrind",
    "valgrind.xml.gz": "valgrind",
    "vernier-allocations.vernier.json.gz": "vernier",
    "vernier-retained.vernier.json.gz": "vernier",
}
"""Each text and its format."""

HEAP_DIFF = tuple(f"derailed-heap-{number}.ndjson.gz" for number in range(3))
"""The dumps that derailed_benchmarks' perf:heap_diff compared, in order."""

DUMPS = ("rbheap.json.gz", *HEAP_DIFF)
"""What the tools wrote as heap dumps."""


def file_of(name: str) -> Path:
    """Where the report lies."""
    return next(folder / name for folder in FOLDERS if (folder / name).exists())


def truth_of(name: str) -> Any:
    """What the tool itself holds in memory, as JSON that Ruby wrote: `NAME.oracle.json`."""
    return json.loads(file_of(f"{name}.oracle.json").read_text())


def content_of(name: str) -> bytes:
    """The report's content, inflated."""
    raw = file_of(name).read_bytes()
    return gzip.decompress(raw) if name.endswith(".gz") else raw


def text_of(name: str) -> str:
    """The report's text."""
    return content_of(name).decode()


def read(name: str) -> Profile:
    """What Heapline reads of a report."""
    reader = reader_of(file_of(name))
    assert reader is not None
    return reader.read(file_of(name), io.BytesIO(content_of(name)))


def read_bytes(content: bytes) -> list[Profile]:
    """What each reader makes of a content, of its format or not."""
    return [reader.read(Path("report"), io.BytesIO(content)) for reader in READERS]


def site_at(profile: Profile, path: str, line: int) -> Site:
    """The only site at a path and line."""
    [found] = [site for site in profile.sites if site.path.endswith(path) and site.line == line]
    return found
