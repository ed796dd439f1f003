"""One module per report format. The format is found by content, never by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heapline.errors import HeaplineError
from heapline.files import head, require_regular_file
from heapline.readers import heap_dump, memory_profiler

if TYPE_CHECKING:
    from pathlib import Path

    from heapline.profile import Format


def recognise(path: Path) -> Format:
    """The format of the report at `path`.

    Raises HeaplineError if it cannot be read as a file, or with every format that was tried and why it did not fit.
    """
    require_regular_file(path)
    content = head(path)
    objection = heap_dump.recognise(content)
    if objection is None:
        return "heap-dump"
    tried = [f"a heap dump: {objection}"]
    objection = memory_profiler.recognise(content)
    if objection is None:
        return "memory-profiler"
    tried.append(f"a memory_profiler report: {objection}")
    raise HeaplineError(f"{path}: is no report that Heapline knows. It is not " + "; not ".join(tried) + ".")
