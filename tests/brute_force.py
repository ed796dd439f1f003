"""What plain Python finds in a heap dump, and removes from it, object by object: nothing of Heapline is used here."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Site: TypeAlias = "tuple[str, int]"
Label: TypeAlias = "tuple[str, Site | None]"
Labels: TypeAlias = "tuple[Label, ...]"
TRACER = "ObjectTracing/allocation_info_tracer"
_NEXT_LINE = re.compile(rb'\n(?=\{"(?:address|type)":)')
_BY_HAND = {
    "address": rb'"address":"(\w+)"',
    "type": rb'"type":"(\w+)"',
    "class": rb'"class":"(\w+)"',
    "imemo_type": rb'"imemo_type":"(\w+)"',
    "name": rb'"name":"(.*?)", "(?:references|file)":',
    "references": rb'"references":(\[.*?\])',
    "file": rb'"file":"(.*)", "line":\d+',
    "line": rb'"line":(\d+)',
    "memsize": rb'"memsize":(\d+)',
}


@dataclass
class Heap:
    """A dump as a graph. Node 0 is the super-root, node i + 1 the object `items[i]`, then one for each root category.

    `edges` has each node's, without those that lead nowhere (`dangling`) and those that are there twice (`duplicates`).
    """

    items: list[dict[str, Any]]
    roots: dict[str, list[str]]
    edges: list[list[int]] = field(init=False)
    dangling: int = 0
    duplicates: int = 0

    def __post_init__(self) -> None:
        """Link the objects: references first, then the classes that these alone do not reach."""
        self.node = {item["address"]: number for number, item in enumerate(self.items, start=1)}
        after = 1 + len(self.items)
        named = [item.get("references", []) for item in self.items] + list(self.roots.values())
        self.edges = [list(range(after, after + len(self.roots))), *map(self._known, named)]
        reached = self.reached()
        for number, item in enumerate(self.items, start=1):
            of = self.node.get(item.get("class", ""))
            if of is not None and of not in reached and item["type"] != "IMEMO":
                self.edges[number].append(of)

    def _known(self, addresses: list[str]) -> list[int]:
        nodes = [self.node[address] for address in addresses if address in self.node]
        unique = list(dict.fromkeys(nodes))
        self.dangling += len(addresses) - len(nodes)
        self.duplicates += len(nodes) - len(unique)
        return unique

    def distances(self, without: Iterable[int] = ()) -> dict[int, int]:
        """Every node that the super-root reaches when some objects are gone, and over how many edges."""
        gone, found, front, distance = set(without), {0: 0}, [0], 0
        while front:
            distance += 1
            following = {target for node in front for target in self.edges[node]}
            front = [node for node in following if node not in found and node not in gone]
            found.update(dict.fromkeys(front, distance))
        return found

    def reached(self, without: Iterable[int] = ()) -> set[int]:
        """Every node that the super-root reaches when some objects are gone."""
        found = bytearray(len(self.edges))
        for node in without:
            found[node] = 2
        found[0] = 1
        waiting = [0]
        while waiting:
            for target in self.edges[waiting.pop()]:
                if not found[target]:
                    found[target] = 1
                    waiting.append(target)
        return {node for node, mark in enumerate(found) if mark == 1}

    @cached_property
    def reachable(self) -> set[int]:
        """Every node that the super-root reaches."""
        return self.reached()

    @cached_property
    def weight(self) -> list[int]:
        """What each node weighs: its memsize, nothing for the tracer."""
        sizes = [0 if item.get("struct") == TRACER else item.get("memsize", 0) for item in self.items]
        return [0, *sizes, *(0 for _ in self.roots)]

    def lost(self, gone: Iterable[int]) -> set[int]:
        """The nodes that nothing reaches any more when some objects are gone, themselves included."""
        return self.reachable - self.reached(gone)

    def retained(self, gone: Iterable[int]) -> int:
        """What these nodes retain together, in bytes."""
        return sum(self.weight[node] for node in self.lost(gone))

    @cached_property
    def by_site(self) -> dict[Site, list[int]]:
        """The nodes that each site allocated."""
        found: dict[Site, list[int]] = {}
        for number, item in enumerate(self.items, start=1):
            if "file" in item:
                found.setdefault((item["file"], item.get("line", 0)), []).append(number)
        return found

    def merged(self, above: list[int], ends: Iterable[int]) -> dict[Labels, list[int]]:
        """The paths from the super-root to some nodes, by their labels; `above` gives the node before each.

        For each path of labels: how many nodes stand at its end, how many of the ends do, and of the ends at or below
        it the number and the bytes. A label that was on the way already takes the path back to where it was.
        """
        labels: dict[int, Labels] = {0: ()}
        found: dict[Labels, list[int]] = {}
        for end in ends:
            way = [end]
            while way[-1] not in labels:
                way.append(above[way[-1]])
            for node in reversed(way[:-1]):
                before, label = labels[above[node]], self.label(node)
                labels[node] = (*before[: before.index(label) if label in before else None], label)
                found.setdefault(labels[node], [0, 0, 0, 0])[0] += 1
            found[labels[end]][1] += 1
            for length in range(1, len(labels[end]) + 1):
                found[labels[end][:length]][2] += 1
                found[labels[end][:length]][3] += self.weight[end]
        return found

    def label(self, node: int) -> Label:
        """What a node is called, and the site that allocated it."""
        if node > len(self.items):
            return f"root {list(self.roots)[node - 1 - len(self.items)]}", None
        item = self.items[node - 1]
        site = (item["file"], item.get("line", 0)) if "file" in item else None
        return self._name(item), site

    def class_of(self, node: int) -> str:
        """The name of a node's class, or what stands for it."""
        item = self.items[node - 1]
        of = self.node.get(item.get("class", "")) if item["type"] != "IMEMO" else None
        name = _own_name(self.items[of - 1]) if of else None
        if item.get("struct") == TRACER:
            return "allocation tracer"
        if item["type"] == "IMEMO":
            return f"internal {item['imemo_type']}"
        if name is not None:
            return name
        if "struct" in item:
            return f"{item['struct']} (DATA)"
        kind = item["type"]
        if "class" not in item:
            return f"internal {kind.lower()}"
        return f"{kind} of an unnamed class" if of else f"{kind.capitalize()} (class not in the dump)"

    def _name(self, item: dict[str, Any]) -> str:
        name = _own_name(item)
        if name is None:
            return self.class_of(self.node[item["address"]])
        return f"{'singleton class of' if item.get('singleton') else item['type'].lower()} {name}"


def heap_of(dump: Path) -> Heap:
    """Read a dump."""
    content = dump.read_bytes()
    content = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
    items = [_parsed(line) for line in _NEXT_LINE.split(content.rstrip(b"\n"))]
    roots: dict[str, list[str]] = {}
    for item in items:
        if item["type"] == "ROOT":
            roots.setdefault(item["root"], []).extend(item["references"])
    return Heap([item for item in items if item["type"] not in ("ROOT", "SHAPE", "NONE")], roots)


def _own_name(item: dict[str, Any]) -> str | None:
    name: str | None = item.get("name", item.get("real_class_name"))
    return name


def _parsed(line: bytes) -> dict[str, Any]:
    """A line as JSON, and where Ruby did not quote what it should have, piece by piece."""
    try:
        item: dict[str, Any] = json.loads(line)
    except ValueError:
        found = {key: re.search(pattern, line, re.DOTALL) for key, pattern in _BY_HAND.items()}
        item = {key: at[1].decode(errors="backslashreplace") for key, at in found.items() if at}
        item |= {key: int(item[key]) for key in ("line", "memsize") if key in item}
        item["references"] = json.loads(item.get("references", "[]"))
    return item
