"""Heap dumps for the tests of the graph: opening one with its graph, and writing ones whose every edge is known."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from heapline.heap.index import open_index
from heapline.heap.steps import build

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from heapline.heap.index import HeapIndex
    from heapline.heap.retained import HeapGraph

CLASS = 0xC000


@contextmanager
def opened(dump: Path) -> Iterator[HeapIndex]:
    """The dump's index, with its graph if it can have one; both built if need be."""
    build(dump, lambda *_: None, lambda: None)
    index = open_index(dump)
    assert index is not None
    try:
        yield index
    finally:
        index.close()


@contextmanager
def graph_of(dump: Path) -> Iterator[HeapGraph]:
    """The graph of a dump that names roots."""
    with opened(dump) as index:
        assert index.graph is not None
        yield index.graph


def site_id(index: HeapIndex, path: str, line: int) -> int:
    """The id of the site whose path ends so."""
    [number] = [i for i, site in enumerate(index.sites()) if f"/{site[0]}".endswith(f"/{path}") and site[1] == line]
    return number


def root(category: str, *addresses: int) -> dict[str, Any]:
    """A ROOT line."""
    return {"type": "ROOT", "root": category, "references": [hex(address) for address in addresses]}


def item(address: int, *references: int, at: str | None = None, size: int = 40, **more: Any) -> dict[str, Any]:
    """An object's line, in the order in which Ruby writes it: `at` is the `path:line` that allocated it.

    Of type OBJECT and class CLASS, if `more` says nothing else (`type`, `cls` for the address of the class, `name`…).
    """
    cls = more.pop("cls", CLASS)
    found = {"address": hex(address), "type": more.pop("type", "OBJECT")}
    if cls is not None:
        found["class"] = hex(cls)
    found |= more
    if references:
        found["references"] = [hex(reference) for reference in references]
    if at is not None:
        path, _, line = at.rpartition(":")
        found |= {"file": path, "line": int(line), "method": "make", "generation": 5}
    return {**found, "memsize": size}


def named(address: int, name: str, *references: int, **more: Any) -> dict[str, Any]:
    """The line of a class (or of a module: `type="MODULE"`) with a name."""
    return item(address, *references, **{"type": "CLASS", "cls": None, "name": name, **more})


def write(path: Path, items: Iterable[dict[str, Any]]) -> Path:
    """Write a dump as Ruby does: an object a line, a space after each comma between keys, none after a colon."""
    with path.open("w", encoding="utf-8") as out:
        for line in items:
            pairs = (f"{json.dumps(key)}:{json.dumps(value, ensure_ascii=False)}" for key, value in line.items())
            out.write("{" + ", ".join(pairs) + "}\n")
    return path
