"""A small program and its dump, with every retained size known: a cache, what passes it on, and a shared text."""

from __future__ import annotations

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
    folder.mkdir()
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
