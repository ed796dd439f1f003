"""A report's sites on lines of the workspace's files: those that the report saw, and what they are now."""

from __future__ import annotations

import gc
from collections import defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from heapline.places.edits import LineTracker
from heapline.places.mapping import Place, infer_places
from heapline.places.methods import Methods
from heapline.places.rules import NAMED
from heapline.places.texts import disk_lines
from heapline.places.versions import Doubt, Version
from heapline.places.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from heapline.places.mapping import Places
    from heapline.places.origin import Origin
    from heapline.places.past import FolderPast
    from heapline.places.rules import UserRule


class Now(NamedTuple):
    """Where a site is now: a line (1-based) of its file, and what makes that doubtful."""

    line: int
    doubt: Doubt | None

    @property
    def sign(self) -> str:
        """What stands before numbers in doubt."""
        return "~ " if self.doubt else ""


class Located(NamedTuple):
    """A recorded line: its `place` in the file as the report saw it (`version`), in one of the workspace's folders.

    `moved` says that the line recorded is not of the method recorded, and that the place is the method's instead.
    """

    place: Place
    version: Version
    folder: Path
    moved: bool = False

    @property
    def now(self) -> Now | None:
        """Where the line is now; None if it is gone."""
        found = self.version.line(self.place.line)
        if found is None:
            return None
        line, changed = found
        standing: Doubt | None = "method" if self.moved else "newer" if self.version.newer else None
        return Now(line, "changed" if changed else standing)

    @property
    def place_now(self) -> Place | None:
        """The place in the file as it is now; None if the line is gone."""
        now = self.now
        return self.place._replace(line=now.line, doubt=now.doubt) if now else None


class Placement:
    """Where the recorded lines of one report are."""

    def __init__(self, places: Places, versions: dict[Path, Version]) -> None:
        """`versions` has the workspace's files that the report speaks of."""
        self.places = places
        self._versions = versions
        self._methods: dict[Path, Methods] = {}

    def locate(self, path: str, line: int, method: str | None = None) -> Located | None:
        """The place of a recorded `path:line`; None if it has none. Reads files: not for an event loop."""
        file = self.places.file(path)
        if file is None:
            return None
        version = self._versions.get(file.path)
        if version is None:
            version = self._versions[file.path] = Version(file.path)
        if version.texts is None:
            place = self.places.place(path, line)
        else:
            then = self.places.line(path, line)
            known = 1 <= then <= len(version.texts)
            place = Place(file.path, then, file.rule, file.origin) if known else None
        if place is None or method is None or version.past is None:
            return Located(place, version, file.folder) if place else None
        methods = self._methods_of(version)
        instead = methods.line_of(method) if methods.speak_against(line, method) else None
        if instead is None:
            return Located(place, version, file.folder)
        return Located(place._replace(line=instead), version, file.folder, moved=True)

    def place(self, path: str, line: int, method: str | None = None) -> Place | None:
        """The place of a recorded `path:line` in the file as it is now."""
        found = self.locate(path, line, method)
        return found.place_now if found else None

    def origin(self, path: str) -> Origin:
        """Whose code a recorded path is, whether it has a place or not."""
        return self.places.origin(path)

    def _methods_of(self, version: Version) -> Methods:
        known = self._methods.get(version.file)
        if known is None:
            texts = disk_lines(version.file) if version.texts is None else version.texts
            known = self._methods[version.file] = Methods(texts)
        return known


def place_report(
    paths: Iterable[str],
    pasts: Sequence[FolderPast],
    rules: Sequence[UserRule] = (),
    remembered: Mapping[Path, Sequence[str]] | None = None,
) -> Placement:
    """Place a report's paths in folders, each as it was when the report was taken. Not for an event loop.

    `remembered` has texts of files as they are known to have been then, by edits that were followed.
    """
    with _uncollected():
        return _place(set(paths), pasts, rules, remembered or {})


@contextmanager
def _uncollected() -> Iterator[None]:
    """Python does not look for cycles: among so many new objects, none in a cycle, that takes a quarter of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _place(
    recorded: set[str],
    pasts: Sequence[FolderPast],
    rules: Sequence[UserRule],
    remembered: Mapping[Path, Sequence[str]],
) -> Placement:
    former = {new: old for past in pasts for new, old in past.former.items()}
    places = infer_places(recorded, Workspace([past.folder for past in pasts], rules, former))
    by_folder: dict[Path, set[Path]] = defaultdict(set)
    named: set[Path] = set()
    for path in recorded:
        file = places.file(path)
        if file is not None:
            by_folder[file.folder].add(file.path)
            if file.rule is NAMED:
                named.add(file.path)
    # a line that was found by what it says is right now, whatever the file was when the report was taken
    versions = {file: Version.as_on_disk(file) for file in named}
    for past in pasts:
        versions.update(past.versions(by_folder[past.folder] - named))
    for known, texts in remembered.items():
        if known in versions and versions[known].newer:
            versions[known].newer, versions[known].texts = False, texts
            versions[known].tracker = LineTracker(texts, disk_lines(known))
    return Placement(places, versions)
