"""Files as lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_LINE_END = re.compile(r"\r\n|\n|\r")


def lines_of(text: str) -> list[str]:
    """The lines without their ends; the last one is empty if the text ends with a line's end."""
    return _LINE_END.split(text)


def disk_lines(path: Path) -> list[str]:
    """The file's lines without their ends, as it is on the disk; none if it cannot be read."""
    try:
        return lines_of(path.read_bytes().decode(errors="replace"))
    except OSError:
        return []  # gone since it was placed: it has no lines to mark
