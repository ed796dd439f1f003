"""The files of the workspace, walked once, and looked up by path and by name."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from heapline.places.spelling import folded, spelled, stays_inside

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from heapline.places.rules import UserRule

_NEVER_CODE = frozenset({"node_modules", "__pycache__"})
_NO_CODE_OF_A_PROGRAM = frozenset({"log", "tmp", "coverage"})
"""What lies in these beside a Gemfile, a program wrote. Elsewhere they may be folders of code, as in `lib/log`."""
_LOCKS = frozenset({"Gemfile.lock", "gems.locked"})


@dataclass(frozen=True, slots=True, eq=False)
class Directory:
    """A directory in the folder with this number: what all its files have in common is found out once.

    `below` is its path below the folder, with forward slashes; `key` the same, `folded`. Both end with a slash if they
    are not empty.
    """

    folder: int
    below: str
    key: str
    path: Path

    @classmethod
    def of(cls, folder: int, below: str, top: Path) -> Directory:
        """The directory at this path below a folder, which is `top`."""
        return cls(folder, below, folded(below), top / below)


class Candidate(NamedTuple):
    """A file of the workspace."""

    directory: Directory
    name: str

    @property
    def folder(self) -> int:
        """The number of the folder it lies in."""
        return self.directory.folder

    @property
    def below(self) -> str:
        """Its path below the folder, with forward slashes."""
        return self.directory.below + self.name

    @property
    def key(self) -> str:
        """Its path below the folder, `folded`."""
        return self.directory.key + folded(self.name)


class Workspace:
    """The folders a user has open, and the user's rules. Files are known as they were when first asked for."""

    def __init__(
        self, folders: Sequence[Path], rules: Sequence[UserRule] = (), former: Mapping[Path, Path] | None = None
    ) -> None:
        """`folders` are absolute; their order is the user's, as is that of the rules.

        `former` has the path that a file had when the report was taken, by its path now: it is found by either.
        """
        self.folders = tuple(folders)
        self.rules = tuple(rules)
        self._names = tuple(map(str, self.folders))
        self._former = former or {}

    def path(self, file: Candidate) -> Path:
        """The file's absolute path, as it is now, in its folder's spelling."""
        renamed = self._renamed[file.folder].get(file.below) if self._former else None
        return renamed or file.directory.path / file.name

    def find(self, folder: int, below: str) -> Candidate | None:
        """The file at this path below a folder; else the one that differs in cases or accents alone."""
        known = self._below[folder].get(below)
        if known:
            return known
        alike = self._by_folded_path[folder].get(folded(below), ())
        return alike[0] if len(alike) == 1 else None

    def inside(self, path: str) -> tuple[Candidate | None, str | None]:
        """The file at an absolute path (as `spelled` gives it), and the path below the innermost folder it lies in.

        Also finds what was not walked: what is hidden, or of a vendored gem.
        """
        inside = None
        for number, root in self._roots:
            if not (path.startswith(root) or (root.startswith("/mnt/") and folded(path).startswith(folded(root)))):
                continue
            below = path[len(root) :]
            inside = below if inside is None else inside
            file = self.find(number, below)
            if file or (stays_inside(below) and is_file(f"{self._names[number]}/{below}")):
                return file or self._candidate(number, below), below
        return None, inside

    def behind_a_link(self, folder: int, below: str) -> Candidate | None:
        """The file at this path below a folder, if one of its directories is a link, which the walk does not follow."""
        if not (stays_inside(below) and is_file(f"{self._names[folder]}/{below}")):
            return None
        names = below.split("/")
        directories = ("/".join(names[:depth]) for depth in range(1, len(names)))
        linked = any(os.path.islink(f"{self._names[folder]}/{directory}") for directory in directories)  # noqa: PTH114 -- as above
        return self._candidate(folder, below) if linked else None

    def named(self, name: str) -> Sequence[Candidate]:
        """The files with this name, which is `folded`."""
        return self._by_name.get(name, ())

    def files(self) -> Iterator[Candidate]:
        """All files."""
        for known in self._below:
            yield from known.values()

    @cached_property
    def locks(self) -> list[Path]:
        """The lock files of the workspace's programs: what Bundler resolved their gems to."""
        return [self.path(file) for lock in sorted(_LOCKS) for file in self.named(folded(lock))]

    @cached_property
    def _roots(self) -> list[tuple[int, str]]:
        """The beginnings of paths that lie in a folder, innermost folders first. A folder behind a link has two."""
        names = {
            (number, spelled(name).rstrip("/") + "/")
            for number, folder in enumerate(self.folders)
            for name in (str(folder), os.path.realpath(folder))
        }
        return sorted(names, key=lambda root: (-root[1].count("/"), root))

    @cached_property
    def _below(self) -> list[dict[str, Candidate]]:
        tops = frozenset(self._names)
        found: list[dict[str, Candidate]] = []
        for number, (folder, renamed) in enumerate(zip(self.folders, self._renamed, strict=True)):
            files = {below: self._candidate(number, below) for below in renamed}
            for below, names in _walk(folder, tops):
                directory = Directory.of(number, below, folder)
                files.update({below + name: Candidate(directory, name) for name in names})
            found.append(files)
        return found

    def _candidate(self, folder: int, below: str) -> Candidate:
        above, slash, name = below.rpartition("/")
        return Candidate(Directory.of(folder, above + slash, self.folders[folder]), name)

    @cached_property
    def _renamed(self) -> list[dict[str, Path]]:
        """By folder the files of now by the path below it that they had then, unless another has that path now."""
        return [
            {
                old.relative_to(folder).as_posix(): new
                for new, old in self._former.items()
                if old.is_relative_to(folder) and not is_file(str(old))
            }
            for folder in self.folders
        ]

    @cached_property
    def _by_folded_path(self) -> list[dict[str, list[Candidate]]]:
        alike: list[dict[str, list[Candidate]]] = [defaultdict(list) for _ in self.folders]
        for file in self.files():
            alike[file.folder][file.key].append(file)
        return alike

    @cached_property
    def _by_name(self) -> dict[str, list[Candidate]]:
        found: dict[str, list[Candidate]] = defaultdict(list)
        for file in self.files():
            found[folded(file.name)].append(file)
        return found


def is_file(path: str) -> bool:
    """Whether a regular file is there; false for what can name none."""
    return os.path.isfile(path)  # noqa: PTH113 -- Path.is_file raises for names that are too long, or not allowed


def _walk(top: Path, tops: frozenset[str]) -> Iterator[tuple[str, list[str]]]:
    """The directories of a folder, as `Directory` has them, with the names of their files.

    Not those of another of the folders, nor what is hidden or no code.
    """
    waiting = [("", str(top))]
    while waiting:
        below, folder = waiting.pop()
        try:
            entries = list(os.scandir(folder))
        except OSError:
            continue  # gone or not readable: no file of it can be shown
        is_program = any(entry.name == "Gemfile" for entry in entries)
        files = []
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                files.append(entry.name)
            elif not (
                entry.name.startswith(".")
                or entry.name in _NEVER_CODE
                or (is_program and entry.name in _NO_CODE_OF_A_PROGRAM)
                or (entry.name == "bundle" and below.endswith("vendor/"))  # gems, which are found by their names
                or entry.path in tops
            ):
                waiting.append((f"{below}{entry.name}/", entry.path))
        yield below, files
