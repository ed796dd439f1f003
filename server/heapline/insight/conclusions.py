"""All that is concluded from one dump: drawn once, by the process that indexes it, and kept beside the index."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from heapline.heap import cache
from heapline.heap.retained import Label
from heapline.insight.evidence import Evidence
from heapline.insight.generations import generations_of
from heapline.insight.suspects import Findings, Suspect, suspects_in
from heapline.insight.top_holders import TopHolder, top_holders

if TYPE_CHECKING:
    from pathlib import Path

    from heapline.heap.index import HeapIndex

LEAST_SHARE = 0.01
"""A top holder retains at least this share of the reachable heap."""


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
    except (OSError, ValueError, KeyError, TypeError):  # not there, or damaged: it is derived, and can be drawn anew
        return None


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


def _keep(path: Path, found: Conclusions | None) -> None:
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
        Findings(tuple(_suspect(found) for found in kept["findings"]["suspects"]), kept["findings"]["unknown"]),
        tuple(kept["generations"]) if kept["generations"] else None,
        kept["boot"],
    )


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
