"""Reads Vernier's profiles (`.vernier.json`, also gzip): retained memory, and allocations that a time profile sampled.

The file is a profile for Firefox: tables of stacks, frames and functions, and samples that point at stacks. In the mode
`retained` each sample is an object that outlived the run, and its weight is its size. With `allocation_interval:` every
N-th allocation is a sample in `jsAllocations`; the file does not say which N, so these are counted as samples, never as
objects. Full stacks are recorded: a line's own part (*self*) and that of all that it called (*total*) are exact.

Vernier shortens paths to `gem:NAME-VERSION:PATH` and `rubylib:VERSION:PATH`, and its working directory to nothing.
Source of the format: `Vernier::Output::Firefox` of Vernier 1.0 to 1.11.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

from heapline.profile import MAX_PROBLEMS, Amount, Frame, Measures, Profile, Site, sort_sites
from heapline.readers.json_document import count, load, mapping, nothing, sequence
from heapline.readers.text import LARGEST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PRODUCT = re.compile(rb'"product"\s*:\s*"Ruby/Vernier"')
_MAX_STACK = 50


@dataclass(slots=True)
class _Weights:
    """What one kind of samples says of a line: objects (or samples) and bytes, its own and with callees."""

    objects: int = 0
    bytes: int = 0
    total_objects: int = 0
    total_bytes: int = 0
    heaviest: int = 0
    stack: tuple[_At, ...] = ()
    functions: Counter[str] = field(default_factory=Counter)


_At = tuple[str, int, str]
"""A frame: path, line, function."""


def recognise(head: bytes) -> str | None:
    """None if the content is of the format, else why not."""
    if head.lstrip().startswith(b"{") and _PRODUCT.search(head):
        return None
    return 'it is no JSON object with "product":"Ruby/Vernier"'


def read(path: Path, stream: BinaryIO) -> Profile:
    """The profile: what of each line's objects was retained, and how many sampled allocations were made there."""
    document, problems = load(stream)
    if problems:
        return nothing(path, "vernier", problems)
    document = mapping(document)
    shared = sequence(mapping(document.get("shared")).get("stringArray"))
    retained: dict[tuple[str, int], _Weights] = defaultdict(_Weights)
    sampled: dict[tuple[str, int], _Weights] = defaultdict(_Weights)
    totals = [0, 0, 0]
    in_time = False
    for thread in sequence(document.get("threads")):
        stacks = _Stacks(mapping(thread), shared)
        samples, allocations = mapping(stacks.thread.get("samples")), mapping(stacks.thread.get("jsAllocations"))
        if samples.get("weightType") == "bytes":
            objects, size = _collect(stacks, samples, retained)
            totals[0], totals[1] = totals[0] + objects, totals[1] + size
        else:
            in_time = True
        totals[2] += _collect(stacks, allocations, sampled)[0]
    notes = []
    if not retained and not sampled:
        what = "It is a profile of time" if in_time else "Nothing was retained"
        notes.append(f"{what}: there is no memory in it. Use Vernier.trace_retained, or allocation_interval: 100.")
    if sampled:
        notes.append("Allocations were sampled, and the file does not say how many: the numbers are samples.")
    return Profile(
        path=path,
        format="vernier",
        lines=1,
        skipped_lines=0,
        traced=True,
        totals=Measures(
            retained_objects=min(LARGEST, totals[0]) if retained else None,
            retained_bytes=min(LARGEST, totals[1]) if retained else None,
            amounts=(Amount("sampled", count=min(LARGEST, totals[2])),) if sampled else (),
        ),
        sites=sort_sites([_site(at, retained.get(at), sampled.get(at)) for at in {**retained, **sampled}]),
        problems=tuple(problems[:MAX_PROBLEMS]),
        notes=tuple(notes),
    )


class _Stacks:
    """The tables of one thread."""

    def __init__(self, thread: dict[str, Any], shared: list[Any]) -> None:
        self.thread = thread
        self._strings = sequence(thread.get("stringArray")) or shared
        stacks, frames, functions = (mapping(thread.get(name)) for name in ("stackTable", "frameTable", "funcTable"))
        self._prefixes, self._frames = sequence(stacks.get("prefix")), sequence(stacks.get("frame"))
        self._functions, self._lines = sequence(frames.get("func")), sequence(frames.get("line"))
        self._names, self._files = sequence(functions.get("name")), sequence(functions.get("fileName"))

    def walk(self, stack: int) -> Iterator[_At]:
        """The frames of a stack that have a file and line, innermost first."""
        at: Any = stack
        while (number := count(at)) is not None and number < min(len(self._prefixes), len(self._frames)):
            frame = self._frame(self._frames[number])
            if frame:
                yield frame
            at = self._prefixes[number]
            if count(at) is not None and at >= number:
                return  # a stack's prefix comes before it: this one would have no end

    def _frame(self, frame: Any) -> _At | None:
        function, line = self._at(self._functions, frame), count(self._at(self._lines, frame))
        file = self._at(self._strings, self._at(self._files, function))
        name = self._at(self._strings, self._at(self._names, function))
        if isinstance(file, str) and line and not file.startswith("<"):
            return file, line, name if isinstance(name, str) else ""
        return None

    def _at(self, table: list[Any], index: Any) -> Any:
        number = count(index)
        return table[number] if number is not None and number < len(table) else None


def _collect(stacks: _Stacks, samples: dict[str, Any], found: dict[tuple[str, int], _Weights]) -> tuple[int, int]:
    """Adds the samples to the lines of their stacks; gives how many they are, and their weight."""
    objects: Counter[int] = Counter()
    sizes: Counter[int] = Counter()
    for stack, weight in zip(sequence(samples.get("stack")), sequence(samples.get("weight")), strict=False):
        if count(stack) is not None and (size := count(weight)) is not None:
            objects[stack] += 1
            sizes[stack] += size
    for stack, number in objects.items():
        frames = list(stacks.walk(stack))
        for depth, frame in enumerate(dict.fromkeys(at[:2] for at in frames)):
            weights = found[frame]
            weights.total_objects = min(LARGEST, weights.total_objects + number)
            weights.total_bytes = min(LARGEST, weights.total_bytes + sizes[stack])
            if depth == 0:
                weights.objects = min(LARGEST, weights.objects + number)
                weights.bytes = min(LARGEST, weights.bytes + sizes[stack])
                if sizes[stack] >= weights.heaviest:
                    weights.heaviest, weights.stack = sizes[stack], tuple(frames[1 : 1 + _MAX_STACK])
        for path, line, name in frames:
            found[path, line].functions[name] += number
    return objects.total(), sizes.total()


def _site(at: tuple[str, int], retained: _Weights | None, sampled: _Weights | None) -> Site:
    amounts = []
    if retained and retained.total_objects > retained.objects:
        amounts.append(Amount("retained_total", retained.total_bytes, retained.total_objects))
    if sampled and sampled.objects:
        amounts.append(Amount("sampled", count=sampled.objects))
    if sampled and sampled.total_objects > sampled.objects:
        amounts.append(Amount("sampled_total", count=sampled.total_objects))
    measures = Measures(
        retained_objects=retained.objects if retained else None,
        retained_bytes=retained.bytes if retained else None,
        amounts=tuple(amounts),
    )
    weights = retained or sampled or _Weights()
    function = weights.functions.most_common(1)[0][0] if weights.functions else ""
    stack = tuple(Frame(name, path, line) for path, line, name in weights.stack)
    excerpt = tuple(f"called by {name} ({path}:{line})" for path, line, name in weights.stack)
    return Site(*at, function or None, measures, excerpt, stack)
