"""A report as a tree of frames, for the formats that profilers of time and memory share.

A heap dump with roots gives its dominator tree by class and line: each frame holds those above it, and the weights are
the live objects and bytes of the frame itself. All else has no tree: each line is a frame of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from heapline.export.subject import text_of, value_of

if TYPE_CHECKING:
    from heapline.export.subject import Subject
    from heapline.heap.retained import HeapGraph, Label

_OVERLAPPING = ("retained_size", "boot_", "allocated_total_", "retained_total_")
"""How the names of measures begin that several lines share, so that they cannot be added up, as a tree does."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What is called (a class or method), its file and line (1-based); an empty file and line 0 if there is none."""

    name: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Node:
    """A frame below its parent's (a position in `Stacks.nodes`, -1 for none), and its own weights, one a measure."""

    parent: int
    frame: Frame
    weights: tuple[int, ...]


@dataclass(frozen=True)
class Stacks:
    """The measures that `weights` have, as fields of `Measures`, and the nodes, each after its parent."""

    measures: tuple[str, ...]
    nodes: tuple[Node, ...]

    def stack(self, node: int) -> list[int]:
        """The positions of a node and of all above it, the node first."""
        found = []
        while node >= 0:
            found.append(node)
            node = self.nodes[node].parent
        return found


def stacks_of(subject: Subject) -> Stacks:
    """The report as frames."""
    return _tree(subject, subject.report.graph) if subject.report.graph else _lines(subject)


def _tree(subject: Subject, graph: HeapGraph) -> Stacks:
    nodes: list[Node] = []
    below = graph.all_branches()
    waiting = [(branch, -1) for branch in below.get(0, ())]
    while waiting:
        branch, parent = waiting.pop()
        nodes.append(Node(parent, _frame(subject, branch.label), (branch.objects, branch.bytes)))
        waiting += [(child, len(nodes) - 1) for child in below.get(branch.id, ())]
    return Stacks(("live_objects", "live_bytes"), tuple(nodes))


def _frame(subject: Subject, label: Label) -> Frame:
    if label.path is None or label.line is None:
        return Frame(label.name, "", 0)
    return Frame(label.name, *subject.where(label.path, label.line))


def _lines(subject: Subject) -> Stacks:
    measures = tuple(name for name in subject.known if not name.startswith(_OVERLAPPING))
    nodes = []
    for row in subject.rows:
        site = row.site
        place = row.place
        file, line = (text_of(place.file), place.line) if place else (site.path, site.line)
        weights = tuple(value_of(site.measures, name) or 0 for name in measures)
        nodes.append(Node(-1, Frame(site.method or f"{site.path}:{site.line}", file, line), weights))
    return Stacks(measures, tuple(nodes))
