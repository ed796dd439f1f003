"""The loaded reports, and by file and line what they say."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from heapline.insight.series import is_newer
from heapline.lsp.uris import key_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from heapline.lsp.placed import Entry, PlacedReport, Verdict
    from heapline.places.versions import Version
    from heapline.profile import Format
    from heapline.report import Report
    from heapline.settings import Settings


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


class Store:
    """Reports by file; entries by workspace file. Changed on the event loop only, which takes next to no time."""

    def __init__(self) -> None:
        """Empty."""
        self._reports: dict[str, PlacedReport] = {}
        self._files: dict[str, FileEntries] = {}
        self._programs: dict[tuple[PlacedReport, PlacedReport, Path], bool] = {}

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
        loaded = next((placed for placed in self._reports.values() if placed.report is report), None)
        return loaded.entries.get(site) if loaded and site is not None else None

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

    def verdict_on(self, report: Report) -> Verdict | None:
        """The suspects of a loaded dump's process: of its dumps together if they were compared, else its own."""
        return self._reports[key_of(report.path)].verdict

    def judge(self, verdict: Verdict) -> None:
        """Let these dumps of one process speak together, until one of them goes."""
        for dump in verdict.dumps:
            self._reports[key_of(dump.path)].judge(verdict)

    def put(self, placed: PlacedReport) -> None:
        """Add a report, or replace the one of the same file."""
        old = self._reports.pop(key_of(placed.report.path), None)
        if old:
            self._part(old)
            old.report.close()
        self._reports[key_of(placed.report.path)] = placed
        self._forget()

    def replace(self, placed: PlacedReport) -> None:
        """A loaded report was placed anew; nothing if it was unloaded in the meantime."""
        key = key_of(placed.report.path)
        if key in self._reports and self._reports[key].report is placed.report:
            known = self._reports[key].verdict
            placed.judge(known if known and len(known.dumps) > 1 else None)
            self._reports[key] = placed
            self._forget()

    def remove(self, path: Path) -> bool:
        """Forget a report; false if it was not loaded."""
        found = self._reports.pop(key_of(path), None)
        if found:
            self._part(found)
            found.report.close()
            self._forget()
        return found is not None

    def _forget(self) -> None:
        """The reports changed: what was put together of them is made anew."""
        self._files.clear()
        self._programs.clear()

    def _part(self, gone: PlacedReport) -> None:
        """Of the dumps that spoke together with one that is gone each speaks for itself again."""
        for dump in gone.verdict.dumps if gone.verdict else ():
            left = self._reports.get(key_of(dump.path))
            if left:
                left.judge(None)

    def _speakers(self, here: list[PlacedReport], folder: Path) -> dict[Format, Report]:
        """By format the report whose numbers stand on the lines of a file, which those `here` know, in this folder.

        One speaks for a whole program: a line that it lacks has nothing now, whatever an older one says.
        """
        speakers: dict[Format, Report] = {}
        for one in here:
            written_by = one.report.profile.format
            for other in self._reports.values():
                known = speakers.get(written_by)
                if other.report.profile.format == written_by and self._of_one_program(one, other, folder):
                    speakers[written_by] = known if known and not _speaks_over(other.report, known) else other.report
        return speakers

    def _of_one_program(self, one: PlacedReport, other: PlacedReport, folder: Path) -> bool:
        """Whether two reports have a file of the folder in common: one with several programs has reports of each."""
        pair = (one, other, folder)
        known = self._programs.get(pair)
        if known is None:
            known = self._programs[pair] = not one.files_in[folder].isdisjoint(other.files_in.get(folder, ()))
        return known

    def _at(self, key: str) -> FileEntries | None:
        """What all reports say about a file; put together when it is first asked for."""
        known = self._files.get(key)
        here = [placed for placed in self._reports.values() if key in placed.files] if known is None else []
        if here:
            found = [placed.files[key] for placed in here]
            known = self._files[key] = FileEntries(found[0].path, self._speakers(here, found[0].folder))
            for file in found:
                known.versions.setdefault(file.version)
                for line, entries in file.lines.items():
                    known.lines[line].extend(entries)
        return known


def _speaks_over(report: Report, other: Report) -> bool:
    """Whether a report's numbers stand on the lines rather than another's: it names roots, or is newer."""
    knows, other_knows = (one.index is None or one.index.report.has_roots for one in (report, other))
    return knows if knows != other_knows else is_newer(report, other)
