"""The workspace's files as they were when a report was taken: from git where that is allowed, else by their times.

For each file the first of these that can tell decides:

1. The commit that the user named is what ran.
2. A file that was not written since the report was taken is as it was.
3. What git had checked out here at the time is what ran.
4. Nobody knows: the file is newer than the report.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from heapline.places.edits import LineTracker
from heapline.places.history import Repository
from heapline.places.texts import disk_lines, glance, lines_of
from heapline.places.versions import Version

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_AT_ONCE_NS = 2 * 10**9
"""A file written so shortly after the report came with it: a checkout of both, or a file system with coarse times."""


@dataclass(frozen=True)
class FolderPast:
    """One folder as it was when a report was taken (`taken_ns`, nanoseconds since the epoch).

    `commit` is the name of the commit that ran, empty if the user named none. `trusted` says whether git may be asked.
    Everything here reads the disk or runs git: not for an event loop.
    """

    folder: Path
    taken_ns: int
    commit: str
    trusted: bool

    @cached_property
    def problem(self) -> str | None:
        """What the user should know of the commit that was named."""
        if not self.commit or self._repository is None or self._named:
            return None
        return f"{self.folder}: the setting commit names {self.commit}, which git does not know here. It is ignored."

    @cached_property
    def former(self) -> dict[Path, Path]:
        """The files that had another name: by the path that they have now, the path that they had."""
        repository, commit = self._repository, self._commit
        if repository is None or commit is None:
            return {}
        root, folder = repository.root, self.folder.resolve()
        paths = ((root / new, root / old) for new, old in repository.renames(commit).items())
        return {
            self.folder / new.relative_to(folder): self.folder / old.relative_to(folder)
            for new, old in paths
            if new.is_relative_to(folder) and old.is_relative_to(folder)
        }

    def versions(self, files: Iterable[Path]) -> list[Version]:
        """The folder's files, in this order, as the report saw them, with what became of their lines since."""
        found: list[Version] = []
        asked: dict[str, Version] = {}
        all_asked, former = self._named, self.former
        for file in files:
            written, lines = glance(file)
            newer = written > self.taken_ns + _AT_ONCE_NS
            version = Version(file, self, written, newer, counted=lines)
            found.append(version)
            if all_asked or newer or (former and file in former):
                asked[self._below_root(former.get(file, file))] = version
        if not asked or self._repository is None or self._commit is None:
            return found
        for path, text in self._repository.texts(self._commit, list(asked)).items():
            version = asked[path]
            version.newer = False
            then = lines_of(text)
            tracker = LineTracker(then, disk_lines(version.file))
            if not tracker.unmoved:
                version.texts, version.tracker = then, tracker
        return found

    def _below_root(self, file: Path) -> str:
        """The path as the repository names it; any other where the file does not lie in it."""
        real, repository = file.parent.resolve() / file.name, self._repository
        inside = repository is not None and real.is_relative_to(repository.root)
        return real.relative_to(repository.root).as_posix() if repository and inside else str(file)

    @cached_property
    def _repository(self) -> Repository | None:
        return Repository.of(self.folder) if self.trusted else None

    @cached_property
    def _named(self) -> str | None:
        """The commit that the user named, if git knows it."""
        return self._repository.commit_of(self.commit) if self._repository and self.commit else None

    @cached_property
    def _commit(self) -> str | None:
        return self._named or (self._repository.commit_at(self.taken_ns // 10**9) if self._repository else None)
