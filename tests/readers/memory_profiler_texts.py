"""What the tests of the memory_profiler reader share: texts that the tool printed, and what was read."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from heapline.readers import memory_profiler
from sample_files import SAMPLES

if TYPE_CHECKING:
    from heapline.profile import Measures, Profile

PLAIN = SAMPLES / "translate/reports/memory_profiler.txt"
INTACT = PLAIN.read_bytes().split(b"\nAllocated String Report")[0]
"""A text without its strings: quicker to damage in many ways."""
MEASURES = ("allocated_bytes", "allocated_objects", "retained_bytes", "retained_objects")


class Numbers(NamedTuple):
    """What a report knows of a site, in the order of MEASURES."""

    allocated_bytes: int | None
    allocated_objects: int | None
    retained_bytes: int | None
    retained_objects: int | None


def read(content: bytes) -> Profile:
    return memory_profiler.read(Path("report.txt"), io.BytesIO(content))


def numbers(measures: Measures) -> Numbers:
    return Numbers(*(getattr(measures, measure) for measure in MEASURES))


def by_site(profile: Profile) -> dict[tuple[str, int], Numbers]:
    return {(site.path, site.line): numbers(site.measures) for site in profile.sites}


def problem_lines(profile: Profile) -> list[int | None]:
    return [problem.line for problem in profile.problems]
