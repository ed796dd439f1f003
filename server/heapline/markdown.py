"""Text from reports inside Markdown. Every string of a report is hostile: it is shown as code, and does nothing."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAX_LENGTH = 200
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def printable(text: str) -> str:
    """The text on one line, without control and bidirectional characters."""
    if text.isprintable():  # most are, and this is told at once
        return text
    return "".join(c if unicodedata.category(c) not in _UNPRINTABLE else "\N{REPLACEMENT CHARACTER}" for c in text)


def plain(text: str) -> str:
    """The text as `printable` gives it, and no longer than a line of a hover can hold."""
    clean = printable(text)
    return clean if len(clean) <= _MAX_LENGTH else clean[: _MAX_LENGTH - 1] + "…"


def code(text: str) -> str:
    """The text as a code span, which every client shows as it stands; a path or a name."""
    clean = plain(text)
    longest = max((len(run) for run in re.findall(r"`+", clean)), default=0)
    fence = "`" * (longest + 1)
    padding = " " if clean.startswith("`") or clean.endswith("`") else ""
    return f"{fence}{padding}{clean}{padding}{fence}"


def code_cell(text: str) -> str:
    """A code span inside a table, where a bar ends the cell even in code."""
    return code(text).replace("|", "\\|")


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a GFM table; all columns but the first are numbers. Cells must be safe already."""
    rule = ["---", *("---:" for _ in header[1:])]
    return ["| " + " | ".join(row) + " |" for row in (header, rule, *rows)]


def fenced(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The same as aligned text for clients that do not draw tables. Cells must be plain."""
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]
    lines = []
    for row in (header, *rows):
        first, *numbers = (cell.replace("`", "'") for cell in row)
        aligned = [
            first.ljust(widths[0]),
            *(cell.rjust(width) for cell, width in zip(numbers, widths[1:], strict=True)),
        ]
        lines.append("  ".join(aligned).rstrip())
    return verbatim(lines)


def verbatim(lines: Sequence[str]) -> list[str]:
    """Lines of a report in a block of code, each made safe."""
    return ["```text", *(plain(line.replace("`", "'")) for line in lines), "```"]
