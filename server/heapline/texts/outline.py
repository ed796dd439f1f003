"""How a report text is divided: titles over a line of dashes, the blocks of native leak checkers, and other titles."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from heapline.readers.text import without_colours

if TYPE_CHECKING:
    from collections.abc import Sequence

_RULE = re.compile(r"-{5,}|={4,}")
_BLOCK = re.compile(
    r"(?:=+[0-9]+=+ ?)?(?:(?:[0-9,]+ (?:\([^)]*\) )?bytes in [0-9,]+ blocks are |(?:Direct|Indirect) leak of |"
    r"HEAP SUMMARY:|LEAK SUMMARY:)|Total allocated|TOP: [0-9.]+ MiB|(?:GC|Object) Stats\s*\Z|Calculating -{5}|"
    r"Comparison:\s*\Z)"
)
_FIRST = frozenset("-=\x1b0123456789CDGHILOT")
"""What a rule or a block's title begins with. Most rows begin with a space, so that this decides for nearly all."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a text: its title, and the 0-based numbers of its first line, of its first row and of its last line."""

    title: str
    first: int
    rows: int
    last: int


def sections(texts: Sequence[str]) -> list[Section]:
    """The parts of a text, in order; each ends before the next, without the empty lines between them."""
    starts: list[tuple[str, int, int]] = []
    for number, text in enumerate(texts):
        if text[:1] not in _FIRST:
            continue
        above = texts[number - 1].strip() if number else ""
        if above and text[:1] in "-=\x1b" and _RULE.fullmatch(without_colours(text).strip()):
            if starts and starts[-1][1] == number - 1:  # a block's title, with a rule of its own
                starts.pop()
            starts.append((above, number - 1, number + 1))
        elif _BLOCK.match(text):
            starts.append((text.strip(), number, number + 1))
    found = []
    ends = [first_line for _, first_line, _ in starts[1:]] + [len(texts)]
    for (title, first_line, rows), after in zip(starts, ends if starts else [], strict=True):
        last = after - 1
        while last > first_line and not texts[last].strip():
            last -= 1
        found.append(Section(without_colours(title), first_line, rows, last))
    return found
