"""Dumps of one process side by side: which objects of the one are still there in the other.

An address alone is no identity: a slot is used again as soon as its object is gone. But only a run of the collector
frees slots, so an address with a generation (`GC.count` at allocation) is one. The class is no part of it, for an
object may be given a singleton class. Where the tracer knows nothing, type and class have to do.

Compaction takes objects elsewhere, and Ruby's tracer loses those: they have no line any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from heapline.heap.addresses import AddressTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from heapline.heap.index import HeapIndex


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The objects of a dump in its order: `site` and `name` (of the class) are numbers that all snapshots share.

    `generation` and `site` are -1 for an object that was not traced. The tracer itself is left out of `counted`.
    """

    address: NDArray[np.uint64]
    memsize: NDArray[np.int64]
    generation: NDArray[np.int32]
    site: NDArray[np.int32]
    name: NDArray[np.int32]
    type: NDArray[np.int32]
    counted: NDArray[np.bool_]

    @property
    def youngest(self) -> int:
        """The generation of the youngest object, -1 if none was traced."""
        return int(self.generation.max())


@dataclass(frozen=True, slots=True)
class Names:
    """What the numbers of snapshots stand for: sites as (path, line), and names of classes."""

    sites: tuple[tuple[str, int], ...]
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """What became of the objects of an older snapshot in a younger one.

    `kept` are the younger one's objects that are in both, at the address they had. `moved` were somewhere else: they
    are too old to be new, or are not traced while the others are. `gone` are the older one's that are not at their
    address any more, those that moved included.
    """

    kept: NDArray[np.bool_]
    moved: NDArray[np.bool_]
    gone: NDArray[np.bool_]

    @property
    def new(self) -> NDArray[np.bool_]:
        """The younger one's objects that are in no sense in the older one."""
        return ~self.kept & ~self.moved


def read(indexes: Sequence[HeapIndex]) -> tuple[list[Snapshot], Names]:
    """The objects of these dumps, numbered alike."""
    sites: dict[tuple[str, int], int] = {}
    classes: dict[str, int] = {}
    types: dict[str, int] = {}
    found = []
    for index in indexes:
        columns, kinds, spots = index.objects()
        site = _numbered(sites, spots)
        kind, spot = columns["kind"], columns["spot"]
        found.append(
            Snapshot(
                columns["address"],
                columns["memsize"],
                np.where(spot >= 0, columns["generation"], -1),
                np.append(site, np.int32(-1))[spot],
                _numbered(classes, [name for _, name, _ in kinds])[kind],
                _numbered(types, [type_ for type_, _, _ in kinds])[kind],
                ~np.array([is_tracer for _, _, is_tracer in kinds], bool)[kind],
            )
        )
    return found, Names(tuple(sites), tuple(classes))


def same_process(one: HeapIndex, other: HeapIndex) -> bool:
    """Whether Ruby's own classes are at the same addresses in both dumps."""
    here, there = one.core_classes, other.core_classes
    common = here.keys() & there.keys()
    return bool(common) and all(here[name] == there[name] for name in common)


def match(old: Snapshot, new: Snapshot) -> Match:
    """What became of the objects of `old`; both are of one process, `new` was taken later."""
    at = AddressTable(old.address).nodes(new.address) - 1
    there = at >= 0
    before = at[there]
    same = old.type[before] == new.type[there]
    if old.youngest >= 0 and new.youngest >= 0:
        same &= (old.generation[before] == new.generation[there]) & (old.site[before] == new.site[there])
        untraced = new.generation[there] < 0
        same &= ~untraced | (old.name[before] == new.name[there])
        moved = new.generation < old.youngest
    else:
        same &= old.name[before] == new.name[there]
        moved = np.zeros(len(new.address), bool)
    kept = np.zeros(len(new.address), bool)
    kept[np.flatnonzero(there)[same]] = True
    gone = np.ones(len(old.address), bool)
    gone[before[same]] = False
    return Match(kept, moved & ~kept, gone)


def _numbered(known: dict[Any, int], items: Sequence[Any]) -> NDArray[np.int32]:
    return np.array([known.setdefault(item, len(known)) for item in items], np.int32)
