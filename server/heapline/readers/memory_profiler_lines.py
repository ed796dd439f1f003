"""The lines of a memory_profiler text: what one line says, whatever stands around it.

Source of the format: ``Results#pretty_print`` of memory_profiler 0.0.4 to 1.1.0, and of heap-profiler, which
took it over.
Measures are called as the fields of ``heapline.profile.Measures``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LOCATION_TITLES = {
    f"{kind} {metric} by location": f"{kind}_{measure}"
    for kind in ("allocated", "retained")
    for metric, measure in (("memory", "bytes"), ("objects", "objects"))
}
"""Title of a section whose rows are sites -> the measure that its rows count."""

SINGLE_DUMP_TITLES = {"memory by location": "live_bytes", "objects by location": "live_objects"}
"""The same in heap-profiler's report of a single dump."""

SITE_TITLES = LOCATION_TITLES | SINGLE_DUMP_TITLES
"""All of them."""

OTHER_TITLES = frozenset(
    [title.replace("location", name) for title in SITE_TITLES for name in ("gem", "file", "class")]
    + ["Allocated String Report", "Retained String Report", "String Report", "Shape Edges Report"]
)
"""Titles of sections that say nothing about lines of code, or that hold the program's strings."""

NO_DATA = "NO DATA"

_SCALE = {unit: 1000**power for power, unit in enumerate(["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"])}
_SCALED = rf"(?P<scaled>[0-9]{{1,9}}(?:\.[0-9]{{1,9}})?) (?P<unit>{'|'.join(_SCALE)})"
_TOTAL = re.compile(
    r"(?P<before>.*?)Total (?P<kind>allocated|retained)"
    rf"(?::\s+(?:(?P<bytes>[0-9]{{1,24}}) bytes|{_SCALED}) \((?P<objects>[0-9]{{1,20}}) objects\)"
    r"| (?P<bare_objects>[0-9]{1,20}))"  # up to 0.9.3
)
_TOTAL_OF_SINGLE_DUMP = re.compile(rf"(?P<before>.*?)Total: {_SCALED} \((?P<objects>[0-9]{{1,20}}) objects\)")
_ONE_SPACE = re.compile(rf"Total retained: {_SCALED}")
_ROW = re.compile(rf"\s*(?:(?P<plain>[0-9]{{1,24}})|{_SCALED})  (?P<path>[^\0]+):(?P<line>[0-9]{{1,20}})")
_ROW_0_0_4 = re.compile(r"\s*(?P<path>[^\0]+):(?P<line>[0-9]{1,20}) x (?P<plain>[0-9]{1,24})")


@dataclass(frozen=True, slots=True)
class Total:
    """``Total allocated: …``. ``bytes`` is ``None`` up to 0.9.3; ``before`` is what the line began with.

    ``kind`` is ``allocated``, ``retained`` or, where the line says neither, ``live``.
    """

    kind: str
    objects: int
    bytes: int | None
    rounded: bool
    before: str


@dataclass(frozen=True, slots=True)
class Row:
    """One site's number in one section: bytes or objects, after the section's title."""

    path: str
    line: int
    amount: int
    rounded: bool


def parse_total(text: str) -> Total | None:
    """The total that the line ends with, or ``None``."""
    if "Total: " in text and (match := _TOTAL_OF_SINGLE_DUMP.fullmatch(text.rstrip())):
        size, rounded = _amount(match, "scaled")
        return Total("live", int(match["objects"]), size, rounded, match["before"])
    if "Total " not in text or not (match := _TOTAL.fullmatch(text.rstrip())):
        return None
    if match["bare_objects"]:
        return Total(match["kind"], int(match["bare_objects"]), None, rounded=False, before=match["before"])
    size, rounded = _amount(match, "bytes")
    return Total(match["kind"], int(match["objects"]), size, rounded, match["before"])


def parse_row(text: str, measure: str) -> Row | None:
    """The row of a location section that counts ``measure``, or ``None`` where the line is none."""
    text = text.rstrip()
    if match := _ROW.fullmatch(text):
        if match["unit"] and not measure.endswith("_bytes"):
            return None
        amount, rounded = _amount(match, "plain")
    elif match := _ROW_0_0_4.fullmatch(text):
        amount, rounded = int(match["plain"]), False
    else:
        return None
    return Row(match["path"], int(match["line"]), amount, rounded)


def is_of_heap_profiler(lines: Iterable[str]) -> bool:
    """Whether heap-profiler printed these lines: it scales totals, and puts one space after ``retained:``, not two.

    Or it names totals and sections of a single dump, as it alone does.
    """
    single = {"total": False, "title": False}
    for line in lines:
        total = parse_total(line)
        if total and total.kind == "retained" and _ONE_SPACE.search(line):
            return True
        single["total"] |= total is not None and total.kind == "live"
        single["title"] |= line.strip() in SINGLE_DUMP_TITLES
    return all(single.values())


def is_rule(text: str) -> bool:
    """Whether this is the line of dashes under a title."""
    return text == "-" * 35


def _amount(match: re.Match[str], plain: str) -> tuple[int, bool]:
    """The number in the match and whether it was rounded: two decimals of a kB are no longer bytes."""
    if match["unit"] is None:
        return int(match[plain]), False
    return round(Decimal(match["scaled"]) * _SCALE[match["unit"]]), match["unit"] != "B"
