"""Recorded paths onto files of the workspace: exactly, relative to a folder, or by a rule inferred from the report.

A dump from a container says `/app/lib/user.rb`; the checkout is elsewhere. Each recorded path that ends like a file of
the workspace proposes a rule (recorded prefix -> folder); the rule that places the most files of the report in a folder
wins it, if no other places as many. A path that could belong to two files is left unplaced: a number on the wrong file
is worse than none.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

from heapline.places.origin import OWN, Origin, origin_inside, origin_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from heapline.places.workspace import Workspace

Rule = Literal["exact", "relative", "inferred"]

_LEAST_SHARE = 1 / 3
"""Of the files that a rule speaks of so many must be in the folder: each program has a main.rb."""


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a workspace file (`line` is 1-based), the rule that led there, and whose code it is."""

    file: Path
    line: int
    rule: Rule
    origin: Origin = OWN


@dataclass(frozen=True, slots=True)
class _Prefix:
    """The rule: what begins with `recorded` in the report lies in `folder`/`below`."""

    recorded: tuple[str, ...]
    folder: Path
    below: tuple[str, ...]


class Places:
    """Where a report's sites are in the workspace."""

    def __init__(self, files: Mapping[str, tuple[Path, Rule]], folders: Sequence[Path]) -> None:
        """`files` gives the workspace file of each recorded path that has one; `folders` are the workspace's."""
        self._files = files
        self._folders = sorted(folders, key=lambda folder: -len(folder.parts))
        self._origins: dict[str, Origin] = {}

    def place(self, path: str, line: int) -> Place | None:
        """The place of a recorded `path:line`, or None: not of the workspace, ambiguous, or past the file's end."""
        found = self._files.get(path)
        if found is None or not 1 <= line <= _line_count(found[0]):
            return None
        return Place(found[0], line, found[1], self.origin(path))

    def origin(self, path: str) -> Origin:
        """Whose code a recorded path is, whether it has a place or not."""
        known = self._origins.get(path)
        if known is None:
            known = self._origins[path] = self._find_origin(path)
        return known

    def _find_origin(self, path: str) -> Origin:
        file = self._files[path][0] if path in self._files else None
        folder = next((folder for folder in self._folders if file and file.is_relative_to(folder)), None)
        return origin_inside(file.relative_to(folder).as_posix()) if file and folder else origin_of(path)


def infer_places(paths: Iterable[str], workspace: Workspace) -> Places:
    """Place the paths of one report. Reads the workspace's folders, and nothing outside of them."""
    files: dict[str, tuple[Path, Rule]] = {}
    elsewhere: list[tuple[str, tuple[str, ...]]] = []
    for path in sorted(set(paths)):
        origin = origin_of(path)
        if origin.kind == "none":
            continue
        direct = _direct(path, workspace.folders)
        if direct is not None:
            files[path] = direct
        elif origin.kind not in ("gem", "ruby"):
            elsewhere.append((path, PurePosixPath(path.replace("\\", "/")).parts))
    for prefix in _winners(elsewhere, workspace):
        for path, parts in elsewhere:
            placed = _apply(prefix, parts)
            if placed is not None and path not in files:
                files[path] = (placed, "inferred")
    return Places(files, workspace.folders)


def _direct(path: str, folders: Sequence[Path]) -> tuple[Path, Rule] | None:
    if Path(path).is_absolute():
        inside = any(Path(path).is_relative_to(folder) for folder in folders)
        return (Path(path), "exact") if inside and _is_file(Path(path)) else None
    candidates = [folder / path for folder in folders if _is_file(folder / path)]
    return (candidates[0], "relative") if len(candidates) == 1 and ".." not in Path(path).parts else None


def _winners(elsewhere: Sequence[tuple[str, tuple[str, ...]]], workspace: Workspace) -> list[_Prefix]:
    """At most one rule a folder and one a recorded prefix, each with more votes than any other for the same."""
    votes = Counter(prefix for _, parts in elsewhere for prefix in _proposals(parts, workspace))
    of_folder = [_foremost(votes, [p for p in votes if p.folder == folder]) for folder in workspace.folders]
    chosen = [p for p in of_folder if p is not None and votes[p] >= _LEAST_SHARE * _covered(p, elsewhere)]
    return [p for p in chosen if _foremost(votes, [q for q in chosen if q.recorded == p.recorded]) == p]


def _covered(prefix: _Prefix, elsewhere: Sequence[tuple[str, tuple[str, ...]]]) -> int:
    """How many of the report's files the rule speaks of, whether they are in the folder or not."""
    return sum(parts[: len(prefix.recorded)] == prefix.recorded for _, parts in elsewhere)


def _foremost(votes: Counter[_Prefix], prefixes: list[_Prefix]) -> _Prefix | None:
    ranked = sorted(prefixes, key=lambda prefix: -votes[prefix])
    tied = len(ranked) > 1 and votes[ranked[0]] == votes[ranked[1]]
    return ranked[0] if ranked and not tied else None


def _proposals(parts: tuple[str, ...], workspace: Workspace) -> set[_Prefix]:
    proposals = set()
    for folder, below in workspace.by_name.get(parts[-1], ()):
        common = 0
        for ours, theirs in zip(reversed(parts), reversed(below), strict=False):
            if ours != theirs:
                break
            common += 1
        rest = below[: len(below) - common]
        if not rest or common > 1:
            proposals.add(_Prefix(parts[: len(parts) - common], folder, rest))
    return proposals


def _apply(prefix: _Prefix, parts: tuple[str, ...]) -> Path | None:
    size = len(prefix.recorded)
    if parts[:size] != prefix.recorded or ".." in parts:
        return None
    file = prefix.folder.joinpath(*prefix.below, *parts[size:])
    return file if _is_file(file) else None


def _is_file(path: Path) -> bool:
    return os.path.isfile(path)  # noqa: PTH113 -- Path.is_file raises for names that are too long, or not allowed


@lru_cache(maxsize=4096)
def _count_lines(file: Path, modified_ns: int) -> int:
    del modified_ns  # part of the key: an edited file is counted anew
    with file.open("rb") as stream:
        return sum(1 for _ in stream)


def _line_count(file: Path) -> int:
    try:
        return _count_lines(file, file.stat().st_mtime_ns)
    except (OSError, ValueError):
        return 0  # gone or unreadable since it was placed: no line of it exists
