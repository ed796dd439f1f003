"""Equal strings by line: how many strings there are, how many differ, and what the others take."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from heapline.heap.scan import pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Sums(NamedTuple):
    """Per group its strings, how many different ones those are, and the bytes of all but the largest of equal ones."""

    strings: NDArray[np.int64]
    contents: NDArray[np.int64]
    duplicate_bytes: NDArray[np.int64]


def summed(content: NDArray[np.int32], memsize: NDArray[np.int64], group: NDArray[np.int32], groups: int) -> Sums:
    """Of objects with these contents (-1: none is known), bytes, and numbers of their groups below `groups`."""
    strings = np.flatnonzero(content >= 0)
    content, group = content[strings], group[strings]
    alone = np.bincount(content)[content] == 1 if len(strings) else np.empty(0, bool)
    counts = np.bincount(group, minlength=groups)
    different = np.bincount(group[alone], minlength=groups)
    pair, found = pairs(group[~alone], content[~alone])
    sizes = memsize[strings[~alone]]
    largest = np.zeros(len(found), np.int64)
    np.maximum.at(largest, pair, sizes)
    rest = np.bincount(pair, weights=sizes, minlength=len(found)) - largest
    of = found[:, 0]
    return Sums(
        counts,
        different + np.bincount(of, minlength=groups),
        np.bincount(of, weights=rest, minlength=groups).astype(np.int64),
    )
