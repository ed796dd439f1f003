"""Recorded paths onto files: each of a report's paths gets the one file that it can only be, or none.

The first of these that finds a file decides: the path itself; the user's rules; rules inferred from the report; the
gem of that version, or Ruby's library of that version, where it is installed here; the longest end of the path that
only one file has. Only the workspace, the usual folders of gems and those of Rubies are looked into: a report can name
any file, and none is looked at because a report names it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from heapline.places.gems import Gems
from heapline.places.inference import infer
from heapline.places.origin import OWN, Origin, origin_inside, origin_of
from heapline.places.releases import through_links
from heapline.places.requires import find_names, is_name
from heapline.places.rules import EXACT, NAMED, RELATIVE, Rule
from heapline.places.spelling import is_absolute, spelled, stays_inside
from heapline.places.texts import glance
from heapline.places.workspace import is_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from heapline.places.versions import Doubt
    from heapline.places.workspace import Candidate, Workspace

_COMPILED = (".so", ".bundle", ".dll")
Reason = Literal[
    "no file",
    "gone",
    "ambiguous",
    "no such gem",
    "other version",
    "not installed",
    "not named",
    "named often",
    "unknown",
]


_MOST_CANDIDATES = 5


class Place(NamedTuple):
    """A line of a file (`line` is 1-based), the rule that led there, whose code it is, and what is in doubt."""

    file: Path
    line: int
    rule: Rule
    origin: Origin = OWN
    doubt: Doubt | None = None

    @property
    def is_of_workspace(self) -> bool:
        """Whether the workspace's own files led there: it is neither an installed gem nor Ruby's library."""
        return self.rule.kind not in ("gem", "ruby")


class File(NamedTuple):
    """The file of a recorded path. `folder` is the workspace's that it lies in; a gem's or Ruby's for one outside."""

    path: Path
    folder: Path
    rule: Rule
    origin: Origin


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Why a recorded path has no file.

    `no file`: it names code that never was in one, or was compiled. `gone`: its folder is the workspace's, and the file
    is not there. `ambiguous`: it could be any of `candidates`. `no such gem`: the gem is not installed here; `other
    version`: it is in `versions` only. `not installed`: Ruby's, of a version that is not here, or here twice. `not
    named`: no line of the workspace names what was required. `named often`: several do, in files that are `candidates`.
    `unknown`: none of these; a file that ends like it is a candidate still, but too few of the report's others speak
    for it.
    """

    reason: Reason
    origin: Origin
    candidates: tuple[Path, ...] = ()
    versions: tuple[str, ...] = ()


class Places:
    """Where a report's sites are."""

    def __init__(self, files: dict[str, File], unplaced: dict[str, Unplaced], named: dict[str, int]) -> None:
        """Each recorded path of the report has a file, or a reason for having none; a placed name has its line, too."""
        self._files = files
        self._unplaced = unplaced
        self._named = named
        self._lines: dict[str, int] = {}

    def place(self, path: str, line: int) -> Place | None:
        """The place of a recorded `path:line`, or None: no file, or past the end that it had when first asked for."""
        found = self._files.get(path)
        if found is None:
            return None
        line = self.line(path, line)
        lines = self._lines.get(path)
        if lines is None:
            _, lines = glance(found.path)
            self._lines[path] = lines
        return Place(found.path, line, found.rule, found.origin) if 1 <= line <= lines else None

    def line(self, path: str, line: int) -> int:
        """The line of its file that a recorded `path:line` means: of a name the one that names it."""
        return self._named.get(path, line)

    @property
    def files(self) -> Mapping[str, File]:
        """The files of recorded paths, of those that have one."""
        return self._files

    def unplaced(self, path: str) -> Unplaced | None:
        """Why a recorded path of the report has no file; None if it has one."""
        return self._unplaced.get(path)

    def origin(self, path: str) -> Origin:
        """Whose code a recorded path is, whether it has a place or not."""
        known = self._files.get(path) or self._unplaced.get(path)
        return known.origin if known else origin_of(path)


def infer_places(paths: Iterable[str], workspace: Workspace) -> Places:
    """Place the paths of one report. Reads folders: not for an event loop."""
    return _Placing(workspace).place(sorted(set(paths)))


class _Placing:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._gems: Gems | None = None
        self._files: dict[str, File] = {}
        self._unplaced: dict[str, Unplaced] = {}
        self._named: dict[str, int] = {}

    def place(self, paths: list[str]) -> Places:
        elsewhere: list[tuple[str, str]] = []
        names = dict.fromkeys(filter(is_name, paths))
        self._place_names(names)
        for path in paths:
            if path in names:
                continue
            origin = origin_of(path)
            name = spelled(path)
            if origin.kind == "none" or (origin.kind == "ruby" and not origin.rest) or path.endswith(_COMPILED):
                self._unplaced[path] = Unplaced("no file", origin)
            elif not (self._literally(path) or self._directly(path, name) or self._by_user(path, name)):
                if origin.kind in ("gem", "ruby") and not self._is_of_a_folder(name):
                    self._place_library(path, name, origin)
                elif path not in self._unplaced:
                    elsewhere.append((path, name))
        inferred = infer(elsewhere, self._workspace)
        inferred.files.update(through_links(elsewhere, inferred.files, self._workspace))
        for path, _ in elsewhere:
            if path in inferred.files:
                self._put(path, *inferred.files[path])
            else:
                alike = tuple(self._workspace.path(file) for file in inferred.alike.get(path, ()))
                self._unplaced[path] = Unplaced("ambiguous" if len(alike) > 1 else "unknown", origin_of(path), alike)
        return Places(self._files, self._unplaced, self._named)

    def _place_names(self, names: Iterable[str]) -> None:
        """Place what was required by name, and gems, on the line that names them."""
        found = find_names(names, self._workspace)
        for name in names:
            lines = found.get(name, [])
            if len(lines) == 1:
                file, self._named[name] = lines[0]
                self._put(name, file, NAMED)
            else:
                candidates = tuple(self._workspace.path(file) for file, _ in lines[:_MOST_CANDIDATES])
                self._unplaced[name] = Unplaced("named often" if lines else "not named", OWN, candidates)

    def _put(self, path: str, file: Candidate, rule: Rule) -> None:
        folder = self._workspace.folders[file.folder]
        self._unplaced.pop(path, None)
        self._files[path] = File(self._workspace.path(file), folder, rule, origin_inside(file.below))

    def _literally(self, path: str) -> bool:
        """Place a path with a backslash in a name, as Linux allows."""
        return os.sep == "/" and "\\" in path and self._directly(path, path)

    def _directly(self, path: str, name: str) -> bool:
        """Place a path that is the file's own, or is one below a folder; notes one whose file is gone."""
        if is_absolute(name):
            file, below = self._workspace.inside(name)
            if file:
                self._put(path, file, EXACT)
            elif below is not None:
                self._unplaced[path] = Unplaced("gone", origin_inside(below))
            return file is not None
        found = [file for number in range(len(self._workspace.folders)) if (file := self._workspace.find(number, name))]
        if len(found) == 1:  # which of several it is, the report's other paths may tell
            self._put(path, found[0], RELATIVE)
        return len(found) == 1

    def _by_user(self, path: str, name: str) -> bool:
        """Place a path by the first of the user's rules that leads to a file."""
        for rule in self._workspace.rules:
            rest = rule.rest_of(name)
            if not rest or not stays_inside(rest):
                continue
            target = f"{rule.target}/{rest}"
            file, below = self._workspace.inside(spelled(target))
            if file:
                self._put(path, file, rule.rule)
            elif below is None and is_file(target):
                self._files[path] = File(Path(target), rule.target, rule.rule, origin_of(path))
            if path in self._files:
                self._unplaced.pop(path, None)
                return True
        return False

    def _is_of_a_folder(self, name: str) -> bool:
        """Whether the path begins with a folder's name, as memory_profiler's `normalize_paths` leaves it."""
        first = name.partition("/")[0]
        return any(folder.name == first for folder in self._workspace.folders)

    def _place_library(self, path: str, name: str, origin: Origin) -> None:
        if self._gems is None:
            self._gems = Gems(self._workspace.folders, self._workspace.locks)
        found = self._gems.find(name, origin)
        if found:
            self._unplaced.pop(path, None)
            self._files[path] = File(found.file, found.folder, found.rule, origin)
            return
        versions = tuple(self._gems.versions(origin.name)) if origin.kind == "gem" else ()
        reason: Reason = "not installed" if origin.kind == "ruby" else "no such gem"
        if versions and origin.version not in versions:
            reason = "other version"
        self._unplaced[path] = Unplaced(reason, origin, versions=versions)
