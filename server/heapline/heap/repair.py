"""Lines of a dump that are not as Ruby means to print them, mended where the defect is one that Ruby is known to make.

Ruby writes some names as they are: `file`, `struct`, `real_class_name` and `encoding` in every version, the class
`name` up to 3.3 (Bug #20892), and up to 3.1 a `method` with non-ASCII bytes as `\\u00ff`, a NUL and five stale bytes
each (fixed in 3.2); a line end among the stale bytes breaks the line in two. Joining those and quoting the names as
they should have been is the whole repair; nothing else is guessed, and a line that still is not an object is reported.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from json import JSONDecoder
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_UNESCAPED = (("file",), ("method",), ("name", "real_class_name", "struct", "encoding"))
_ALL_UNESCAPED = tuple(key for keys in _UNESCAPED for key in keys)
_NEXT_KEY = re.compile(
    rb'", "(?:references|file|line|method|generation|memsize|flags|superclass|name|real_class_name|singleton|'
    rb'variation_count|coderange|broken|mid|called_id|receiver_class|ivars|fd)":|"\}\s*$'
)
_STALE_METHOD_BYTE = re.compile(rb"\\u00ff\x00.{5}", re.DOTALL)
_LOST_BYTE = "\N{REPLACEMENT CHARACTER}".encode()
_BROKEN_OFF = re.compile(rb"\\u00ff\x00.{0,4}\n\Z")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{1,16}\Z")
_NOT_JSON = "not JSON"
_MAX_REPAIRED_BYTES = 1 << 24  # a longer line is a long list of references: hardly what is damaged, and slow to try
_MAX_PIECES = 64
_BOM = b"\xef\xbb\xbf"
_lenient = JSONDecoder(strict=False)


@dataclass(frozen=True, slots=True)
class Mended:
    """What became of a line: the objects found in it (none if it is lost), and what was wrong with it, if anything.

    Of an object that lies broken on several lines, `line` is the first.
    """

    line: int
    objects: tuple[dict[str, Any], ...]
    reason: str | None


def mend(lines: Iterable[tuple[int, bytes]]) -> Iterator[Mended]:
    """What becomes of lines that are not as Ruby writes them: each with its number, in order, with its line end."""
    pieces: list[tuple[int, bytes]] = []
    for number, raw in lines:
        if pieces and not (_belongs(number, pieces) and len(pieces) < _MAX_PIECES):
            yield from _mend_pieces(pieces)
            pieces = []
        pieces.append((number, raw))
    if pieces:
        yield from _mend_pieces(pieces)


def _belongs(number: int, pieces: list[tuple[int, bytes]]) -> bool:
    """Whether the last piece broke off in the middle of stale bytes, just before the line of this number."""
    return pieces[-1][0] + 1 == number and _BROKEN_OFF.search(pieces[-1][1]) is not None


def _mend_pieces(pieces: list[tuple[int, bytes]]) -> Iterator[Mended]:
    """The pieces as one line, or where that leads to nothing, each on its own."""
    if len(pieces) > 1:
        whole = _mend_line(pieces[0][0], b"".join(raw for _, raw in pieces))
        if whole.objects:
            yield whole
            return
    for number, raw in pieces:
        yield _mend_line(number, raw)


def _mend_line(number: int, raw: bytes) -> Mended:
    written = raw.strip().removeprefix(_BOM)
    try:
        value = orjson.loads(written)
        why = "an object without a readable address or type" if isinstance(value, dict) else "JSON, but not an object"
    except orjson.JSONDecodeError as error:
        value = None
        why = f"{_NOT_JSON}: {error.msg}" if len(written) < 1 << 20 else f"{_NOT_JSON} ({len(written):,} bytes)"
    if _is_object(value):  # only not printed as Ruby prints it
        return Mended(number, (value,), None)
    if len(written) <= _MAX_REPAIRED_BYTES:
        objects, reason = _repaired(written)
        if objects:
            return Mended(number, objects, reason)
    if why.startswith(_NOT_JSON) and not raw.endswith(b"\n"):
        why = "cut short: the dump ends inside this line"
    return Mended(number, (), why)


def _repaired(written: bytes) -> tuple[tuple[dict[str, Any], ...], str]:
    """The heap objects on a line that is none in strict JSON, and what was wrong with it."""
    line = _STALE_METHOD_BYTE.sub(_LOST_BYTE, written)
    objects = _objects(line)
    if objects:
        reason = "several objects on one line" if len(objects) > 1 else "not strict JSON"
        return objects, reason if line == written else "stale bytes in method"
    for keys in (*_UNESCAPED, _ALL_UNESCAPED):
        objects = _objects(_quote(line, keys))
        if objects:
            return objects, f"unescaped {' or '.join(keys)}"
    return (), ""


def _objects(line: bytes) -> tuple[dict[str, Any], ...]:
    """All the heap objects on the line, or none if any part of it is not one."""
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return ()
    found: list[dict[str, Any]] = []
    at = 0
    while at < len(text):
        try:
            value, at = _lenient.raw_decode(text, at)
        except (ValueError, RecursionError):  # a number of too many digits is the first too
            return ()
        if not _is_object(value):
            return ()
        found.append(value)
        while at < len(text) and text[at].isspace():
            at += 1
    return tuple(found)


def _is_object(value: object) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        return False
    if value["type"] == "ROOT":
        return isinstance(value.get("root"), str)
    return address_of(value.get("address")) is not None


def address_of(value: object) -> int | None:
    """The number that is written as an address is, None if it is not."""
    return int(value, 16) if isinstance(value, str) and _ADDRESS.match(value) else None


def _quote(line: bytes, keys: tuple[str, ...]) -> bytes:
    """The line with the names under these keys escaped, each up to what looks like the next key."""
    opening = re.compile(rb'"(?:' + "|".join(keys).encode() + rb')":"')
    parts: list[bytes] = []
    at = 0
    # Not one pattern for both: it would look for the next key anew from each of many names that have none after them.
    while (begin := opening.search(line, at)) and (end := _NEXT_KEY.search(line, begin.end())):
        parts += line[at : begin.end()], _escaped(line[begin.end() : end.start()])
        at = end.start()
    return b"".join(parts) + line[at:]


def _escaped(name: bytes) -> bytes:
    return orjson.dumps(name.decode(errors="backslashreplace"))[1:-1]
