"""Lines on their way through edits: where the lines of a text are in what the text has become.

Two lines are the same if they differ in nothing but white space, so a formatter changes none, and in a comment that
says `heapline:ignore`. What an edit replaced
is compared with what it put there (Ratcliff and Obershelp's longest common blocks, from the standard library); a line
that went away and stands nowhere else comes back when its text does: by undo, or pasted elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from threading import Lock
from typing import TYPE_CHECKING

from heapline.places.texts import without_ignore

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_ALIKE = 0.5
"""Where a line was changed rather than replaced: the share of characters in common (`SequenceMatcher.ratio`)."""
_MAX_COMPARED = 50
_LEAST_MOVED = 4
"""Characters of a line that is known again wherever it stands: `end` and `}` are everywhere."""


@dataclass(frozen=True, slots=True)
class Splice:
    """An edit of whole lines: `removed` lines from `start` on (0-based) made way for `added`."""

    start: int
    removed: int
    added: Sequence[str]


class LineTracker:
    """Where each line of a text is now. Lines are 1-based at this class's door, as in reports. Any thread may ask."""

    def __init__(self, before: Sequence[str], now: Sequence[str]) -> None:
        """`before` is the text that lines are asked of, `now` what has become of it."""
        self._before = [_key(text) for text in before]
        self._now = list(self._before)
        self._origin = list(range(len(self._before)))
        self._lost: set[int] = set()
        self._where: list[int] | None = None
        self._lock = Lock()
        if now is not before:
            self.splice(Splice(0, len(self._now), now))

    @property
    def unmoved(self) -> bool:
        """Whether each line is where it was, as it was."""
        return len(self._now) == len(self._before) and self._origin == list(range(len(self._origin)))

    def splice(self, edit: Splice) -> None:
        """Follow an edit."""
        with self._lock:
            self._splice(edit.start, edit.start + edit.removed, [_key(text) for text in edit.added])

    def line(self, before: int) -> tuple[int, bool] | None:
        """Where the line is now, and whether it was changed; None if it is gone."""
        if not 1 <= before <= len(self._before):
            return None
        with self._lock:
            where = self._inverted()[before - 1]
            changed = self._changed(before - 1) if where < 0 else None
        if where >= 0:
            return where + 1, False
        return (changed + 1, True) if changed is not None else None

    def befores(self, now: int) -> list[int]:
        """The lines that `line` finds at this one."""
        with self._lock:
            origin = self._origin[now - 1] if 1 <= now <= len(self._origin) else None
            if origin is None or origin >= 0:
                return [] if origin is None else [origin + 1]
            return [line + 1 for line in sorted(self._lost) if self._changed(line) == now - 1]

    def _splice(self, start: int, after: int, added: list[str]) -> None:
        replaced = self._now[start:after]
        same = _common(replaced, added)
        start, added, replaced = start + same, added[same:], replaced[same:]
        same = _common(replaced[::-1], added[::-1])
        after, added = after - same, added[: len(added) - same]
        self._lost.update(line for line in self._origin[start:after] if line >= 0)
        self._now[start:after] = added
        self._origin[start:after] = [-1] * len(added)
        self._where = None
        if self._lost and added:
            self._find_again(start, added)

    def _inverted(self) -> list[int]:
        if self._where is None:
            self._where = [-1] * len(self._before)
            for line, origin in enumerate(self._origin):
                if origin >= 0:
                    self._where[origin] = line
        return self._where

    def _find_again(self, start: int, added: list[str]) -> None:
        """Recognise lost lines among lines that were just put at `start`."""
        low = next((line for line in reversed(self._origin[:start]) if line >= 0), -1)
        high = next((line for line in self._origin[start + len(added) :] if line >= 0), len(self._before))
        gap = sorted(line for line in self._lost if low < line < high)
        blocks = SequenceMatcher(None, [self._before[line] for line in gap], added).get_matching_blocks()
        self._take((gap[i + n], start + j + n) for i, j, size in blocks for n in range(size))
        if not self._lost:
            return
        lost_by_key = _alone((self._before[line], line) for line in self._lost)
        new_by_key = _alone((key, start + n) for n, key in enumerate(added) if self._origin[start + n] < 0)
        self._take((lost_by_key[key], line) for key, line in new_by_key.items() if key in lost_by_key)

    def _take(self, found: Iterable[tuple[int, int]]) -> None:
        for before, now in found:
            self._origin[now] = before
            self._lost.discard(before)

    def _changed(self, before: int) -> int | None:
        """The line that most resembles a lost one, among the new lines between its old neighbours."""
        where = self._inverted()
        above = next((where[line] for line in range(before - 1, -1, -1) if where[line] >= 0), -1)
        below = next((where[line] for line in range(before + 1, len(where)) if where[line] >= 0), len(self._now))
        between = [line for line in range(above + 1, below) if self._origin[line] < 0][:_MAX_COMPARED]
        matcher = SequenceMatcher(None, "", self._before[before], autojunk=False)
        best, most = None, _ALIKE
        for line in between:
            matcher.set_seq1(self._now[line])
            if matcher.real_quick_ratio() >= most and matcher.quick_ratio() >= most:
                ratio = matcher.ratio()
                if ratio > most or (best is None and ratio == most):
                    best, most = line, ratio
        return best


def _key(text: str) -> str:
    return "".join(without_ignore(text).split())


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


def _alone(lines: Iterable[tuple[str, int]]) -> dict[str, int]:
    """The lines whose text stands nowhere else among them."""
    found: dict[str, int | None] = {}
    for key, line in lines:
        if len(key) >= _LEAST_MOVED:
            found[key] = None if key in found else line
    return {key: line for key, line in found.items() if line is not None}
