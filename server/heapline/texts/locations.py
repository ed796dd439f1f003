"""Where a line of a text names a line of code: `path:line`, in rows of numbers and backtraces; and what hashes name.

One line at a time, so that any part of a long text can be asked about without the rest. Only in a hash that Ruby
printed (`["/app/x.rb", 12]=>…`, `"/app/x.rb"=>{12=>3, 14=>1}`, or JSON) a path may stand lines above its number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from heapline.readers.ruby_hash import ARROW, STRING, unescaped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_NO_PATH = r"""\s:"'`()\[\]{}<>|,;="""
_AMOUNT = r"\s*(?:[0-9]+|[0-9]+(?:\.[0-9]+)? [kMGTPEZY]?B)  "
_AT = r":(?P<line>[0-9]{1,9})(?![0-9.]*[0-9A-Za-z/])(?::[0-9]+)?(?::in [`'](?P<method>[^'\n]{1,500})')?"

_ROW = re.compile(rf"{_AMOUNT}(?P<path>\S[^\t]*):(?P<line>[0-9]{{1,9}})\s*")
"""A row of memory_profiler, the only tool that leaves no doubt about spaces in a path."""
_COLUMNS = re.compile(r"(?P<path>[^\t]+)\t(?P<line>[0-9]{1,9})(?=\t)")
"""A row of allocation_tracer."""
_WORD = re.compile(rf"(?<![^{_NO_PATH}])(?P<path>(?!//)(?:[A-Za-z]:[\\/])?[^{_NO_PATH}]+){_AT}")
_LIKE_A_PATH = re.compile(r"/|\\|\.[A-Za-z]\w{0,9}\Z|\A(?:Rakefile|Gemfile|Guardfile|Capfile)\Z")
_IN_HASH = re.compile(
    rf"\[(?P<key>{STRING}),(?:\s*(?P<at>[0-9]{{1,9}})(?=\s*[\],])|\s*\Z)"  # allocation_tracer's
    rf"|(?P<path>{STRING}){ARROW}(?:\{{|\Z)"  # allocation_sampler's, then its lines
    rf'|(?<![\w.])"?(?P<line>[0-9]{{1,9}})"?{ARROW}[0-9]'
    r"|(?P<end>\})",
    re.DOTALL,
)
_REST_OF_KEY = re.compile(r"\s*(?P<at>[0-9]{1,9})\s*[\],]")
REACH = 200
"""How many lines above a number of a hash its path may stand."""


@dataclass(frozen=True, slots=True)
class Location:
    """A path, a line (1-based) and a method that a text names. Columns are 0-based, in characters, of `path:line`."""

    start: int
    end: int
    path: str
    line: int
    method: str | None = None


class Locations:
    """What the lines of a text name, which are taken one after the other."""

    def __init__(self) -> None:
        """Before the first line, or before any other that begins no hash."""
        self._path: str | None = None
        self._is_key = False
        self._left = 0

    @property
    def in_hash(self) -> bool:
        """Whether the next line may name a line of a path that came before."""
        return self._path is not None

    def of(self, text: str) -> Iterator[Location]:
        """What the next line names, from left to right. Whether there are such files is another question."""
        if self._path is not None:
            self._left -= 1
            if self._left < 0:
                self._path = None
        found = list(_plain(text))
        yield from found or self._in_hash(text)

    def _in_hash(self, text: str) -> Iterator[Location]:
        start = 0
        if self._path is not None and self._is_key:
            rest = _REST_OF_KEY.match(text)
            if rest:
                start = rest.end()
                yield Location(rest.start("at"), rest.end("at"), self._path, int(rest["at"]))
            self._path = None
        if self._path is None and '"' not in text:
            return
        for found in _IN_HASH.finditer(text, start):
            if found["key"] is not None or found["path"] is not None:
                path = unescaped((found["key"] or found["path"])[1:-1])
                self._path = path if _LIKE_A_PATH.search(path) else None
                self._is_key, self._left = found["key"] is not None, REACH
                if self._path is not None and found["at"] is not None:
                    yield Location(found.start("key") + 1, found.end("at"), self._path, int(found["at"]))
                    self._path = None
            elif found["end"]:
                self._path = None
            elif self._path is not None and not self._is_key:
                yield Location(found.start("line"), found.end("line"), self._path, int(found["line"]))


def locations(lines: Sequence[str], first: int = 0) -> Iterator[tuple[int, Location]]:
    """What lines name, from the one with this number (0-based) on; those above it are only read for hashes."""
    known = Locations()
    for number in range(max(0, first - REACH), len(lines)):
        if number < first and not known.in_hash and '"' not in lines[number]:
            continue
        for found in known.of(lines[number]):
            if number >= first:
                yield number, found


def _plain(text: str) -> Iterator[Location]:
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
