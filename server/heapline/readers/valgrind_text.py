"""Reads Valgrind memcheck's text: leaks with their stacks, whatever other lines stand between.

    ==7== 1,200 bytes in 100 blocks are definitely lost in loss record 5 of 8
    ==7==    at 0x48417B4: malloc (in /usr/libexec/valgrind/vgpreload_memcheck-amd64-linux.so)
    ==7==    by 0x89234E9: copy_of (leaky.c:15)

ruby_memcheck prints the same with a star before the extension's own frames. Files are named without their folders,
unless Valgrind runs with `--fullpath-after=`; its XML always names them.
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

_PREFIX = re.compile(r"==[0-9]+== ?")
_LOSS = re.compile(
    r" *([0-9,]{1,20})(?: \([0-9,]+ direct, [0-9,]+ indirect\))? bytes in ([0-9,]{1,20}) blocks are"
    r" (definitely lost|indirectly lost|possibly lost|still reachable) in loss record [0-9,]+ of [0-9,]+"
)
_FRAME = re.compile(r" +(?:at|by) 0x[0-9A-Fa-f]+: (.*) \((in )?([^()]*|\([^()]*\))\)")
_FRAME_OF_RUBY_MEMCHECK = re.compile(r" +(\*?)(\S.*) \((at )?([^()]*)\)")
_AT = re.compile(r"(.+):([0-9]{1,9})")
_KINDS: dict[str, AmountKind] = {
    "definitely lost": "definitely_lost",
    "indirectly lost": "indirectly_lost",
    "possibly lost": "possibly_lost",
    "still reachable": "still_reachable",
}


def recognise(head: bytes) -> str | None:
    """None if the content is of the format, else why not."""
    lines = head_lines(head)
    if any(line.startswith("==") and " Memcheck, a memory error detector" in line for line in lines):
        return None
    if any(_LOSS.fullmatch(_PREFIX.sub("", line, count=1)) for line in lines):
        return None
    return 'no line reads "… bytes in … blocks are definitely lost in loss record … of …"'


def read(path: Path, stream: BinaryIO) -> Profile:
    """The profile: amounts in Valgrind's words on the lines of extensions."""
    text = Text(stream)
    lost: list[Lost] = []
    open_leak: tuple[AmountKind, int, int] | None = None
    stack: list[Call] = []
    for line in text:
        content = _PREFIX.sub("", line.text, count=1)
        if found := _LOSS.fullmatch(content):
            if open_leak:
                lost.append(Lost(*open_leak, tuple(stack)))
            open_leak, stack = (_KINDS[found[3]], _number(found[1]), _number(found[2])), []
        elif open_leak and (call := _call(content)):
            stack.append(call)
        elif open_leak:
            lost.append(Lost(*open_leak, tuple(stack)))
            open_leak = None
    if open_leak:
        lost.append(Lost(*open_leak, tuple(stack)))
        text.problems.append(Problem(text.count, "The text ends inside a leak: its stack may be cut."))
    if not lost:
        text.problems.append(Problem(None, "There is no leak in this text: run Valgrind with --leak-check=full."))
    return profile_of(path, "valgrind", lost, text.count, text.problems)


def _call(content: str) -> Call | None:
    if found := _FRAME.fullmatch(content):
        function, is_library, where = found[1], found[2], found[3]
    elif found := _FRAME_OF_RUBY_MEMCHECK.fullmatch(content):
        function, is_library, where = found[2], found[3], found[4]
    else:
        return None
    function = "" if function == "???" else function
    at = None if is_library else _AT.fullmatch(where)
    return Call(function, at[1] if at else None, int(at[2]) if at else 0, where if is_library else None)


def _number(text: str) -> int:
    return min(int(text.replace(",", "") or 0), 10**15)
