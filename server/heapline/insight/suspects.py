"""Leak suspects: what keeps growing, who holds it, and the evidence.

A suspect is an object that was there early and holds ever more of what came later (`insight/growth.py`). It is one only
if

- of three or more dumps of one process: what it holds grew from each dump to the next, and not much less in one step
  than in another, and most of what it took in stayed. A full cache takes in as much as it drops.
- of one dump: what it holds came in at least half of the busy generations since the program's start, in the first
  quarter and the last and in either half, and not much less in the second half than in the first. A cache that drops
  its oldest entries has none of the first quarter; what is filled once, at the start or by need, has none of the last.
- of two dumps: both. One step is no trend.

What has as many entries in each of several dumps, while most of what it held is gone, is a full cache, for certain.

The score, of 100, only ranks suspects; each part of it comes with the sentence that it stands for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from heapline.heap import snapshots
from heapline.insight.evidence import FEWEST_DUMPS, POINTS, Evidence, Holdings, Timeline, of_content, of_kinds
from heapline.insight.growth import by_holder, climb

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from numpy.typing import NDArray

    from heapline.heap.index import HeapIndex
    from heapline.heap.retained import HeapGraph, Label
    from heapline.insight.growth import Growth

NO_ROOTS = "It names no roots (it was taken with since:), so nobody can be said to hold what grows."
_CAPTURE = (
    "Take three dumps of the process, with the same work between them; or trace allocations from the start, and take"
    " the dump after more work."
)
_LEAST_OBJECTS = 50
_LEAST_SHARE = 0.01
_FEW_HOLDERS = 3


@dataclass(frozen=True, slots=True)
class Suspect:
    """Objects of one label, `holders` of them, that hold ever more: `objects` new ones with `bytes`.

    `path` leads from a root to the one that holds most, its own label at the end; `held` names the classes that most of
    the bytes belong to, with their objects; `sites` the lines that allocated most of the objects: path, line, objects.
    """

    score: int
    holder: Label
    holders: int
    objects: int
    bytes: int
    held: tuple[tuple[str, int], ...]
    sites: tuple[tuple[str, int, int], ...]
    path: tuple[Label, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class FullCache:
    """No suspect, for certain: with as many `entries` in each of several dumps, most of what it held was replaced.

    It holds `objects` new ones. `path` leads from a root to it, its own label at the end.
    """

    entries: int
    objects: int
    path: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """The suspects, the highest score first; `unknown` says why nothing can be said, or what would tell more.

    `full` are caches that take in much, and drop as much.
    """

    suspects: tuple[Suspect, ...]
    unknown: str | None = None
    full: tuple[FullCache, ...] = ()


def suspects_in(dumps: Sequence[HeapIndex]) -> Findings:
    """The leak suspects of one process, whose dumps these are, in the order in which they were taken."""
    graph = dumps[-1].graph
    if graph is None:
        return Findings((), NO_ROOTS)
    if len(dumps) < FEWEST_DUMPS and not dumps[-1].report.traced:
        return Findings((), f"{'Two dumps' if len(dumps) > 1 else 'One dump'} without tracing cannot tell. {_CAPTURE}")
    timeline = Timeline.of(dumps[-1])
    if len(dumps) < FEWEST_DUMPS and timeline is None:
        return Findings((), f"Too few generations after the program's start, or too little is left of them. {_CAPTURE}")
    found, _ = snapshots.read(dumps)
    held = Holdings(dumps, found) if len(dumps) > 1 else None
    contents = dumps[-1].column("content")
    last = found[-1]
    if len(dumps) < FEWEST_DUMPS and timeline is not None:
        late = last.generation > timeline.boot
        groups, _ = by_holder(graph, last.generation > timeline.settled, _LEAST_OBJECTS)
        nodes = _all_below(graph, groups, late)
        total = sum(len(below) for below in nodes)
    else:
        groups, total = by_holder(graph, snapshots.match(found[0], last).new, _LEAST_OBJECTS, _LEAST_SHARE)
        nodes = [group.nodes for group in groups]
    suspects, full = [], []
    for group, below in zip(groups, nodes, strict=True):
        history = held.history(group) if held else None
        grew = history.evidence(len(group.nodes)) if history else []
        steady = timeline.evidence(last.generation[below - 1]) if timeline else []
        needed = [grew] * (len(dumps) > 1) + [steady] * (len(dumps) < FEWEST_DUMPS)
        if history and history.replaced and history.entries:
            full.append(FullCache(history.entries[-1], len(group.nodes), group.path))
        elif all(needed) and len(below) >= _LEAST_SHARE * total:
            suspects.append(
                _suspect(
                    graph,
                    group,
                    below,
                    total,
                    [*grew, *steady, *of_content(contents[below - 1], last.memsize[below - 1])],
                )
            )
    return Findings(
        tuple(sorted(suspects, key=lambda s: (-s.score, -s.objects, str(s.holder.path), s.holder.line or 0))),
        full=tuple(full),
    )


def suspects_by_site(suspects: Iterable[Suspect], own: Container[int]) -> dict[int, Suspect]:
    """Each suspect at its holder's site, or if that is none of the program's `own` at the nearest one above it that is.

    Of several at one site the first has the highest score.
    """
    found: dict[int, Suspect] = {}
    for suspect in suspects:
        site = shown_at(suspect, own)
        if site is not None:
            found.setdefault(site, suspect)
    return found


def shown_at(suspect: Suspect, own: Container[int]) -> int | None:
    """The site that shows a suspect: its holder's, or the nearest above it that is the program's `own`."""
    return next((label.site for label in reversed(suspect.path) if label.site in own), None)


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


def _suspect(graph: HeapGraph, group: Growth, nodes: NDArray[np.intp], total: int, found: list[Evidence]) -> Suspect:
    share = min(len(nodes) / total, 1)
    evidence = list({reason.kind: reason for reason in reversed(found)}.values())[::-1]  # both may tell of a line
    evidence.append(Evidence("share", round(POINTS["share"] * share), f"it holds {100 * share:.1f} % of what is new"))
    if group.holders <= _FEW_HOLDERS:
        who = "one object holds" if group.holders == 1 else f"{group.holders} objects hold"
        evidence.append(Evidence("few holders", POINTS["few holders"], f"{who} all of it"))
    of_label = np.bincount(graph.column("label")[nodes])
    labels = np.flatnonzero(of_label)
    known = graph.labels_of(labels)
    evidence += of_kinds(((known[label].name, int(of_label[label])) for label in labels.tolist()), len(nodes))
    sizes = int(graph.column("memsize")[nodes].sum())
    score = min(sum(reason.points for reason in evidence), 100)
    return Suspect(
        score,
        group.holder,
        group.holders,
        len(nodes),
        sizes,
        group.held,
        group.sites,
        group.path,
        tuple(evidence),
    )
