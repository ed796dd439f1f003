"""Links in the texts of real tools, each followed to the disk."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest
from lsprotocol import types as t

from lsp.editor import document, editing
from lsp.oracle import DUMP, LEAK, LEAK_LINE, RECORDED, TRANSLATE
from sample_files import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMED = re.compile(r"\b(?P<program>translate|blog|weakmap|native)/(?P<path>[\w/.-]+\.\w+):(?P<line>\d+)")


def text_of(report: Path) -> str:
    content = report.read_bytes()
    return (gzip.decompress(content) if report.suffix == ".gz" else content).decode(errors="replace")


def named_on_disk(report: Path, program: str) -> Iterator[tuple[int, Path, int]]:
    """Row (0-based), file and line: what a report names of the program's lines, as far as they are on the disk.

    Of the first 50,000 rows: those below are not links.
    """
    for row, text in enumerate(text_of(report).split("\n")[:50_000]):
        for named in NAMED.finditer(text):
            if named["program"] != program:
                continue
            file, line = SAMPLES / program / named["path"], int(named["line"])
            if file.is_file() and 1 <= line <= len(file.read_text(encoding="utf-8").splitlines()):
                yield row, file, line


@pytest.mark.parametrize(("program", "least"), [("translate", 20), ("blog", 10), ("weakmap", 10), ("native", 1)])
async def test_each_line_that_a_text_names_is_a_link_to_it(program: str, least: int) -> None:
    # GIVEN the program's folder, and each text that names lines of it
    folder = SAMPLES / program
    reports = sorted([*SAMPLES.glob("*/reports/*.txt"), *SAMPLES.glob("*/reports/*.txt.gz")])
    named = {path: sorted(named_on_disk(path, program)) for path in reports}
    texts = {path: lines for path, lines in named.items() if lines}
    assert len(texts) >= least
    async with editing(folder) as editor:
        for report, expected in texts.items():
            item = t.TextDocumentItem(report.as_uri(), "ruby-memory-report", 1, text_of(report))
            editor.text_document_did_open(t.DidOpenTextDocumentParams(item))

            # WHEN its links are asked for, and resolved one by one
            params = t.DocumentLinkParams(t.TextDocumentIdentifier(report.as_uri()))
            found = []
            for link in await editor.text_document_document_link_async(params) or ():
                target = (await editor.document_link_resolve_async(link)).target
                assert target
                file = Path(unquote(urlsplit(target).path))
                if file.is_relative_to(folder):
                    found.append((link.range.start.line, file, int(urlsplit(target).fragment.removeprefix("L"))))

            # THEN they lead to all lines that are on the disk, and to no others
            assert sorted(found) == expected, report


GEMS = SAMPLES / "gems/reports"
TRACED = {f"allocation_tracer{key}-pp.txt": key for key in ("", "-by-class", "-by-type")}
SAMPLED = ("allocation_sampler-pp.txt", "allocation_sampler-inspect.txt", "allocation_sampler.json")


def lines_of_hash(name: str) -> set[tuple[Path, int]]:
    """The lines of the program that a tool had in its hash, as Ruby kept them apart from it."""
    if name in TRACED:
        named = list(json.loads((GEMS / "allocation_tracer.oracle.json").read_text())[TRACED[name]])
    else:
        stacks = json.loads((GEMS / "allocation_sampler.oracle.json").read_text())["frames"]
        named = [f"{path}:{line}" for _, _, ((path, line, _), *_) in stacks]
    found = (at.removeprefix(RECORDED).rpartition(":") for at in named if at.startswith(RECORDED))
    return {(TRANSLATE / path, int(line)) for path, _, line in found if line != "0"}


@pytest.mark.parametrize("name", [*TRACED, *SAMPLED])
async def test_each_line_that_a_hash_names_is_a_link_to_it(name: str) -> None:
    # GIVEN a hash of a tool as Ruby printed it, open as text, and the dump loaded
    report, expected = GEMS / name, lines_of_hash(name)
    assert len(expected) > 10
    text = report.read_text()
    async with editing(TRANSLATE) as editor:
        await editor.load(DUMP)
        item = t.TextDocumentItem(report.as_uri(), "plaintext", 1, text)
        editor.text_document_did_open(t.DidOpenTextDocumentParams(item))
        # WHEN its links are asked for, and resolved one by one
        found: dict[tuple[Path, int], t.Range] = {}
        for link in await editor.text_document_document_link_async(t.DocumentLinkParams(document(report))) or ():
            target = (await editor.document_link_resolve_async(link)).target
            assert target
            place = Path(unquote(urlsplit(target).path)), int(urlsplit(target).fragment.removeprefix("L"))
            found.setdefault(place, link.range)
            # THEN each ends in the number of the line that it leads to
            row = text.split("\n")[link.range.start.line]
            assert re.findall(r"\d+$", row[: link.range.end.character]) == [str(place[1])]
        # AND they lead to all lines that the tool had, and to no others of the program
        assert {at for at in found if at[0].is_relative_to(TRANSLATE)} == expected
        # AND the way to the definition is the same, and the hover has what the dump knows
        at = found[LEAK, LEAK_LINE].start
        location = await editor.text_document_definition_async(t.DefinitionParams(document(report), at))
        assert isinstance(location, t.Location)
        assert (location.uri, location.range.start.line + 1) == (LEAK.as_uri(), LEAK_LINE)
        hover = await editor.text_document_hover_async(t.HoverParams(document(report), at))
        assert DUMP.name in str(hover)
        # AND from the code the way leads back to the row
        await editor.load(report)
        shown = await editor.command("showInReport", LEAK.as_uri(), LEAK_LINE, str(report))
        assert (shown["uri"], shown["range"]["start"]["line"]) == (report.as_uri(), at.line)
