"""A file as a report saw it, and the same file now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from heapline.places.edits import LineTracker
from heapline.places.texts import disk_lines, glance

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from heapline.places.edits import Splice
    from heapline.places.past import FolderPast


Doubt = Literal["changed", "method", "newer"]
"""Why a number may not belong to the line: the line was edited; it stands in for a method, since the line recorded is
of another; the file is newer than the report."""


def sign(doubt: Doubt | None) -> str:
    """What stands before numbers in doubt."""
    return "~ " if doubt else ""


def modified_ns(file: Path) -> int:
    """When a file was written, in nanoseconds since the epoch; 0 if it is gone."""
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


@dataclass(slots=True, eq=False)
class Version:
    """A workspace file as one report saw it. Changed on the event loop only.

    `texts` are its lines then; None while they are what the disk had at `modified_ns` (its time, 0 if nobody asked).
    `newer` says that the file was written after the report, and that nobody knows how it was before. `past` finds that
    out again; it is there for files of the workspace.
    """

    file: Path
    past: FolderPast | None = None
    modified_ns: int = 0
    newer: bool = False
    texts: Sequence[str] | None = None
    tracker: LineTracker | None = None
    counted: int | None = None

    @property
    def length(self) -> int:
        """How many lines the file had then, as it was when first asked for. May read it: not for an event loop."""
        if self.texts is not None:
            return len(self.texts)
        if self.counted is None:
            _, self.counted = glance(self.file)
        return self.counted

    @property
    def is_as_then(self) -> bool:
        """Whether nothing is known to have changed, and nothing in doubt: each line is where it was."""
        return self.tracker is None and not self.newer

    @classmethod
    def as_on_disk(cls, file: Path) -> Version:
        """A file whose lines count as they are now, whenever the report was taken. Reads it."""
        texts = disk_lines(file)
        return cls(file, texts=texts, tracker=LineTracker(texts, texts))

    @property
    def was_written(self) -> bool:
        """Whether the disk has another file now than when this was made."""
        return self.texts is None and self.modified_ns not in (0, modified_ns(self.file))

    def line(self, before: int) -> tuple[int, bool] | None:
        """Where a line of then is now (both 1-based), and whether it was changed; None if it is gone."""
        return self.tracker.line(before) if self.tracker else (before, False)

    def befores(self, now: int) -> list[int]:
        """The lines of then that are at this one now."""
        return self.tracker.befores(now) if self.tracker else [now]

    def follow(self, edit: Splice) -> None:
        """An edit of the file as it is now."""
        if self.tracker:
            self.tracker.splice(edit)
