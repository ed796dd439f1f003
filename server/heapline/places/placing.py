"""A report's sites on lines of the workspace's files: those that the report saw, and what they are now."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from heapline.collector import uncollected
from heapline.places.edits import LineTracker
from heapline.places.mapping import Place, infer_places
from heapline.places.methods import Methods
from heapline.places.rules import NAMED
from heapline.places.texts import disk_lines
from heapline.places.versions import Doubt, Version, sign
from heapline.places.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from heapline.places.mapping import File, Places
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
        return sign(self.doubt)


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
        if self.version.is_as_then and not self.moved:
            return self.place
        now = self.now
        return self.place._replace(line=now.line, doubt=now.doubt) if now else None


class Placement:
    """Where the recorded lines of one report are."""

    def __init__(self, places: Places, versions: dict[str, Version], methods: Mapping[tuple[str, int], str]) -> None:
        """`versions` has the workspace's files that the report speaks of, by path; `methods` the report's, by line."""
        self.places = places
        self._versions = versions
        self._versions_by_recorded: dict[str, Version] = {}
        self._methods = methods
        self._defined: dict[Path, Methods] = {}

    def locate(self, path: str, line: int) -> Located | None:
        """The place of a recorded `path:line`; None if it has none. Reads files: not for an event loop."""
        file = self.places.files.get(path)
        if file is None:
            return None
        version = self._versions_by_recorded.get(path) or self._version(path, file)
        method = self._methods.get((path, line))
        line = self.places.line(path, line)
        if not 1 <= line <= version.length:
            return None
        place = Place(file.path, line, file.rule, file.origin)
        if method is None or version.past is None:
            return Located(place, version, file.folder)
        methods = self._defined_in(version)
        instead = methods.line_of(method) if methods.speak_against(line, method) else None
        if instead is None:
            return Located(place, version, file.folder)
        return Located(place._replace(line=instead), version, file.folder, moved=True)

    def place(self, path: str, line: int) -> Place | None:
        """The place of a recorded `path:line` in the file as it is now."""
        found = self.locate(path, line)
        return found.place_now if found else None

    def origin(self, path: str) -> Origin:
        """Whose code a recorded path is, whether it has a place or not."""
        return self.places.origin(path)

    def _version(self, path: str, file: File) -> Version:
        name = str(file.path)  # a Path takes several times as long to be looked up
        version = self._versions.get(name)
        if version is None:
            version = self._versions[name] = Version(file.path)
        self._versions_by_recorded[path] = version
        return version

    def _defined_in(self, version: Version) -> Methods:
        known = self._defined.get(version.file)
        if known is None:
            texts = disk_lines(version.file) if version.texts is None else version.texts
            known = self._defined[version.file] = Methods(texts)
        return known


def place_report(
    paths: Iterable[str],
    pasts: Sequence[FolderPast],
    rules: Sequence[UserRule] = (),
    remembered: Mapping[Path, Sequence[str]] | None = None,
    methods: Mapping[tuple[str, int], str] | None = None,
) -> Placement:
    """Place a report's paths in folders, each as it was when the report was taken. Not for an event loop.

    `remembered` has texts of files as they are known to have been then, by edits that were followed; `methods` are
    those that the report names, by path and line.
    """
    with uncollected():
        return Placement(*_place(set(paths), pasts, rules, remembered or {}), methods or {})


def _place(
    recorded: set[str],
    pasts: Sequence[FolderPast],
    rules: Sequence[UserRule],
    remembered: Mapping[Path, Sequence[str]],
) -> tuple[Places, dict[str, Version]]:
    former = {new: old for past in pasts for new, old in past.former.items()}
    places = infer_places(recorded, Workspace([past.folder for past in pasts], rules, former))
    by_folder: dict[Path, dict[str, Path]] = defaultdict(dict)
    versions: dict[str, Version] = {}
    for file in places.files.values():
        name = str(file.path)
        if file.rule is not NAMED:
            by_folder[file.folder][name] = file.path
        elif name not in versions:  # found by what it says: right now, whatever the file was when the report was taken
            versions[name] = Version.as_on_disk(file.path)
    for past in pasts:
        files = {name: file for name, file in by_folder[past.folder].items() if name not in versions}
        versions.update(zip(files, past.versions(files.values()), strict=True))
    for known, texts in remembered.items():
        version = versions.get(str(known))
        if version and version.newer:
            version.newer, version.texts = False, texts
            version.tracker = LineTracker(texts, disk_lines(known))
    return places, versions
