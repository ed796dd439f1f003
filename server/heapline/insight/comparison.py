"""Two or three dumps compared: what is new, what is gone, and what is new and stays; by line and by class."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar

import numpy as np

from heapline.errors import HeaplineError
from heapline.heap import snapshots

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from heapline.heap.index import HeapIndex
    from heapline.heap.snapshots import Match, Names, Snapshot

    Flags: TypeAlias = NDArray[np.bool_]

T = TypeVar("T")

Identity = Literal["generation", "address", "none"]
"""How objects are told apart: by address and generation, by address, type and class, or not at all: other processes."""

MAX_DUMPS = 3


@dataclass(frozen=True, slots=True)
class Amount:
    """Objects and their bytes (shallow)."""

    objects: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Change:
    """What became of some objects from the first dump to the last.

    `live` has what there is in each dump. `new`: in the last and not in the first; `gone`: the other way round. None
    for dumps of different processes; `gone` also of a site if compaction moved objects, which have no site any more.
    `staying`, of three dumps: what was new in the second and is in the third.
    """

    live: tuple[Amount, ...]
    new: Amount | None
    gone: Amount | None
    staying: Amount | None

    @property
    def growth(self) -> Amount:
        """What there is more in the last dump than in the first."""
        first, last = self.live[0], self.live[-1]
        return Amount(last.objects - first.objects, last.bytes - first.bytes)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed, in all, by site (path and line; None: not traced) and by class, most growth in bytes first.

    `grown` says of each object of the last dump whether it is new, and of three dumps whether it is new and stayed; it
    is None for dumps of different processes. `moved` objects were taken elsewhere by compaction.
    """

    identity: Identity
    total: Change
    sites: tuple[tuple[tuple[str, int] | None, Change], ...]
    classes: tuple[tuple[str, Change], ...]
    grown: Flags | None
    moved: int


def compare(indexes: Sequence[HeapIndex], names: Sequence[str]) -> Comparison:
    """Compare two or three dumps, in the order in which they were taken; `names` are for errors.

    Raises HeaplineError if one of them cannot be compared, or if the order is wrong.
    """
    for index, name in zip(indexes, names, strict=True):
        if not index.report.has_roots:
            raise HeaplineError(
                f"{name}: names no roots (it was taken with since:), so what is older than that is missing from it and"
                " would count as gone. Take it again without since: to compare it."
            )
    found, numbers = snapshots.read(indexes)
    if not all(snapshots.same_process(indexes[0], other) for other in indexes[1:]):
        return _summed(found, numbers, "none", None, None, None)
    for older, younger, one, other in zip(found, found[1:], names, names[1:], strict=False):
        if 0 <= younger.youngest < older.youngest:
            raise HeaplineError(
                f"{other}: was taken before {one} (its youngest object is of generation {younger.youngest}, not"
                f" {older.youngest}). Name the dumps in the order in which they were taken."
            )
    traced = all(snapshot.youngest >= 0 for snapshot in found)
    change = snapshots.match(found[0], found[-1])
    stayed = None
    if len(found) == MAX_DUMPS:
        stayed = change.new & ~snapshots.match(found[1], found[2]).new
    return _summed(found, numbers, "generation" if traced else "address", change, change.new, stayed)


def _summed(
    found: Sequence[Snapshot],
    numbers: Names,
    identity: Identity,
    change: Match | None,
    new: Flags | None,
    stayed: Flags | None,
) -> Comparison:
    def by(column: Literal["site", "name"], size: int) -> list[Change]:
        """One change for each number of the column, and the last for those without one."""
        first, last = found[0], found[-1]
        live = [_sums(getattr(s, column), s.memsize, s.counted, size) for s in found]
        fresh = gone = staying = None
        if change is not None and new is not None:
            of_last = getattr(last, column)
            fresh = _sums(of_last, last.memsize, new & last.counted, size)
            left = _sums(getattr(first, column), first.memsize, change.gone & first.counted, size)
            moved = _sums(of_last, last.memsize, change.moved & last.counted, size)
            gone = [_less(a, b) for a, b in zip(left, moved, strict=True)]
            if stayed is not None:
                staying = _sums(of_last, last.memsize, stayed & last.counted, size)
        return [
            Change(
                tuple(amounts[i] for amounts in live),
                fresh[i] if fresh else None,
                gone[i] if gone else None,
                staying[i] if staying else None,
            )
            for i in range(size + 1)
        ]

    sites = by("site", len(numbers.sites))
    classes = by("name", len(numbers.classes))[:-1]
    total = _added(classes)
    if change is not None and change.moved.any():
        sites = [replace(site, gone=None) for site in sites]
    return Comparison(
        identity,
        total,
        tuple(_ranked([*numbers.sites, None], sites)),
        tuple(_ranked(numbers.classes, classes)),
        new if stayed is None else stayed,
        int(np.count_nonzero(change.moved)) if change else 0,
    )


def _sums(column: NDArray[np.int32], memsize: NDArray[np.int64], chosen: Flags, size: int) -> list[Amount]:
    """Objects and bytes of those chosen, for each number of the column, and at the end for its -1."""
    numbers = np.where(column >= 0, column, size)[chosen]
    objects = np.bincount(numbers, minlength=size + 1)
    sizes = np.bincount(numbers, weights=memsize[chosen], minlength=size + 1)
    return [Amount(int(n), int(b)) for n, b in zip(objects, sizes, strict=True)]


def _less(amount: Amount, other: Amount) -> Amount:
    return Amount(max(amount.objects - other.objects, 0), max(amount.bytes - other.bytes, 0))


def _ranked(names: Sequence[T], changes: Sequence[Change]) -> list[tuple[T, Change]]:
    """Those that are in any of the dumps, most growth first."""
    rows = [(name, row) for name, row in zip(names, changes, strict=True) if any(a.objects for a in row.live)]
    return sorted(rows, key=lambda row: (-_rank(row[1]), -row[1].growth.bytes, str(row[0])))


def _rank(change: Change) -> int:
    return (change.staying or change.growth).bytes


def _added(changes: Sequence[Change]) -> Change:
    def total(amounts: Sequence[Amount | None]) -> Amount | None:
        known = [amount for amount in amounts if amount is not None]
        return Amount(sum(a.objects for a in known), sum(a.bytes for a in known)) if known else None

    live = tuple(total(column) or Amount(0, 0) for column in zip(*(c.live for c in changes), strict=True))
    return Change(
        live, total([c.new for c in changes]), total([c.gone for c in changes]), total([c.staying for c in changes])
    )
