"""Reads the tree of methods that allocation_sampler's `Display::Stack` prints.

    Main.work                      1   (0.0%)
    |-- Builder.build              2483  (17.3%)

It has samples by method and names no line: a table.
Source of the format: `lib/allocation_sampler.rb` of allocation_sampler 1.0.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO

from heapline.profile import Table
from heapline.readers.text import Text, head_lines, tables_only

if TYPE_CHECKING:
    from pathlib import Path

    from heapline.profile import Profile

_ROW = re.compile(r"((?:\|   |    )*(?:[|`]-- )?)(\S.*?) +([0-9]{1,15}) +\((?:[0-9.]{1,9}|NaN)%\)")
_BRANCHES = ("|-- ", "`-- ")


def recognise(head: bytes) -> str | None:
    """None if the content is of the format, else why not."""
    rows = [found for line in head_lines(head) if (found := _ROW.fullmatch(line))]
    if any(row[1].endswith(_BRANCHES) for row in rows):
        return None
    return 'no line is a row of a tree of methods ("`-- Main.work   12  (3.4%)")'


def read(path: Path, stream: BinaryIO) -> Profile:
    """The profile: a table of methods in the tree's order, each with its own samples."""
    text = Text(stream)
    rows: list[tuple[str, int]] = []
    for line in text:
        found = _ROW.fullmatch(line.text)
        if found:
            rows.append((found[2], int(found[3])))
        elif rows and line.text.lstrip("| `-"):
            text.skip(line.number, "This is no row of the tree (a method, its samples, their share).")
    tables = (Table("Allocation samples by method", ("method", "samples"), tuple(rows)),) if rows else ()
    return tables_only(
        path,
        "allocation-sampler",
        text,
        tables,
        note="The tree has no lines of code: keep result.allocations_with_top_frame, as pp prints it.",
        nothing="There is no tree of methods in this text.",
    )
