"""What the samples' reports must show: Ruby's own counts and memory_profiler's own results, not our reader's."""

from __future__ import annotations

import gzip
import json
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from sample_files import ORACLES, SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

TRANSLATE = SAMPLES / "translate"
DUMP = TRANSLATE / "reports/heap-3.json.gz"
TEXT = TRANSLATE / "reports/memory_profiler.txt"
RECORDED = "/srv/heapline/translate/"
LEAK = TRANSLATE / "lib/translation_cache.rb"
LEAK_LINE = 13
UNITS = {"B": 1, "kB": 1e3, "MB": 1e6}


class Live(NamedTuple):
    """A line of a dump: what Ruby counted there."""

    objects: int
    bytes: int
    classes: dict[str, list[int]]
    generations: list[int]


@lru_cache(maxsize=1)
def live(dump: Path = DUMP) -> dict[tuple[Path, int], Live]:
    """By workspace file and line."""
    truth = json.loads(gzip.decompress(ORACLES[dump].read_bytes()))
    classes = {(site["path"], site["line"]): site["classes"] for site in truth["each_object"]["sites"]}
    return {
        (TRANSLATE / site["path"].removeprefix(RECORDED), site["line"]): Live(
            site["objects"],
            site["bytes"],
            classes.get((site["path"], site["line"]), {}),
            sorted(map(int, site["generations"])),
        )
        for site in truth["dump_lines"]["sites"]
        if site["path"].startswith(RECORDED) and site["line"] > 0
    }


@lru_cache(maxsize=1)
def bytes_to_share(dump: Path = DUMP) -> int:
    """The dump's bytes without the allocation tracer's own."""
    total: int = json.loads(gzip.decompress(ORACLES[dump].read_bytes()))["dump_lines"]["totals"]["bytes"]
    with gzip.open(dump) as lines:
        tracers = [json.loads(line) for line in lines if b"allocation_info_tracer" in line]
    return total - sum(int(tracer["memsize"]) for tracer in tracers)


@lru_cache(maxsize=1)
def profiled() -> dict[str, dict[tuple[Path, int], int]]:
    """By `allocated_objects`, `allocated_memory`, `retained_objects`, `retained_memory`, then file and line."""
    truth = json.loads(TEXT.with_suffix(".oracle.json").read_text())
    found: dict[str, dict[tuple[Path, int], int]] = {}
    for key in ("allocated_objects", "allocated_memory", "retained_objects", "retained_memory"):
        found[key] = {}
        for row in truth[f"{key}_by_location"]:
            path, _, line = row["data"].rpartition(":")
            found[key][TRANSLATE / path.removeprefix(RECORDED), int(line)] = row["count"]
    return found


def shown_bytes(text: str) -> float:
    """The bytes that a text like `1.2 MB` stands for."""
    number, unit = text.split(" ")
    return float(number) * UNITS[unit]
