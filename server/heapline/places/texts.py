"""Files as lines."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_BLOCK = 1 << 14  # holds most files; a larger one takes longer to get than to fill
_AS_BYTES = os.O_RDONLY | getattr(os, "O_BINARY", 0)  # as Windows calls it
_LINE_END = re.compile(r"\r\n|\n|\r")
_IGNORE = re.compile(r"\s*(?:<%|-)?(?:#|//)\s*heapline:ignore\b(.*?)(?:%>\s*)?\Z")
_COMMENTS = {
    **dict.fromkeys((".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".m", ".mm", ".rs"), "// {}"),
    **dict.fromkeys((".erb", ".rhtml"), "<%# {} %>"),
    **dict.fromkeys((".haml", ".slim"), None),  # what stands behind a line there is its text
}


def ignored(lines: Sequence[str], line: int) -> str | None:
    """The reason for which a comment says that a line (1-based) is to be ignored, perhaps empty; None if none does.

    The comment, `# heapline:ignore` and a reason, stands behind the line, or alone on the line above; in C and Rust it
    is `// heapline:ignore`, in templates `<%# heapline:ignore %>` or `-# heapline:ignore`.
    """
    found = _IGNORE.search(lines[line - 1]) if line <= len(lines) else None
    if found is None and 2 <= line <= len(lines) + 1:
        found = _IGNORE.fullmatch(lines[line - 2])
    return found[1].strip(" :-") if found else None


def ignore_comment(file: Path, reason: str) -> str | None:
    """The comment to put behind a line of such a file; None where there can be none."""
    form = _COMMENTS.get(file.suffix.lower(), "# {}")
    return form.format(f"heapline:ignore {reason}") if form else None


def without_ignore(text: str) -> str:
    """A line without such a comment."""
    return _IGNORE.sub("", text) if "heapline:ignore" in text else text


def lines_of(text: str) -> list[str]:
    """The lines without their ends; the last one is empty if the text ends with a line's end."""
    return _LINE_END.split(text)


def disk_lines(path: Path) -> list[str]:
    """The file's lines without their ends, as it is on the disk; none if it cannot be read."""
    try:
        return lines_of(path.read_bytes().decode(errors="replace"))
    except OSError:
        return []  # gone since it was placed: it has no lines to mark


def glance(file: Path) -> tuple[int, int]:
    """When a file was written, in nanoseconds since the epoch, and how many lines it has.

    Both are 0 if it is gone or cannot be read, which is no line to show a number on.
    """
    lines, last = 0, b"\n"
    try:
        opened = os.open(file, _AS_BYTES)
        try:
            written = os.fstat(opened).st_mtime_ns
            while block := os.read(opened, _BLOCK):
                lines += block.count(b"\n")
                last = block[-1:]
                if len(block) < _BLOCK:
                    break
        finally:
            os.close(opened)
    except (OSError, ValueError):
        return 0, 0
    return written, lines + (last != b"\n")
