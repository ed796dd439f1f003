"""The loaded reports, and by file and line what they say: all that a request needs, ready before it is asked."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import chain, takewhile
from typing import TYPE_CHECKING

from heapline.insight.conclusions import conclusions_of, kept_conclusions
from heapline.insight.series import is_newer
from heapline.insight.suspects import suspects_by_site
from heapline.lsp.uris import Keys, key_of
from heapline.places.placing import Located, Now, place_report

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from heapline.insight.conclusions import Conclusions
    from heapline.insight.suspects import Suspect
    from heapline.insight.top_holders import TopHolder
    from heapline.places.mapping import Place
    from heapline.places.past import FolderPast
    from heapline.places.rules import UserRule
    from heapline.places.versions import Version
    from heapline.profile import Format, Frame, Site
    from heapline.report import Report
    from heapline.settings import Settings


@dataclass(frozen=True, slots=True)
class Entry:
    """One site of one report that has a place in the workspace, or near it. `site_id` is its position in the profile.

    `holder` is there if the site is a top holder of the heap, `suspect` if what it allocated holds ever more;
    `concluded` is what is known of the whole dump besides. `callers` are those of its stack that have a place,
    nearest first.
    """

    report: Report
    site_id: int
    site: Site
    located: Located
    holder: TopHolder | None
    suspect: Suspect | None
    concluded: Conclusions | None
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
    by_metric: tuple[Settings, int, list[Entry]] | None = None  # kept by features/lines.py

    def at(self, line: int) -> list[Entry]:
        """The entries that are at this line now."""
        return [
            entry
            for version in self.versions
            for before in version.befores(line)
            for entry in self.lines.get(before, ())
            if entry.version is version
        ]


@dataclass(slots=True)
class _PlacedFile:
    """One report's entries in one file, by line (1-based) as it was."""

    path: Path
    folder: Path
    version: Version
    lines: dict[int, list[Entry]] = field(default_factory=lambda: defaultdict(list))


class PlacedReport:
    """One report's entries, in every order in which they are asked for; made in a thread, for it takes a while."""

    def __init__(self, report: Report, entries: list[Entry], could_be: tuple[Path, ...] = ()) -> None:
        """`could_be` are files that the largest ambiguous line could be of."""
        self.report = report
        self.could_be = could_be
        self.entries = {entry.site_id: entry for entry in entries}
        self.files: dict[str, _PlacedFile] = {}
        self.in_workspace = sum(entry.place.is_of_workspace for entry in entries)
        keys = Keys()
        for entry in entries:
            key = keys.of(entry.place.file)
            file = self.files.get(key)
            if file is None:
                file = self.files[key] = _PlacedFile(entry.place.file, entry.folder, entry.version)
            file.lines[entry.place.line].append(entry)
        self.folders = frozenset(file.folder for file in self.files.values())
        self._largest = sorted(entries, key=lambda entry: -entry.site.measures.shallow_bytes)
        self._special = [entry for entry in entries if entry.holder or entry.suspect or entry.site.measures.leaks]
        self._key_of = keys.of

    def files_above(self, share: float) -> set[str]:
        """The keys of files with an entry of at least this share (in percent), a top holder, a suspect or a leak."""
        least = share * self.report.attributable_bytes
        above = takewhile(lambda entry: entry.site.measures.shallow_bytes * 100 >= least, self._largest)
        return {self._key_of(entry.place.file) for entry in chain(above, self._special)}


class Store:
    """Reports by file; entries by workspace file. Changed on the event loop only, which takes next to no time."""

    def __init__(self) -> None:
        """Empty."""
        self._reports: dict[str, PlacedReport] = {}
        self._files: dict[str, FileEntries] = {}

    @property
    def reports(self) -> list[Report]:
        """In the order in which they were loaded."""
        return [placed.report for placed in self._reports.values()]

    def files_above(self, share: float) -> list[FileEntries]:
        """The files with a line of at least this share of a report (in percent), a top holder, a suspect or a leak."""
        keys = {key for placed in self._reports.values() for key in placed.files_above(share)}
        return [entries for key in sorted(keys) if (entries := self._at(key))]

    def get(self, path: Path) -> Report | None:
        """The loaded report of this file."""
        found = self._reports.get(key_of(path))
        return found.report if found else None

    def by_name(self, path: str) -> Report | None:
        """The loaded report that was given to the client under this path."""
        return next((report for report in self.reports if str(report.path) == path), None)

    def entry_of(self, report: Report, site: int | None) -> Entry | None:
        """The entry of a report's site, if that has a place and the report is still loaded."""
        loaded = self._reports.get(key_of(report.path))
        return loaded.entries.get(site) if loaded and loaded.report is report and site is not None else None

    def entries_of(self, report: Report) -> dict[int, Entry]:
        """A loaded report's entries by site; another object as soon as they are other ones."""
        return self._reports[key_of(report.path)].entries

    def placed(self, report: Report) -> int:
        """How many of a loaded report's sites have a place in the workspace."""
        return self._reports[key_of(report.path)].in_workspace

    def could_be(self, report: Report) -> tuple[Path, ...]:
        """Files of the workspace that the largest ambiguous line of a loaded report could be of."""
        return self._reports[key_of(report.path)].could_be

    def newer_files(self, report: Report) -> int:
        """How many of the files that a loaded report has lines of were written after it."""
        return sum(file.version.newer for file in self._reports[key_of(report.path)].files.values())

    def entries(self, path: Path) -> FileEntries | None:
        """What is known about a workspace file."""
        return self._at(key_of(path))

    def remembered(self, report: Report) -> dict[Path, Sequence[str]]:
        """The texts of files as this report saw them, where they are known though the files were edited since."""
        known = self._reports.get(key_of(report.path))
        if known is None or known.report.identity != report.identity:
            return {}
        versions = (file.version for file in known.files.values())
        return {version.file: version.texts for version in versions if version.texts is not None and not version.newer}

    def put(self, placed: PlacedReport) -> None:
        """Add a report, or replace the one of the same file."""
        old = self._reports.pop(key_of(placed.report.path), None)
        if old:
            old.report.close()
        self._reports[key_of(placed.report.path)] = placed
        self._files.clear()

    def replace(self, placed: PlacedReport) -> None:
        """A loaded report was placed anew; nothing if it was unloaded in the meantime."""
        key = key_of(placed.report.path)
        if key in self._reports and self._reports[key].report is placed.report:
            self._reports[key] = placed
            self._files.clear()

    def remove(self, path: Path) -> bool:
        """Forget a report; false if it was not loaded."""
        found = self._reports.pop(key_of(path), None)
        if found:
            found.report.close()
            self._files.clear()
        return found is not None

    def _speakers(self, folder: Path) -> dict[Format, Report]:
        """By format the report whose numbers stand on the lines of a folder.

        One speaks for the whole folder: a line that it lacks has nothing now, whatever an older one says.
        """
        speakers: dict[Format, Report] = {}
        for placed in self._reports.values():
            known = speakers.get(placed.report.profile.format)
            if folder in placed.folders and (known is None or _speaks_over(placed.report, known)):
                speakers[placed.report.profile.format] = placed.report
        return speakers

    def _at(self, key: str) -> FileEntries | None:
        """What all reports say about a file; put together when it is first asked for."""
        known = self._files.get(key)
        found = [placed.files[key] for placed in self._reports.values() if key in placed.files] if known is None else []
        if found:
            known = self._files[key] = FileEntries(found[0].path, self._speakers(found[0].folder))
            for file in found:
                known.versions.setdefault(file.version)
                for line, entries in file.lines.items():
                    known.lines[line].extend(entries)
        return known


def _speaks_over(report: Report, other: Report) -> bool:
    """Whether a report's numbers stand on the lines rather than another's: it names roots, or is newer."""
    knows, other_knows = (one.index is None or one.index.report.has_roots for one in (report, other))
    return knows if knows != other_knows else is_newer(report, other)


def place_sites(
    report: Report,
    pasts: Sequence[FolderPast],
    rules: Sequence[UserRule],
    remembered: Mapping[Path, Sequence[str]],
    *,
    conclude: bool,
) -> PlacedReport:
    """The report's sites that have a place. Reads the folders: not for the event loop. As `place_report`.

    Conclusions that were not kept are drawn if it is to `conclude`, else left out.
    """
    placement = place_report(report.profile.paths, pasts, rules, remembered)
    report.live_objects_at  # noqa: B018 -- here, so that no request has to wait for it
    conclusions = conclusions_of if conclude else kept_conclusions
    concluded = conclusions(report.index) if report.index else None
    holders = {found.site: found for found in concluded.top_holders} if concluded else {}
    located: dict[int, Located] = {}
    could_be: tuple[Path, ...] = ()
    for site_id, site in enumerate(report.profile.sites):
        at = placement.locate(site.path, site.line, site.method)
        if at is not None:
            located[site_id] = at
        elif not could_be:
            unplaced = placement.places.unplaced(site.path)
            could_be = unplaced.candidates if unplaced and unplaced.reason == "ambiguous" else ()
    own = {site_id for site_id, at in located.items() if at.place.is_of_workspace}
    suspects = suspects_by_site(concluded.findings.suspects, own) if concluded else {}
    entries = []
    for site_id, found in located.items():
        site = report.profile.sites[site_id]
        placed = ((frame, placement.locate(frame.path, frame.line)) for frame in site.stack)
        callers = tuple((frame, at) for frame, at in placed if at is not None)
        suspect = suspects.get(site_id)
        entries.append(Entry(report, site_id, site, found, holders.get(site_id), suspect, concluded, callers))
    return PlacedReport(report, entries, could_be)
