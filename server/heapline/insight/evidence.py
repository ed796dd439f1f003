"""Why something is suspected: each kind of evidence is one sentence, and so many of the 100 points of the score.

What can be told depends on what there is: `Timeline` speaks of the generations of one traced dump, `Holdings` of
several dumps, `of_content` and `of_kinds` of what is held in the last one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from heapline.heap import snapshots
from heapline.heap.addresses import NOWHERE, AddressTable
from heapline.insight.generations import generations_of
from heapline.units import equality, human_count

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from heapline.heap.index import HeapIndex
    from heapline.heap.snapshots import Snapshot
    from heapline.insight.growth import Growth

FEWEST_GENERATIONS = 4
"""Busy generations since the start that it takes to speak of growth in one dump."""
FEWEST_DUMPS = 3
"""Dumps that it takes where generations are too few, or not known."""
POINTS = {
    "dumps": 40,
    "generations": 30,
    "share": 20,
    "few holders": 10,
    "line": 10,
    "entries": 10,
    "strings": 10,
    "kind": 10,
}
_BUSY = 0.05
"""A generation is busy if this share of the usual survived of it: taking a dump makes generations of a few objects."""
_SETTLED = 0.25
_PRESENT = 0.5
_SLOWEST = 0.2
_STAYED = 0.3
_FADING = 0.5
_ALIKE = 0.8
"""Steps are alike, and make a straight line, if none has less than this share of the largest."""
_REPLACED = 0.5
_STRINGS = 0.25
_EQUAL = 0.5
_KINDS = {
    "WeakRef": "a WeakRef stays when what it refers to is gone",
    "Proc": "a block keeps all that is visible where it was written",
    "Method": "a method object keeps its receiver",
    "singleton class": "an object with methods of its own has a class of its own",
    "Class": "classes that are made at run time are kept by their superclass",
    "Statement": "a prepared statement stays until it is closed",
    "Thread": "a thread that has ended is kept with its result and its variables",
}
_NOTABLE_KIND = 0.05


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why something is suspected: a sentence without a full stop, and how many of the 100 points it gives."""

    kind: str
    points: int
    text: str


class Holdings:
    """How much the holders of a growth hold in each of several dumps of one process, the oldest first."""

    def __init__(self, dumps: Sequence[HeapIndex], found: Sequence[Snapshot]) -> None:
        self._dumps = dumps
        self._found = found
        self._tables = [AddressTable(snapshot.address) for snapshot in found]
        self._sizes = [index.graph.column("dominated") for index in dumps if index.graph]

    def history(self, group: Growth) -> History | None:
        """What the group's holders hold from dump to dump; None if compaction took one of them elsewhere."""
        addresses = self._found[-1].address[group.holder_nodes - 1]
        nodes = [table.nodes(addresses) for table in self._tables]
        if len(self._sizes) < len(nodes) or any(np.any(at == NOWHERE) for at in nodes):
            return None
        held = [int(size[at].sum()) for size, at in zip(self._sizes, nodes, strict=True)]
        ages = tuple(snapshot.youngest for snapshot in self._found)
        entries = [column[at - 1] for column, at in zip(self._entries, nodes, strict=True)]
        if any(np.any(count < 0) for count in entries):
            return History(tuple(held), ages, None, replaced=False)
        full = all(np.array_equal(count, entries[0]) for count in entries)
        return History(
            tuple(held),
            ages,
            tuple(int(count.sum()) for count in entries),
            replaced=full and self._is_replaced(nodes[0]),
        )

    @cached_property
    def _entries(self) -> list[NDArray[np.int32]]:
        return [index.column("entries") for index in self._dumps]

    @cached_property
    def _first_tree(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """The first dump's nodes in preorder, and where each is in it."""
        graph = self._dumps[0].graph
        order = graph.preorder if graph else np.empty(0, np.int32)
        position = np.zeros(len(self._sizes[0]), np.int32)
        position[order] = np.arange(len(order), dtype=np.int32)
        return order, position

    @cached_property
    def _match(self) -> snapshots.Match:
        return snapshots.match(self._found[0], self._found[-1])

    def _is_replaced(self, holders: NDArray[np.int32]) -> bool:
        """Whether most of what these nodes of the first dump held is gone in the last, and not only moved."""
        if self._match.moved.any():
            return False
        order, position = self._first_tree
        below = [order[at + 1 : at + size] for at, size in zip(position[holders], self._sizes[0][holders], strict=True)]
        objects = np.concatenate(below) - 1
        return bool(len(objects)) and bool(self._match.gone[objects].mean() >= _REPLACED)


@dataclass(frozen=True, slots=True)
class History:
    """What holders hold in each dump, themselves included, and how many entries they have, if the dumps say.

    `generations` has the youngest of each dump, -1 if nothing was traced.
    `replaced`: each has as many entries in all dumps, while most of what they held in the first is gone in the last.
    """

    objects: tuple[int, ...]
    generations: tuple[int, ...]
    entries: tuple[int, ...] | None
    replaced: bool

    def evidence(self, new: int) -> list[Evidence]:
        """What speaks for growth from dump to dump, none if nothing does; `new` objects came since the first."""
        steps = np.diff(self.objects)
        gain = int(self.objects[-1] - self.objects[0])
        if self.replaced or steps.min() < max(1, _SLOWEST * steps.max()) or gain < _STAYED * new:
            return []
        said = f"what it holds grew from dump to dump: {_in_turn(self.objects)} objects"
        found = [Evidence("dumps", POINTS["dumps"], said), *self._line(steps)]
        if self.entries and min(more := np.diff(self.entries)) > 0:
            text = f"its entries grew from dump to dump: {_in_turn(self.entries)}"
            if _alike(steps / more):
                text += f", with about {_rounded(gain / more.sum())} for each, a constant number"
            found.append(Evidence("entries", POINTS["entries"], text))
        return found

    def _line(self, steps: NDArray[np.int64]) -> list[Evidence]:
        """That the growth makes a straight line, by dumps or by generations; two dumps always do."""
        ages = np.diff(self.generations)
        if len(steps) < FEWEST_DUMPS - 1:
            return []
        if _alike(steps):
            said = f"by about {_rounded(steps.mean())} from each dump to the next"
        elif self.generations[0] >= 0 and ages.min() > 0 and _alike(steps / ages):
            said = f"by about {_rounded(steps.sum() / ages.sum())} with each generation"
        else:
            return []
        return [Evidence("line", POINTS["line"], f"it grew {said}, a straight line")]


@dataclass(frozen=True, slots=True)
class Timeline:
    """The busy generations after the start.

    `boot` is the start's last one, `settled` the last of the first quarter of the busy ones; after `recent` lies the
    last quarter of all generations, busy or not.
    """

    busy: list[int]
    boot: int
    settled: int
    recent: float

    @classmethod
    def of(cls, index: HeapIndex) -> Timeline | None:
        """None if the dump has too few generations."""
        found = generations_of(index)
        if found.span is None:
            return None
        boot = found.span[0] if found.boot is None else found.boot
        late = [count for count in found.counts if count.first > boot]
        if len(late) < FEWEST_GENERATIONS:
            return None
        usual = median(count.objects for count in late)
        busy = [count.first for count in late if count.objects >= _BUSY * usual]
        last = found.span[1]
        return cls(busy, boot, busy[int(_SETTLED * len(busy)) - 1], last - _SETTLED * (last - boot))

    def evidence(self, generations: NDArray[np.int32]) -> list[Evidence]:
        """What speaks for growth in the generations of objects that one holder has, none if nothing does."""
        counts = np.array([np.count_nonzero(generations == generation) for generation in self.busy])
        there = counts > 0
        if not np.any(generations > self.recent):
            return []
        half, quarter = len(counts) // 2, int(_SETTLED * len(counts))
        if not there[:quarter].any() or min(there[:half].mean(), there[half:].mean()) < _PRESENT:
            return []
        if counts[half:].sum() < _FADING * counts[:half].sum():
            return []
        least, most = counts[there].min(), counts.max()
        each = f"{least:,}" if least == most else f"{least:,} to {most:,}"
        points = round(POINTS["generations"] * there.mean())
        text = (
            f"{each} objects in each of {there.sum()} of the {len(counts)} busy generations since the program's start"
        )
        found = [Evidence("generations", points, text)]
        if _alike(np.array([counts[:half].mean(), counts[half:].mean()])):
            said = "the second half of them has as many as the first, a straight line"
            found.append(Evidence("line", POINTS["line"], said))
        return found


def of_content(contents: NDArray[np.int32], memsize: NDArray[np.int64]) -> list[Evidence]:
    """What speaks for it that the held objects, with these contents and bytes, are mostly equal strings."""
    strings = contents >= 0
    count = int(np.count_nonzero(strings))
    if count < max(1, _STRINGS * len(contents)):
        return []
    _, content = np.unique(contents[strings], return_inverse=True)
    different = int(content.max()) + 1
    if count - different < _EQUAL * count:
        return []
    largest = np.zeros(different, np.int64)
    np.maximum.at(largest, content, memsize[strings])
    said = equality(count, different, int(memsize[strings].sum() - largest.sum()))
    return [Evidence("strings", POINTS["strings"], f"it holds {said}")]


def of_kinds(names: Iterable[tuple[str, int]], total: int) -> list[Evidence]:
    """What is known to leak among `total` objects, with so many of each label's name."""
    counts: dict[str, int] = {}
    for name, count in names:
        kind = _kind_of(name)
        counts[kind] = counts.get(kind, 0) + count
    return [
        Evidence("kind", POINTS["kind"], f"{human_count(counts[kind])} {kind}: {why}")
        for kind, why in _KINDS.items()
        if counts.get(kind, 0) >= _NOTABLE_KIND * total
    ]


def _kind_of(name: str) -> str:
    """What a label's name is in the list of kinds: `singleton class`, or the class without its modules."""
    return "singleton class" if name.startswith("singleton class of ") else name.rsplit("::", 1)[-1]


def _alike(amounts: NDArray[np.floating[Any] | np.integer[Any]]) -> bool:
    return bool(amounts.min() >= _ALIKE * amounts.max())


def _in_turn(counts: Iterable[int]) -> str:
    return " → ".join(map(human_count, counts))


def _rounded(objects: float) -> str:
    """About so many objects: 8 objects, 1 object, 1.5 objects."""
    shown = f"{objects:,.0f}" if objects >= 10 else f"{objects:.1f}".removesuffix(".0")
    return f"{shown} object{'' if shown == '1' else 's'}"
