"""Open documents that are reports: which they are, and the files that their lines name.

The texts may be long. What is found in one is kept until it changes, and only its first lines are looked at before
somebody asks about another.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from lsprotocol import types as t

from heapline.lsp.ground import Ground, ground_of
from heapline.places.mapping import Place, Places, infer_places
from heapline.places.workspace import Workspace
from heapline.readers import READERS
from heapline.texts.locations import Location, locations
from heapline.texts.outline import Section, sections

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from heapline.lsp.documents import Document
    from heapline.lsp.server import Server

    T = TypeVar("T")

LANGUAGE = "ruby-memory-report"
_TEXT_LANGUAGES = frozenset({LANGUAGE, "plaintext", "text", "txt", "log", "conf", ""})
_HEAD_LINES = 2000
_FIRST_LINES = 50_000
"""How many lines of a text are read for the paths that decide where its program is. Takes a quarter of a second."""


class ReportText:
    """A report as it is open in the editor, at one moment."""

    def __init__(self, texts: Sequence[str], ground: Ground) -> None:
        """`texts` are its lines; `ground` says where their places may be. Reads nothing yet."""
        self.texts = texts
        self._workspace = Workspace(ground.folders, ground.rules)
        self._paths: set[str] = set()
        self._places: Places | None = None
        self._sections: list[Section] | None = None

    def sections(self) -> list[Section]:
        """The parts of the text. Takes a second for 100 MB: not for the event loop."""
        if self._sections is None:
            self._sections = sections(self.texts)
        return self._sections

    def placed(self, first: int, after: int) -> Iterator[tuple[int, Location, Place]]:
        """What the lines in a range (0-based) name, if there is such a line of code. Not for the event loop."""
        named = [(n, found) for n in range(first, min(after, len(self.texts))) for found in locations(self.texts[n])]
        places = self._known({found.path for _, found in named})
        for number, found in named:
            place = places.place(found.path, found.line)
            if place is not None:
                yield number, found, place

    def placed_at(self, line: int, column: int) -> tuple[Location, Place] | None:
        """What a line names at a column (in characters), else the only thing that it names. Not for the event loop."""
        here = [(found, place) for _, found, place in self.placed(line, line + 1)]
        at = [(found, place) for found, place in here if found.start <= column <= found.end]
        return at[0] if at else here[0] if len(here) == 1 else None

    def _known(self, paths: set[str]) -> Places:
        """The places of these paths and of all asked for before: what they have in common says where the program is."""
        if self._places is None:
            self._paths = {found.path for text in islice(self.texts, _FIRST_LINES) for found in locations(text)}
        if self._places is None or not paths <= self._paths:
            self._paths |= paths
            self._places = infer_places(self._paths, self._workspace)
        return self._places


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
        state = (id(document), document.changes, ground)
        kept = self._kept.get(uri)
        if kept is None or kept.state != state:
            text = ReportText(list(document.texts), ground) if _is_report(document) else None
            self._kept = {at: found for at, found in self._kept.items() if ls.open_document(at)}
            kept = self._kept[uri] = _Kept(state, document, text)
        return kept.text

    async def ask(self, ls: Server, uri: str, question: Callable[[ReportText], T]) -> T | None:
        """What the question finds in the report that is open under this URI; None if it is no report."""
        text = self.get(ls, uri)
        if text is None:
            return None
        async with self._turn:
            return await asyncio.to_thread(question, text)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a document was when it was looked at, and the report in it. `document` keeps its id from another's use."""

    state: tuple[object, ...]
    document: Document
    text: ReportText | None


def _is_report(document: Document) -> bool:
    """Whether the document is a report: by its language, else by its first lines."""
    if document.language_id == LANGUAGE:
        return True
    head = "\n".join(islice(document.texts, _HEAD_LINES)).encode(errors="replace")
    return any(reader.recognise(head) is None for reader in READERS)


def column_range(ls: Server, text: str, line: int, found: Location) -> t.Range:
    """What a line (0-based, with this text) names, as a range in the client's units."""
    units = ls.workspace.position_codec.client_num_units
    start = units(text[: found.start])
    return t.Range(t.Position(line, start), t.Position(line, start + units(text[found.start : found.end])))


def whole_line(ls: Server, text: str, line: int) -> t.Range:
    """A whole line (0-based, with this text) as a range in the client's units."""
    return t.Range(t.Position(line, 0), t.Position(line, ls.workspace.position_codec.client_num_units(text)))


def line_now(ls: Server, place: Place) -> int:
    """The line (1-based) that a place is on now, if a loaded report has its file followed; else as it was recorded."""
    entries = ls.store.entries(place.file)
    for entry in entries.lines.get(place.line, ()) if entries else ():
        if entry.now:
            return entry.now.line
    return place.line
