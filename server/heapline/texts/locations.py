"""Where a line of a text names a line of code: `path:line`, alone, in a row of numbers, or in a backtrace.

One line at a time, so that any part of a long text can be asked about without the rest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_NO_PATH = r"""\s:"'`()\[\]{}<>|,;="""
_AMOUNT = r"\s*(?:[0-9]+|[0-9]+(?:\.[0-9]+)? [kMGTPEZY]?B)  "
_AT = r":(?P<line>[0-9]{1,9})(?![0-9.]*[0-9A-Za-z/])(?::[0-9]+)?(?::in [`'](?P<method>[^'\n]{1,500})')?"

_ROW = re.compile(rf"{_AMOUNT}(?P<path>\S[^\t]*):(?P<line>[0-9]{{1,9}})\s*")
"""A row of memory_profiler, the only tool that leaves no doubt about spaces in a path."""
_COLUMNS = re.compile(r"(?P<path>[^\t]+)\t(?P<line>[0-9]{1,9})(?=\t)")
"""A row of allocation_tracer."""
_WORD = re.compile(rf"(?<![^{_NO_PATH}])(?P<path>(?!//)(?:[A-Za-z]:[\\/])?[^{_NO_PATH}]+){_AT}")
_LIKE_A_PATH = re.compile(r"/|\\|\.[A-Za-z]\w{0,9}\Z|\A(?:Rakefile|Gemfile|Guardfile|Capfile)\Z")


@dataclass(frozen=True, slots=True)
class Location:
    """A path, a line (1-based) and a method that a text names. Columns are 0-based, in characters, of `path:line`."""

    start: int
    end: int
    path: str
    line: int
    method: str | None = None


def locations(text: str) -> Iterator[Location]:
    """What one line of a text names, from left to right. Whether there are such files is another question."""
    if ":" not in text and "\t" not in text:
        return
    whole = _ROW.fullmatch(text) or _COLUMNS.match(text)
    if whole:
        if _LIKE_A_PATH.search(whole["path"]):
            yield Location(whole.start("path"), whole.end("line"), whole["path"], int(whole["line"]))
        return
    for found in _WORD.finditer(text):
        if _LIKE_A_PATH.search(found["path"]):
            yield Location(found.start("path"), found.end("line"), found["path"], int(found["line"]), found["method"])
