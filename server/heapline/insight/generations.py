"""Objects by generation: what came with the program's start, and what keeps coming.

A generation is `GC.count` at allocation: it says how old an object is. The start of a program, its *boot*, is
told by the code that it loads: compiled methods and blocks are objects too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from heapline.heap.index import HeapIndex

_BARS = "▁▂▃▄▅▆▇█"
_NONE = "·"
_NOTABLE_CODE = 0.01
"""A generation belongs to the boot if it, or one after it, loaded this share of all code: a file that is loaded by
need, long after the start, does not prolong it."""


@dataclass(frozen=True, slots=True)
class Generation:
    """The live objects, and their bytes, of the generations `first` to `last`."""

    first: int
    last: int
    objects: int
    bytes: int

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


@dataclass(frozen=True, slots=True)
class Generations:
    """A dump's traced objects by generation; those without any are left out.

    `boot` is the last generation in which the program was starting, None if no code was traced.
    """

    counts: tuple[Generation, ...]
    boot: int | None

    @property
    def span(self) -> tuple[int, int] | None:
        """The first and the last generation of the dump, None if nothing was traced."""
        return (self.counts[0].first, self.counts[-1].last) if self.counts else None

    def is_boot(self, generation: int) -> bool:
        """Whether the program was still starting."""
        return self.boot is not None and generation <= self.boot


def generations_of(index: HeapIndex) -> Generations:
    """The generations of a dump."""
    rows = index.generations()
    least = _NOTABLE_CODE * sum(code for *_, code in rows)
    loading = [generation for generation, _, _, code in rows if code and code >= least]
    return Generations(
        tuple(Generation(generation, generation, objects, size) for generation, objects, size, _ in rows),
        loading[-1] if loading else None,
    )


def in_periods(counts: Sequence[Generation], most: int, span: tuple[int, int] | None = None) -> list[Generation]:
    """The generations in at most `most` periods of equal length, from the first to the last, empty ones included.

    The first and the last are those of `span`, which must include all counts, else their own.
    """
    if not counts:
        return []
    first, last = span or (counts[0].first, counts[-1].last)
    length = -(-(last - first + 1) // most)
    objects, sizes = [[0] * (-(-(last - first + 1) // length)) for _ in range(2)]
    for count in counts:
        period = (count.first - first) // length
        objects[period] += count.objects
        sizes[period] += count.bytes
    return [
        Generation(first + length * i, min(first + length * (i + 1) - 1, last), *found)
        for i, found in enumerate(zip(objects, sizes, strict=True))
    ]


def bars(amounts: Iterable[int]) -> str:
    """A character for each amount, as high as its share of the largest: `▁▁▂▅█`; `·` stands for none."""
    amounts = list(amounts)
    largest = max(amounts, default=0)
    return "".join(_BARS[(a * len(_BARS) - 1) // largest] if a else _NONE for a in amounts)
