"""CSV (RFC 4180, with `\\n` line ends): a row per line of code, empty where the report cannot know a number.

A text that a spreadsheet would take for a formula gets an apostrophe before it, as spreadsheets do themselves:
https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from heapline.export.subject import Subject

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(subject: Subject) -> bytes:
    """The lines of the report; the first row has the columns' names."""
    return table(subject.columns, map(subject.values, subject.rows))


def table(columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> bytes:
    """Any rows, in UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(_harmless, columns))
    writer.writerows(map(_harmless, row) for row in rows)
    return text.getvalue().encode(errors="backslashreplace")


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
