"""Leak suspects: what keeps growing, who holds it, and the evidence.

A suspect is an object that was there early and holds ever more of what came later (`insight/growth.py`). It is one only
if

- of three or more dumps of one process: what it holds grew from each dump to the next, and not much less in one step
  than in another, and most of what it took in stayed. A full cache takes in as much as it drops.
- of one dump: what it holds came in at least half of the busy generations since the program's start, in the first
  quarter and the last and in either half, and not much less in the second half than in the first. A cache that drops
  its oldest entries has none of the first quarter; what is filled once, at the start or by need, has none of the last.
- of two dumps: both. One step is no trend.

The score, of 100, only ranks suspects; each part of it comes with the sentence that it stands for.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from heapline.heap import snapshots
from heapline.heap.addresses import NOWHERE, AddressTable
from heapline.insight.generations import generations_of
from heapline.insight.growth import by_holder, climb

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from numpy.typing import NDArray

    from heapline.heap.index import HeapIndex
    from heapline.heap.retained import HeapGraph, Label
    from heapline.heap.snapshots import Snapshot
    from heapline.insight.growth import Growth

FEWEST_GENERATIONS = 4
"""Busy generations since the start that it takes to speak of growth in one dump."""
FEWEST_DUMPS = 3
"""Dumps that it takes where generations are too few, or not known."""
_CAPTURE = (
    "Take three dumps of the process, with the same work between them; or trace allocations from the start, and take"
    " the dump after more work."
)
_LEAST_OBJECTS = 50
_LEAST_SHARE = 0.01
_BUSY = 0.05
"""A generation is busy if this share of the usual survived of it: taking a dump makes generations of a few objects."""
_SETTLED = 0.25
_PRESENT = 0.5
_SLOWEST = 0.2
_STAYED = 0.3
_FADING = 0.5
_POINTS = {"dumps": 40, "generations": 30, "share": 20, "one holder": 10, "kind": 10}
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


@dataclass(frozen=True, slots=True)
class Suspect:
    """Objects of one label, `holders` of them, that hold ever more: `objects` new ones with `bytes`.

    `path` leads from a root to the one that holds most, its own label at the end; `held` names the classes that most of
    the bytes belong to, with their objects.
    """

    score: int
    holder: Label
    holders: int
    objects: int
    bytes: int
    held: tuple[tuple[str, int], ...]
    path: tuple[Label, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """The suspects, the highest score first; `unknown` says why nothing can be said, or what would tell more."""

    suspects: tuple[Suspect, ...]
    unknown: str | None = None


def suspects_in(dumps: Sequence[HeapIndex]) -> Findings:
    """The leak suspects of one process, whose dumps these are, in the order in which they were taken."""
    graph = dumps[-1].graph
    if graph is None:
        return Findings((), "It names no roots (it was taken with since:), so nobody can be said to hold what grows.")
    if len(dumps) < FEWEST_DUMPS and not dumps[-1].report.traced:
        return Findings((), f"{'Two dumps' if len(dumps) > 1 else 'One dump'} without tracing cannot tell. {_CAPTURE}")
    timeline = _Timeline.of(dumps[-1])
    if len(dumps) < FEWEST_DUMPS and timeline is None:
        return Findings((), f"Too few generations after the program's start, or too little is left of them. {_CAPTURE}")
    found, _ = snapshots.read(dumps)
    held = _Held(dumps, found)
    last = found[-1]
    if len(dumps) < FEWEST_DUMPS and timeline is not None:
        late = last.generation > timeline.boot
        groups, _ = by_holder(graph, last.generation > timeline.settled, _LEAST_OBJECTS)
        nodes = _all_below(graph, groups, late)
        total = sum(len(below) for below in nodes)
    else:
        groups, total = by_holder(graph, snapshots.match(found[0], last).new, _LEAST_OBJECTS, _LEAST_SHARE)
        nodes = [group.nodes for group in groups]
    suspects = []
    for group, below in zip(groups, nodes, strict=True):
        grew = held.evidence(group)
        steady = timeline.evidence(last.generation[below - 1]) if timeline else None
        needed = [grew] * (len(dumps) > 1) + [steady] * (len(dumps) < FEWEST_DUMPS)
        if all(needed) and len(below) >= _LEAST_SHARE * total:
            suspects.append(_suspect(graph, group, below, total, [reason for reason in (grew, steady) if reason]))
    return Findings(
        tuple(sorted(suspects, key=lambda s: (-s.score, -s.objects, str(s.holder.path), s.holder.line or 0)))
    )


class _Held:
    """How much an object holds in each of several dumps."""

    def __init__(self, dumps: Sequence[HeapIndex], found: Sequence[Snapshot]) -> None:
        self._last = found[-1]
        self._several = len(dumps) > 1
        self._tables = [AddressTable(snapshot.address) for snapshot in found if self._several]
        self._sizes = [index.graph.column("dominated") for index in dumps if index.graph and self._several]

    def evidence(self, group: Growth) -> Evidence | None:
        """What speaks for growth in how much the group's holders hold from dump to dump, if anything does."""
        if not self._several or len(self._sizes) < len(self._tables):
            return None
        addresses = self._last.address[group.holder_nodes - 1]
        nodes = [table.nodes(addresses) for table in self._tables]
        if any(np.any(at == NOWHERE) for at in nodes):
            return None  # compaction took a holder elsewhere
        held = [int(size[at].sum()) for size, at in zip(self._sizes, nodes, strict=True)]
        steps = np.diff(held)
        if steps.min() < max(1, _SLOWEST * steps.max()) or held[-1] - held[0] < _STAYED * group.objects:
            return None
        said = " → ".join(f"{count:,}" for count in held)
        return Evidence("dumps", _POINTS["dumps"], f"what it holds grew from dump to dump: {said} objects")


@dataclass(frozen=True, slots=True)
class _Timeline:
    """The busy generations after the start.

    `boot` is the start's last one, `settled` the last of the first quarter of the busy ones; after `recent` lies the
    last quarter of all generations, busy or not.
    """

    busy: list[int]
    boot: int
    settled: int
    recent: float

    @classmethod
    def of(cls, index: HeapIndex) -> _Timeline | None:
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

    def evidence(self, generations: NDArray[np.int32]) -> Evidence | None:
        """What speaks for growth in the generations of objects that one holder has, if anything does."""
        counts = np.array([np.count_nonzero(generations == generation) for generation in self.busy])
        there = counts > 0
        if not np.any(generations > self.recent):
            return None
        half, quarter = len(counts) // 2, int(_SETTLED * len(counts))
        if not there[:quarter].any() or min(there[:half].mean(), there[half:].mean()) < _PRESENT:
            return None
        if counts[half:].sum() < _FADING * counts[:half].sum():
            return None
        least, most = counts[there].min(), counts.max()
        each = f"{least:,}" if least == most else f"{least:,} to {most:,}"
        points = round(_POINTS["generations"] * there.mean())
        text = (
            f"{each} objects in each of {there.sum()} of the {len(counts)} busy generations since the program's start"
        )
        return Evidence("generations", points, text)


def suspects_by_site(suspects: Iterable[Suspect], own: Container[int]) -> dict[int, Suspect]:
    """Each suspect at its holder's site, or if that is none of the program's `own` at the nearest one above it that is.

    Of several at one site the first has the highest score.
    """
    found: dict[int, Suspect] = {}
    for suspect in suspects:
        site = next((label.site for label in reversed(suspect.path) if label.site in own), None)
        if site is not None:
            found.setdefault(site, suspect)
    return found


def _all_below(graph: HeapGraph, groups: Sequence[Growth], late: NDArray[np.bool_]) -> list[NDArray[np.intp]]:
    """For each group all late objects that its holders dominate, those included that are older than its growth."""
    idom = graph.column("idom")
    group_of = np.full(len(idom), -1, np.int32)
    for number, group in enumerate(groups):
        group_of[group.holder_nodes] = number
    on = np.zeros(len(idom), bool)
    on[1 : 1 + len(late)] = late
    on &= (idom >= 0) & (group_of < 0)
    nodes = np.flatnonzero(on)
    of = group_of[climb(idom, on)[nodes]]
    order = np.argsort(of, kind="stable")
    bounds = np.searchsorted(of[order], np.arange(len(groups) + 1))
    return [nodes[order[bounds[n] : bounds[n + 1]]] for n in range(len(groups))]


def _suspect(graph: HeapGraph, group: Growth, nodes: NDArray[np.intp], total: int, evidence: list[Evidence]) -> Suspect:
    share = min(len(nodes) / total, 1)
    evidence.append(Evidence("share", round(_POINTS["share"] * share), f"it holds {100 * share:.1f} % of what is new"))
    if group.holders == 1:
        evidence.append(Evidence("one holder", _POINTS["one holder"], "one object holds all of it"))
    of_label = np.bincount(graph.column("label")[nodes])
    labels = np.flatnonzero(of_label)
    by_name: dict[str, int] = {}
    known = graph.labels_of(labels)
    for label, count in zip(labels.tolist(), of_label[labels].tolist(), strict=True):
        name = _kind_of(known[label].name)
        by_name[name] = by_name.get(name, 0) + count
    for name, why in _KINDS.items():
        if by_name.get(name, 0) >= _NOTABLE_KIND * len(nodes):
            evidence.append(Evidence("kind", _POINTS["kind"], f"{by_name[name]:,} {name}: {why}"))
    sizes = int(graph.column("memsize")[nodes].sum())
    score = min(sum(reason.points for reason in evidence), 100)
    return Suspect(score, group.holder, group.holders, len(nodes), sizes, group.held, group.path, tuple(evidence))


def _kind_of(name: str) -> str:
    """What a label's name is in the list of kinds: `singleton class`, or the class without its modules."""
    return "singleton class" if name.startswith("singleton class of ") else name.rsplit("::", 1)[-1]
