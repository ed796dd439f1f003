"""What the scanner makes of a block, line by line, and what Python's own JSON says of the same lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

if TYPE_CHECKING:
    from heapline.heap.scan import Block

_TOKEN = re.compile(rb'([{}])|"((?:[^"\\]|\\.)*)"(:?)', re.DOTALL)
_NOT_SKIPPED = {
    b"type", b"root", b"imemo_type", b"struct", b"name", b"real_class_name", b"method", b"address", b"class",
    b"references",
}  # fmt: skip


class Line(NamedTuple):
    """A line that was taken. Text that is not UTF-8 is shown as \\xe9."""

    type: str | None
    detail: str | None
    address: int
    class_address: int
    memsize: int
    generation: int
    entries: int
    has_content: bool
    file: str | None
    line: int
    method: str | None
    name: str | None
    real_class_name: str | None
    singleton: bool
    references: list[int]


def taken(block: Block) -> list[Line]:
    """The lines of the block that were taken, in order."""
    names = {i: (_text(name), _text(real), singleton) for i, name, real, singleton in block.names}
    spots = [(_text(file), line, _text(method)) for file, line, method in block.spots] + [(None, 0, None)]
    kinds = [(_text(kind), address, _text(detail)) for kind, address, detail in block.kinds]
    references = block.references.tolist()
    ends = block.ends.tolist()
    columns = (block.address, block.memsize, block.generation, block.spot, block.kind, block.entries, block.content)
    lines = []
    for i, (address, memsize, generation, spot, kind, entries, content) in enumerate(zip(*columns, strict=True)):
        file, line, method = spots[spot]
        kind_type, class_address, detail = kinds[kind]
        held = references[ends[i - 1] if i else 0 : ends[i]]
        lines.append(
            Line(
                kind_type, detail, int(address), class_address, int(memsize), int(generation), int(entries),
                bool(content), file, line, method, *names.get(i, (None, None, False)), held,
            )
        )  # fmt: skip
    return lines


def line_of(item: dict[str, Any]) -> Line:
    """What should be read of a line that says this."""
    is_placed = "file" in item
    is_named = "name" in item or "real_class_name" in item
    return Line(
        type=item["type"],
        detail=item.get({"ROOT": "root", "IMEMO": "imemo_type"}.get(item["type"], "struct")),
        address=int(item.get("address", "0x0"), 16),
        class_address=int(item.get("class", "0x0"), 16),
        memsize=item.get("memsize", 0),
        generation=item.get("generation", -1),
        entries=item.get("size", item.get("length", -1)),
        has_content=item["type"] == "STRING" and "value" in item,
        file=item.get("file"),
        line=item.get("line", 0) if is_placed else 0,
        method=item.get("method") if is_placed else None,
        name=item.get("name"),
        real_class_name=item.get("real_class_name"),
        singleton=is_named and item.get("singleton") is True,
        references=[int(reference, 16) for reference in item.get("references", ())],
    )


def in_json(line: bytes) -> bytes:
    """The line as JSON that says the same, by what the scanner promises: three things are not as JSON has them.

    `file` means what stands there, with every backslash; text need not be UTF-8; and strings that are skipped may hold
    anything.
    """
    depth = 0
    key = b""

    def replaced(token: re.Match[bytes]) -> bytes:
        nonlocal depth, key
        brace, text, colon = token.groups()
        if brace:
            depth += 1 if brace == b"{" else -1
            return token[0]
        if colon and depth == 1:
            key = text
            return token[0]
        if depth == 1 and key == b"file":
            return orjson.dumps(_text(text))
        if depth == 1 and key in _NOT_SKIPPED:
            return token[0] if _is_utf8(text) else orjson.dumps(_text(text))
        return b'""' + colon

    return _TOKEN.sub(replaced, line)


def _text(raw: bytes | None) -> str | None:
    return None if raw is None else raw.decode(errors="backslashreplace")


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True
