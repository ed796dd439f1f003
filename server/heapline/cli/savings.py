"""What `heapline diff BEFORE AFTER` prints of two memory_profiler reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heapline.cli.printing import console, heading, line_text, rest
from heapline.units import human_bytes, human_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heapline.cli.filtering import Choice
    from heapline.insight.savings import Saving
    from heapline.places.placing import Placement
    from heapline.report import Report


def show(reports: Sequence[Report], savings: Sequence[Saving], places: Placement, choice: Choice, top: int) -> None:
    """Print the sums of both reports, and the `top` lines of those that changed and are asked for."""
    heading(" → ".join(report.path.name for report in reports))
    before, after = (report.profile.totals for report in reports)
    for word, old, new in (
        ("allocated", before.allocated_bytes, after.allocated_bytes),
        ("retained (survived the block)", before.retained_bytes, after.retained_bytes),
    ):
        if old is not None and new is not None:
            console.print(f"{word}: {human_bytes(old)} → {human_bytes(new)}, {_difference(new - old)}")
    changed = [saving for saving in savings if saving.allocated_bytes or saving.retained_bytes]
    changed = [saving for saving in changed if choice.keeps_site(places, *saving.site)]
    console.print()
    heading(f"Lines that changed ({human_count(len(changed))})")
    choice.tell()
    for saving in changed[:top]:
        said = [
            f"{word} {_difference(size)}"
            for word, size in (("allocated", saving.allocated_bytes), ("retained", saving.retained_bytes))
            if size
        ]
        console.print(line_text(*saving.site, places.place(*saving.site), " · ".join(said)))
    rest(len(changed) - top)


def as_json(reports: Sequence[Report], savings: Sequence[Saving], places: Placement, choice: Choice) -> dict[str, Any]:
    """The lines of both that are asked for, bytes more (or with a minus fewer) in the second; None is unknown."""
    return {
        "reports": [str(report.path) for report in reports],
        "sites": [
            {
                "path": saving.site[0],
                "line": saving.site[1],
                "allocated_bytes": saving.allocated_bytes,
                "retained_bytes": saving.retained_bytes,
            }
            for saving in savings
            if choice.keeps_site(places, *saving.site)
        ],
    }


def _difference(size: int) -> str:
    return f"{human_bytes(-size)} saved" if size < 0 else f"{human_bytes(size)} more" if size else "the same"
