"""From a line of code to the row of a report, in the texts of every tool."""

from __future__ import annotations

import gzip
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest

from lsp.asking import actions
from lsp.editor import editing
from lsp.oracle import LEAK, LEAK_LINE, TRANSLATE
from sample_files import SAMPLES, unpack_capture

if TYPE_CHECKING:
    from lsp.editor import Editor

FOLDERS = (SAMPLES / "tools/reports", SAMPLES / "gems/reports", SAMPLES / "translate/reports")
TEXTS = [
    "allocation_tracer-pp.txt",
    "allocation_tracer.tsv",
    "derailed-bundle-mem.txt",
    "derailed-perf-heap_diff.txt",
    "derailed-perf-mem.txt",
    "derailed-perf-objects.txt",
    "heap-profiler-color.txt.gz",
    "heap-profiler-single-plain.txt.gz",
    "heapy-diff.txt",
    "heapy-read-all.txt",
    "lsan.txt.gz",
    "memory_profiler-color-scaled-normalized.txt",
    "memory_profiler.txt",
    "rack-mini-profiler-profile-memory.txt",
]
NO_TEXTS = ["stackprof.json", "valgrind.xml.gz", "vernier-retained.vernier.json.gz", "heapy-diff.txt.gz"]


def file_of(name: str) -> Path:
    return next(folder / name for folder in FOLDERS if (folder / name).exists())


def checkout(target: Path) -> Path:
    """The programs that the tools ran on, in one folder; gives `target`."""
    for name in ("translate", "blog", "native"):
        shutil.copytree(SAMPLES / name, target / name, ignore=shutil.ignore_patterns("reports"))
    return target


def line_of(file: Path, line: int) -> str:
    return file.read_text().split("\n")[line - 1]


async def placed(editor: Editor, report: Path) -> list[tuple[str, int]]:
    """URI and line (1-based) of each line of code that the report has numbers of."""
    answer: Any = await editor.command("hotLines", str(report), "none", None, "", "", 0, 500)
    return sorted({(one["place"]["uri"], one["place"]["line"]) for one in answer["lines"] if one["place"]})


@pytest.mark.parametrize("name", TEXTS)
async def test_each_line_with_numbers_leads_to_a_row_about_it(name: str, tmp_path: Path) -> None:
    # GIVEN a tool's text, not packed, and the program
    workspace, packed = checkout(tmp_path / "code"), file_of(name)
    report = tmp_path / "report"
    report.write_bytes(gzip.decompress(packed.read_bytes()) if name.endswith(".gz") else packed.read_bytes())
    rows = report.read_text().split("\n")
    async with editing(workspace) as editor:
        await editor.load(report)
        lines = await placed(editor, report)
        assert lines
        for uri, line in lines:
            # WHEN its row is to be shown
            shown = await editor.command("showInReport", uri, line, str(report))
            # THEN it names the line, or what the line requires
            assert shown["uri"] == report.as_uri()
            row, file = rows[shown["range"]["start"]["line"]], Path(unquote(urlsplit(uri).path))
            if name in ("derailed-bundle-mem.txt", "derailed-perf-mem.txt"):
                required = re.match(r" +(\S+): [0-9.]+ MiB", row)
                assert required
                of_file = required[1].endswith(f"/{file.with_suffix('').name}")
                assert of_file or any(part in line_of(file, line) for part in required[1].split("/"))
            else:
                assert re.search(rf'{file.name}(?::|\t|", ){line}\b', row)


@pytest.mark.parametrize("name", NO_TEXTS)
async def test_what_has_no_rows_is_not_offered(name: str, tmp_path: Path) -> None:
    # GIVEN a profile in JSON, XML, or a packed text
    workspace, report = checkout(tmp_path / "code"), tmp_path / name
    if name == "heapy-diff.txt.gz":
        report.write_bytes(gzip.compress(file_of("heapy-diff.txt").read_bytes()))
    elif name == "valgrind.xml.gz":
        report.write_bytes(gzip.decompress(file_of(name).read_bytes()))
    else:
        shutil.copy(file_of(name), report)
    async with editing(workspace) as editor:
        await editor.load(report)
        uri, line = (await placed(editor, report))[0]
        # WHEN actions are asked for on one of its lines
        found = await actions(editor, Path(unquote(urlsplit(uri).path)), line)
        # THEN there are some, and none that would show a row
        assert found
        assert [action.title for action in found if "Show in" in action.title] == []
        # AND who asks all the same is told that there is none
        assert await editor.command("showInReport", uri, line, str(report)) is None
        assert "no row of its text" in editor.said[-1]


async def test_a_directory_and_a_file_that_is_gone_have_no_rows(tmp_path: Path) -> None:
    # GIVEN heap-profiler's directory, and a text whose file was deleted since
    capture, report = unpack_capture(tmp_path / "capture"), tmp_path / "profile.txt"
    shutil.copy(file_of("memory_profiler.txt"), report)
    async with editing(TRANSLATE) as editor:
        await editor.load(capture)
        await editor.load(report)
        report.unlink()
        # WHEN actions are asked for THEN none would show a row, and the line has its other ones
        titles = [action.title for action in await actions(editor, LEAK, LEAK_LINE)]
        assert titles
        assert [title for title in titles if "Show in" in title] == []
