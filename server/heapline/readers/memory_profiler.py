"""Reads the text that memory_profiler prints: totals, and per site what was allocated and what survived.

Sites come from the four sections "… by location". Each lists its largest rows only (50 unless ``top:`` says
otherwise), so a site that a section leaves out has ``None`` there. One case is known to be zero: where the
rows of "retained objects by location" add up to the total, and "retained memory by location" names the same
sites, every other site retained nothing.

The sections by gem, file and class repeat the same numbers without lines and are passed over, as are the
string reports, which are long and hold the program's own strings.

A text may hold several reports (a server's log, a test run). They are never added up: the last of those that
have the most location sections is read, so that a last one cut short does not hide the whole one before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from heapline.profile import FORMAT_NAMES, MAX_PROBLEMS, Problem, Profile
from heapline.readers.memory_profiler_lines import (
    LOCATION_TITLES,
    NO_DATA,
    OTHER_TITLES,
    SITE_TITLES,
    Total,
    is_of_heap_profiler,
    is_rule,
    parse_row,
    parse_total,
)
from heapline.readers.memory_profiler_report import Report, measures_of
from heapline.readers.text import Line, Text, head_lines

if TYPE_CHECKING:
    from pathlib import Path

    from heapline.profile import Format

_UNKNOWN_TITLE = "an unknown title"


def recognise(head: bytes) -> str | None:
    """``None`` if ``head``, a file's first bytes, has the beginning of such a text, else why it has not.

    A text is known by one line: a total, or the title of a section by location. heap-profiler's has both, too.
    """
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "it is text in UTF-16, as PowerShell's > writes it; save it as UTF-8"
    lines = [line.strip() for line in head_lines(head)]
    if is_of_heap_profiler(lines):
        return "heap-profiler wrote it"
    if any(line in LOCATION_TITLES or _is_total(line) for line in lines):
        return None
    return 'no line near its beginning reads "Total allocated: … bytes (… objects)"'


def read(path: Path, stream: BinaryIO) -> Profile:
    """Reads the stream to its end, inflated bytes in, the profile out. Content never raises; only a disk can."""
    return read_as("memory-profiler", path, stream, limit="top:")


def read_as(written_by: Format, path: Path, stream: BinaryIO, limit: str) -> Profile:
    """The same of a text that this tool wrote; `limit` is its option for how many rows it prints.

    Bytes printed with a unit (``scale_bytes``, decimal) become whole bytes; a note says they are rounded.
    Rows that sites share after ``normalize_paths`` are added up; a note says so. ``skipped_lines`` counts
    what should have given something: not the noise around a report, nor what is passed over on purpose.
    """
    reader = _Reader()
    text = Text(stream)
    for line in text:
        reader.feed(line)
    report, notes = reader.finish()
    problems = [*text.problems, *report.missing(), *report.problems]
    if report.is_nothing:
        problems.append(Problem(None, f"There is no {FORMAT_NAMES[written_by]} in this text."))
    return Profile(
        path=path,
        format=written_by,
        lines=text.count,
        skipped_lines=report.skipped_lines,
        traced=True,
        totals=measures_of(report.totals),
        sites=report.profile_sites(),
        problems=tuple(problems[:MAX_PROBLEMS]),
        notes=(*notes, *report.notes(limit)),
    )


def _is_total(line: str) -> bool:
    total = parse_total(line)
    return total is not None and total.kind != "live"


class _Reader:
    """Takes the text line by line and keeps the report to show."""

    def __init__(self) -> None:
        self._report: Report | None = None
        self._best: Report | None = None
        self._reports = 0
        self._section: str | None = None  # the title that the next rows stand under
        self._awaits_rule = False  # a title was seen, but not yet the dashes under it

    def feed(self, line: Line) -> None:
        """Takes one line; where it is not ``whole`` a number at its end may have lost digits."""
        number, text, whole, is_utf8 = line
        if (total := parse_total(text)) and (whole or total.bytes is not None):
            self._take_total(number, total)
            return
        text = self._without_prefix(text)
        title = text.strip()
        if title in SITE_TITLES or title in OTHER_TITLES:
            self._take_title(number, title)
        elif self._report and is_rule(title):
            self._take_rule(self._report, number)
        elif self._report and title and title != NO_DATA:
            self._take_content(self._report, number, text, whole, is_utf8)

    def finish(self) -> tuple[Report, list[str]]:
        """The report to show, and notes about the choice."""
        self._close()
        if self._best is None:
            return Report(first_line=1), []
        if self._reports == 1:
            return self._best, []
        first = self._best.first_line
        return self._best, [f"The text holds {self._reports} reports: this is the last full one, from line {first}."]

    def _take_total(self, number: int, total: Total) -> None:
        report = self._report
        if report is None or report.titles or f"{total.kind}_objects" in report.totals:
            report = self._open(number, total.before)
        report.add_total(number, total)

    def _take_title(self, number: int, title: str) -> None:
        report = self._report
        if report is None or title in report.titles:
            report = self._open(number, report.before if report else "")
        report.titles.add(title)
        self._section = title
        self._awaits_rule = True

    def _take_rule(self, report: Report, number: int) -> None:
        """Dashes under no title: the rows below them must not be counted under the title before."""
        if self._section and not self._awaits_rule:
            self._section = _UNKNOWN_TITLE
            report.skip(number, "The title above these dashes is unknown: the rows below are left out.")
        self._awaits_rule = False

    def _take_content(self, report: Report, number: int, text: str, whole: bool, is_utf8: bool) -> None:
        if self._section == _UNKNOWN_TITLE:
            report.skipped_lines += 1
        elif self._section in SITE_TITLES:
            measure = SITE_TITLES[self._section]
            row = parse_row(text, measure)
            if row is None:
                report.skip(number, f'This is no row of "{self._section}" (a number, two spaces, path:line).')
            elif not whole:
                report.skip(number, "The text ends inside this row: its last number may be cut.")
            else:
                report.add_row(number, measure, row)
                if not is_utf8:
                    report.remark(number, "The path is not UTF-8: its odd bytes are shown as \\x…")

    def _without_prefix(self, text: str) -> str:
        """The text without what stands before every line: ``> ``, ``web_1  | ``, ``12:00:01 web.1  | ``."""
        before = self._report.before if self._report else ""
        if before.rstrip().endswith("|") and "|" in text:
            return text.partition("|")[2]  # such prefixes tell the time
        return text.removeprefix(before.rstrip())

    def _open(self, number: int, before: str) -> Report:
        self._close()
        self._reports += 1
        self._section = None
        self._report = Report(first_line=number, before=before)
        return self._report

    def _close(self) -> None:
        """Keeps the report just read, if it is as full as the fullest so far."""
        report = self._report
        if report and self._section in SITE_TITLES:  # every version prints something after it
            report.problems.append(Problem(None, f'The text ends in "{self._section}": rows may be missing.'))
        if report and (self._best is None or report.location_sections >= self._best.location_sections):
            self._best = report
