"""The loaded reports, and by file and line what they say: all that a request needs, ready before it is asked."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from heapline.insight.top_holders import TopHolder, top_holders
from heapline.lsp.uris import key_of
from heapline.places.placing import Located, Now, place_report

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from heapline.places.mapping import Place
    from heapline.places.past import FolderPast
    from heapline.places.versions import Version
    from heapline.profile import Format, Frame, Site
    from heapline.report import Report

_LEAST_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class Entry:
    """One site of one report that has a place in the workspace, or near it. `site_id` is its position in the profile.

    `holder` is there if the site is a top holder of the heap; `callers` are those of its stack that have a place,
    nearest first.
    """

    report: Report
    site_id: int
    site: Site
    located: Located
    holder: TopHolder | None
    callers: tuple[tuple[Frame, Located], ...] = ()

    @property
    def place(self) -> Place:
        """The line of the file as the report saw it."""
        return self.located.place

    @property
    def version(self) -> Version:
        """The file as the report saw it."""
        return self.located.version

    @property
    def folder(self) -> Path:
        """The workspace's folder that the file lies in; a gem's or Ruby's for one outside."""
        return self.located.folder

    @property
    def now(self) -> Now | None:
        """Where the site is now, as the file is in the editor; None if its line is gone."""
        return self.located.now


@dataclass(slots=True)
class FileEntries:
    """A workspace file's entries by line (1-based) as it was; `path` is spelled as the client spells its folder.

    `speakers` are the reports whose numbers stand on the lines, one a format.
    """

    path: Path
    speakers: dict[Format, Report]
    lines: dict[int, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    versions: dict[Version, None] = field(default_factory=dict)

    def at(self, line: int) -> list[Entry]:
        """The entries that are at this line now."""
        return [
            entry
            for version in self.versions
            for before in version.befores(line)
            for entry in self.lines.get(before, ())
            if entry.version is version
        ]


class Store:
    """Reports by file; entries by workspace file. Changed on the event loop only."""

    def __init__(self) -> None:
        """Empty."""
        self._reports: dict[str, tuple[Report, dict[int, Entry]]] = {}
        self._files: dict[str, FileEntries] = {}

    @property
    def reports(self) -> list[Report]:
        """In the order in which they were loaded."""
        return [report for report, _ in self._reports.values()]

    @property
    def files(self) -> Iterable[FileEntries]:
        """The workspace files that have entries."""
        return self._files.values()

    def get(self, path: Path) -> Report | None:
        """The loaded report of this file."""
        found = self._reports.get(key_of(path))
        return found[0] if found else None

    def by_name(self, path: str) -> Report | None:
        """The loaded report that was given to the client under this path."""
        return next((report for report in self.reports if str(report.path) == path), None)

    def entry_of(self, report: Report, site: int | None) -> Entry | None:
        """The entry of a report's site, if that has a place and the report is still loaded."""
        loaded = self._reports.get(key_of(report.path))
        return loaded[1].get(site) if loaded and loaded[0] is report and site is not None else None

    def entries_of(self, report: Report) -> dict[int, Entry]:
        """A loaded report's entries by site; another object as soon as they are other ones."""
        return self._reports[key_of(report.path)][1]

    def placed(self, report: Report) -> int:
        """How many of a loaded report's sites have a place in the workspace."""
        return sum(entry.place.is_of_workspace for entry in self._reports[key_of(report.path)][1].values())

    def newer_files(self, report: Report) -> int:
        """How many of the files that a loaded report has lines of were written after it."""
        return len({entry.version for entry in self.entries_of(report).values() if entry.version.newer})

    def entries(self, path: Path) -> FileEntries | None:
        """What is known about a workspace file."""
        return self._files.get(key_of(path))

    def remembered(self, report: Report) -> dict[Path, Sequence[str]]:
        """The texts of files as this report saw them, where they are known though the files were edited since."""
        known = self._reports.get(key_of(report.path))
        if known is None or known[0].identity != report.identity:
            return {}
        versions = {entry.version for entry in known[1].values()}
        return {version.file: version.texts for version in versions if version.texts is not None and not version.newer}

    def put(self, report: Report, entries: list[Entry]) -> None:
        """Add a report, or replace the one of the same file."""
        old = self._reports.pop(key_of(report.path), None)
        if old:
            old[0].close()
        self._reports[key_of(report.path)] = (report, {entry.site_id: entry for entry in entries})
        self._rebuild()

    def replace_entries(self, report: Report, entries: list[Entry]) -> None:
        """Place a loaded report anew; nothing if it was unloaded in the meantime."""
        key = key_of(report.path)
        if key in self._reports and self._reports[key][0] is report:
            self._reports[key] = (report, {entry.site_id: entry for entry in entries})
            self._rebuild()

    def remove(self, path: Path) -> bool:
        """Forget a report; false if it was not loaded."""
        found = self._reports.pop(key_of(path), None)
        if found:
            found[0].close()
            self._rebuild()
        return found is not None

    def _speakers(self) -> dict[Path, dict[Format, Report]]:
        """By folder and format the report whose numbers stand on the lines.

        One speaks for the whole folder: a line that it lacks has nothing now, whatever an older one says.
        """
        speakers: dict[Path, dict[Format, Report]] = defaultdict(dict)
        for report, entries in self._reports.values():
            for folder in {entry.folder for entry in entries.values()}:
                known = speakers[folder].get(report.profile.format)
                if known is None or _authority(report) > _authority(known):
                    speakers[folder][report.profile.format] = report
        return speakers

    def _rebuild(self) -> None:
        speakers = self._speakers()
        files: dict[str, FileEntries] = {}
        keys: dict[Path, str] = {}
        for _, entries in self._reports.values():
            for entry in entries.values():
                file = entry.place.file
                key = keys.get(file) or keys.setdefault(file, key_of(file))
                if key not in files:
                    files[key] = FileEntries(file, speakers[entry.folder])
                files[key].lines[entry.place.line].append(entry)
                files[key].versions.setdefault(entry.version)
        self._files = files


def _authority(report: Report) -> tuple[bool, int]:
    """What makes one of several reports speak: that it names roots, then that it is newer."""
    return (report.index is None or report.index.report.has_roots, report.identity.modified_ns)


def place_sites(report: Report, pasts: Sequence[FolderPast], remembered: Mapping[Path, Sequence[str]]) -> list[Entry]:
    """The report's sites that have a place. Reads the folders: not for the event loop. As `place_report`."""
    placement = place_report(report.profile.paths, pasts, remembered=remembered)
    holders: dict[int, TopHolder] = {}
    if report.graph:
        with report.graph.cursor() as graph:
            holders = {found.site: found for found in top_holders(graph, _LEAST_SHARE * report.held_bytes)}
    entries = []
    for site_id, site in enumerate(report.profile.sites):
        found = placement.locate(site.path, site.line, site.method)
        if found is not None:
            placed = ((frame, placement.locate(frame.path, frame.line)) for frame in site.stack)
            callers = tuple((frame, at) for frame, at in placed if at is not None)
            entries.append(Entry(report, site_id, site, found, holders.get(site_id), callers))
    return entries
