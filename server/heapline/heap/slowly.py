"""Objects that were read one by one, from lines that the scanner left, in the form that the scanner gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson

from heapline.heap.repair import address_of
from heapline.heap.scan import Block, content_of

_MAX_MEMSIZE = 1 << 48


def block_of(items: list[dict[str, Any]]) -> Block:
    """Objects that were read one by one, as a block; a value that cannot be what it should is taken for absent."""
    spots: dict[tuple[bytes, int, bytes | None], int] = {}
    kinds: dict[tuple[bytes, int, bytes | None], int] = {}
    names: list[tuple[int, bytes | None, bytes | None, bool]] = []
    rows = []
    references: list[int] = []
    for i, item in enumerate(items):
        detail = _text(item.get({"ROOT": "root", "IMEMO": "imemo_type"}.get(item["type"], "struct")))
        kind = (_text(item["type"]) or b"", address_of(item.get("class")) or 0, detail)
        spot = -1
        file = _text(item.get("file"))
        if file is not None:
            key = (file, _whole(item.get("line"), 1 << 64) or 0, _text(item.get("method")))
            spot = spots.setdefault(key, len(spots))
        name, real = _text(item.get("name")), _text(item.get("real_class_name"))
        if name is not None or real is not None:
            names.append((i, name, real, item.get("singleton") is True))
        held = item.get("references")
        references += [a for a in map(address_of, held if isinstance(held, list) else ()) if a is not None]
        generation = _whole(item.get("generation"), 1 << 31)
        entries = _whole(item.get("size", item.get("length")), 1 << 31)
        rows.append(
            (
                address_of(item.get("address")) or 0,
                _whole(item.get("memsize"), _MAX_MEMSIZE) or 0,
                -1 if generation is None else generation,
                spot,
                kinds.setdefault(kind, len(kinds)),
                -1 if entries is None else entries,
                _content(item),
                len(references),
            )
        )
    columns = list(zip(*rows, strict=True)) or [()] * 8
    return Block(
        address=np.array(columns[0], np.uint64),
        memsize=np.array(columns[1], np.int64),
        generation=np.array(columns[2], np.int32),
        spot=np.array(columns[3], np.int32),
        kind=np.array(columns[4], np.int32),
        entries=np.array(columns[5], np.int32),
        content=np.array(columns[6], np.uint64),
        ends=np.array(columns[7], np.int64),
        references=np.array(references, np.uint64),
        spots=list(spots),
        kinds=list(kinds),
        names=names,
        irregular=np.empty((0, 3), np.int64),
        lines=0,
        blank=0,
    )


def _content(item: dict[str, Any]) -> int:
    """What the scanner makes of a string's value, which Ruby prints as JSON does, but for DEL; 0: none is said."""
    value = item.get("value")
    if item["type"] != "STRING" or not isinstance(value, str) or not value.isascii():
        return 0
    return content_of(orjson.dumps(value)[1:-1].replace(b"\x7f", b"\\u007f"))


def _text(value: object) -> bytes | None:
    """A string as the scanner gives it; half a surrogate pair, which is no character, becomes readable."""
    return value.encode(errors="backslashreplace") if isinstance(value, str) else None


def _whole(value: object, limit: int) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < limit else None
