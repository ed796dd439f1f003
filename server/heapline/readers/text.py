"""The lines of a text report, whatever stands in them: decoded, without colours, none longer than a path may be."""

from __future__ import annotations

import gzip
import re
import zlib
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from heapline.profile import MAX_PROBLEMS, Measures, Problem, Profile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from heapline.profile import Format, Table

_MAX_LINE = 1 << 16  # no path is longer; what is longer is not held in memory
_CONTROL_SEQUENCE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")  # ECMA-48: colours, and what terminals add to them
LARGEST = 2**63 - 1
"""The largest number that is believed: more than any computer's memory."""


class Line(NamedTuple):
    """A line, without its end: its 1-based number, and whether it is `whole` (ended, not cut) and was UTF-8."""

    number: int
    text: str
    whole: bool
    is_utf8: bool


class Text:
    """Iterates over the lines of a stream. `count` is how many came, `problems` what was met on the way."""

    def __init__(self, stream: BinaryIO) -> None:
        """`stream` gives inflated bytes."""
        self.count = 0
        self.skipped = 0
        self.problems: list[Problem] = []
        self._stream = stream

    def __iter__(self) -> Iterator[Line]:
        """Each line. Other bytes than UTF-8 become ``\\xe9``: no two paths become one."""
        try:
            for raw, whole in _lines(self._stream):
                self.count += 1
                try:
                    text, is_utf8 = raw.decode(), True
                except UnicodeDecodeError:
                    text, is_utf8 = raw.decode(errors="backslashreplace"), False
                yield Line(self.count, without_colours(text).rstrip("\r\n"), whole, is_utf8)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            reason = "The compressed data is damaged or cut short after this line: what came before it was read."
            self.problems.insert(0, Problem(self.count or None, reason))

    def skip(self, line: int, reason: str) -> None:
        """Counts a line that should have given something and did not."""
        self.skipped += 1
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(line, reason))


def tables_only(
    path: Path,
    written_by: Format,
    text: Text,
    tables: tuple[Table, ...],
    *,
    note: str,
    nothing: str,
    totals: Measures | None = None,
) -> Profile:
    """The profile of a text, read to its end, that names no lines of code; `note` says what would.

    Without any table the text is damaged: `nothing` says what is missing in it.
    """
    return Profile(
        path=path,
        format=written_by,
        lines=text.count,
        skipped_lines=text.skipped,
        traced=True,
        totals=totals or Measures(),
        sites=(),
        problems=tuple(text.problems if tables else [*text.problems, Problem(None, nothing)]),
        notes=(note,) if tables else (),
        tables=tables,
    )


def head_lines(head: bytes) -> list[str]:
    """The lines of a content's first bytes, for recognising it."""
    return [without_colours(line.decode(errors="replace")).rstrip() for line in head.split(b"\n")]


def without_colours(text: str) -> str:
    """The text without a terminal's control sequences."""
    return _CONTROL_SEQUENCE.sub("", text) if "\x1b" in text else text


def _lines(stream: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """Each line's first bytes, and whether they are all of it, newline included."""
    while raw := stream.readline(_MAX_LINE):
        yield raw, raw.endswith(b"\n")
        while not raw.endswith(b"\n") and (raw := stream.readline(_MAX_LINE)):
            pass
