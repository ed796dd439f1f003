"""Reads what LeakSanitizer prints, alone or with AddressSanitizer.

    Direct leak of 1200 byte(s) in 100 object(s) allocated from:
        #0 0x7f02a12b89cf in __interceptor_malloc ../../../../src/libsanitizer/asan/asan_malloc_linux.cpp:69
        #1 0x7f02a030591a in copy_of /srv/ext/leaky.c:15
        #2 0x7f02a1048abf  (/lib/x86_64-linux-gnu/libruby-3.1.so.3.1+0x248abf)

Source of the format: `lsan_common.cpp` and `sanitizer_stacktrace_printer.cpp` of LLVM's compiler-rt.
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

_LEAK = re.compile(r"(Direct|Indirect) leak of ([0-9]{1,15}) byte\(s\) in ([0-9]{1,15}) object\(s\) allocated from:")
_FRAME = re.compile(
    r" +#[0-9]+ 0x[0-9a-f]+ (?:in (?P<function>\S.*?) ?)?(?P<where>\([^()]*\)(?: \(BuildId: \w+\))?|\S*)"
)
_AT = re.compile(r"([^\0]+?):([0-9]{1,9})(?::[0-9]{1,9})?")
_LIBRARY = re.compile(r"\(([^()]*?)(?:\+0x[0-9a-f]+)?\).*")
_KINDS: dict[str, AmountKind] = {"Direct": "leaked", "Indirect": "leaked_indirectly"}


def recognise(head: bytes) -> str | None:
    """None if the content is of the format, else why not."""
    lines = head_lines(head)
    if any(line.endswith("ERROR: LeakSanitizer: detected memory leaks") or _LEAK.fullmatch(line) for line in lines):
        return None
    return 'no line reads "Direct leak of … byte(s) in … object(s) allocated from:"'


def read(path: Path, stream: BinaryIO) -> Profile:
    """The profile: amounts in LeakSanitizer's words on the lines of extensions."""
    text = Text(stream)
    lost: list[Lost] = []
    open_leak: tuple[AmountKind, int, int] | None = None
    stack: list[Call] = []
    notes = []
    for line in text:
        found = _LEAK.fullmatch(line.text)
        call = _call(line.text) if open_leak and not found else None
        if call:
            stack.append(call)
            continue
        if open_leak:
            lost.append(Lost(*open_leak, tuple(stack)))
            open_leak = None
        if found:
            open_leak, stack = (_KINDS[found[1]], int(found[2]), int(found[3])), []
        elif line.text.startswith("Too many leaks!"):
            notes.append("LeakSanitizer stopped after the first leaks (max_leaks): there are more.")
    if open_leak:
        lost.append(Lost(*open_leak, tuple(stack)))
        text.problems.append(Problem(text.count, "The text ends inside a leak: its stack may be cut."))
    if not lost:
        text.problems.append(Problem(None, "There is no leak in this text."))
    return profile_of(path, "leak-sanitizer", lost, text.count, text.problems, notes)


def _call(content: str) -> Call | None:
    found = _FRAME.fullmatch(content)
    if found is None:
        return None
    where = found["where"]
    if library := _LIBRARY.fullmatch(where):
        return Call(found["function"] or "", None, 0, library[1])
    at = _AT.fullmatch(where)
    return Call(found["function"] or "", at[1] if at else None, int(at[2]) if at else 0, None)
