"""`textDocument/codeAction`: what can be asked about a line, and four ways to hear no more of it.

A comment on the line, and a glob or a threshold in `.heapline.toml`, are for all who work on the code, until they are
removed. A mark as fixed is for this user, until a newer report is loaded.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocument_codeAction
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

from lsprotocol import types as t

from heapline.lsp import following, reports, workspace_edits
from heapline.lsp.documents import text_lines
from heapline.lsp.features.lines import merged
from heapline.lsp.features.load_text import LOAD_TEXT, TITLE, loaded_as
from heapline.lsp.features.show_in_report import SHOW_IN_REPORT, has_rows
from heapline.lsp.placed import Entry
from heapline.lsp.server import Server
from heapline.lsp.uris import to_path
from heapline.markdown import plain
from heapline.places.texts import ignore_comment, ignored
from heapline.settings import TOML_NAME
from heapline.settings.editing import values, with_value
from heapline.settings.matching import literal
from heapline.units import human_bytes, human_count

SHOW_HOLDERS = "heapline.showHolders"
MARK_FIXED = "heapline.markFixed"


async def code_action(ls: Server, params: t.CodeActionParams) -> list[t.CodeAction]:
    """What can be done about the numbers of a line; in a report that is not loaded: load it."""
    uri, line = params.text_document.uri, params.range.start.line + 1
    if ls.texts.get(ls, uri) is not None:
        return [] if loaded_as(ls, uri) else [_command(TITLE, LOAD_TEXT, uri)]
    path = to_path(uri)
    if path is None:
        return []
    await following.caught_up(ls, path)
    file = ls.store.entries(path)
    entries = merged(file.at(line)) if file and ls.shows(path) else []
    if not entries:
        return []
    own = [diagnostic for diagnostic in params.context.diagnostics if diagnostic.source == "heapline"]
    texts = await asyncio.to_thread(lambda: [entry.report.path for entry in entries if has_rows(entry.report)])
    actions = [*_questions(entries, texts, uri, line), *_ways_out(ls, entries, path, uri, line)]
    for action in actions:
        action.diagnostics = own or None
        action.kind = t.CodeActionKind.QuickFix if own and action.edit else t.CodeActionKind.Empty
    return actions


def mark_fixed(ls: Server, uri: str, line: int, fixed: bool) -> int:
    """`heapline.markFixed URI LINE FIXED`: hide what the reports of now say of a line (1-based), or show it again.

    Answers how many reports that was about.
    """
    path = to_path(uri)
    file = ls.store.entries(path) if path else None
    entries = merged(file.at(line)) if file else []
    for entry in entries:
        ls.fixed.mark(entry.mark, fixed)
    reports.redraw(ls)
    return len(entries)


def _questions(entries: list[Entry], texts: list[Path], uri: str, line: int) -> Iterator[t.CodeAction]:
    if any(entry.report.graph is not None for entry in entries):
        yield _command("Show what holds this", SHOW_HOLDERS, uri, line)
    for path in texts:
        title = "Show in report" if len(texts) == 1 else f"Show in {plain(path.name)}"
        yield _command(title, SHOW_IN_REPORT, uri, line, str(path))


def _ways_out(ls: Server, entries: list[Entry], path: Path, uri: str, line: int) -> Iterator[t.CodeAction]:
    texts = text_lines(ls, path, uri)
    comment = ignore_comment(path, "TODO: say why")
    can_have_it = line <= len(texts) and ignored(texts, line) is None and not texts[line - 1].rstrip().endswith("\\")
    if comment and can_have_it:
        edit = workspace_edits.at_end_of_line(ls, uri, texts, line, f"  {comment}")
        yield t.CodeAction("Heapline: ignore this line, with a comment", edit=edit)
    if any(entry.mark in ls.fixed for entry in entries):
        yield _command("Heapline: not fixed, show the line again", MARK_FIXED, uri, line, False)
    else:
        yield _command("Heapline: mark as fixed until the next report", MARK_FIXED, uri, line, True)
    folder = ls.folder_of(path)
    if folder is not None:
        yield from _settings(ls, entries, folder, path.relative_to(folder).as_posix())


def _settings(ls: Server, entries: list[Entry], folder: Path, below: str) -> Iterator[t.CodeAction]:
    """Those that write to the folder's settings file, as far as that can be read."""
    toml = folder / TOML_NAME
    before = workspace_edits.text_of(ls, toml)
    if before is None:
        return
    objects = max(entry.site.measures.largest_count for entry in entries)
    size = max(entry.site.measures.largest_bytes for entry in entries)
    leaks = any(entry.site.measures.leaks for entry in entries)  # is shown however little it is
    after = with_value(before, "threshold.bytes", size + 1) if not leaks else None
    after = with_value(after, "threshold.objects", objects + 1) if after is not None else None
    excluded = with_value(before, "exclude", [*values(before, "exclude"), literal(below)])
    for title, text in (
        (f"Heapline: show nothing in {plain(below)}", excluded),
        (f"Heapline: show only lines of more than {human_bytes(size)} or {human_count(objects)} objects", after),
    ):
        if text is not None:
            edit = workspace_edits.whole_file(ls, toml, before, text)
            yield t.CodeAction(f"{title} ({TOML_NAME})", edit=edit)


def _command(title: str, name: str, *arguments: object) -> t.CodeAction:
    return t.CodeAction(title, command=t.Command(title, name, arguments=list(arguments)))
