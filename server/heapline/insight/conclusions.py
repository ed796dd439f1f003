"""What is concluded from a dump, and from several of one process: drawn once, and kept beside the index.

Of one dump the process that indexes it does so; of several, whoever asks for their suspects first.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from heapline.heap import cache
from heapline.heap.retained import Label
from heapline.insight.evidence import Evidence
from heapline.insight.generations import generations_of
from heapline.insight.suspects import Findings, FullCache, Suspect, suspects_in
from heapline.insight.top_holders import TopHolder, top_holders

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from heapline.heap.index import HeapIndex

LEAST_SHARE = 0.01
"""A top holder retains at least this share of the reachable heap."""
_UNREADABLE = (OSError, ValueError, KeyError, TypeError)
"""What reading a file raises that is not there, or damaged: it is derived, and can be drawn anew."""


@dataclass(frozen=True, slots=True)
class Conclusions:
    """What is concluded from one dump that names roots.

    `generations` are the first and the last of its traced objects, `boot` the last of the program's start; None where
    they are not known.
    """

    top_holders: tuple[TopHolder, ...]
    findings: Findings
    generations: tuple[int, int] | None
    boot: int | None


def conclusions_of(index: HeapIndex) -> Conclusions | None:
    """What is concluded from a dump: as it was kept, else drawn now; None without a graph.

    Drawing them takes seconds and memory; this may be done in any thread. Raises duckdb.Error.
    """
    if index.graph is None:
        return None
    found = kept_conclusions(index)
    if found is None:
        found = _draw(index)
        _keep(cache.conclusions_path(index.path), found)
    return found


def kept_conclusions(index: HeapIndex) -> Conclusions | None:
    """What was concluded from a dump, if that was kept and is whole."""
    try:
        return _read(orjson.loads(cache.conclusions_path(index.path).read_bytes()))
    except _UNREADABLE:
        return None


def findings_of(dumps: Sequence[HeapIndex]) -> Findings:
    """The leak suspects of one process, whose dumps these are, the oldest first: as they were kept, else drawn now.

    As `conclusions_of`; those of a single dump are kept by whoever indexes it. Raises duckdb.Error.
    """
    found = kept_findings(dumps)
    if found is None:
        found = suspects_in(dumps)
        if len(dumps) > 1:
            _keep(_findings_path(dumps), found)
    return found


def kept_findings(dumps: Sequence[HeapIndex]) -> Findings | None:
    """The leak suspects of the dumps of one process, the oldest first, if they were kept and are whole."""
    if len(dumps) == 1:
        concluded = kept_conclusions(dumps[0])
        return concluded.findings if concluded else None
    try:
        return _findings(orjson.loads(_findings_path(dumps).read_bytes()))
    except _UNREADABLE:
        return None


def _findings_path(dumps: Sequence[HeapIndex]) -> Path:
    return cache.findings_path([index.path for index in dumps])


def _draw(index: HeapIndex) -> Conclusions | None:
    with index.cursor() as own:
        if own.graph is None:
            return None
        generations = generations_of(own)
        return Conclusions(
            top_holders(own.graph, LEAST_SHARE * own.graph.held_bytes),
            suspects_in([own]),
            generations.span,
            generations.boot,
        )


def _keep(path: Path, found: Conclusions | Findings | None) -> None:
    """Write them whole or not at all; a cache that cannot be written to costs only the time to draw them again."""
    partial = cache.partial_path(path)
    with suppress(OSError):
        partial.write_bytes(orjson.dumps(found))
        partial.replace(path)


def _read(kept: dict[str, Any]) -> Conclusions:
    return Conclusions(
        tuple(
            TopHolder(**{**found, "held": _pairs(found["held"]), "path": _labels(found["path"])})
            for found in kept["top_holders"]
        ),
        _findings(kept["findings"]),
        tuple(kept["generations"]) if kept["generations"] else None,
        kept["boot"],
    )


def _findings(kept: dict[str, Any]) -> Findings:
    full = tuple(FullCache(found["entries"], found["objects"], _labels(found["path"])) for found in kept["full"])
    return Findings(tuple(_suspect(found) for found in kept["suspects"]), kept["unknown"], full)


def _suspect(kept: dict[str, Any]) -> Suspect:
    evidence = tuple(Evidence(**reason) for reason in kept["evidence"])
    parts = {
        "held": _pairs(kept["held"]),
        "sites": tuple((path, line, objects) for path, line, objects in kept["sites"]),
        "path": _labels(kept["path"]),
        "holder": Label(**kept["holder"]),
    }
    return Suspect(**{**kept, **parts, "evidence": evidence})


def _pairs(kept: list[list[Any]]) -> tuple[tuple[str, int], ...]:
    return tuple((name, objects) for name, objects in kept)


def _labels(kept: list[dict[str, Any]]) -> tuple[Label, ...]:
    return tuple(Label(**label) for label in kept)
