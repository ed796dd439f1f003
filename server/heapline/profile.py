"""What every reader gives: sites with measures, totals, and the problems met on the way.

A measure that the report cannot know is ``None``, never zero: a heap dump does not know what was allocated
and freed again, a memory_profiler text does not know what is alive now.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Format = Literal[
    "heap-dump",
    "memory-profiler",
    "heap-profiler",
    "derailed-requires",
    "derailed-memory-over-time",
    "heapy",
    "rbheap",
    "valgrind",
    "leak-sanitizer",
    "macos-leaks",
    "stackprof",
    "vernier",
    "allocation-tracer",
    "allocation-sampler",
    "benchmark-memory",
    "counters",
]

FORMAT_NAMES: dict[Format, str] = {
    "heap-dump": "heap dump",
    "memory-profiler": "memory_profiler report",
    "heap-profiler": "heap-profiler report",
    "derailed-requires": "derailed_benchmarks report of requires",
    "derailed-memory-over-time": "derailed_benchmarks series of memory over time",
    "heapy": "heapy report",
    "rbheap": "rbheap list of addresses",
    "valgrind": "Valgrind report",
    "leak-sanitizer": "LeakSanitizer report",
    "macos-leaks": "report of macOS' leaks",
    "stackprof": "stackprof profile of allocations",
    "vernier": "Vernier profile",
    "allocation-tracer": "allocation_tracer table",
    "allocation-sampler": "allocation_sampler result",
    "benchmark-memory": "benchmark-memory report",
    "counters": "print of Ruby's counters",
}
"""What a report of each format is called on screen."""

TOOLS: dict[Format, str] = {
    "heap-dump": "heap dump",
    "memory-profiler": "memory_profiler",
    "heap-profiler": "heap-profiler",
    "derailed-requires": "derailed",
    "derailed-memory-over-time": "derailed",
    "heapy": "heapy",
    "rbheap": "rbheap",
    "valgrind": "Valgrind",
    "leak-sanitizer": "LeakSanitizer",
    "macos-leaks": "leaks",
    "stackprof": "stackprof",
    "vernier": "Vernier",
    "allocation-tracer": "allocation_tracer",
    "allocation-sampler": "allocation_sampler",
    "benchmark-memory": "benchmark-memory",
    "counters": "Ruby",
}
"""Where the numbers of a format come from, in a word."""

AmountKind = Literal[
    "boot",
    "boot_part",
    "definitely_lost",
    "possibly_lost",
    "indirectly_lost",
    "still_reachable",
    "leaked",
    "leaked_indirectly",
    "allocated_total",
    "retained_total",
    "sampled",
    "sampled_total",
]


@dataclass(frozen=True, slots=True)
class Amount:
    """A measure that only some tools take; `bytes` or `count` (objects, or blocks of `malloc`) may be unknown.

    ``boot``: by how much the process (its resident set) grew while a file was required; an estimate.
    ``boot_part``: the largest part of that, and in ``of`` the name of the file that it is.
    ``…_lost``, ``still_reachable``: native memory that was not freed, in Valgrind's words.
    ``leaked…``: the same in the words of LeakSanitizer and of macOS' leaks.
    ``sampled``: allocations that were recorded, of every so many that nobody knows.
    ``…_total``: what the line and all that it called allocated, or what of that survived; of tools that record stacks.
    """

    kind: AmountKind
    bytes: int | None = None
    count: int | None = None
    of: str | None = None

    @property
    def is_total(self) -> bool:
        """Whether it counts what callees allocated, too: such amounts of several lines overlap."""
        return self.kind.endswith("_total")


@dataclass(frozen=True, slots=True)
class Measures:
    """Counts of objects and bytes (shallow size, ``memsize``); ``None`` where the report cannot know.

    ``live_*``: objects that occupy slots in a heap dump.
    ``allocated_*``: all that memory_profiler saw allocated in its block.
    ``retained_*``: what memory_profiler still found after the block (it "survived"; not a retained size).
    ``retained_size``: bytes that would be freed, at least, if all objects of the site went away (dominator tree).
    ``amounts``: whatever else the tool measured, one of a kind.
    """

    live_objects: int | None = None
    live_bytes: int | None = None
    allocated_objects: int | None = None
    allocated_bytes: int | None = None
    retained_objects: int | None = None
    retained_bytes: int | None = None
    retained_size: int | None = None
    amounts: tuple[Amount, ...] = ()

    @property
    def shallow_bytes(self) -> int:
        """The most bytes that are known to have been allocated here; 0 where nothing is known. Shares are of these."""
        own = (amount.bytes or 0 for amount in self.amounts if not amount.is_total)
        return max(self.live_bytes or 0, self.allocated_bytes or 0, self.retained_bytes or 0, *own)

    @property
    def shallow_objects(self) -> int:
        """The most objects that are known to have been allocated here; 0 where nothing is known."""
        return max(self.live_objects or 0, self.allocated_objects or 0, self.retained_objects or 0)

    @property
    def largest_bytes(self) -> int:
        """What the line weighs: the larger of what was allocated there and what that retains. Sorts sites."""
        return max(self.shallow_bytes, self.retained_size or 0, *(amount.bytes or 0 for amount in self.amounts))

    @property
    def largest_count(self) -> int:
        """The most objects (or blocks) that any measure of the line counts."""
        return max(self.shallow_objects, 0, *(amount.count or 0 for amount in self.amounts))

    @property
    def leaks(self) -> bool:
        """Whether native memory that the line allocated is surely lost: worth a word however little it is."""
        return any(amount.kind in ("definitely_lost", "leaked") for amount in self.amounts)

    @property
    def is_of_objects(self) -> bool:
        """Whether it counts objects of Ruby's heap, and not only what another tool measured."""
        return self.shallow_objects > 0 or not self.amounts

    def amount(self, kind: AmountKind) -> Amount | None:
        """The amount of this kind."""
        return next((amount for amount in self.amounts if amount.kind == kind), None)


NAMES = ("require:", "gemfile:")
"""What the path of a site without a line begins with."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A caller: a function, and the ``path:line`` in it; ``line`` is 0 where only the file is known."""

    function: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Site:
    """An allocation site: a ``path:line`` as the report recorded it, and what was allocated there.

    ``method`` is the most frequent one the report names there, ``None`` where it names none. ``excerpt`` are lines of
    the report that say more, as it printed them. ``stack`` are the callers of the site's largest part, nearest first.

    A report about requires has no lines: there ``path`` is ``require:NAME`` or ``gemfile:NAME``, and ``line`` 0.
    """

    path: str
    line: int
    method: str | None
    measures: Measures
    excerpt: tuple[str, ...] = ()
    stack: tuple[Frame, ...] = ()

    @property
    def at(self) -> str:
        """`path:line`, or the name of what has no line."""
        return self.path if self.path.startswith(NAMES) else f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Table:
    """Numbers of a report that belong to no line of code: counters by name, a series over time.

    Each row begins with its name; the other cells are numbers in the columns' units, ``None`` where unknown.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | float | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that could not be read as it stood. ``line`` is 1-based; ``None`` speaks of the whole file."""

    line: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Profile:
    """One report, read. ``sites`` are sorted by ``Measures.shallow_bytes``, largest first.

    ``lines`` counts the file's lines, ``skipped_lines`` those that gave nothing; ``problems`` holds the first
    of them (a reader keeps at most ``MAX_PROBLEMS``) and lines that were repaired. ``traced`` is false for a
    heap dump without allocation sites. ``notes`` are sentences for the user that are no defects. ``tables`` hold what
    has no line.
    """

    path: Path
    format: Format
    lines: int
    skipped_lines: int
    traced: bool
    totals: Measures
    sites: tuple[Site, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = field(default=())
    tables: tuple[Table, ...] = ()

    @property
    def paths(self) -> Iterator[str]:
        """Every path that the report names, some several times: of sites and of their callers."""
        for site in self.sites:
            yield site.path
            yield from (frame.path for frame in site.stack)

    @property
    def methods(self) -> dict[tuple[str, int], str]:
        """The methods that the report names, by the path and line of their sites."""
        return {(site.path, site.line): site.method for site in self.sites if site.method}


MAX_PROBLEMS = 100


def sort_sites(sites: list[Site]) -> tuple[Site, ...]:
    """The sites, largest first; equal ones by path and line, so that every run prints the same order."""

    def order(site: Site) -> tuple[int, int, int, int, str, int]:
        measures = site.measures
        weight = (measures.shallow_bytes, measures.shallow_objects, measures.largest_bytes, measures.largest_count)
        return (-weight[0], -weight[1], -weight[2], -weight[3], site.path, site.line)

    return tuple(sorted(sites, key=order))
