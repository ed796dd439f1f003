"""Hashes as Ruby prints them (`p`, `pp`, before and after 3.4), and as JSON: for results that people keep so.

Strings, numbers, symbols and constants in arrays and hashes; constants and symbols are given by their names, an array
that is a key as a tuple. What is cut gives all that is whole before it.
"""

from __future__ import annotations

import gzip
import re
import zlib
from typing import TYPE_CHECKING, Any, BinaryIO

from heapline.profile import Problem
from heapline.readers.text import without_colours

if TYPE_CHECKING:
    from collections.abc import Iterator

STRING = r'"(?:[^"\\]|\\.){0,4096}"'
"""A string as both languages print it, no longer than a path may be."""

ARROW = r"\s*(?:=>|:)\s*"
"""What stands between a key and its value."""

_TOKEN = re.compile(
    rf"\s*(?:(?P<string>{STRING})|(?P<number>-?[0-9]{{1,18}}(?:\.[0-9]{{1,18}})?)(?![\w.])|(?P<mark>=>|[\[\]{{}},:])"
    r"|(?P<name>[A-Za-z_][\w:]*|#<[^>]*>))",
    re.DOTALL,
)
_ESCAPE = re.compile(r'\\(["\\#/])')
_DEEPEST = 8
_PIECE = 1 << 20
_NO_KEY: Any = object()


def read_all(stream: BinaryIO) -> tuple[str, list[Problem]]:
    """The text of a stream, without colours, and what was met on the way: such a print may be one long line."""
    pieces: list[bytes] = []
    problems = []
    try:
        while piece := stream.read(_PIECE):
            pieces.append(piece)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        problems.append(Problem(None, "The compressed data is damaged or cut: what came before that was read."))
    return without_colours(b"".join(pieces).decode(errors="backslashreplace")), problems


def parse(text: str, start: int) -> tuple[dict[Any, Any], bool]:
    """The hash whose brace is at `start`, and whether it is whole: false if the text ends, or is another, in it."""
    found: dict[Any, Any] = {}
    open_ones: list[_Open] = []
    for token in _tokens(text, start):
        mark = token["mark"]
        if mark in ("{", "["):
            if len(open_ones) == _DEEPEST:
                break
            inner: Any = ([] if mark == "[" else {}) if open_ones else found
            opened = _Open(inner)
            if open_ones:
                opened.is_key = open_ones[-1].take(inner)
            open_ones.append(opened)
        elif mark in ("}", "]"):
            closed = open_ones.pop()
            if not open_ones:
                return found, True
            if closed.is_key:
                open_ones[-1].key = tuple(closed.inner)
        elif not mark:
            open_ones[-1].take(_value(token))
    return found, False


def unescaped(text: str) -> str:
    """What the inside of a printed string stands for, as far as paths have something to escape."""
    return _ESCAPE.sub(r"\1", text)


class _Open:
    """A hash or an array that is not closed yet; of a hash `key` waits for its value."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.key = _NO_KEY
        self.is_key = False

    def take(self, value: Any) -> bool:
        """Take an element, a key or a value; gives whether it is a key."""
        if isinstance(self.inner, list):
            self.inner.append(value)
        elif self.key is _NO_KEY:
            self.key = None if isinstance(value, (dict, list)) else value
            return True
        else:
            self.inner[self.key], self.key = value, _NO_KEY
        return False


def _tokens(text: str, start: int) -> Iterator[re.Match[str]]:
    """The tokens up to what is none; a number or name at the text's very end may be cut, and is left out."""
    at = start
    while (token := _TOKEN.match(text, at)) and (token["mark"] or token["string"] or token.end() < len(text)):
        yield token
        at = token.end()


def _value(token: re.Match[str]) -> str | int | float | None:
    if token["string"] is not None:
        return unescaped(token["string"][1:-1])
    if token["number"] is not None:
        return float(token["number"]) if "." in token["number"] else int(token["number"])
    return None if token["name"] in ("nil", "null") else token["name"]
