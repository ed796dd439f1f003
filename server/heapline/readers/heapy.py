"""Reads what heapy prints of heap dumps (`read`, `diff`), and derailed_benchmarks' `perf:heap` and `perf:heap_diff`.

Three forms, of which a text may hold any:

- `heapy read DUMP`: objects by generation. They have no lines and become a table.
- `heapy read DUMP GENERATION`: sections by `path:line`, of which two are read: bytes and objects that are alive. The
  strings that follow may be secrets and are passed over.
- `heapy diff A B [C]`: one row for each type on a line: what is new in B, or, of three dumps, also still in C.

Source of the format: `Heapy::Analyzer` and `Heapy::Diff` of heapy 0.2.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any, BinaryIO

from heapline.profile import Measures, Problem, Profile, Site, Table, sort_sites
from heapline.readers.text import LARGEST, Text, head_lines

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from heapline.readers.text import Line

_GENERATION = re.compile(r"Generation: +([0-9]{1,15}|nil) object count: ([0-9]{1,15}), mem: ([0-9]{1,15}\.[0-9]) kb")
_DIFF = re.compile(
    r"(Allocated|Retained) ([A-Z_]+) ([0-9]{1,15}) objects of size ([0-9]{1,15})/([0-9]{1,15}) \(in bytes\)"
    r" at: (.+):([0-9]{1,9})"
)
_SECTION = re.compile(r"(allocated by memory|object count) \(([0-9]{1,15})\)(?: \(in bytes\))?")
_ROW = re.compile(r" *([0-9]{1,15})  (.+):([0-9]{1,9})")
_OTHER_SECTIONS = ("High Ref Counts", "Duplicate strings")
_MEASURES = {"allocated by memory": "live_bytes", "object count": "live_objects"}


def recognise(head: bytes) -> str | None:
    """None if the content is of the format, else why not."""
    forms = (_GENERATION, _DIFF, _SECTION)
    if any(form.fullmatch(line) for line in head_lines(head) for form in forms):
        return None
    return 'no line reads "Generation: … object count: …" or "Allocated … objects of size …/… (in bytes) at: …"'


def read(path: Path, stream: BinaryIO) -> Profile:
    """The profile: what is alive on each line (of a comparison, what is new or stayed), generations as a table."""
    reader = _Reader()
    text = Text(stream)
    for line in text:
        reader.feed(text, line)
    if not (reader.sites or reader.generations or reader.totals):
        text.problems.append(Problem(None, "There is no row of heapy in this text."))
    return Profile(
        path=path,
        format="heapy",
        lines=text.count,
        skipped_lines=text.skipped,
        traced=True,
        totals=_measures(reader.totals),
        sites=sort_sites([Site(*at, None, _measures(found)) for at, found in reader.sites.items()]),
        problems=tuple(text.problems),
        notes=tuple(reader.notes()),
        tables=(Table("Objects by generation", ("generation", "objects", "kB"), tuple(reader.generations)),)
        if reader.generations
        else (),
    )


class _Reader:
    """Takes the text line by line."""

    def __init__(self) -> None:
        self.sites: dict[tuple[str, int], dict[str, int]] = defaultdict(dict)
        self.totals: dict[str, int] = {}
        self.generations: list[tuple[str | int | float | None, ...]] = []
        self._section: str | None = None
        self._forms: set[str] = set()

    def feed(self, text: Text, line: Line) -> None:
        """Takes one line; a row that is cut counts as lost."""
        if found := _GENERATION.fullmatch(line.text):
            self.generations.append((found[1], int(found[2]), float(found[3])))
        elif found := _SECTION.fullmatch(line.text):
            self._section = _MEASURES[found[1]]
            self.totals[self._section] = int(found[2])
        elif line.text.strip() in _OTHER_SECTIONS:
            self._section = None
        elif found := _DIFF.fullmatch(line.text):
            self._take_difference(text, line, found)
        elif self._section and (found := _ROW.fullmatch(line.text)):
            if line.whole:
                self._add(text, line, (found[2], int(found[3])), {self._section: int(found[1])})
            else:
                text.skip(line.number, "The text ends inside this row: its last number may be cut.")
        elif self._section and line.text.strip("= "):
            text.skip(line.number, "This is no row of the section (a number, two spaces, path:line).")

    def notes(self) -> list[str]:
        """What the user should know about the numbers."""
        said = []
        if "Allocated" in self._forms:
            said.append("The numbers are of objects that are in the later dump and not in the earlier one.")
        if "Retained" in self._forms:
            said.append("Retained are objects that came after the first dump and are still in the last.")
        if "live_objects" in self.totals and not self._forms:
            said.append("Only the largest lines are listed (50 unless --lines is set): the rest is unknown, not 0.")
        if self.generations and not self.sites:
            said.append("It has no lines of code: load the dump itself, or print one generation or all of them.")
        return said

    def _take_difference(self, text: Text, line: Line, found: re.Match[str]) -> None:
        if not line.whole:
            text.skip(line.number, "The text ends inside this row: its last number may be cut.")
            return
        kind = "live" if found[1] == "Allocated" else "retained"
        self._forms.add(found[1])
        self._add(
            text,
            line,
            (found[6], int(found[7])),
            {f"{kind}_objects": int(found[3]), f"{kind}_bytes": int(found[4])},
        )
        self.totals[f"{kind}_bytes"] = int(found[5])
        self.totals[f"{kind}_objects"] = min(LARGEST, self.totals.get(f"{kind}_objects", 0) + int(found[3]))

    def _add(self, text: Text, line: Line, at: tuple[str, int], amounts: Mapping[str, int]) -> None:
        known = self.sites[at]
        if any(known.get(name, 0) + amount > LARGEST for name, amount in amounts.items()):
            text.skip(line.number, "A number here is larger than any computer's memory: the line is left out.")
            return
        for name, amount in amounts.items():
            known[name] = known.get(name, 0) + amount


def _measures(counts: Mapping[str, Any]) -> Measures:
    return replace(Measures(), **counts)
