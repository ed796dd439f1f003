"""Leak suspects in words, the same in the editor and the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heapline.insight.evidence import FEWEST_DUMPS
from heapline.units import human_bytes, human_count, things

if TYPE_CHECKING:
    from collections.abc import Callable

    from heapline.insight.suspects import Findings, Suspect

_MORE = "Three dumps of the process, with the same work between them, tell more."


def remark(findings: Findings, dumps: int) -> str | None:
    """What is to be said beside the suspects of so many dumps: why there are none, or what would tell more."""
    if findings.unknown:
        return findings.unknown
    if dumps >= FEWEST_DUMPS:
        return None if findings.suspects else "Nothing that was there early holds more with each dump."
    return _MORE if findings.suspects else f"Nothing that was there early holds ever more of what is new. {_MORE}"


def holder(suspect: Suspect) -> str:
    """What holds, as the report names it, and how many if they are several."""
    many = f"{human_count(suspect.holders)} × " if suspect.holders > 1 else ""
    return f"{many}{suspect.holder.name}"


def held(suspect: Suspect, quoted: Callable[[str], str]) -> str:
    """What is held: `25,560 new objects, 2.6 MB (7,560 Hash, 7,560 String, …)`."""
    classes = [f"{human_count(count)} {quoted(name)}" for name, count in suspect.held]
    if sum(count for _, count in suspect.held) < suspect.objects:
        classes.append("…")
    return f"{things(suspect.objects, 'new object')}, {human_bytes(suspect.bytes)} ({', '.join(classes)})"
