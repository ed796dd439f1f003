"""Native memory that a program did not free, as leak checkers report it: blocks with the stack that allocated them.

A block belongs to the line of the extension that asked for it: the first frame with a file and line, if it is one of
the first two after the allocator (`malloc`, or Ruby's `xmalloc` around it). What only Ruby or another library is near
to is set apart: Ruby does not free everything when it ends, and a run of an extension without a leak shows hundreds of
such blocks. Of nearly 500 stacks in a run of `samples/native` three are the extension's.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from heapline.profile import Amount, Frame, Measures, Profile, Site, sort_sites
from heapline.readers.text import LARGEST
from heapline.units import human_bytes, things

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from heapline.profile import AmountKind, Format, Problem

_NEAR = 2
_MAX_STACK = 50
_ALLOCATOR = re.compile(
    r"(?:__interceptor_|_+libc_|wrap_)?(?:malloc|calloc|realloc|reallocarray|memalign|aligned_alloc|posix_memalign|valloc"
    r"|strdup|strndup|_?malloc_zone_\w+|_?malloc_type_\w+|mmap)(?:_zone\w*)?"
    r"|operator new(?:\[\])?(?:\(.*\))?|_Zn[aw].*|__rust_alloc\w*|__rdl_alloc\w*|alloc::.*"
)
_WRAPPER = re.compile(
    r"(?:ruby|rb|rb_gc_impl|objspace)_x?(?:malloc|calloc|realloc)\w*|rb_alloc_tmp_buffer\w*|ruby_strdup"
)
_NOT_AN_EXTENSION = re.compile(
    r"(?:^|/)(?:libruby[^/]*\.(?:so|dylib)[^/]*|(?:mini)?ruby[\d.]*|libc[.-][^/]*|libsystem_malloc[^/]*|vgpreload[^/]*"
    r"|ld-[^/]*|libasan[^/]*)$"
)


@dataclass(frozen=True, slots=True)
class Call:
    """A frame of a native stack. `path` is None where no debug information names it, `library` the binary's path."""

    function: str
    path: str | None
    line: int
    library: str | None


@dataclass(frozen=True, slots=True)
class Lost:
    """Blocks that one stack, innermost frame first, allocated and nobody freed."""

    kind: AmountKind
    bytes: int
    blocks: int
    stack: Sequence[Call]


@dataclass(slots=True)
class _Line:
    functions: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    bytes: dict[AmountKind, int] = field(default_factory=lambda: defaultdict(int))
    blocks: dict[AmountKind, int] = field(default_factory=lambda: defaultdict(int))
    largest: Lost | None = None
    stack: Sequence[Call] = ()


def profile_of(
    path: Path, name: Format, lost: Iterable[Lost], lines: int, problems: Sequence[Problem], notes: Sequence[str] = ()
) -> Profile:
    """The profile: the extension's blocks by line, and a note about those that are set apart."""
    found: dict[tuple[str, int], _Line] = defaultdict(_Line)
    apart: list[Lost] = []
    for leak in lost:
        at = _asked_by(leak.stack)
        if at is None:
            apart.append(leak)
            continue
        call = leak.stack[at]
        _add(found[call.path or "", call.line], leak, leak.stack[at + 1 :], call.function)
    said = list(notes)
    if apart:
        size, blocks = sum(leak.bytes for leak in apart), sum(leak.blocks for leak in apart)
        said.append(
            f"{things(len(apart), 'stack')} with {human_bytes(size)} in {things(blocks, 'block')} are set apart:"
            " they are Ruby's own or another library's, no line of an extension is near to the allocation."
        )
    sites = [_site(*at, line) for at, line in found.items()]
    return Profile(
        path=path,
        format=name,
        lines=lines,
        skipped_lines=0,
        traced=True,
        totals=Measures(amounts=_amounts(found.values())),
        sites=sort_sites(sites),
        problems=tuple(problems),
        notes=tuple(said),
    )


def _asked_by(stack: Sequence[Call]) -> int | None:
    """Which frame of the stack is the extension's line that asked for the memory; None if there is none."""
    first = 0
    while first < len(stack) and _ALLOCATOR.fullmatch(stack[first].function):
        first += 1
    for at in range(first, min(first + _NEAR, len(stack))):
        call = stack[at]
        foreign = call.library and _NOT_AN_EXTENSION.search(call.library)
        if call.path and call.line and not foreign and not _WRAPPER.fullmatch(call.function):
            return at
    return None


def _add(line: _Line, leak: Lost, callers: Sequence[Call], function: str) -> None:
    line.bytes[leak.kind] = min(LARGEST, line.bytes[leak.kind] + leak.bytes)
    line.blocks[leak.kind] = min(LARGEST, line.blocks[leak.kind] + leak.blocks)
    line.functions[function] += leak.bytes
    if line.largest is None or leak.bytes > line.largest.bytes:
        line.largest, line.stack = leak, callers


def _site(path: str, number: int, line: _Line) -> Site:
    function = max(line.functions, key=lambda name: line.functions[name])
    calls = [call for call in line.stack if call.function or call.path][:_MAX_STACK]
    stack = tuple(Frame(call.function, call.path, call.line) for call in calls if call.path)
    excerpt = tuple(f"called by {call.function or '???'}{_at(call)}" for call in calls)
    return Site(path, number, function, Measures(amounts=_amounts([line])), excerpt, stack)


def _at(call: Call) -> str:
    if call.path:
        return f" ({call.path}:{call.line})"
    return f" (in {call.library})" if call.library else ""


def _amounts(lines: Iterable[_Line]) -> tuple[Amount, ...]:
    totals: dict[AmountKind, tuple[int, int]] = {}
    for line in lines:
        for kind, size in line.bytes.items():
            known = totals.get(kind, (0, 0))
            totals[kind] = (min(LARGEST, known[0] + size), min(LARGEST, known[1] + line.blocks[kind]))
    return tuple(Amount(kind, size, count) for kind, (size, count) in sorted(totals.items(), key=_order))


def _order(item: tuple[AmountKind, tuple[int, int]]) -> int:
    return _KINDS.index(item[0])


_KINDS: tuple[AmountKind, ...] = (
    "definitely_lost",
    "leaked",
    "indirectly_lost",
    "leaked_indirectly",
    "possibly_lost",
    "still_reachable",
)
