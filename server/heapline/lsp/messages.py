"""The sentences of diagnostics: what a line holds, its share, and the report that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heapline.insight import wording
from heapline.markdown import plain
from heapline.units import human_bytes, human_count, share, summary, things

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from heapline.heap.retained import Label
    from heapline.insight.suspects import Suspect
    from heapline.lsp.placed import Entry
    from heapline.places.versions import Doubt

_MAX_PATH = 6
DOUBTS: dict[Doubt, str] = {
    "changed": "This line was edited since the report was taken: the numbers are of what it was.",
    "method": "The recorded line is not of the recorded method any more: the numbers are of some line of the method.",
    "newer": "This file is newer than the report: the numbers may belong to another line.",
}


def of(entry: Entry, code: str) -> str:
    """The message of a diagnostic with this code."""
    said = _SENTENCES[code](entry)
    now = entry.now
    return f"{said} {DOUBTS[now.doubt]}" if now and now.doubt else said


def retained(entry: Entry) -> str:
    """What is held through the line's objects, since when, and by which root."""
    found = entry.holder
    assert found is not None  # noqa: S101 -- the code was chosen for it
    report = entry.report
    measures = entry.site.measures
    count = measures.live_objects or 0
    what = _article(found.path[-1].name if found.path else "object")
    holder = f"{what} allocated here holds" if found.one else f"{human_count(count)} objects allocated here hold"
    held = [f"{human_count(objects)} {plain(name)}" for name, objects in found.held]
    if sum(objects for _, objects in found.held) < found.objects:
        held.append("…")
    return (
        f"{holder} {things(found.objects, 'object')} ({', '.join(held)}): at least {human_bytes(found.retained)},"
        f" {share(found.retained, report.held_bytes)} of what the roots of {plain(report.path.name)} reach."
        f"{_since(entry)}{_grows(entry)} Held by {path(found.path, plain)}."
    )


def suspected(entry: Entry) -> str:
    """What keeps growing on the line, and why that is said; with what it holds in all if that is much of the heap."""
    found = entry.suspect
    assert found is not None  # noqa: S101 -- the code was chosen for it
    if entry.holder:
        return retained(entry)
    held = f"{wording.held(found, plain)}, of {plain(entry.report.path.name)}"
    holds = "holds" if found.holders == 1 else "hold"
    what = _article(found.holder.name) if found.holders == 1 else plain(wording.holder(found))
    if found.holder.site == entry.site_id:
        said = f"{what} allocated here {holds} {held}"
    else:  # it is of a library, and this the nearest line of the workspace on the way to it
        at = f" ({plain(f'{found.holder.path}:{found.holder.line}')})" if found.holder.path is not None else ""
        said = f"{what}{at} that an object allocated here keeps alive {holds} {held}"
    return f"{said}.{_grows(entry)} Held by {path(found.path, plain)}."


def _article(name: str) -> str:
    """One of a class: `A Hash`, `An Array`."""
    return f"{'An' if name[:1] in set('AEIOU') else 'A'} {plain(name)}"


def _grows(entry: Entry) -> str:
    found = entry.suspect
    return f" Leak suspect, score {found.score} of 100: {evidence(found)}." if found else ""


def evidence(suspect: Suspect) -> str:
    """Why something is suspected."""
    return "; ".join(plain(reason.text) for reason in suspect.evidence)


def path(found: Sequence[Label], quoted: Callable[[str], str]) -> str:
    """The way from the root to what holds the last of these, the middle of a long one left out."""
    names = [quoted(label.name) for label in found[:-1]]
    if len(names) > _MAX_PATH:
        names = [*names[: _MAX_PATH // 2], "…", *names[-_MAX_PATH // 2 :]]
    return " → ".join(names) or "a root directly"


def live(entry: Entry) -> str:
    """What is alive of what the line allocated."""
    report, measures = entry.report, entry.site.measures
    count = measures.live_objects or 0
    return (
        f"{things(count, 'live object')} {'was' if count == 1 else 'were'} allocated here{_most(entry, count)}:"
        f" {human_bytes(measures.live_bytes or 0)},"
        f" {report.share(measures)} of {plain(report.path.name)}."
    )


def allocated(entry: Entry) -> str:
    """What a profiler saw allocated on the line, and what survived its block; or whatever else a text counts there."""
    report, measures = entry.report, entry.site.measures
    said = []
    if measures.allocated_bytes is not None or measures.allocated_objects is not None:
        said.append(f"allocated {_amount(measures.allocated_objects, measures.allocated_bytes)}")
    if measures.retained_bytes or measures.retained_objects:
        said.append(f"{_amount(measures.retained_objects, measures.retained_bytes)} survived the block")
    if not said:
        return f"Memory of this line: {summary(measures)}, {report.share(measures)} of {plain(report.path.name)}."
    return f"This line {'; '.join(said)}: {report.share(measures)} of {plain(report.path.name)}."


def native(entry: Entry) -> str:
    """The memory that C, C++ or Rust allocated on the line and nobody freed."""
    report, measures = entry.report, entry.site.measures
    function = f" in {plain(entry.site.method)}" if entry.site.method else ""
    return f"Memory allocated here{function} is never freed: {summary(measures)}. From {plain(report.path.name)}."


def _most(entry: Entry, count: int) -> str:
    """The class that more than half of the objects belong to, if there is one."""
    classes = entry.report.index.by_class(entry.site_id) if entry.report.index else ()
    largest = max(classes, key=lambda c: c.objects, default=None)
    if largest is None or 2 * largest.objects <= count:
        return ""
    return f" ({plain(largest.of)})" if largest.objects == count else f", most of them {plain(largest.of)}"


def _since(entry: Entry) -> str:
    generations = entry.report.index.by_generation(entry.site_id) if entry.report.index else ()
    return f" Allocated since generation {generations[0].of}." if generations else ""


def _amount(objects: int | None, size: int | None) -> str:
    if objects is None:
        return human_bytes(size or 0)
    return things(objects, "object") + (f" ({human_bytes(size)})" if size is not None else "")


_SENTENCES = {
    "leak-suspect": suspected,
    "retained-size": retained,
    "live-memory": live,
    "allocated-memory": allocated,
    "native-leak": native,
}
"""By code."""
