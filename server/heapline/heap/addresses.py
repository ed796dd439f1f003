"""Addresses to nodes: millions of lookups in dense arrays, without sorting and without hashing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PAGE_BITS = 16
_MOST_SLOTS = 32
"""Slots of the table for each object, at most: Ruby's smallest object takes five where all pages are full."""
_CHUNK = 1 << 20
NOWHERE = -1


class AddressTable:
    """Ruby's heap is made of pages: a table of the pages in use, and in each a table of its slots."""

    def __init__(self, addresses: NDArray[np.uint64]) -> None:
        """Node i + 1 is the object at `addresses[i]`; of two objects at one address the later counts."""
        used = int(np.bitwise_or.reduce(addresses)) or 1
        alignment = (used & -used).bit_length() - 1  # slots are aligned alike: 8 bytes, 4 on WebAssembly
        self._shift = np.uint64(alignment)
        self._use_pages(max(_PAGE_BITS, alignment), addresses)
        if len(self._pages) * self._slots > _MOST_SLOTS * len(addresses):  # nearly empty: each slot is a page
            self._use_pages(alignment, addresses)
        self._nodes = np.full(len(self._pages) * self._slots, NOWHERE, np.int32)
        for start in range(0, len(addresses), _CHUNK):
            chunk = addresses[start : start + _CHUNK]
            pages = np.searchsorted(self._pages, chunk >> self._page_bits)
            self._nodes[self._places(chunk, pages)] = np.arange(start + 1, start + 1 + len(chunk), dtype=np.int32)

    def _use_pages(self, bits: int, addresses: NDArray[np.uint64]) -> None:
        self._page_bits = np.uint64(bits)
        self._slots = (1 << bits) >> int(self._shift)
        pages = addresses >> self._page_bits
        self._pages = np.unique(pages[np.flatnonzero(np.diff(pages, prepend=~pages[:1]))])

    def nodes(self, addresses: NDArray[np.uint64]) -> NDArray[np.int32]:
        """The node at each address, NOWHERE where there is none."""
        found = np.empty(len(addresses), np.int32)
        for start in range(0, len(addresses), _CHUNK):  # what is in between stays small enough for the cache
            chunk = addresses[start : start + _CHUNK]
            found[start : start + len(chunk)] = self._nodes_of(chunk)
        return found

    def _nodes_of(self, addresses: NDArray[np.uint64]) -> NDArray[np.int32]:
        wanted = addresses >> self._page_bits
        pages = np.searchsorted(self._pages, wanted)
        pages[pages == len(self._pages)] = 0
        misaligned = addresses & ((np.uint64(1) << self._shift) - np.uint64(1)) != 0
        found: NDArray[np.int32] = self._nodes[self._places(addresses, pages)]
        found[(self._pages[pages] != wanted) | misaligned] = NOWHERE
        return found

    def _places(self, addresses: NDArray[np.uint64], pages: NDArray[np.intp]) -> NDArray[np.intp]:
        slots = (addresses >> self._shift).astype(np.intp) & (self._slots - 1)
        return pages * self._slots + slots
