"""`textDocument/hover`: everything that the loaded reports say about a line.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocument_hover
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import duckdb
from lsprotocol import types as t

from heapline import markdown
from heapline.insight import wording
from heapline.insight.generations import Generation, bars, in_periods
from heapline.lsp import following, messages, reports
from heapline.lsp.documents import line_range, text_lines
from heapline.lsp.features.lines import merged
from heapline.lsp.features.load_text import loaded_as
from heapline.lsp.report_texts import column_range
from heapline.lsp.server import Server
from heapline.lsp.uris import key_of, to_path
from heapline.places.rules import told
from heapline.places.texts import ignored
from heapline.profile import FORMAT_NAMES
from heapline.units import equality, human_age, human_bytes, human_count, share, summary, things

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heapline.lsp.placed import Entry

_MAX_CLASSES = 8
_MAX_EXCERPT = 20
_MOST_BARS = 30
_NOTABLE_SHARE = 0.01


async def hover(ls: Server, params: t.HoverParams) -> t.Hover | None:
    """The line's numbers from each report: totals, classes, generations, the report and its age."""
    path = to_path(params.text_document.uri)
    if ls.texts.get(ls, params.text_document.uri) is not None:
        return await _of_row(ls, params)
    if path is None or not (ls.shows(path) and ls.settings_for(path).hover.enabled):
        return None
    await following.caught_up(ls, path)
    entries = ls.store.entries(path)
    if entries is None:
        return None
    line = params.position.line + 1
    here = entries.at(line)
    lines = text_lines(ls, path, params.text_document.uri)
    if not here or line > len(lines):
        return None
    contents = _contents(ls, here)
    return t.Hover(contents, line_range(ls, lines, line)) if contents else None


async def _of_row(ls: Server, params: t.HoverParams) -> t.Hover | None:
    """In a report: what the line that a row names has in the other reports that are loaded."""
    uri, at = params.text_document.uri, params.position
    document = ls.open_document(uri)
    column = document.column(at) if document else 0
    found = await ls.texts.ask(ls, uri, lambda text: text.placed_at(at.line, column))
    if found is None or document is None or at.line >= len(document.texts):
        return None
    location, place = found
    entries, own = ls.store.entries(place.file), loaded_as(ls, uri)
    here = entries.lines.get(place.line, []) if entries else []
    contents = _contents(ls, [e for e in here if own is None or key_of(e.report.path) != key_of(own)])
    return t.Hover(contents, column_range(ls, document.texts[at.line], at.line, location)) if contents else None


def _contents(ls: Server, entries: Sequence[Entry]) -> t.MarkupContent | None:
    parts = [part for entry in merged(entries) if (part := _section_or_nothing(ls, entry))]
    kind = t.MarkupKind.Markdown if ls.client.markdown else t.MarkupKind.PlainText
    return t.MarkupContent(kind, "\n\n---\n\n".join("\n".join(part) for part in parts)) if parts else None


def _section_or_nothing(ls: Server, entry: Entry) -> list[str]:
    try:
        return _section(ls, entry)
    except duckdb.Error as error:
        reports.tell_damage(ls, entry.report, error)
        return []


def _section(ls: Server, entry: Entry) -> list[str]:
    quoted = markdown.code if ls.client.markdown else markdown.plain
    strong = "**" if ls.client.markdown else ""
    name = FORMAT_NAMES[entry.report.profile.format]
    lines = [f"{strong}{_headline(entry)}{strong}", "", *_doubt(entry), *_silence(ls, entry)]
    lines += [*_details(ls, entry), "", *_growth(ls, entry), *_retained(ls, entry)]
    recorded = entry.site.at
    if entry.place.rule.kind != "exact":
        lines.append(
            f"Recorded as {quoted(recorded)}" + (f" in {quoted(entry.site.method)}." if entry.site.method else ".")
        )
        lines.append(f"Placed here, {entry.place.rule.sure}: {told(entry.place.rule, quoted)}.")
    elif entry.site.method:
        lines.append(f"Recorded in {quoted(entry.site.method)}.")
    modified = datetime.fromtimestamp(entry.report.identity.modified_ns / 1e9, tz=timezone.utc)
    age = human_age(max(datetime.now(tz=timezone.utc) - modified, timedelta()))
    lines.append(f"From the {name} {quoted(entry.report.path.name)}, a file {age} old.")
    return lines


def _doubt(entry: Entry) -> list[str]:
    """Why the numbers may not be this line's."""
    now = entry.now
    return [messages.DOUBTS[now.doubt], ""] if now and now.doubt else []


def _silence(ls: Server, entry: Entry) -> list[str]:
    """Why the line has no lens and no diagnostic, where the user wanted that."""
    if entry.mark in ls.fixed:
        return ["Marked as fixed until a newer report is loaded.", ""]
    now, file = entry.now, entry.place.file
    reason = ignored(text_lines(ls, file, ls.uri_of(file)), now.line) if now else None
    if reason is None:
        return []
    quoted = markdown.code if ls.client.markdown else markdown.plain
    return [f"Ignored by a comment: {quoted(reason)}." if reason else "Ignored by a comment.", ""]


def _headline(entry: Entry) -> str:
    measures = entry.site.measures
    whole = entry.report.share(measures)
    if entry.report.index:
        return f"{things(measures.live_objects or 0, 'live object')}, {human_bytes(measures.live_bytes or 0)} ({whole})"
    if _is_of_a_block(entry):
        return f"{human_bytes(measures.shallow_bytes)} ({whole} of what the block allocated)"
    return f"{summary(measures)} ({entry.report.share_of_summary(measures)})"


def _is_of_a_block(entry: Entry) -> bool:
    """Whether the numbers are of one block of code: what it allocated, and what of that survived it."""
    of_blocks = ("memory-profiler", "heap-profiler")
    return entry.report.profile.format in of_blocks and entry.site.measures.live_objects is None


def _details(ls: Server, entry: Entry) -> list[str]:
    index = entry.report.index
    if index is None:
        return _measured(ls, entry)
    classes = index.by_class(entry.site_id)
    rows = [(c.of, human_count(c.objects), human_bytes(c.bytes)) for c in classes[:_MAX_CLASSES]]
    if len(classes) > _MAX_CLASSES:
        rest = classes[_MAX_CLASSES:]
        objects, size = sum(c.objects for c in rest), sum(c.bytes for c in rest)
        rows.append((f"{len(rest)} more classes", human_count(objects), human_bytes(size)))
    lines = _table(ls, ("class", "objects", "bytes"), rows, named_by_report=True)
    generations = index.by_generation(entry.site_id)
    if generations:
        span = generations[0].of if len(generations) == 1 else f"{generations[0].of} to {generations[-1].of}"
        runs = "generation" if len(generations) == 1 else f"{len(generations)} generations,"
        lines += ["", f"Allocated in {runs} {span} (a generation is one run of the garbage collector)."]
    strings = index.strings_of(entry.site_id)
    if strings and strings.contents < strings.strings:
        lines += ["", f"{equality(strings.strings, strings.contents, strings.duplicate_bytes)}."]
    return lines


def _measured(ls: Server, entry: Entry) -> list[str]:
    """What a profiler says of the line: its measures, and the part of the report that they were read from."""
    m = entry.site.measures
    lines = []
    if _is_of_a_block(entry):
        rows = [
            ("allocated", _known(m.allocated_objects), _known_bytes(m.allocated_bytes)),
            ("retained: survived the block", _known(m.retained_objects), _known_bytes(m.retained_bytes)),
        ]
        lines = _table(ls, ("", "objects", "bytes"), rows)
    if entry.site.excerpt:
        shown = markdown.verbatim(entry.site.excerpt[:_MAX_EXCERPT])
        lines += ["", *(shown if ls.client.markdown else shown[1:-1])]
        more = len(entry.site.excerpt) - _MAX_EXCERPT
        lines += ["", f"… and {things(more, 'more line')} in the report."] if more > 0 else []
    return lines


def _growth(ls: Server, entry: Entry) -> list[str]:
    """When the line's objects were allocated, beside the dump's first and last generation; and if it is suspected."""
    lines = []
    counts = entry.report.index.by_generation(entry.site_id) if entry.report.index else ()
    if counts and entry.concluded and entry.concluded.generations and len(counts) > 1:
        span = entry.concluded.generations
        found = [Generation(int(count.of), int(count.of), count.objects, count.bytes) for count in counts]
        timeline = bars(period.objects for period in in_periods(found, _MOST_BARS, span))
        boot = entry.concluded.boot
        start = f" (the program was starting until {boot})" if boot is not None else ""
        quoted = markdown.code if ls.client.markdown else markdown.plain
        lines += [f"From generation {span[0]} to {span[1]}{start}: {quoted(timeline)}", ""]
    return [*lines, *_suspicion(ls, entry)]


def _suspicion(ls: Server, entry: Entry) -> list[str]:
    """Why the line is suspected: what holds how much that is new, the evidence with its points, and the way to it."""
    found = entry.suspect
    verdict = ls.store.verdict_on(entry.report)
    if found is None or verdict is None:
        return []
    strong, quoted = ("**", markdown.code) if ls.client.markdown else ("", markdown.plain)
    holder = quoted(wording.holder(found))
    if found.holder.site != entry.site_id and found.holder.path is not None:  # it is of a library
        holder += f" of {quoted(f'{found.holder.path}:{found.holder.line}')}"
    held = f"{'holds' if found.holders == 1 else 'hold'} {wording.held(found, quoted)}"
    lines = [
        f"{strong}Leak suspect{strong}, score {found.score} of 100: {holder} {held}.",
        "",
        *(f"- {reason.text} (+{reason.points})" for reason in found.evidence),
        "",
    ]
    if len(verdict.dumps) > 1:
        lines += [f"Seen in {', '.join(quoted(dump.path.name) for dump in verdict.dumps)}.", ""]
    if not entry.holder:
        lines += [f"Held by {messages.path(found.path, quoted)}.", ""]
    if found.sites:
        sites = [f"{quoted(f'{path}:{line}')} ({human_count(count)})" for path, line, count in found.sites]
        lines += [f"Most of what it holds was allocated at {', '.join(sites)}.", ""]
    return lines


def _retained(ls: Server, entry: Entry) -> list[str]:
    """What the site retains, and its biggest objects; whether that is exact depends on what was computed."""
    graph = entry.report.graph
    size = entry.site.measures.retained_size
    if graph is None or size is None:
        return []
    quoted = markdown.code if ls.client.markdown else markdown.plain
    exact = graph.known_exact.get(entry.site_id)
    amount = f"exactly {human_bytes(exact)}" if exact is not None else f"at least {human_bytes(size)}"
    whole = share(exact if exact is not None else size, entry.report.held_bytes)
    subject = "It retains" if entry.site.measures.live_objects == 1 else "Together they retain"
    lines = [f"{subject} {amount}, {whole} of what the roots reach.", ""]
    biggest = [holder for holder in graph.biggest(entry.site_id) if holder.retained > _NOTABLE_SHARE * size]
    if biggest and size > (entry.site.measures.live_bytes or 0):
        said = (f"{quoted(h.label.name)} {h.address:#x} {human_bytes(h.retained)}" for h in biggest)
        lines += [f"The largest: {', '.join(said)}.", ""]
    if entry.holder:
        lines += [f"Held by {messages.path(entry.holder.path, quoted)}.", ""]
    return lines


def _table(
    ls: Server, header: Sequence[str], rows: Sequence[Sequence[str]], *, named_by_report: bool = False
) -> list[str]:
    if ls.client.markdown and ls.client.tables:
        name = markdown.code_cell if named_by_report else str
        return markdown.table(header, [[name(first), *numbers] for first, *numbers in rows])
    lines = markdown.fenced(header, [[markdown.plain(first), *numbers] for first, *numbers in rows])
    return lines if ls.client.markdown else lines[1:-1]


def _known(count: int | None) -> str:
    return "not listed" if count is None else human_count(count)


def _known_bytes(size: int | None) -> str:
    return "not listed" if size is None else human_bytes(size)
