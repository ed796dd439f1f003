"""`heapline tree FILE`: what holds the heap, the largest first, folded by class and line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from heapline.cli.loading import asking_graph
from heapline.cli.options import WorkspaceOption, folder_of, places_in
from heapline.cli.printing import branch, heading, label_text, notes
from heapline.heap.retained import Branch, HeapGraph
from heapline.units import human_bytes, human_count, share

_ALL = 1 << 31


def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A heap dump.")],
    workspace: WorkspaceOption = None,
    depth: Annotated[int, typer.Option(min=1, help="How many levels.")] = 6,
    least: Annotated[float, typer.Option("--min", min=0, max=100, help="Leave out what retains less, in percent.")] = 2,
) -> None:
    """Print the dominator tree by line: what would be freed if an object went away, and what it holds in turn."""
    with asking_graph(file) as (report, graph):
        places = places_in(folder_of(workspace), report)
        notes(report.profile)
        less = ", without the allocation tracer" if report.index and report.index.report.tracer_bytes else ""
        heading(f"{file.name}: {human_bytes(report.held_bytes)} reachable{less}")
        smallest = least / 100 * report.held_bytes
        waiting = [(0, below) for below in _largest(graph, 0, smallest)]
        while waiting:
            level, found = waiting.pop()
            many = f"{human_count(found.objects)} × " if found.objects > 1 else ""
            retained = f"{human_bytes(found.retained)} ({share(found.retained, report.held_bytes)})"
            branch(level, f"{many}{label_text(found.label, places)} — retains {retained}")
            if level + 1 < depth:
                waiting += [(level + 1, below) for below in _largest(graph, found.id, smallest)]


def _largest(graph: HeapGraph, parent: int, least: float) -> list[Branch]:
    """The branches that retain at least `least` bytes, the smallest first."""
    branches, _ = graph.branches(parent, 0, _ALL)
    return [b for b in reversed(branches) if b.retained >= least]
