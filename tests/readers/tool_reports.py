"""What the tests of the other tools' readers share: the reports that the tools wrote, and reading them."""

from __future__ import annotations

import gzip
import io
from pathlib import Path
from typing import TYPE_CHECKING

from heapline.readers import READERS, reader_of
from sample_files import SAMPLES

if TYPE_CHECKING:
    from heapline.profile import Format, Profile, Site

REPORTS = SAMPLES / "tools/reports"
FORMATS: dict[str, Format] = {
    "benchmark-memory.txt": "benchmark-memory",
    "count-objects.txt": "counters",
    "derailed-bundle-mem.txt": "derailed-requires",
    "derailed-bundle-objects.txt.gz": "memory-profiler",
    "derailed-perf-heap.txt": "heapy",
    "derailed-perf-mem.txt": "derailed-requires",
    "derailed-perf-mem_over_time.txt": "derailed-memory-over-time",
    "derailed-perf-objects.txt": "memory-profiler",
    "gc-stat-inspect.txt": "counters",
    "gc-stat-pp.txt": "counters",
    "gc-stat.json": "counters",
    "heapy-diff-retained.txt": "heapy",
    "heapy-diff.txt": "heapy",
    "heapy-read-8.txt": "heapy",
    "heapy-read-all.txt": "heapy",
    "heapy-read.txt": "heapy",
    "lsan.txt.gz": "leak-sanitizer",
    "stackprof.json": "stackprof",
    "valgrind.txt.gz": "valgrind",
    "valgrind.xml.gz": "valgrind",
}
"""Each report and its format."""


def content_of(name: str) -> bytes:
    """The report's content, inflated."""
    raw = (REPORTS / name).read_bytes()
    return gzip.decompress(raw) if name.endswith(".gz") else raw


def text_of(name: str) -> str:
    """The report's text."""
    return content_of(name).decode()


def read(name: str) -> Profile:
    """What Heapline reads of a report."""
    reader = reader_of(REPORTS / name)
    assert reader is not None
    return reader.read(REPORTS / name, io.BytesIO(content_of(name)))


def read_bytes(content: bytes) -> list[Profile]:
    """What each reader makes of a content, of its format or not."""
    return [reader.read(Path("report"), io.BytesIO(content)) for reader in READERS]


def site_at(profile: Profile, path: str, line: int) -> Site:
    """The only site at a path and line."""
    [found] = [site for site in profile.sites if site.path.endswith(path) and site.line == line]
    return found
