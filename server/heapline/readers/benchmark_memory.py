"""Reads what benchmark-memory prints: for each report bytes, objects and strings, and how much of that was retained.

    Calculating -------------------------------------
                one text     2.617k memsize (     0.000  retained)
                             2.000  objects (     0.000  retained)

Numbers have three decimals, and a power of 1000 (k, M, B, T, Q) behind them. They have no lines: they become a table.
Source of the format: `Benchmark::Memory::Job::IO` of benchmark-memory 0.1.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, BinaryIO

from heapline.profile import Table
from heapline.readers.text import Text, head_lines, tables_only

if TYPE_CHECKING:
    from pathlib import Path

    from heapline.profile import Profile

_NUMBER = r"([0-9]{1,9}\.[0-9]{3})([ kMBTQ])"
_NUMBERS = re.compile(rf"{_NUMBER} (memsize|objects|strings) \( *{_NUMBER} retained\)\Z")
"""What a row ends with. Before it stands a name, which an expression would look for in time of its length squared."""
_POWERS = {unit: 1000**power for power, unit in enumerate(" kMBTQ")}
_COLUMNS = {"memsize": 0, "objects": 2, "strings": 4}


def recognise(head: bytes) -> str | None:
    """None if the content is of the format, else why not."""
    if b" memsize (" in head and any(_NUMBERS.search(line) for line in head_lines(head)):
        return None
    return 'no line reads "… memsize ( … retained)"'


def read(path: Path, stream: BinaryIO) -> Profile:
    """The profile: one table. Numbers with a unit are rounded to their three decimals."""
    text = Text(stream)
    rows: dict[str, list[int | None]] = {}
    name = ""
    for line in text:
        found = _NUMBERS.search(line.text)
        if found is None:
            continue
        name = line.text[: found.start()].strip() or name
        at = _COLUMNS[found[3]]
        row = rows.setdefault(name, [None] * 6)
        row[at : at + 2] = [_number(found[1], found[2]), _number(found[4], found[5])]
    columns = ("report", "bytes", "retained", "objects", "retained", "strings", "retained")
    printed = tuple((name, *row) for name, row in rows.items())
    return tables_only(
        path,
        "benchmark-memory",
        text,
        (Table("Memory by report", columns, printed),) if printed else (),
        note="benchmark-memory knows no lines of code: memory_profiler does.",
        nothing="There is no row of benchmark-memory in this text.",
    )


def _number(digits: str, unit: str) -> int:
    return int(Decimal(digits) * _POWERS[unit])
