"""A small program and its dump, with every retained size known: a cache, what passes it on, and a shared text."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from heap_dumps import item, named, opened, root, write

if TYPE_CHECKING:
    from pathlib import Path

APPLICATION, CACHE, ENTRY, SHARING, LIST, END = 2, 3, 4, 6, 8, 10
ENTRIES, VALUE, SHARED = 200, 1000, 50_000
CACHE_RETAINS = 40 + ENTRIES * (40 + VALUE)
SHARING_RETAINS = 2 * 40
LINES = 12
HASH, ARRAY, STRING, APP = 0xA000, 0xA100, 0xA200, 0x1000


def program(folder: Path) -> Path:
    """A folder with one Ruby file; gives the file."""
    folder.mkdir(exist_ok=True)
    file = folder / "app.rb"
    file.write_text("  thing = Thing.new\n" * LINES)
    return file


def indexed_dump(path: Path, file: Path, **more: Any) -> Path:
    """`dump_of`, with its index and graph made already, so that a server opens it at once."""
    with opened(dump_of(path, file, **more)):
        return path


def dump_of(path: Path, file: Path, *, entries: int = ENTRIES, names: tuple[str, str] = ("Hash", "Entry")) -> Path:
    """A dump in which the application on one line holds a cache made on the next, with values made in a library.

    Two objects of a line share a text that neither holds alone. Links and pages in turn, 1,000 of them on two lines,
    end in a large text.
    """
    cls, entry = names
    firsts = range(0x100000, 0x100000 + entries * 0x100, 0x100)
    links = range(0x900000, 0x900000 + 1000 * 0x100, 0x100)
    lines = [
        root("vm", APP, HASH, ARRAY, STRING, 0x8000, 0x8100, links[0]),
        named(APP, "App", 0x2000),
        named(HASH, cls),
        named(ARRAY, entry),
        named(STRING, "String"),
        item(0x2000, 0x3000, cls=APP, at=f"{file}:{APPLICATION}"),
        item(0x3000, *firsts, cls=HASH, at=f"{file}:{CACHE}"),
        *(item(first, first + 0x40, cls=ARRAY, at=f"{file}:{ENTRY}") for first in firsts),
        *(item(first + 0x40, cls=STRING, at="/usr/lib/ruby/gems/1.0/text.rb:7", size=VALUE) for first in firsts),
        *(item(address, 0x8200, cls=ARRAY, at=f"{file}:{SHARING}") for address in (0x8000, 0x8100)),
        item(0x8200, cls=STRING, at="/usr/lib/ruby/gems/1.0/text.rb:8", size=SHARED),
        *(
            item(link, link + 0x100, cls=(HASH, ARRAY)[i % 2], at=f"{file}:{LIST + i % 2}")
            for i, link in enumerate(links)
        ),
        item(links[-1] + 0x100, cls=STRING, at=f"{file}:{END}", size=SHARED),
    ]
    return write(path, lines)


KEEPER, KEPT = 2, 3
LIBRARY = "/usr/lib/ruby/gems/3.1.0/gems/thing-1.0/lib/thing.rb"
GROWTH = (100, 200, 300)


def series_of(
    folder: Path, file: Path, *, process: int = 0x7F0000000000, holder: str = "Cache", in_library: bool = False
) -> list[Path]:
    """Three dumps of one process, the oldest first, in which one object on a line holds more with each.

    The object is of the class `holder` and made on the line KEEPER; or in a library, and kept by what is made there.
    """
    folder.mkdir(exist_ok=True)
    classes = {name: process + 0x100 * i for i, name in enumerate(("BasicObject", "Object", "Class", holder, "Entry"))}
    keeper, cache, first = process + 0x1000, process + 0x2000, process + 0x100000
    here = f"{file}:{KEEPER}"
    made = []
    for number, entries in enumerate(GROWTH, start=1):
        addresses = range(first, first + entries * 0x100, 0x100)
        lines = [
            root("vm", *classes.values(), keeper),
            *(named(address, name) for name, address in classes.items()),
            item(keeper, cache, cls=classes["Object"], at=here if in_library else None),
            item(cache, *addresses, cls=classes[holder], at=f"{LIBRARY}:7" if in_library else here),
            *(item(address, cls=classes["Entry"], at=f"{file}:{KEPT}") for address in addresses),
        ]
        made.append(write(folder / f"heap-{number}.json", lines))
        os.utime(made[-1], (1_700_000_000 + number, 1_700_000_000 + number))
    return made
