"""Reads the text that heap-profiler prints of its two dumps, or of a single one.

It has the form of memory_profiler's with a few differences: one space after `Total retained:`, totals that are always
scaled, string reports in three columns, and a section about the edges of shapes. Of a single dump it reads

    Total: 5.03 MB (38465 objects)

    memory by location
    -----------------------------------
     168.04 kB  translate/lib/translation_cache.rb:13

and counts what is alive. Source of the format: `HeapProfiler::DiffResults` and `HeapResults` of heap-profiler 0.7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from heapline.readers.memory_profiler import read_as
from heapline.readers.memory_profiler_lines import is_of_heap_profiler
from heapline.readers.text import head_lines

if TYPE_CHECKING:
    from pathlib import Path

    from heapline.profile import Profile


def recognise(head: bytes) -> str | None:
    """None if the content is of the format, else why not."""
    if is_of_heap_profiler(head_lines(head)):
        return None
    return 'no line reads "Total retained: … (… objects)" with one space, nor "Total: …" above "memory by location"'


def read(path: Path, stream: BinaryIO) -> Profile:
    """The profile: of two dumps what was allocated in the block and what survived it, of one what is alive."""
    return read_as("heap-profiler", path, stream, limit="--max")
