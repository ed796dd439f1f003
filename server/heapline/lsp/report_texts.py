"""Open documents that are reports: which they are, and the files that their lines name.

The texts may be long. What is found in one is kept until it changes, and only its first lines are looked at before
somebody asks about another.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from lsprotocol import types as t

from heapline.lsp.documents import units
from heapline.lsp.ground import Ground, ground_of
from heapline.places.mapping import Place, Places, infer_places
from heapline.places.workspace import Workspace
from heapline.readers import READERS
from heapline.texts.locations import REACH, Location, locations
from heapline.texts.outline import Section, sections

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from heapline.lsp.documents import Document
    from heapline.lsp.server import Server

    T = TypeVar("T")

LANGUAGE = "ruby-memory-report"
_TEXT_LANGUAGES = frozenset({LANGUAGE, "plaintext", "text", "txt", "log", "conf", ""})
_HEAD_LINES = 2000
FIRST_LINES = 50_000
"""How many lines of a text are read for the paths that decide where its program is. Takes a quarter of a second."""
_MOST_PATHS = 5000
"""How many of these paths decide."""


class _Mapping:
    """Where the paths of one text are: files here, told by what the paths of its first lines have in common."""

    def __init__(self, ground: Ground) -> None:
        self._workspace = Workspace(ground.folders, ground.rules)
        self._deciding: frozenset[str] | None = None
        self._of: dict[str, Places] = {}

    def placed(self, named: Sequence[tuple[int, Location]], text: ReportText) -> Iterator[tuple[int, Location, Place]]:
        """What there is of what lines (by number) of the text name."""
        if self._deciding is None:
            paths = (found.path for _, found in locations(text.lines(0, FIRST_LINES)))
            self._deciding = frozenset(islice(dict.fromkeys(paths), _MOST_PATHS))
        new = {found.path for _, found in named} - self._of.keys()
        if new:
            self._of |= dict.fromkeys(new, infer_places(self._deciding | new, self._workspace))
        for number, found in named:
            place = self._of[found.path].place(found.path, found.line)
            if place is not None:
                yield number, found, place


class ReportText:
    """A report as it is open in the editor, at one moment."""

    def __init__(self, document: Document, mapping: _Mapping) -> None:
        """Reads nothing yet; `mapping` may have been made for an earlier moment."""
        self.mapping = mapping
        self._document = document
        self._sections: list[Section] | None = None

    @cached_property
    def texts(self) -> Sequence[str]:
        """All lines, as they are when this is first asked for."""
        return list(self._document.texts)

    def lines(self, first: int, after: int) -> Sequence[str]:
        """The lines in a range (0-based), as far as there are any."""
        return self._document.texts[first:after]

    def sections(self) -> list[Section]:
        """The parts of the text. Takes a third of a second for 100 MB: not for the event loop."""
        if self._sections is None:
            self._sections = sections(self.texts)
        return self._sections

    def placed(self, first: int, lines: Sequence[str]) -> Iterator[tuple[int, Location, Place]]:
        """What these lines name, the first of which has this number (0-based), if there is such a line of code.

        Not for the event loop.
        """
        above = self.lines(max(0, first - REACH), first)
        named = [(first - len(above) + number, found) for number, found in locations([*above, *lines], len(above))]
        return self.mapping.placed(named, self)

    def placed_at(self, line: int, column: int) -> tuple[Location, Place] | None:
        """What a line names at a column (in characters), else the only thing that it names. Not for the event loop."""
        here = [(found, place) for _, found, place in self.placed(line, self.lines(line, line + 1))]
        at = [(found, place) for found, place in here if found.start <= column <= found.end]
        return at[0] if at else here[0] if len(here) == 1 else None


class ReportTexts:
    """What is known of the open documents that are reports."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._kept: dict[str, _Kept] = {}
        self._turn = asyncio.Lock()

    def get(self, ls: Server, uri: str) -> ReportText | None:
        """The report that is open under this URI, as it is now; None if what is open is none. Cheap for code."""
        document = ls.open_document(uri)
        if document is None or (document.language_id or "") not in _TEXT_LANGUAGES:
            return None
        ground = ground_of(ls)
        kept = self._kept.get(uri)
        if kept is None or (kept.document, kept.changes, kept.ground) != (document, document.changes, ground):
            kept = self._look(document, ground, kept)
            self._kept = {at: found for at, found in self._kept.items() if ls.open_document(at)}
            self._kept[uri] = kept
        return kept.text

    @staticmethod
    def _look(document: Document, ground: Ground, before: _Kept | None) -> _Kept:
        """What the document is now. A keystroke in a report changes neither what it is nor where its program is."""
        mapping = None
        if before and (before.document, before.rewrites, before.ground) == (document, document.rewrites, ground):
            mapping = before.text.mapping if before.text else None
        if mapping is None and _is_report(document):
            mapping = _Mapping(ground)
        text = ReportText(document, mapping) if mapping else None
        return _Kept(document, document.changes, document.rewrites, ground, text)

    async def ask(self, ls: Server, uri: str, question: Callable[[ReportText], T]) -> T | None:
        """What the question finds in the report that is open under this URI; None if it is no report."""
        text = self.get(ls, uri)
        if text is None:
            return None
        async with self._turn:
            return await asyncio.to_thread(question, text)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a document was when it was looked at, and the report in it."""

    document: Document
    changes: int
    rewrites: int
    ground: Ground
    text: ReportText | None


def _is_report(document: Document) -> bool:
    """Whether the document is a report: by its language, else by its first lines."""
    if document.language_id == LANGUAGE:
        return True
    head = "\n".join(islice(document.texts, _HEAD_LINES)).encode(errors="replace")
    return any(reader.recognise(head) is None for reader in READERS)


def column_range(ls: Server, text: str, line: int, found: Location) -> t.Range:
    """What a line (0-based, with this text) names, as a range in the client's units."""
    start = units(ls, text[: found.start])
    return t.Range(t.Position(line, start), t.Position(line, start + units(ls, text[found.start : found.end])))


def whole_line(ls: Server, text: str, line: int) -> t.Range:
    """A whole line (0-based, with this text) as a range in the client's units."""
    return t.Range(t.Position(line, 0), t.Position(line, units(ls, text)))


def line_now(ls: Server, place: Place) -> int:
    """The line (1-based) that a place is on now, if a loaded report has its file followed; else as it was recorded."""
    entries = ls.store.entries(place.file)
    for entry in entries.lines.get(place.line, ()) if entries else ():
        if entry.now:
            return entry.now.line
    return place.line
