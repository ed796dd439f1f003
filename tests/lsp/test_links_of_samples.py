"""Links in the texts of real tools, each followed to the disk."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest
from lsprotocol import types as t

from lsp.editor import editing
from sample_files import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMED = re.compile(r"\b(?P<program>translate|blog|weakmap)/(?P<path>[\w/.-]+\.\w+):(?P<line>\d+)")


def named_on_disk(report: Path, program: str) -> Iterator[tuple[int, Path, int]]:
    """Row (0-based), file and line: what a report names of the program's lines, as far as they are on the disk."""
    for row, text in enumerate(report.read_text(encoding="utf-8", errors="replace").split("\n")):
        for named in NAMED.finditer(text):
            if named["program"] != program:
                continue
            file, line = SAMPLES / program / named["path"], int(named["line"])
            if file.is_file() and 1 <= line <= len(file.read_text(encoding="utf-8").splitlines()):
                yield row, file, line


@pytest.mark.parametrize("program", ["translate", "blog", "weakmap"])
async def test_each_line_that_a_text_names_is_a_link_to_it(program: str) -> None:
    # GIVEN the program's folder, and each text that names lines of it
    folder = SAMPLES / program
    named = {path: sorted(named_on_disk(path, program)) for path in sorted(SAMPLES.glob("*/reports/*.txt"))}
    texts = {path: lines for path, lines in named.items() if lines}
    assert len(texts) >= 10
    async with editing(folder) as editor:
        for report, expected in texts.items():
            text = report.read_text(encoding="utf-8", errors="replace")
            item = t.TextDocumentItem(report.as_uri(), "ruby-memory-report", 1, text)
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
