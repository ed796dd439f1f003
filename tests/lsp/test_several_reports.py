"""Several reports at once: on one line each with its own numbers, and one recorded path that is a file for each."""

from __future__ import annotations

import gzip
import json
import shutil
from typing import TYPE_CHECKING

import pytest

from lsp.editor import CLIENTS, editing
from lsp.oracle import DUMP, LEAK, LEAK_LINE, TEXT, TRANSLATE, live, profiled
from sample_files import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    from lsp.editor import Editor

RETAINED = SAMPLES / "gems/reports/vernier-retained.vernier.json.gz"
PROGRAMS = ("translate", "weakmap")


@pytest.mark.parametrize("client", CLIENTS)
async def test_what_three_tools_know_of_a_line_stands_in_one_lens_and_one_hover_each_with_its_report(
    client: str,
) -> None:
    # GIVEN what memory_profiler saw allocated, what a dump saw alive, what Vernier saw stay; each by its own count
    allocated = profiled()["allocated_objects"][LEAK, LEAK_LINE]
    alive = live()[LEAK, LEAK_LINE].objects
    counted = json.loads((RETAINED.parent / "vernier.oracle.json").read_text())["retained"]
    [stayed] = [own for at, (own, *_) in counted.items() if at.endswith(f"/lib/{LEAK.name}:{LEAK_LINE}")]
    async with editing(TRANSLATE, client=client) as editor:
        # WHEN all three are loaded
        for report in (RETAINED, TEXT, DUMP):
            await editor.load(report)
        # THEN the line has one lens, and each number in it the name of its tool
        [title] = (await editor.lenses(LEAK))[LEAK_LINE]
        said = dict(part.split(": ", 1) for part in title.split(" | "))
        assert list(said) == ["heap dump", "memory_profiler", "Vernier"]
        assert said["heap dump"].startswith(f"{alive:,} live · ")
        assert said["memory_profiler"].startswith(f"allocated {allocated:,} (")
        assert said["Vernier"].startswith(f"retained {stayed:,} (")
        # AND one hover, with a part for each report that ends in its name
        parts = (await editor.hover_text(LEAK, LEAK_LINE)).split("\n\n---\n\n")
        for part, report, number in zip(parts, (DUMP, TEXT, RETAINED), (alive, allocated, stayed), strict=True):
            assert report.name in part.splitlines()[-1]
            assert f"{number:,}" in part


def in_container(report: Path, name: str, target: Path) -> Path:
    """A report of a program as it would have been taken in a container, where every program lies in /app."""
    packed = report.suffix == ".gz"
    content = gzip.decompress(report.read_bytes()) if packed else report.read_bytes()
    target.write_bytes(content.replace(b"/srv/heapline/" + name.encode() + b"/", b"/app/"))
    return target


@pytest.mark.parametrize("report", [TEXT.name, DUMP.name])
@pytest.mark.parametrize("order", [PROGRAMS, PROGRAMS[::-1]], ids="-".join)
async def test_one_recorded_path_is_another_file_in_each_report(
    report: str, order: tuple[str, str], tmp_path: Path
) -> None:
    # GIVEN two programs in one folder, and a report of each, which both call their main file /app/main.rb
    workspace = tmp_path / "services"
    for name in PROGRAMS:
        shutil.copytree(SAMPLES / name, workspace / name, ignore=shutil.ignore_patterns("reports"))
    reports = {name: in_container(SAMPLES / name / "reports" / report, name, tmp_path / name) for name in order}
    alone = {}
    for name in PROGRAMS:
        async with editing(workspace) as editor:
            await editor.load(reports[name])
            alone[name] = await lenses_of(editor, workspace)
        assert {path.split("/")[0] for path in alone[name]} == {name}
        assert f"{name}/main.rb" in alone[name]
    async with editing(workspace) as editor:
        # WHEN both are loaded
        for loaded in reports.values():
            await editor.load(loaded)
        # THEN each program's lines have what they have without the other report
        assert await lenses_of(editor, workspace) == alone["translate"] | alone["weakmap"]
        # AND the path leads to each program's own file, by the report that names it
        for name in PROGRAMS:
            main = workspace / name / "main.rb"
            line = next(iter(alone[name][f"{name}/main.rb"]))
            hover = await editor.hover_text(main, line)
            assert f"/app/main.rb:{line}" in hover
            assert "\n\n---\n\n" not in hover
            assert hover.splitlines()[-1].startswith("From the ")
            assert f"`{name}`" in hover.splitlines()[-1]


def ruby_files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.rb"))


async def lenses_of(editor: Editor, workspace: Path) -> dict[str, dict[int, list[str]]]:
    """The lenses of each file of the workspace that has some, by its path in it."""
    found = {file: await editor.lenses(file) for file in ruby_files(workspace)}
    return {str(file.relative_to(workspace)): lenses for file, lenses in found.items() if lenses}
