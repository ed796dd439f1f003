"""Reads the list of addresses that `rbheap leak A B C` prints: of objects that came after A, and are in B and in C.

    0x7f5a3c0e2a58
    0x7f5a3c0e2a80

With `--verbose` lines about the work come first. Addresses have no lines of code: the list becomes a number. What
`--format json` prints are lines of the dump B, and is read as a heap dump.
Source of the format: `leak/finder.go` and `obj/dump.go` of rbheap 0.0.2.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO

from heapline.profile import Measures, Table
from heapline.readers.text import Text, head_lines, tables_only

if TYPE_CHECKING:
    from pathlib import Path

    from heapline.profile import Profile

_ADDRESS = re.compile(r"0x[0-9a-f]{4,16}")
_ABOUT = re.compile(r"Parsing .+|Parsed [0-9]+ objects in [0-9.]+ seconds|Leaked Addresses:|")
_NOTE = (
    "Addresses have no lines of code. To see the lines, have rbheap print the objects, and load what it prints:"
    " rbheap leak --format json A B C > leaked.json"
)


def recognise(head: bytes) -> str | None:
    """None if the content is of the format, else why not. A last line may be cut."""
    lines = [line for line in head_lines(head)[:-1] if not _ABOUT.fullmatch(line)]
    if lines and all(_ADDRESS.fullmatch(line) for line in lines):
        return None
    return "it is no list of addresses (0x7f5a3c0e2a58), one a line"


def read(path: Path, stream: BinaryIO) -> Profile:
    """The profile: how many objects stayed."""
    text = Text(stream)
    addresses = 0
    for line in text:
        if line.whole and _ADDRESS.fullmatch(line.text):
            addresses += 1
        elif not _ABOUT.fullmatch(line.text):
            text.skip(line.number, "This is no address.")
    rows = (("in the second and third dump alone", addresses),)
    return tables_only(
        path,
        "rbheap",
        text,
        (Table("Leaked objects", ("", "objects"), rows),) if addresses else (),
        note=_NOTE,
        nothing="There is no address in this text.",
        totals=Measures(retained_objects=addresses or None),
    )
