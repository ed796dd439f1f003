"""Gzip, inflated as far as it goes: all members, with their checksums, and up to the byte where damage begins."""

from __future__ import annotations

import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator

_PIECE_BYTES = 1 << 16
_GZIP = 31


class Inflated:
    """The content of a gzip stream in pieces; `defect` says at the end why it is not all, None if it is."""

    def __init__(self, stream: BinaryIO) -> None:
        """Wrap a stream that begins with gzip's magic bytes."""
        self.defect: str | None = None
        self._stream = stream
        self._pieces = iter(self)
        self._left = memoryview(b"")

    def readinto(self, buffer: memoryview) -> int:
        """Fill the buffer as far as the next piece does; gives how many bytes that were, 0 at the end."""
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = memoryview(piece)
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size

    def __iter__(self) -> Iterator[bytes]:
        """What can be inflated, a piece at a time."""
        inflater = zlib.decompressobj(wbits=_GZIP)
        while piece := inflater.unused_data or self._stream.read(_PIECE_BYTES):
            before = zlib.decompressobj(wbits=_GZIP) if inflater.eof else inflater
            inflater = before.copy()
            try:
                yield inflater.decompress(piece)
            except zlib.error as error:
                yield from _salvaged(before, piece)
                self.defect = str(error).rpartition(": ")[2]
                return
        if not inflater.eof:
            self.defect = "unexpected end of file"


def _salvaged(inflater: zlib._Decompress, piece: bytes) -> Iterator[bytes]:
    """What comes before the damage in a piece that cannot be inflated as a whole."""
    with suppress(zlib.error):
        for at in range(len(piece)):
            yield inflater.decompress(piece[at : at + 1])
