"""One module per report format. The format is found by content, never by name.

A module has `recognise(head)`, which gives None if the first MiB of a content is of its format, else why it is not; and
`read(path, stream)`, which gives the profile and never raises for what the content is. A heap dump is read from its
index instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

from heapline.errors import HeaplineError
from heapline.files import head, require_regular_file
from heapline.profile import FORMAT_NAMES
from heapline.readers import derailed_requires, heap_dump, memory_profiler

if TYPE_CHECKING:
    from pathlib import Path

    from heapline.profile import Format, Profile


class Reader(Protocol):
    """A module that reads one format."""

    def recognise(self, head: bytes) -> str | None:
        """None if the content is of the format, else one sentence why not."""

    def read(self, path: Path, stream: BinaryIO) -> Profile:
        """The profile of what the stream gives, inflated, to its end."""


READERS: dict[Format, Reader] = {
    "memory-profiler": cast("Reader", memory_profiler),
    "derailed-requires": cast("Reader", derailed_requires),
}
"""All formats but the heap dump, in the order in which they are tried."""


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
    for name, reader in READERS.items():
        objection = reader.recognise(content)
        if objection is None:
            return name
        tried.append(f"a {FORMAT_NAMES[name]}: {objection}")
    raise HeaplineError(f"{path}: is no report that Heapline knows. It is not " + "; not ".join(tried) + ".")
