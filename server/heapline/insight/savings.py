"""Two memory_profiler reports compared, before a change and after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heapline.profile import Measures, Profile


@dataclass(frozen=True, slots=True)
class Saving:
    """What a site (path and line) allocates and retains more in the second report: negative bytes were saved.

    None where a report does not list it: memory_profiler prints the first fifty lines of each kind.
    """

    site: tuple[str, int]
    allocated_bytes: int | None
    retained_bytes: int | None


def compare_profiles(before: Profile, after: Profile) -> tuple[Saving, ...]:
    """The sites of both reports, those that changed most first."""
    old, new = ({(site.path, site.line): site.measures for site in profile.sites} for profile in (before, after))
    found = [_saving(site, old.get(site), new.get(site)) for site in old.keys() | new.keys()]
    return tuple(sorted(found, key=lambda s: (-max(abs(s.allocated_bytes or 0), abs(s.retained_bytes or 0)), s.site)))


def _saving(site: tuple[str, int], before: Measures | None, after: Measures | None) -> Saving:
    allocated, retained = (
        (getattr(measures, "allocated_bytes", None), getattr(measures, "retained_bytes", None))
        for measures in (before, after)
    )
    return Saving(site, *(None if a is None or b is None else b - a for a, b in zip(allocated, retained, strict=True)))
