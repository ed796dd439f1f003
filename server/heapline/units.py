"""Numbers as people read them, the same in the editor and the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import timedelta

    from heapline.profile import Amount, AmountKind, Measures

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB")


def human_bytes(count: int) -> str:
    """Bytes in decimal units, as memory_profiler scales them: 999 B, 1.2 kB, 45 MB."""
    size = float(count)
    for unit in _UNITS:
        if size < 999.5 or unit == _UNITS[-1]:
            break
        size /= 1000
    return f"{size:.0f} {unit}" if unit == "B" or size >= 9.95 else f"{size:.1f} {unit}"


def human_count(count: int) -> str:
    """A count with thousands apart: 4,520."""
    return f"{count:,}"


def human_age(age: timedelta) -> str:
    """How long ago: 5 minutes, 3 hours, 12 days."""
    seconds = max(0, int(age.total_seconds()))
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            number = seconds // size
            return f"{number} {name}{'s' if number != 1 else ''}"
    return "less than a minute"


def summary(measures: Measures) -> str:
    """One line about a site.

    `4,520 live · 1.2 MB · retains ≥ 45 MB`, or `allocated 12,000 (1.1 MB) · retained 901 (88 kB)`, then all amounts.
    What a site retains is left out where it is no more than the site's own bytes.
    """
    parts = []
    if measures.live_objects is not None:
        parts.append(f"{human_count(measures.live_objects)} live")
        parts.append(human_bytes(measures.live_bytes or 0))
    if measures.retained_size is not None and measures.retained_size > (measures.live_bytes or 0):
        parts.append(f"retains ≥ {human_bytes(measures.retained_size)}")
    for word, objects, size in (
        ("allocated", measures.allocated_objects, measures.allocated_bytes),
        ("retained", measures.retained_objects, measures.retained_bytes),
    ):
        known = [human_count(objects)] if objects is not None else []
        if size is not None:
            known.append(f"({human_bytes(size)})" if known else human_bytes(size))
        if known and objects != 0:
            parts.append(" ".join([word, *known]))
    return " · ".join([*parts, *map(amount_in_words, measures.amounts)])


AMOUNT_NAMES: dict[AmountKind, str] = {
    "boot": "at boot",
    "boot_part": "the largest part at boot",
    "definitely_lost": "definitely lost",
    "possibly_lost": "possibly lost",
    "indirectly_lost": "indirectly lost",
    "still_reachable": "still reachable",
    "leaked": "leaked",
    "leaked_indirectly": "leaked indirectly",
    "allocated_total": "allocated with callees",
    "retained_total": "retained with callees",
    "sampled": "allocation samples",
    "sampled_total": "allocation samples with callees",
}
"""Each kind of amount in its tool's own words."""


def amount_in_words(amount: Amount) -> str:
    """`≈ 17.8 MiB at boot`, `16.6 MiB rails`, `definitely lost 1 kB in 3 blocks`, `allocated with callees 9 (1 kB)`."""
    name = AMOUNT_NAMES[amount.kind]
    if amount.kind == "boot":
        return f"≈ {human_mebibytes(amount.bytes or 0)} {name}"
    if amount.kind == "boot_part":
        return f"{human_mebibytes(amount.bytes or 0)} {amount.of or name}"
    size = human_bytes(amount.bytes) if amount.bytes is not None else None
    if amount.kind in ("sampled", "sampled_total"):
        return f"{human_count(amount.count or 0)} {name}"
    if amount.is_total:
        known = [human_count(amount.count)] if amount.count is not None else []
        if size is not None:
            known.append(f"({size})" if known else size)
        return " ".join([name, *known])
    blocks = f" in {things(amount.count, 'block')}" if amount.count is not None else ""
    return f"{name} {size or 'an unknown number of bytes'}{blocks}"


def human_mebibytes(count: int) -> str:
    """Bytes in MiB, as derailed_benchmarks counts them: 17.8 MiB."""
    return f"{count / 2**20:.1f} MiB"


def things(count: int, noun: str) -> str:
    """A count of things: 1 object, 4,520 objects. The noun takes a plain s."""
    return f"{human_count(count)} {noun}{'' if count == 1 else 's'}"


def span(least: int, most: int, noun: str) -> str:
    """From one number of things to another: 9 references, 9 to 1,000,006 references."""
    return things(most, noun) if least == most else f"{human_count(least)} to {things(most, noun)}"


def equality(strings: int, different: int, duplicate_bytes: int) -> str:
    """How many of some strings are equal: `4,520 strings, of which only 30 differ: 120 kB are duplicates`."""
    if strings == different:
        return f"{things(strings, 'string')}, no two of them equal"
    said = "all equal" if different == 1 else f"of which only {human_count(different)} differ"
    return f"{things(strings, 'string')}, {said}: {human_bytes(duplicate_bytes)} are duplicates"


def share(part: int, whole: int) -> str:
    """A part in per cent of the whole, which an old report may not name: 12.3 %."""
    return f"{100 * part / whole:.1f} %" if whole > 0 else "an unknown share"
