"""Where a text of Ruby defines its methods, to check a recorded line against the recorded method.

Reads `def` and the `end` below it by indentation, as nearly all Ruby is written. Text that is indented otherwise gives
wrong extents, so an answer speaks only against a line, never for one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_DEF = re.compile(
    r"([ \t]*)(?:(?:private|protected|public|module_function|private_class_method|memoize)[ \t]+)?"
    r"def[ \t]+(?:\w+\.)?([^\s(;=.]+(?:=(?=[\s(]))?|===?|=~)"
)


class Methods:
    """The methods that a text defines: for each name, the first and the last line (1-based) of every `def`."""

    def __init__(self, lines: Sequence[str]) -> None:
        """`lines` are the text's, without their ends."""
        self._lines = lines
        self._extents: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, line in enumerate(lines, 1):
            found = _DEF.match(line) if "def" in line else None
            if found:
                self._extents[found[2]].append((number, self._last(number, found[1])))

    def speak_against(self, line: int, method: str) -> bool:
        """Whether the line cannot be of the method: the text defines that elsewhere, and the line does not name it.

        A recorded method may also be one of Ruby's own that the line calls, as `new` and `<<`.
        """
        extents = self._extents.get(method)
        if not extents or not 1 <= line <= len(self._lines):
            return False
        inside = any(first <= line <= last for first, last in extents)
        return not inside and method not in self._lines[line - 1]

    def line_of(self, method: str) -> int | None:
        """The line of the method's `def`, if the text has just one."""
        extents = self._extents.get(method, [])
        return extents[0][0] if len(extents) == 1 else None

    def _last(self, first: int, indent: str) -> int:
        """The line of the `end` that stands under the `def`; where none does, the line before the next `def` there."""
        for number, line in enumerate(self._lines[first:], first + 1):
            if line.rstrip() == f"{indent}end":
                return number
            if line.startswith(f"{indent}def "):
                return number - 1
        return len(self._lines)
