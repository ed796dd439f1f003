"""What every reader gives: sites with measures, totals, and the problems met on the way.

A measure that the report cannot know is ``None``, never zero: a heap dump does not know what was allocated
and freed again, a memory_profiler text does not know what is alive now.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

Format = Literal["heap-dump", "memory-profiler"]


@dataclass(frozen=True, slots=True)
class Measures:
    """Counts of objects and bytes (shallow size, ``memsize``); ``None`` where the report cannot know.

    ``live_*``: objects that occupy slots in a heap dump.
    ``allocated_*``: all that memory_profiler saw allocated in its block.
    ``retained_*``: what memory_profiler still found after the block (it "survived"; not a retained size).
    ``retained_size``: bytes that would be freed, at least, if all objects of the site went away (dominator tree).
    """

    live_objects: int | None = None
    live_bytes: int | None = None
    allocated_objects: int | None = None
    allocated_bytes: int | None = None
    retained_objects: int | None = None
    retained_bytes: int | None = None
    retained_size: int | None = None

    @property
    def shallow_bytes(self) -> int:
        """The most bytes that are known to have been allocated here; 0 where nothing is known. Shares are of these."""
        return max(self.live_bytes or 0, self.allocated_bytes or 0, self.retained_bytes or 0)

    @property
    def largest_bytes(self) -> int:
        """What the line weighs: the larger of what was allocated there and what that retains. Sorts sites."""
        return max(self.shallow_bytes, self.retained_size or 0)


@dataclass(frozen=True, slots=True)
class Site:
    """An allocation site: a ``path:line`` as the report recorded it, and what was allocated there.

    ``method`` is the most frequent one the report names there, ``None`` where it names none.
    """

    path: str
    line: int
    method: str | None
    measures: Measures


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
    heap dump without allocation sites. ``notes`` are sentences for the user that are no defects.
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


MAX_PROBLEMS = 100


def sort_sites(sites: list[Site]) -> tuple[Site, ...]:
    """The sites, largest first; equal ones by path and line, so that every run prints the same order."""
    return tuple(sorted(sites, key=lambda s: (-s.measures.shallow_bytes, s.path, s.line)))
