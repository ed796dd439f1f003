"""A report with its sites placed: all that a request needs of it, ready before it is asked."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import chain, takewhile
from typing import TYPE_CHECKING

from heapline.collector import uncollected
from heapline.insight.conclusions import conclusions_of, kept_conclusions
from heapline.insight.fixed import Mark
from heapline.insight.suspects import suspects_by_site
from heapline.lsp.uris import Keys
from heapline.places.placing import Located, Now, place_report

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from heapline.insight.conclusions import Conclusions
    from heapline.insight.suspects import Findings, Suspect
    from heapline.insight.top_holders import TopHolder
    from heapline.places.mapping import Place
    from heapline.places.past import FolderPast
    from heapline.places.placing import Placement
    from heapline.places.rules import UserRule
    from heapline.places.versions import Version
    from heapline.profile import Frame, Site
    from heapline.report import Report


@dataclass(frozen=True, slots=True)
class Entry:
    """One site of one report that has a place in the workspace, or near it. `site_id` is its position in the profile.

    `holder` is there if the site is a top holder of the heap; `concluded` is what is known of the whole dump besides,
    `suspects` those of the whole report by site. `callers` are those of its stack that have a place, nearest first.
    """

    report: Report
    site_id: int
    site: Site
    located: Located
    holder: TopHolder | None
    concluded: Conclusions | None
    suspects: Mapping[int, Suspect]
    callers: tuple[tuple[Frame, Located], ...] = ()

    @property
    def suspect(self) -> Suspect | None:
        """There if what the site allocated holds ever more, as far as is known now."""
        return self.suspects.get(self.site_id)

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
    def mark(self) -> Mark:
        """The line, to be marked as fixed."""
        return Mark(self.folder, self.report, self.site.path, self.site.line)

    @property
    def now(self) -> Now | None:
        """Where the site is now, as the file is in the editor; None if its line is gone."""
        return self.located.now


@dataclass(frozen=True, slots=True)
class Verdict:
    """The leak suspects of a dump, or of several of one process together: `dumps`, the oldest first."""

    dumps: tuple[Report, ...]
    findings: Findings


@dataclass(slots=True)
class PlacedFile:
    """One report's entries in one file, by line (1-based) as it was; `key` is as `key_of` gives it."""

    key: str
    path: Path
    folder: Path
    version: Version
    lines: dict[int, list[Entry]] = field(default_factory=lambda: defaultdict(list))


class PlacedReport:
    """One report's entries, in every order in which they are asked for; made in a thread, for it takes a while."""

    def __init__(
        self,
        report: Report,
        entries: list[Entry],
        concluded: Conclusions | None,
        suspects: dict[int, Suspect],
        could_be: tuple[Path, ...] = (),
    ) -> None:
        """`suspects` are what the entries have, to be filled in; `could_be` what the largest ambiguous line is of."""
        self.report = report
        self.verdict: Verdict | None = None
        self.could_be = could_be
        self.entries = {entry.site_id: entry for entry in entries}
        self.files: dict[str, PlacedFile] = {}
        self._own_sites = {entry.site_id for entry in entries if entry.place.is_of_workspace}
        self.in_workspace = len(self._own_sites)
        keys = Keys()
        self._file_of: dict[Version, PlacedFile] = {}
        for entry in entries:
            file = self._file_of.get(entry.version)
            if file is None:
                path = entry.place.file
                file = PlacedFile(keys.of(path), path, entry.folder, entry.version)
                file = self._file_of[entry.version] = self.files.setdefault(file.key, file)
            file.lines[entry.place.line].append(entry)
        self.files_in: defaultdict[Path, set[str]] = defaultdict(set)
        for key, file in self.files.items():
            self.files_in[file.folder].add(key)
        self._largest = sorted(entries, key=lambda entry: -entry.site.measures.shallow_bytes)
        self._special = [entry for entry in entries if entry.holder or entry.site.measures.leaks]
        self._suspects = suspects
        self._own = Verdict((report,), concluded.findings) if concluded else None
        self.judge(None)

    def judge(self, together: Verdict | None) -> None:
        """Let the dumps of the report's process speak together, the last of them; without them it speaks for itself."""
        self.verdict = together or self._own
        self._suspects.clear()
        if self.verdict and self.verdict.dumps[-1] is self.report:
            self._suspects.update(suspects_by_site(self.verdict.findings.suspects, self._own_sites))

    def files_above(self, share: float) -> set[str]:
        """The keys of files with an entry of at least this share (in percent), a top holder, a suspect or a leak."""
        least = share * self.report.attributable_bytes
        above = takewhile(lambda entry: entry.site.measures.shallow_bytes * 100 >= least, self._largest)
        suspected = (self.entries[site] for site in self._suspects)
        return {self._file_of[entry.version].key for entry in chain(above, self._special, suspected)}


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
    placement = place_report(report.profile.paths, pasts, rules, remembered, report.profile.methods)
    report.live_objects_at  # noqa: B018 -- here, so that no request has to wait for it
    conclusions = conclusions_of if conclude else kept_conclusions
    concluded = conclusions(report.index) if report.index else None
    with uncollected():
        return _placed(report, placement, concluded)


def _placed(report: Report, placement: Placement, concluded: Conclusions | None) -> PlacedReport:
    holders = {found.site: found for found in concluded.top_holders} if concluded else {}
    located: dict[int, Located] = {}
    could_be: tuple[Path, ...] = ()
    for site_id, site in enumerate(report.profile.sites):
        at = placement.locate(site.path, site.line)
        if at is not None:
            located[site_id] = at
        elif not could_be:
            unplaced = placement.places.unplaced(site.path)
            could_be = unplaced.candidates if unplaced and unplaced.reason == "ambiguous" else ()
    suspects: dict[int, Suspect] = {}
    entries = []
    for site_id, found in located.items():
        site = report.profile.sites[site_id]
        placed = ((frame, placement.locate(frame.path, frame.line)) for frame in site.stack)
        callers = tuple((frame, at) for frame, at in placed if at is not None)
        holder = holders.get(site_id)
        entries.append(Entry(report, site_id, site, found, holder, concluded, suspects, callers))
    return PlacedReport(report, entries, concluded, suspects, could_be)
