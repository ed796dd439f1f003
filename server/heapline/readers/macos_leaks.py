"""Reads the text of macOS' `leaks`, best taken with `MallocStackLogging=1 leaks --atExit -- COMMAND`.

    Process 4711: 3 leaks for 96 total leaked bytes.

    STACK OF 1 INSTANCE OF 'ROOT LEAK: <malloc in copy_of>':
    2   leaky.bundle               0x1047d7710 greet + 16  leaky.c:22
    1   leaky.bundle               0x1047d757c copy_of + 112  leaky.c:15
    0   libsystem_malloc.dylib     0x181a67b78 _malloc_zone_malloc_instrumented_or_legacy + 100
    ====
        2 (80 bytes) ROOT LEAK: <malloc in copy_of 0x126604780> [48]
           1 (32 bytes) 0x126604790 [32]

A block that no other leaked block points at is a root; what only roots hold is lost with them, on the line of the
root. Reports of version 4.0 have stacks of several lines; versions 2.0 and 3.0 one line of calls below each `Leak:`.
Files are named without their folders.
Source of the format: reports that were published by users of macOS 10.6 to 15 (report versions 2.0, 3.0 and 4.0).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO

from heapline.profile import Problem
from heapline.readers.native import Call, Lost, profile_of
from heapline.readers.text import Text, head_lines

if TYPE_CHECKING:
    from pathlib import Path

    from heapline.profile import AmountKind, Profile

_TOTAL = re.compile(r"Process [0-9]+: ([0-9,]{1,15}) leaks? for ([0-9,]{1,20}) total leaked bytes\.")
_STACK = re.compile(r"STACK OF [0-9,]+ INSTANCES? OF '.*':?")
_FRAME = re.compile(
    r" *[0-9]{1,4} +(?P<library>\S.*?) +0x[0-9a-f]+ (?P<function>\S.*?)(?: \+ [0-9]+)?"
    r"(?:  (?P<path>\S.*):(?P<line>[0-9]{1,9}))?"
)
_BLOCK = re.compile(r" +[0-9,]+ \([^()]*\) (?P<name>.*?)\[(?P<size>[0-9]{1,15})\](?: .*)?")
_ROOT = re.compile(r"(?:.*--> )?ROOT (?:LEAK|CYCLE): ")
_OLD_BLOCK = re.compile(r"Leak: 0x[0-9a-f]+ +size=([0-9]{1,15})\b.*")
_OLD_STACK = re.compile(r"\s*Call stack: \[thread 0x[0-9a-f]+\]: \|? ?(.*)")
_OLD_FRAME = re.compile(
    r"(?:0x[0-9a-f]+ )?(?:\((?P<library>[^()]*)\) )?(?P<function>\S.*?)(?: +(?P<path>\S+\.\w+):(?P<line>[0-9]{1,9}))?"
)
_NO_STACKS = "It has no stacks, so no lines: run it with MallocStackLogging=1, and build the extension with -g."


def recognise(head: bytes) -> str | None:
    """None if the content is of the format, else why not."""
    if any(_TOTAL.fullmatch(line) or _STACK.fullmatch(line) for line in head_lines(head)):
        return None
    return 'no line reads "Process …: … leaks for … total leaked bytes."'


def read(path: Path, stream: BinaryIO) -> Profile:
    """The profile: what is leaked, and what is leaked with it, on the lines of extensions."""
    reader = _Reader()
    text = Text(stream)
    for line in text:
        reader.feed(line.text)
    notes = []
    if reader.said is None:
        text.problems.append(Problem(None, "The line with the number of leaks is missing: the text is cut or damaged."))
    elif reader.said == (0, 0):
        notes.append("leaks found nothing.")
    elif reader.said != reader.read:
        counted, said = (f"{blocks:,} blocks with {size:,} bytes" for blocks, size in (reader.read, reader.said))
        text.problems.append(Problem(None, f"The text counts {said}, and shows {counted}: it is cut or damaged."))
    if reader.lost and not any(lost.stack for lost in reader.lost):
        notes.append(_NO_STACKS)
    return profile_of(path, "macos-leaks", reader.lost, text.count, text.problems, notes)


class _Reader:
    """Takes a text line by line. `said` are the blocks and bytes that the report counts, `read` those that it shows."""

    def __init__(self) -> None:
        self.lost: list[Lost] = []
        self.said: tuple[int, int] | None = None
        self._stack: list[Call] = []
        self._in_stack = False

    @property
    def read(self) -> tuple[int, int]:
        return sum(lost.blocks for lost in self.lost), sum(lost.bytes for lost in self.lost)

    def feed(self, line: str) -> None:
        """Takes one line. A stack, outermost call first, stands before its blocks, in old reports after its block."""
        if found := _TOTAL.fullmatch(line):
            self.said = _number(found[1]), _number(found[2])
        elif _STACK.fullmatch(line):
            self._stack, self._in_stack = [], True
        elif self._in_stack and (found := _FRAME.fullmatch(line.rstrip())):
            self._stack.insert(0, _call(found))
        elif found := _BLOCK.fullmatch(line):
            self._in_stack = False
            kind: AmountKind = "leaked" if _ROOT.match(found["name"]) else "leaked_indirectly"
            self.lost.append(Lost(kind, int(found["size"]), 1, tuple(self._stack)))
        elif found := _OLD_BLOCK.fullmatch(line):
            self.lost.append(Lost("leaked", int(found[1]), 1, ()))
        elif (found := _OLD_STACK.fullmatch(line)) and self.lost:
            last = self.lost.pop()
            calls = [_OLD_FRAME.fullmatch(call.strip()) for call in found[1].split(" | ")]
            self.lost.append(Lost(last.kind, last.bytes, 1, tuple(_call(call) for call in reversed(calls) if call)))
        elif not line.strip():
            self._in_stack = False


def _call(found: re.Match[str]) -> Call:
    return Call(found["function"], found["path"], int(found["line"] or 0), found["library"])


def _number(text: str) -> int:
    return min(int(text.replace(",", "") or 0), 10**15)
