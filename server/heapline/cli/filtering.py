"""Which lines a verb prints: `--only` and `--ignore`, and unless `--all` none that nobody wants to hear of."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from heapline.cli.options import settings_in
from heapline.cli.printing import note
from heapline.insight.filtering import Filter
from heapline.insight.quiet import Quiet
from heapline.units import things

if TYPE_CHECKING:
    from pathlib import Path

    from heapline.insight.quiet import Silence
    from heapline.places.placing import Located, Placement
    from heapline.report import Report

OnlyOption = Annotated[
    list[str] | None,
    typer.Option(
        "--only", metavar="TEXT", help="Print only lines of files whose path has this text or fits this glob."
    ),
]
IgnoreOption = Annotated[
    list[str] | None,
    typer.Option(
        "--ignore", metavar="TEXT", help="Leave out lines of files whose path has this text or fits this glob."
    ),
]
AllOption = Annotated[
    bool,
    typer.Option(
        "--all", help="Also what is excluded, ignored by a comment, marked as fixed, or below the thresholds."
    ),
]
_WORDS: dict[Silence, str] = {
    "small": "below the thresholds",
    "excluded": "in files that exclude names",
    "ignored": "ignored by a comment",
    "fixed": "marked as fixed",
}


def filter_of(folder: Path, only: list[str] | None, ignore: list[str] | None) -> Filter:
    """What the two options ask for."""
    return Filter(folder, tuple(only or ()), tuple(ignore or ()))


class Choice:
    """Which recorded lines a verb prints of one report; counts those that it leaves out."""

    def __init__(self, report: Report, wanted: Filter, *, everything: bool) -> None:
        """`everything` is `--all`."""
        self.folder = wanted.folder
        self._quiet = None if everything else Quiet(report, wanted.folder, settings_in(wanted.folder)[0])
        self._wanted = wanted
        self._not_asked_for = 0
        self._silent: Counter[Silence] = Counter()

    def keeps(self, path: str, line: int, located: Located | None) -> bool:
        """Whether a recorded line is printed; however small it is."""
        if not self._wanted.keeps(path, located.place_now if located else None):
            self._not_asked_for += 1
            return False
        silence = self._quiet.unwanted(path, line, located) if self._quiet else None
        if silence:
            self._silent[silence] += 1
        return silence is None

    def keeps_site(self, places: Placement, path: str | None, line: int | None) -> bool:
        """The same of a site, which has neither path nor line if nothing recorded them."""
        if path is None or line is None:
            return self.keeps("", 0, None)
        return self.keeps(path, line, places.locate(path, line))

    @property
    def left_out(self) -> int:
        """How many were left out since that was last told."""
        return self._not_asked_for + self._silent.total()

    def tell(self, what: str = "line") -> None:
        """Print what was left out since this was last called, and how to see it."""
        tell_left_out(self._not_asked_for, self._silent, what)
        self._not_asked_for = 0
        self._silent.clear()


def tell_left_out(not_asked_for: int, silent: Counter[Silence], what: str = "line") -> None:
    """Print how many lines are left out since nobody asked for their files, and how many silent ones, by reason."""
    if not_asked_for:
        note(f"{things(not_asked_for, what)} of files that are not asked for (--only, --ignore) left out.")
    if silent.total():
        said = ", ".join(f"{silent[reason]:,} {words}" for reason, words in _WORDS.items() if silent[reason])
        note(f"{things(silent.total(), what)} left out: {said}. To see all: --all.")
