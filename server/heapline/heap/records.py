"""All of a heap dump in columns: blocks of lines are scanned by as many threads as there are cores, and put together.

What the scanner leaves (lines that are not as Ruby writes them) is read one by one and repaired where that is known.
"""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from heapline.heap.contents import numbered
from heapline.heap.duck import MAX_THREADS
from heapline.heap.repair import Mended, mend
from heapline.heap.scan import Block, scan
from heapline.heap.slowly import block_of
from heapline.heap.source import BLOCK_BYTES, Source
from heapline.profile import MAX_PROBLEMS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    Progress = Callable[[str, float], None]
    """Takes what is being done and how much of it is, from 0 to 1."""

_MENDED_AT_ONCE = 1000
_NOT_OBJECTS = frozenset({"ROOT", "SHAPE", "NONE"})


class Spot(NamedTuple):
    """Where an object was allocated, as recorded; `line` is 0 where Ruby names none."""

    file: str
    line: int
    method: str | None


class Kind(NamedTuple):
    """What an object is: its type, the address of its class (0: none), and the `struct` or `imemo_type` it has."""

    type: str
    class_address: int
    detail: str | None


class Name(NamedTuple):
    """What a class or module is called."""

    name: str
    singleton: bool


@dataclass(slots=True)
class Records:
    """The objects of a dump in its order (repaired ones last), and what else its lines say.

    `spot` and `kind` are numbers into `spots` and `kinds` (-1: not traced); `generation` is -1 where there is none, as
    is `entries` (of a hash or array). Strings with one `content` are equal; it is -1 where the dump prints no value.
    Object i refers to the addresses `references[offsets[i]:offsets[i + 1]]`. `names` are by object, `roots` the
    addresses that each category names, `others` counts the lines that are no objects by type. `lines` leaves out
    blank ones; `lost` of them gave nothing, and `problems` has the first of these and the first that were repaired.
    `cut` says why the data ended before the file did.
    """

    address: NDArray[np.uint64]
    memsize: NDArray[np.int64]
    generation: NDArray[np.int32]
    spot: NDArray[np.int32]
    kind: NDArray[np.int32]
    entries: NDArray[np.int32]
    content: NDArray[np.int32]
    offsets: NDArray[np.int64]
    references: NDArray[np.uint64]
    spots: list[Spot]
    kinds: list[Kind]
    names: dict[int, Name]
    roots: dict[str, NDArray[np.uint64]]
    others: dict[str, int]
    lines: int
    lost: int
    problems: list[Mended]
    cut: str | None

    def release(self, *columns: str) -> None:
        """Give back the memory of columns that nobody needs any more."""
        for column in columns:
            setattr(self, column, np.empty(0, getattr(self, column).dtype))


def read(dump: Path, progress: Progress, block_bytes: int = BLOCK_BYTES) -> Records:
    """Read a whole dump. Raises OSError, MemoryError, and HeaplineError for a line too long to be a heap's.

    The size of the blocks in which it is read makes no difference to what is found.
    """
    assembly = _Assembly(Source(dump, block_bytes))
    for mended in mend(assembly.scanned(progress)):
        assembly.take_mended(mended)
    return assembly.finished()


class _Column:
    """An array that grows. Room is made for as much as the dump will probably have; unused room costs no memory.

    But not for more than eight times of what there is: what is probable after a thousandth of a dump may be wrong.
    """

    def __init__(self, kind: type[np.generic]) -> None:
        self._data: NDArray[Any] = np.empty(0, kind)
        self._size = 0

    def append(self, part: NDArray[Any], share: float) -> None:
        """Add a part; `share` says how much of the dump has been read."""
        size = self._size + len(part)
        if size > len(self._data):
            larger = np.empty(int(size * 1.2 / max(share, 0.15)), self._data.dtype)
            larger[: self._size] = self._data[: self._size]
            self._data = larger
        self._data[self._size : size] = part
        self._size = size

    def whole(self) -> NDArray[Any]:
        """What was added."""
        return self._data[: self._size]


class _Assembly:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._address = _Column(np.uint64)
        self._memsize = _Column(np.int64)
        self._generation = _Column(np.int32)
        self._spot = _Column(np.int32)
        self._kind = _Column(np.int32)
        self._entries = _Column(np.int32)
        self._content = _Column(np.uint64)
        self._offsets = _Column(np.int64)
        self._offsets.append(np.zeros(1, np.int64), 1.0)
        self._references = _Column(np.uint64)
        self._referred = 0
        self._objects = 0
        self._spots: dict[Spot, int] = {}
        self._kinds: dict[Kind, int] = {}
        self._names: dict[int, Name] = {}
        self._roots: dict[str, list[NDArray[np.uint64]]] = {}
        self._others: dict[str, int] = {}
        self._lines = 0
        self._lost = 0
        self._problems: dict[bool, list[Mended]] = {True: [], False: []}
        self._mended: list[dict[str, Any]] = []
        self._mended_blocks: deque[Block] = deque()

    def scanned(self, progress: Progress) -> Iterator[tuple[int, bytes]]:
        """Scan all blocks and keep their columns; gives the lines that were not taken, with their numbers from 1."""
        threads = min(os.cpu_count() or 1, MAX_THREADS)
        waiting: deque[tuple[memoryview, Future[Block]]] = deque()
        line = 1
        with ThreadPoolExecutor(threads) as pool:
            blocks = self._source.blocks()
            while True:
                block = next(blocks, None)
                if block is not None:
                    waiting.append((block, pool.submit(scan, block)))
                if not waiting:
                    return
                if block is not None and len(waiting) <= threads + 1:
                    continue
                content, future = waiting.popleft()
                columns = future.result()
                progress("reading the dump", self._source.share)
                self._take(columns)
                for number, start, end in map(np.ndarray.tolist, columns.irregular):
                    raw = bytes(content[start : end + 1])
                    if raw.strip():
                        yield line + number, raw
                    else:
                        self._lines -= 1
                line += columns.lines
                self._source.give_back(content)

    def take_mended(self, mended: Mended) -> None:
        """Keep the objects of a line that was read one by one, and what was wrong with it."""
        self._mended += mended.objects
        if len(self._mended) >= _MENDED_AT_ONCE:
            self._pack_mended()
        if mended.reason is None:
            return
        repaired = bool(mended.objects)
        self._lost += not repaired
        if len(self._problems[repaired]) < MAX_PROBLEMS:
            self._problems[repaired].append(mended)

    def finished(self) -> Records:
        """Everything that was taken."""
        self._pack_mended()
        while self._mended_blocks:
            self._take(self._mended_blocks.popleft())
        return Records(
            address=self._address.whole(),
            memsize=self._memsize.whole(),
            generation=self._generation.whole(),
            spot=self._spot.whole(),
            kind=self._kind.whole(),
            entries=self._entries.whole(),
            content=numbered(self._content.whole()),
            offsets=self._offsets.whole(),
            references=self._references.whole(),
            spots=list(self._spots),
            kinds=list(self._kinds),
            names=self._names,
            roots={root: np.concatenate(found) for root, found in self._roots.items()},
            others=self._others,
            lines=self._lines,
            lost=self._lost,
            problems=[*self._problems[False], *self._problems[True]],
            cut=self._source.cut,
        )

    def _pack_mended(self) -> None:
        """Put what was mended in columns: as dictionaries, a dump that is all of such lines would fill memory."""
        self._mended_blocks.append(block_of(self._mended))
        self._mended = []

    def _take(self, block: Block) -> None:
        kinds = [Kind(_text(kind) or "", address, _text(detail)) for kind, address, detail in block.kinds]
        spots = [Spot(_text(file) or "", line, _text(method)) for file, line, method in block.spots]
        new_kind = _numbers(kinds, self._kinds)
        new_spot = _numbers(spots, self._spots)
        is_object = np.array([kind.type not in _NOT_OBJECTS for kind in kinds], bool)[block.kind]
        if not is_object.all():
            block = self._take_others(block, kinds, is_object)
        self._names |= {
            self._objects + i: Name(_text(name if name is not None else real) or "", singleton)
            for i, name, real, singleton in block.names
        }
        share = self._source.share
        self._address.append(block.address, share)
        self._memsize.append(block.memsize, share)
        self._generation.append(block.generation, share)
        self._spot.append(new_spot[block.spot], share)
        self._kind.append(new_kind[block.kind], share)
        self._entries.append(block.entries, share)
        self._content.append(block.content, share)
        self._offsets.append(self._referred + block.ends, share)
        self._references.append(block.references, share)
        self._referred += len(block.references)
        self._objects += len(block.address)
        self._lines += block.lines - block.blank

    def _take_others(self, block: Block, kinds: list[Kind], is_object: NDArray[np.bool_]) -> Block:
        """Count the lines that are no objects, keep what the roots name, and give the block without them all."""
        starts = np.concatenate((np.zeros(1, np.int64), block.ends))
        lines_of_kind = np.bincount(block.kind, minlength=len(kinds)).tolist()
        for kind, lines in zip(kinds, lines_of_kind, strict=True):
            if kind.type in _NOT_OBJECTS:
                self._others[kind.type] = self._others.get(kind.type, 0) + lines
        is_root = np.array([kind.type == "ROOT" for kind in kinds], bool)[block.kind]
        for i in np.flatnonzero(is_root).tolist():
            named = block.references[starts[i] : starts[i + 1]]
            self._roots.setdefault(kinds[block.kind[i]].detail or "", []).append(named)
        counts = np.diff(starts)
        at = np.cumsum(is_object) - 1
        return block._replace(
            address=block.address[is_object],
            memsize=block.memsize[is_object],
            generation=block.generation[is_object],
            spot=block.spot[is_object],
            kind=block.kind[is_object],
            entries=block.entries[is_object],
            content=block.content[is_object],
            ends=np.cumsum(counts[is_object]),
            references=block.references[np.repeat(is_object, counts)],
            names=[(int(at[i]), name, real, singleton) for i, name, real, singleton in block.names if is_object[i]],
        )


def _text(raw: bytes | None) -> str | None:
    return None if raw is None else raw.decode(errors="backslashreplace")


def _numbers(found: list[Any], known: dict[Any, int]) -> NDArray[np.int32]:
    """The number of each, new ones for those not known; the last entry keeps -1 what it is."""
    return np.array([*(known.setdefault(item, len(known)) for item in found), -1], np.int32)
