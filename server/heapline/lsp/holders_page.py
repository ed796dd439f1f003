"""What holds a line's objects, as a Markdown page that any editor can open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heapline import markdown
from heapline.heap.holders import of_site, paths_to
from heapline.lsp.uris import to_uri
from heapline.units import human_bytes, human_count, share, span, things

if TYPE_CHECKING:
    from collections.abc import Callable

    from heapline.heap.holders import Paths, Step
    from heapline.heap.retained import HeapGraph
    from heapline.lsp.placed import Entry

_MAX_STEPS = 200


def text(entry: Entry, graph: HeapGraph, find: Callable[[int], Entry | None]) -> str:
    """The page: exact retained size, biggest objects, merged paths. Takes a second on 5 M objects: not for the loop.

    `graph` is that of the entry's report; `find` gives the entry of another site of it, if it has a place.
    """
    report = entry.report
    paths = paths_to(graph, of_site(graph, entry.site_id))
    exact = graph.exact(entry.site_id)
    lines = [
        f"# What holds {markdown.code(_name(entry))}",
        "",
        f"{things(paths.objects, 'live object')} of {markdown.code(report.path.name)}"
        f" {'was' if paths.objects == 1 else 'were'} allocated at {_link(entry)}. Without"
        f" {'it' if paths.objects == 1 else 'them'} {human_bytes(exact)} would be free:"
        f" {share(exact, report.held_bytes)} of what the roots reach.",
        "",
        "## Paths from the roots",
        "",
        "Shortest paths, merged by class and line. Each step says how many of the objects it leads to."
        f" They are {span(paths.nearest, paths.farthest, 'reference')} from a root.",
        "",
        *_steps(paths, find),
        "",
    ]
    if paths.unreachable:
        lines += [f"{human_count(paths.unreachable)} of the objects are unreachable from the recorded roots.", ""]
    biggest = graph.biggest(entry.site_id)
    lines += ["## The largest of them", ""]
    lines += [
        f"- {markdown.code(f'{h.address:#x}')} {markdown.code(h.label.name)}: retains {human_bytes(h.retained)},"
        f" {things(h.objects, 'object')}"
        for h in biggest
    ]
    return "\n".join([*lines, ""])


def _steps(paths: Paths, find: Callable[[int], Entry | None]) -> list[str]:
    drawn, small = paths.large()
    lines = [f"{'  ' * depth}- {_step(step, find)}" for depth, step in drawn[:_MAX_STEPS]]
    if len(drawn) > _MAX_STEPS:
        lines.append(f"- … and {things(len(drawn) - _MAX_STEPS, 'more step')}")
    if small:
        lines.append(f"- … and {human_count(small)} smaller {'branch' if small == 1 else 'branches'}")
    return lines


def _step(step: Step, find: Callable[[int], Entry | None]) -> str:
    many = f"{human_count(step.objects)} × " if step.objects > 1 else ""
    entry = find(step.label.site) if step.label.site is not None else None
    where = f" {_link(entry)}" if entry else ""
    if entry is None and step.label.path is not None:
        where = f" {markdown.code(f'{step.label.path}:{step.label.line}')}"
    held = f"{things(step.held_objects, 'object')}, {human_bytes(step.held_bytes)}"
    return f"{many}{markdown.code(step.label.name)}{where} — {held}"


def _link(entry: Entry) -> str:
    return f"[{markdown.code(_name(entry))}]({to_uri(entry.place.file)}#L{_line(entry)})"


def _name(entry: Entry) -> str:
    return f"{entry.place.file.name}:{_line(entry)}"


def _line(entry: Entry) -> int:
    """The line as it is now; where it was, if it is gone."""
    now = entry.now
    return now.line if now else entry.place.line
