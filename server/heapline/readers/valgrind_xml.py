"""Reads Valgrind's XML (`--xml=yes`, protocol 4), as memcheck and ruby_memcheck write it.

Read as a stream: of a file that is cut, all leaks before the cut are there. A document type is refused, since entities
can make a small file endless.
Source of the format: `docs/internals/xml-output-protocol4.txt` of Valgrind.
"""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING, BinaryIO
from xml.parsers import expat

from heapline.profile import Problem
from heapline.readers.native import Call, Lost, profile_of
from heapline.units import things

if TYPE_CHECKING:
    from pathlib import Path

    from heapline.profile import AmountKind, Profile

_BLOCK = 1 << 16
_MAX_TEXT = 1 << 16
_KINDS: dict[str, AmountKind] = {
    "Leak_DefinitelyLost": "definitely_lost",
    "Leak_IndirectlyLost": "indirectly_lost",
    "Leak_PossiblyLost": "possibly_lost",
    "Leak_StillReachable": "still_reachable",
}


def recognise(head: bytes) -> str | None:
    """None if the content is of the format, else why not."""
    return None if b"<valgrindoutput>" in head[:4096] else "it does not begin with <valgrindoutput>"


def read(path: Path, stream: BinaryIO) -> Profile:
    """The profile: amounts in Valgrind's words on the lines of extensions. Errors of other kinds are passed over."""
    reader = _Reader()
    problems = []
    try:
        while block := stream.read(_BLOCK):
            reader.feed(block)
        reader.end()
    except (expat.ExpatError, _RefusedError) as error:
        problems.append(
            Problem(reader.line, f"The XML is damaged or cut here ({error}): what came before it was read.")
        )
    except (EOFError, zlib.error, gzip.BadGzipFile):
        problems.append(Problem(reader.line, "The compressed data is damaged or cut: what came before it was read."))
    notes = [f"{things(reader.others, 'error')} of other kinds than leaks left out."] if reader.others else []
    return profile_of(path, "valgrind", reader.lost, reader.line, problems, notes)


class _RefusedError(Exception):
    """The document asks for what no report needs."""


class _Reader:
    def __init__(self) -> None:
        self.lost: list[Lost] = []
        self.others = 0
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._value: list[str] = []
        self._size = 0
        self._error: dict[str, str] = {}
        self._frame: dict[str, str] = {}
        self._stack: list[Call] = []
        self._stacks = 0

    @property
    def line(self) -> int:
        """The line that was reached, 1-based."""
        return self._parser.CurrentLineNumber

    def feed(self, block: bytes) -> None:
        """Takes the next bytes. Raises ExpatError or _RefusedError."""
        self._parser.Parse(block, False)

    def end(self) -> None:
        """There are no more. Raises ExpatError."""
        self._parser.Parse(b"", True)

    def _refuse(self, *_: object) -> None:
        raise _RefusedError("a document type is not allowed")

    def _start(self, name: str, _: object) -> None:
        self._value, self._size = [], 0
        if name == "error":
            self._error, self._stack, self._stacks = {}, [], 0
        elif name == "stack":
            self._stacks += 1
        elif name == "frame":
            self._frame = {}

    def _text(self, text: str) -> None:
        self._size += len(text)
        if self._size <= _MAX_TEXT:
            self._value.append(text)

    def _end(self, name: str) -> None:
        value = "".join(self._value).strip()
        self._value, self._size = [], 0
        if name in ("kind", "leakedbytes", "leakedblocks"):
            self._error[name] = value
        elif name in ("fn", "obj", "dir", "file", "line"):
            self._frame[name] = value
        elif name == "frame" and self._stacks == 1:  # a second stack tells of something else
            self._stack.append(_call(self._frame))
        elif name == "error":
            self._take()

    def _take(self) -> None:
        kind = _KINDS.get(self._error.get("kind", ""))
        size, blocks = _number(self._error.get("leakedbytes")), _number(self._error.get("leakedblocks"))
        if kind is None or size is None or blocks is None:
            self.others += 1
        else:
            self.lost.append(Lost(kind, size, blocks, tuple(self._stack)))


def _call(frame: dict[str, str]) -> Call:
    name, folder = frame.get("file"), frame.get("dir")
    path = f"{folder}/{name}" if name and folder and not name.startswith("/") else name
    return Call(frame.get("fn", ""), path, _number(frame.get("line")) or 0, frame.get("obj"))


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 15 else None
