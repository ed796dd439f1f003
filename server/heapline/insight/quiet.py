"""Which lines nobody wants to hear of, and why: one rule for editors, terminal and exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from heapline.insight.fixed import Fixed, Mark
from heapline.metrics import share_of
from heapline.places.texts import disk_lines, ignored
from heapline.settings.matching import matches

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from heapline.places.origin import Origin
    from heapline.places.placing import Located
    from heapline.profile import Measures, Site
    from heapline.report import Report
    from heapline.settings import Settings

Silence = Literal["excluded", "ignored", "fixed", "small"]
"""Why a line is left out: its file is one of `exclude`, a comment says so, it is marked as fixed, or the thresholds."""


def is_excluded(file: Path, folder: Path | None, settings: Settings) -> bool:
    """Whether the folder's `exclude` names a file; false for one that lies in no folder (None)."""
    if folder is None or not settings.exclude or not file.is_relative_to(folder):
        return False
    return matches(settings.exclude, file.relative_to(folder).as_posix())


def reaches(report: Report, measures: Measures, settings: Settings) -> bool:
    """Whether a line is large enough by the thresholds."""
    enough = settings.threshold
    part = share_of(report, measures, "all") if enough.share else None
    if part is not None and 100 * part < enough.share:
        return False
    return measures.leaks or measures.largest_bytes >= enough.bytes or measures.largest_count >= enough.objects


def gets_attention(origin: Origin, settings: Settings) -> bool:
    """Whether lines of this code are marked in a file, and not only in hovers and lists."""
    origins = settings.origins
    said = {"gem": origins.gems, "ruby": origins.ruby, "test": origins.tests}
    return said.get(origin.kind, "shown") == "shown"


class Quiet:
    """What is silent of one report in one folder. Reads files as they are on the disk: not for an event loop."""

    def __init__(self, report: Report, folder: Path, settings: Settings) -> None:
        """`settings` are the folder's."""
        self._report = report
        self._folder = folder
        self._settings = settings
        self._fixed = Fixed()
        self._texts: dict[Path, Sequence[str]] = {}

    def unwanted(self, path: str, line: int, located: Located | None) -> Silence | None:
        """Why the user does not want a recorded line, large or not; None if that is nowhere said."""
        return self._excluded_or_fixed(path, line, located) or self._ignored(located)

    def silence(self, site: Site, located: Located | None) -> Silence | None:
        """Why a site is left out of lists; None if it is not."""
        said = self._excluded_or_fixed(site.path, site.line, located)
        if said is None and not reaches(self._report, site.measures, self._settings):
            said = "small"  # before the comments: to see those, files must be read
        return said or self._ignored(located)

    def _excluded_or_fixed(self, path: str, line: int, located: Located | None) -> Silence | None:
        if located is None:
            return None
        if is_excluded(located.place.file, self._folder, self._settings):
            return "excluded"
        return "fixed" if Mark(located.folder, self._report, path, line) in self._fixed else None

    def _ignored(self, located: Located | None) -> Silence | None:
        now = located.now if located else None
        if located is None or now is None:
            return None
        file = located.place.file
        if file not in self._texts:
            self._texts[file] = disk_lines(file)
        return None if ignored(self._texts[file], now.line) is None else "ignored"
