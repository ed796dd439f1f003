"""Reads prints of Ruby's own counters: `GC.stat`, `ObjectSpace.count_objects`, and rbtrace's `--memory`.

In each form that Ruby prints a hash: `p` and `pp` before and after Ruby 3.4 (`{:count=>41}`, `{count: 41}`), JSON, and
rbtrace's lines `count: 41`. A log with several prints becomes one table with a column for each. Counters have no lines.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from heapline.profile import Table
from heapline.readers.text import Text, head_lines, tables_only

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from heapline.profile import Profile

_PAIR = re.compile(
    r"""(?::(\w{1,80})\s*=>|"(\w{1,80})"\s*(?:=>|:)|(?<![\w:"])(\w{1,80}):)"""
    r"""\s*(-?[0-9]{1,18}(?:\.[0-9]{1,18})?)(?![\w.])"""
)
_MAX_PRINTS = 1000


class _Kind(NamedTuple):
    title: str
    first: str
    telling: frozenset[str]


_KINDS = (
    _Kind("GC.stat", "count", frozenset({"heap_live_slots", "total_allocated_objects", "malloc_increase_bytes"})),
    _Kind("ObjectSpace.count_objects", "TOTAL", frozenset({"FREE", "T_STRING", "T_OBJECT"})),
)


def recognise(head: bytes) -> str | None:
    """None if the content is of the format, else why not."""
    objection = "it has no counters of GC.stat or ObjectSpace.count_objects (heap_live_slots, T_STRING, …)"
    if not any(name.encode() in head for kind in _KINDS for name in kind.telling):
        return objection  # most files, at once: editors ask this of every text that is opened
    names = {name for line in head_lines(head)[:5000] for name, _ in _pairs(line)}
    if any(len(names & kind.telling) > 1 for kind in _KINDS):
        return None
    return objection


def read(path: Path, stream: BinaryIO) -> Profile:
    """The profile: a table for each kind of counters, with a column for each print."""
    text = Text(stream)
    prints: dict[str, list[dict[str, int | float]]] = {kind.title: [] for kind in _KINDS}
    kind = None
    for line in text:
        for name, value in _pairs(line.text) if line.whole or line.text.endswith("}") else ():
            kind = next((known for known in _KINDS if known.first == name), kind)
            if kind is None:
                continue
            found = prints[kind.title]
            if not found or name in found[-1]:
                found.append({})
            found[-1][name] = value
    return tables_only(
        path,
        "counters",
        text,
        tuple(_table(title, found) for title, found in prints.items() if found),
        note="Counters have no lines of code: to find the lines, take a heap dump.",
        nothing="There are no counters in this text.",
    )


def _pairs(line: str) -> Iterator[tuple[str, int | float]]:
    for found in _PAIR.finditer(line):
        name = found[1] or found[2] or found[3]
        yield name, float(found[4]) if "." in found[4] else int(found[4])


def _table(title: str, prints: list[dict[str, int | float]]) -> Table:
    shown = prints if len(prints) <= _MAX_PRINTS else [*prints[: _MAX_PRINTS // 2], *prints[-_MAX_PRINTS // 2 :]]
    names = dict.fromkeys(name for found in shown for name in found)
    columns = ("counter", *(f"print {number}" for number in range(1, len(shown) + 1)))
    return Table(title, columns, tuple((name, *(found.get(name) for found in shown)) for name in names))
