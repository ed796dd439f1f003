"""Reads what derailed_benchmarks' `perf:mem_over_time` prints: one number a line, the process' memory in MiB.

The file that it writes has nothing but numbers; on the screen lines about the program come first. A series has no line
of code: it becomes a table.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO

from heapline.profile import Table
from heapline.readers.text import Text, head_lines, tables_only

if TYPE_CHECKING:
    from pathlib import Path

    from heapline.profile import Profile

_NUMBER = re.compile(r"[0-9]{1,9}\.[0-9]{1,12}")
_LEAST = 3  # numbers, so that no other text is taken for a series


def recognise(head: bytes) -> str | None:
    """None if the content is of the format, else why not."""
    lines = [line.strip() for line in head_lines(head) if line.strip()]
    numbers = sum(_NUMBER.fullmatch(line) is not None for line in lines)
    if numbers >= _LEAST and (numbers == len(lines) or any(line.startswith("PID: ") for line in lines)):
        return None
    return f"there are not {_LEAST} lines with nothing but a number of MiB (and around them what derailed prints)"


def read(path: Path, stream: BinaryIO) -> Profile:
    """The profile: one table, and a note about the growth."""
    text = Text(stream)
    series = [float(line.text) for line in text if line.whole and _NUMBER.fullmatch(line.text.strip())]
    rows = tuple((str(number), value) for number, value in enumerate(series, start=1))
    return tables_only(
        path,
        "derailed-memory-over-time",
        text,
        (Table("Memory of the process over time", ("measurement", "MiB"), rows),) if rows else (),
        note=_growth(series) if series else "",
        nothing="There is no number of MiB in this text.",
    )


def _growth(series: list[float]) -> str:
    grown = series[-1] - series[0]
    return (
        f"The process had {series[0]:.1f} MiB at first and {series[-1]:.1f} MiB at last ({grown:+.1f} MiB), "
        f"{max(series):.1f} MiB at most. A series has no lines of code: to find the lines, take heap dumps."
    )
