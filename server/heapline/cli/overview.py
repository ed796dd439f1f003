"""`heapline report FILE… --html OUT`: the overview of a report, or of the dumps of one process, as one HTML file."""

from __future__ import annotations

import os
from contextlib import ExitStack
from enum import Enum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes

import typer

from heapline.cli.loading import asking, complain, load
from heapline.cli.options import places_in
from heapline.errors import HeaplineError
from heapline.export.overview import Spot, as_html, as_json, spot_at, spot_recorded
from heapline.insight.hot_lines import HotLines
from heapline.insight.overview import overview_of
from heapline.insight.series import in_series

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heapline.places.mapping import Place
    from heapline.report import Report


class Links(str, Enum):
    """What a click on a line opens."""

    vscode = "vscode"
    file = "file"
    none = "none"


def write_page(files: Sequence[Path], folder: Path, html: Path, links: Links) -> None:
    """Write the page, or end the program with what is wrong. The lines are looked for in `folder`."""
    try:
        with ExitStack() as stack:
            series = _one_process([stack.enter_context(asking(_loaded(file))) for file in files])
            content = _content(series, folder, links)
        page = as_html(content)
        try:
            html.write_bytes(page)
        except OSError as error:
            raise HeaplineError(f"{html}: cannot be written: {error.strerror or error}.") from error
    except HeaplineError as error:
        complain(error)
        raise typer.Exit(1) from None


def _loaded(file: Path) -> Report:
    report = load(file)
    if report is None:
        raise typer.Exit(1)
    return report


def _one_process(reports: list[Report]) -> list[Report]:
    """The reports in the order in which they were taken. Raises HeaplineError unless one page can show them."""
    if len(reports) == 1:
        return reports
    found = in_series(reports)
    if len(found) != 1 or len(found[0]) != len(reports):
        other = next(report for report in reports[1:] if not found or report not in found[0])
        raise HeaplineError(
            f"{other.path}: is no heap dump of the same process as {reports[0].path}. A page shows one report, or"
            " several dumps of one process: name one alone."
        )
    return found[0]


def _content(series: list[Report], folder: Path, links: Links) -> dict[str, object]:
    report = series[-1]
    placement = places_in(folder, report)
    sites = report.profile.sites

    @cache
    def place_of(site: int) -> Place | None:
        return placement.place(sites[site].path, sites[site].line)

    def short(place: Place) -> str:
        inside = place.file.is_relative_to(folder)
        return place.file.relative_to(folder).as_posix() if inside else str(place.file)

    def spot_of(site: int) -> Spot:
        place = place_of(site)
        if place is None:
            return spot_recorded(sites[site], placement.origin(sites[site].path))
        at = spot_at(short(place), place.line, place.origin)
        return Spot(at, _link(place, links), placed=True, own=place.is_of_workspace)

    return as_json(overview_of(series, HotLines(report, place_of, short)), spot_of)


def _link(place: Place, links: Links) -> str | None:
    if links is Links.none:
        return None
    if links is Links.file:
        return place.file.as_uri()
    path = quote_from_bytes(os.fsencode(place.file.as_posix()), safe="/:")
    return f"vscode://file/{path.lstrip('/')}:{place.line}"
