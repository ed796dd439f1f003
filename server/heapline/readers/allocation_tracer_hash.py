"""Reads the hash that `ObjectSpace::AllocationTracer.trace { … }` gives, as `p` or `pp` prints it.

    {["/app/lib/x.rb", 6]=>[1000, 0, 2000, 1, 2, 40000]}

A key is path, line and perhaps type and class, as `AllocationTracer.setup` was told; a value begins with the count. The
last number is passed over: `allocation_tracer.py` says why.
Source of the format: `ext/allocation_tracer.c` of allocation_tracer 0.6.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, BinaryIO

from heapline.profile import Problem
from heapline.readers.allocation_tracer import profile_of
from heapline.readers.json_document import count
from heapline.readers.ruby_hash import ARROW, STRING, parse, read_all

if TYPE_CHECKING:
    from pathlib import Path

    from heapline.profile import Profile

_START = re.compile(rf"\{{\s*\[(?:{STRING}|nil),\s*[0-9]{{1,9}}\b[^\[\]]{{0,1000}}\]{ARROW}\[\s*[0-9]+,\s*[0-9]+,")
_NUMBERS = 6


def recognise(head: bytes) -> str | None:
    """None if the content is of the format, else why not."""
    if _START.search(head.decode(errors="replace")):
        return None
    return 'it has no hash {["…", 6]=>[1000, 0, 2000, 1, 2, 40000]}'


def read(path: Path, stream: BinaryIO) -> Profile:
    """The profile: objects allocated. Keys of a line are added up. Of several hashes in one text, the last is read."""
    text, problems = read_all(stream)
    lines = text.count("\n") + (not text.endswith("\n"))
    starts = [found.start() for found in _START.finditer(text)]
    if not starts:
        problems.append(Problem(None, "There is no hash of allocation_tracer in this text."))
        return profile_of(path, None, lines, 0, problems)
    found, whole = parse(text, starts[-1])
    if not whole:
        problems.append(Problem(lines, "The hash is cut or damaged: what is whole was read."))
    objects: dict[tuple[str, int], int] = defaultdict(int)
    for key, numbers in found.items():
        at = key[:2] if isinstance(key, tuple) else ()
        allocated = count(numbers[0]) if isinstance(numbers, list) and len(numbers) == _NUMBERS else None
        if len(at) == 2 and isinstance(at[0], str) and count(at[1]) is not None and allocated is not None:
            objects[at[0], at[1]] += allocated
    return profile_of(path, objects, lines, 0, problems)
