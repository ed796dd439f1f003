"""pprof's format: a gzip-compressed protocol buffer, `perftools.profiles.Profile`.

The numbers of the fields are those of https://github.com/google/pprof/blob/main/proto/profile.proto
The encoding: https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

from heapline.export.stacks import Frame, stacks_of
from heapline.export.subject import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from heapline.export.subject import Subject

_SAMPLE_TYPE, _SAMPLE, _LOCATION, _FUNCTION, _STRING_TABLE, _TIME_NANOS, _COMMENT, _DEFAULT_SAMPLE_TYPE = (
    1, 2, 4, 5, 6, 9, 13, 14
)  # fmt: skip


def write(subject: Subject) -> bytes:
    """The profile, with all measures as sample types; bytes are what pprof shows first."""
    stacks = stacks_of(subject)
    strings: dict[str, int] = {"": 0}

    def text(value: str) -> int:
        return strings.setdefault(value, len(strings))

    types = b"".join(
        _message(_SAMPLE_TYPE, _number(1, text(name)), _number(2, text("bytes" if "bytes" in name else "count")))
        for name in stacks.measures
    )
    locations: dict[Frame, int] = {}
    ids = [locations.setdefault(node.frame, len(locations) + 1) for node in stacks.nodes]
    samples = b"".join(
        _message(_SAMPLE, _packed(1, (ids[above] for above in stacks.stack(number))), _packed(2, node.weights))
        for number, node in enumerate(stacks.nodes)
        if any(node.weights)
    )
    functions: dict[tuple[str, str], int] = {}

    def function(frame: Frame) -> int:
        return functions.setdefault((frame.name, frame.file), len(functions) + 1)

    places = b"".join(
        _message(_LOCATION, _number(1, number), _message(4, _number(1, function(frame)), _number(2, frame.line)))
        for frame, number in locations.items()
    )
    called = b"".join(
        _message(_FUNCTION, _number(1, number), _number(2, text(name)), _number(3, text(name)), _number(4, text(file)))
        for (name, file), number in functions.items()
    )
    shown = next((name for name in stacks.measures if "bytes" in name), "")
    rest = [
        _number(_TIME_NANOS, subject.report.identity.modified_ns),
        _number(_DEFAULT_SAMPLE_TYPE, text(shown)),
        _packed(_COMMENT, [text(said) for said in (text_of(subject.report.path), *subject.report.profile.notes)]),
    ]
    table = b"".join(_bytes(_STRING_TABLE, value.encode(errors="backslashreplace")) for value in strings)
    return gzip.compress(b"".join([types, samples, places, called, table, *rest]), mtime=0)


def _varint(value: int) -> bytes:
    """A number of 0 or more in groups of seven bits, the lowest first."""
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _message(field: int, *parts: bytes) -> bytes:
    return _bytes(field, b"".join(parts))


def _packed(field: int, values: Iterable[int]) -> bytes:
    return _bytes(field, b"".join(map(_varint, values)))
