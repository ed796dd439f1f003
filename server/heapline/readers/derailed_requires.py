"""Reads what derailed_benchmarks prints of requires (`bundle:mem`, `perf:mem`): a tree, and the memory that each took.

    TOP: 20.0703 MiB
      rails: 16.5508 MiB (Also required by: action_view/railtie)
        rails/application: 8.2969 MiB

The numbers are growth of the process' resident set while a file was required, in MiB: estimates. A file counts under
the first that requires it. Entries below `CUT_OFF` (0.3 MiB unless set) are not printed.

The largest of the files directly below a file (of a gem: of the files that it is made up of) is its `boot_part`.

A require has no line. A name becomes the site `require:NAME`, the names of a gem together `gemfile:NAME`, both with
line 0: `places` finds their lines. A file that is required by its path is a site by itself, on its first line.
Source of the format: `DerailedBenchmarks::RequireTree#print_sorted_children` of derailed_benchmarks 1.7.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from heapline.profile import Amount, Frame, Measures, Problem, Profile, Site, sort_sites
from heapline.readers.text import Text, head_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_MIB = 2**20
_MAX_EXCERPT = 30
_MAX_STACK = 50
_TOP = re.compile(r"TOP: ([0-9]{1,9}(?:\.[0-9]{1,9})?) MiB")
_ROW = re.compile(r"((?:  )+)(\S.*?): ([0-9]{1,9}(?:\.[0-9]{1,9})?) MiB(?: \(Also required by: .*\))?")
_GEM_FOLDER = re.compile(r"/gems/([A-Za-z0-9_][\w.-]*?)-\d[^/]*/")
_SHOWN_NAME = re.compile(r"[\w./+-]{1,60}")  # what can stand among numbers, also where text may be taken for markup
_RAILS = re.compile(
    r"rails|abstract_controller|action_(?:cable|controller|dispatch|mailbox|mailer|pack|text|view)"
    r"|active_(?:job|model|record|storage|support)"
)
"""What the gem `rails` stands for: first parts of the names of its components' files."""


@dataclass(slots=True)
class _Required:
    """A file that was required, where it stands in the text, and below which other one."""

    name: str
    bytes: int
    depth: int
    text: str
    parent: _Required | None
    children: list[_Required] = field(default_factory=list)

    def ancestors(self) -> Iterator[_Required]:
        above = self.parent
        while above is not None:
            yield above
            above = above.parent


def recognise(head: bytes) -> str | None:
    """None if the content is of the format, else why not."""
    if any(_TOP.fullmatch(line) for line in head_lines(head)):
        return None
    return 'no line reads "TOP: … MiB"'


def read(path: Path, stream: BinaryIO) -> Profile:
    """The profile: of each file and gem the amount `boot`. Of several trees in one text, the last is read."""
    text = Text(stream)
    trees = 0
    top = 0
    rows: list[_Required] = []
    for line in text:
        if found := _TOP.fullmatch(line.text):
            trees, top, rows = trees + 1, _bytes(found[1]), []
        elif trees and (found := _ROW.fullmatch(line.text)):
            if line.whole or line.text.endswith(("MiB", ")")):
                _append(rows, _Required(found[2], _bytes(found[3]), len(found[1]) // 2, line.text, None))
        elif trees and line.text.startswith("  "):
            text.skip(line.number, "This is no row of the tree (a name, a number, MiB).")
    if not trees:
        text.problems.append(Problem(None, "There is no tree of requires in this text."))
    notes = ["What a require takes is measured as growth of the whole process: an estimate."]
    if trees > 1:
        notes.append(f"The text holds {trees} trees: this is the last.")
    return Profile(
        path=path,
        format="derailed-requires",
        lines=text.count,
        skipped_lines=text.skipped,
        traced=True,
        totals=_measures(top) if trees else Measures(),
        sites=sort_sites([*_files(rows), *_gems(rows)]),
        problems=tuple(text.problems),
        notes=tuple(notes) if trees else (),
    )


def _append(rows: list[_Required], row: _Required) -> None:
    """Hangs the row below the last one that is less deep."""
    above = rows[-1] if rows else None
    while above is not None and above.depth >= row.depth:
        above = above.parent
    row.parent = above
    if above is not None:
        above.children.append(row)
    rows.append(row)


def _files(rows: Iterable[_Required]) -> Iterator[Site]:
    """A site for each name; of a name that was printed twice, the larger."""
    largest: dict[str, _Required] = {}
    for row in rows:
        if row.name not in largest or row.bytes > largest[row.name].bytes:
            largest[row.name] = row
    for row in largest.values():
        path, line = _site_of(row.name)
        stack = tuple(Frame(above.name, *_site_of(above.name)) for above in islice(row.ancestors(), _MAX_STACK))
        yield Site(path, line, None, _measures(row.bytes, row.children), _excerpt([row]), stack)


def _gems(rows: Iterable[_Required]) -> Iterator[Site]:
    """A site for each gem that the names tell: the sum of its topmost rows, so that nothing counts twice."""
    topmost: dict[str, list[_Required]] = {}
    for row in rows:
        for gem in _gems_of(row.name):
            if not any(gem in _gems_of(above.name) for above in row.ancestors()):
                topmost.setdefault(gem, []).append(row)
    for gem, found in topmost.items():
        found.sort(key=lambda row: -row.bytes)
        parts = found if len(found) > 1 else found[0].children
        yield Site(f"gemfile:{gem}", 0, None, _measures(sum(row.bytes for row in found), parts), _excerpt(found))


def _gems_of(name: str) -> set[str]:
    """The gems that a file may belong to: its name's first part, or what the path of an installed one says."""
    if name.startswith("/"):
        found = _GEM_FOLDER.search(name)
        return {found[1]} if found else set()
    first = name.partition("/")[0].removesuffix(".so").removesuffix(".rb")
    return {first, "rails"} if _RAILS.fullmatch(first) else {first}


def _site_of(name: str) -> tuple[str, int]:
    if not name.startswith("/"):
        return f"require:{name}", 0
    return (name if name.endswith((".rb", ".so")) else f"{name}.rb"), 1


def _excerpt(rows: Iterable[_Required]) -> tuple[str, ...]:
    """The rows and what is below them, as printed, moved to the left; of many the first."""
    lines: list[str] = []
    for row in rows:
        below = [row]
        while below:
            shown = below.pop()
            if len(lines) == _MAX_EXCERPT:
                return (*lines, "…")
            lines.append(shown.text[2 * row.depth :])
            below += reversed(shown.children)
    return tuple(lines)


def _measures(size: int, parts: Iterable[_Required] = ()) -> Measures:
    largest = max(parts, key=lambda row: row.bytes, default=None)
    name = largest.name.rpartition("/")[2] if largest and largest.name.startswith("/") else largest and largest.name
    part = (Amount("boot_part", largest.bytes, of=name),) if largest and name and _SHOWN_NAME.fullmatch(name) else ()
    return Measures(amounts=(Amount("boot", size), *part))


def _bytes(mebibytes: str) -> int:
    return round(float(mebibytes) * _MIB)
