"""Markdown for an issue or a review: totals, and the lines that weigh most. A report's texts are code, never markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heapline.export.subject import text_of
from heapline.markdown import code, code_cell, table
from heapline.units import amount_in_words, human_bytes, human_count, things

if TYPE_CHECKING:
    from heapline.export.subject import Row, Subject

_ROWS = 20
_ALSO = "measured"
_TITLES = {
    "live_objects": "live",
    "live_bytes": "live bytes",
    "allocated_objects": "allocated",
    "allocated_bytes": "allocated bytes",
    "retained_objects": "survived",
    "retained_bytes": "survived bytes",
    "retained_size": "retains ≥",
}


def write(subject: Subject) -> bytes:
    """A heading, the totals, and a table of the first lines; those of the workspace if it has any."""
    report = subject.report
    shown = subject.shown
    inside = [row for row in shown if row.place and row.place.is_of_workspace]
    rows = inside or shown
    lines = [f"## {code(report.path.name)}", ""]
    totals = [
        f"{_TITLES[name]}: {_amount(name, value)}"
        for name in _TITLES
        if (value := getattr(report.profile.totals, name)) is not None
    ]
    lines += [" · ".join(totals), ""] if totals else []
    lines += [note for text in report.profile.notes for note in (f"> {code(text)}", "")]
    if rows:
        header = ["line", *(_TITLES[name] for name in _shown(subject))]
        header += [_ALSO] if any(row.site.measures.amounts for row in rows[:_ROWS]) else []
        lines += table(header, [_cells(subject, row)[: len(header)] for row in rows[:_ROWS]])
        left = len(subject.rows) - min(len(rows), _ROWS)  # the silent ones, too
        lines += ["", f"… and {things(left, 'more line')}."] if left else []
    return "\n".join([*lines, ""]).encode(errors="backslashreplace")


def _cells(subject: Subject, row: Row) -> list[str]:
    where = row.site.at
    if row.place:
        file = row.place.file
        inside = file.relative_to(subject.folder) if file.is_relative_to(subject.folder) else file
        where = f"{text_of(inside)}:{row.place.line}"
    also = " · ".join(map(amount_in_words, row.site.measures.amounts))
    return [code_cell(where), *(_amount(name, getattr(row.site.measures, name)) for name in _shown(subject)), also]


def _shown(subject: Subject) -> list[str]:
    """The measures that have a column of their own."""
    return [name for name in subject.known if name in _TITLES]


def _amount(name: str, value: int | None) -> str:
    if value is None:
        return ""
    return human_count(value) if name.endswith("_objects") else human_bytes(value)
