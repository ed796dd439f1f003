"""A dump's bytes, inflated if need be, in blocks of whole lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heapline.errors import HeaplineError
from heapline.files import is_gzip
from heapline.inflate import Inflated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BLOCK_BYTES = 8 << 20
_MAX_LINE_BYTES = 1 << 30


class Source:
    """The dump's content in blocks of whole lines; knows how far it is, and why it ended if that was too early.

    Blocks are views of buffers that are used again once they are given back: fresh memory for each would cost more
    time than scanning it.
    """

    def __init__(self, dump: Path, block_bytes: int = BLOCK_BYTES) -> None:
        """Wrap a dump; blocks have `block_bytes` at most, but for those that a single longer line needs."""
        self.cut: str | None = None
        self.share = 0.0
        self._dump = dump
        self._block_bytes = block_bytes
        self._free: list[bytearray] = []

    def blocks(self) -> Iterator[memoryview]:
        """All of the content. Raises OSError, and HeaplineError for a line too long to be a heap's."""
        with self._dump.open("rb") as raw:
            inflated = Inflated(raw) if is_gzip(self._dump) else None
            fill = inflated.readinto if inflated else raw.readinto
            total = max(self._dump.stat().st_size, 1)
            buffer, size = self._buffer(0), 0
            while got := fill(memoryview(buffer)[size:]):
                self.share = min(raw.tell() / total, 1.0)  # it may have grown
                size += got
                if size < len(buffer):
                    continue
                end = buffer.rfind(b"\n") + 1
                following = self._buffer(size - end)
                following[: size - end] = memoryview(buffer)[end:size]
                if end:
                    yield memoryview(buffer)[:end]
                buffer, size = following, size - end
            if size:
                yield memoryview(buffer)[:size]
            if inflated and inflated.defect is not None:
                defect = inflated.defect
                self.cut = f"the gzip data is damaged or cut short ({defect}): what could be decompressed was read"

    def give_back(self, block: memoryview) -> None:
        """The block is read: its buffer may be filled again."""
        buffer = block.obj
        if isinstance(buffer, bytearray) and len(buffer) == self._block_bytes:
            self._free.append(buffer)

    def _buffer(self, rest: int) -> bytearray:
        """Room for the rest of a block, which is a line that has not ended yet, and for more."""
        if rest < self._block_bytes:
            return self._free.pop() if self._free else bytearray(self._block_bytes)
        if rest >= _MAX_LINE_BYTES:
            raise HeaplineError(
                f"{self._dump}: has a line of more than {_MAX_LINE_BYTES:,} bytes, more than any object of a heap"
                " needs. Is it a heap dump?"
            )
        return bytearray(min(2 * rest, _MAX_LINE_BYTES))
