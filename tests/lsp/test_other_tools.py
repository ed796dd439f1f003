"""Reports of other tools in the editor: each measure in its own words, on Gemfiles and C sources too."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

import pytest

from lsp.editor import EMACS, NEOVIM, VSCODE, editing, typed
from lsp.oracle import LEAK, LEAK_LINE, TEXT, TRANSLATE
from sample_files import SAMPLES, unpack_capture

if TYPE_CHECKING:
    from pathlib import Path

REPORTS = SAMPLES / "tools/reports"


@pytest.mark.parametrize("client", [VSCODE, NEOVIM])
async def test_memory_at_boot_stands_on_the_gems_line_with_the_tree_in_the_hover(client: str) -> None:
    # GIVEN an application with a Gemfile, and what derailed_benchmarks says of its requires
    gemfile = SAMPLES / "blog/Gemfile"
    printed = (REPORTS / "derailed-bundle-mem.txt").read_text().splitlines()
    at = next(n for n, row in enumerate(printed) if row.startswith("  active_record: "))
    row, largest = printed[at], printed[at + 1]  # what is below comes sorted, the largest first
    line = 1 + next(n for n, text in enumerate(gemfile.read_text().splitlines()) if "active_record" in text)
    async with editing(SAMPLES / "blog", client=client) as editor:
        # WHEN it is loaded
        await editor.load(REPORTS / "derailed-bundle-mem.txt")
        # THEN the gem's line has its memory, and the largest part of it: what that gem requires first of all
        size = float(row.split(": ")[1].removesuffix(" MiB"))
        name, part = largest.strip().split(": ")[:2]
        lens = f"≈ {size:.1f} MiB at boot · {float(part.split(' MiB')[0]):.1f} MiB {name}"
        assert (await editor.lenses(gemfile))[line] == [lens]
        # AND the hover what is below it, as printed
        hover = await editor.hover_text(gemfile, line)
        assert row.strip() in hover
        assert "derailed_benchmarks" in hover
        # AND that is no problem
        assert editor.marked == {}


async def test_memory_at_boot_goes_with_its_line_through_an_edit_before_and_one_after_it_was_loaded(
    tmp_path: Path,
) -> None:
    # GIVEN an application whose Gemfile was written after derailed_benchmarks ran
    checkout = shutil.copytree(SAMPLES / "blog", tmp_path / "blog", ignore=shutil.ignore_patterns("reports"))
    gemfile = checkout / "Gemfile"
    text = f"# one\n{gemfile.read_text()}"
    gemfile.write_text(text)
    line = 1 + next(n for n, row in enumerate(text.splitlines()) if "active_record" in row)
    async with editing(checkout) as editor:
        editor.open(gemfile.as_uri(), text)
        # WHEN the report is loaded
        await editor.load(REPORTS / "derailed-bundle-mem.txt")
        # THEN the gem's line has its memory, without doubt: it was found by what it says
        [lens] = (await editor.lenses(gemfile))[line]
        assert lens.startswith("≈ ")
        # WHEN the user types above it
        editor.change(gemfile, typed(1, 0, "# two\n"))
        # THEN it goes along
        assert (await editor.lenses(gemfile))[line + 1] == [lens]


async def test_memory_at_boot_stands_on_the_line_that_requires_the_file_and_on_the_first_line_of_ones_own(
    tmp_path: Path,
) -> None:
    # GIVEN an application, one of whose lines requires a gem, and what derailed_benchmarks says of its requires
    checkout = shutil.copytree(SAMPLES / "blog", tmp_path / "blog", ignore=shutil.ignore_patterns("reports"))
    environment, database = (checkout / f"config/{name}.rb" for name in ("environment", "database"))
    line = 1 + environment.read_text().splitlines().index('require "active_record"')
    printed = re.findall(r"^ *(\S+): ([0-9.]+) MiB", (REPORTS / "derailed-perf-mem.txt").read_text(), re.MULTILINE)
    sizes = {name.removeprefix("/srv/heapline/blog/"): float(size) for name, size in reversed(printed)}
    async with editing(checkout) as editor:
        # WHEN it is loaded
        await editor.load(REPORTS / "derailed-perf-mem.txt")
        # THEN the line that requires the gem has its memory, and so has the first line of a file that a path required
        [required] = (await editor.lenses(environment))[line]
        [own] = (await editor.lenses(database))[1]
        assert required.startswith(f"≈ {sizes['active_record']:.1f} MiB at boot")
        assert own.startswith(f"≈ {sizes['config/database']:.1f} MiB at boot")
        # AND the hover has the tree below, and who else required it
        hover = await editor.hover_text(environment, line)
        assert f"active_record: {sizes['active_record']} MiB" in hover
        assert "Also required by: " in hover
        # WHEN another file requires it, too
        (checkout / "other.rb").write_text('require "active_record"\n')
        await editor.command("unload")
        await editor.load(REPORTS / "derailed-perf-mem.txt")
        # THEN neither has it: nobody knows which of them ran first
        assert line not in await editor.lenses(environment)
        assert await editor.lenses(checkout / "other.rb") == {}


@pytest.mark.parametrize("name", ["", "retained.heap"])
async def test_heap_profilers_directory_is_one_report_with_what_was_allocated_and_what_survived(
    name: str, tmp_path: Path
) -> None:
    # GIVEN the directory that heap-profiler wrote, and its own count of the dumps in it
    capture = unpack_capture(tmp_path / "capture")
    counted = json.loads((SAMPLES / "gems/reports/heap-profiler.oracle.json").read_text())
    leak = f"/srv/heapline/translate/{LEAK.relative_to(TRANSLATE)}:{LEAK_LINE}"
    allocated, retained = (counted[kind]["objects_by_location"][leak] for kind in ("allocated", "retained"))
    async with editing(TRANSLATE, client=VSCODE) as editor:
        # WHEN it is loaded, or the file in it that was taken last
        loaded = await editor.load(capture / name)
        # THEN it is one report under the directory's name
        assert (loaded["path"], loaded["format"]) == (str(capture), "heap-profiler")
        # AND the line has both numbers
        [lens] = (await editor.lenses(LEAK))[LEAK_LINE]
        assert lens.startswith(f"allocated {allocated:,} (")
        assert f"retained {retained:,} (" in lens
        assert "survived the block" in await editor.hover_text(LEAK, LEAK_LINE)
        # WHEN heap-profiler writes into the directory again, and the reports are read again
        (capture / "retained.heap").write_bytes(b"".join((capture / "retained.heap").read_bytes().splitlines(True)[:9]))
        (capture / "generation.info").write_bytes((capture / "generation.info").read_bytes() + b"\n")
        await editor.command("reload")
        # THEN less survived
        [lens] = (await editor.lenses(LEAK))[LEAK_LINE]
        assert f"retained {retained:,} (" not in lens
        # AND the whole dump in it is a report of its own
        assert (await editor.load(capture / "allocated.heap"))["format"] == "heap-dump"


@pytest.mark.parametrize("client", [VSCODE, EMACS])
async def test_a_native_leak_is_a_problem_on_its_line_with_its_callers(client: str, tmp_path: Path) -> None:
    # GIVEN an extension's source, and Valgrind's report of its leaks
    checkout = shutil.copytree(SAMPLES / "native", tmp_path / "native")
    source = checkout / "leaky.c"
    text = source.read_text().splitlines()
    copy, lost = (1 + next(n for n, row in enumerate(text) if mark in row) for mark in ("never freed", "lost with"))
    call = 1 + next(n for n, row in enumerate(text) if "= copy_of(" in row)
    async with editing(tmp_path, client=client) as editor:
        # WHEN it is loaded
        await editor.load(REPORTS / "valgrind.xml.gz")
        # THEN definite losses are problems, however small, and what is possibly lost is none
        assert editor.marked == {source.as_uri(): [copy, lost]}
        found = {d.range.start.line + 1: d for d in editor.diagnostics[source.as_uri()]}
        assert found[copy].code == "native-leak"
        assert "definitely lost 1.2 kB in 100 blocks" in found[copy].message
        # AND the caller is named with it, where the client can
        related = found[copy].related_information or []
        assert [(at.location.range.start.line + 1, at.message) for at in related] == (
            [(call, "called by greet")] if client == VSCODE else []
        )
        # AND the lenses keep the kinds apart
        lenses = [title for titles in (await editor.lenses(source)).values() for title in titles]
        assert lenses == [
            "definitely lost 1.2 kB in 100 blocks",
            "definitely lost 640 B in 1 block",
        ]


async def test_allocations_of_two_tools_stand_in_one_lens_and_below_each_other_in_the_hover() -> None:
    # GIVEN a program that memory_profiler and stackprof have watched
    samples = json.loads((REPORTS / "stackprof.json").read_text())["samples"]
    async with editing(TRANSLATE) as editor:
        # WHEN both reports are loaded
        await editor.load(TEXT)
        told = await editor.load(REPORTS / "stackprof.json")
        assert (told["format"], told["objects"]) == ("stackprof", samples)
        # THEN the line has the numbers of each, named
        [title] = (await editor.lenses(LEAK))[LEAK_LINE]
        profiler, sampler = title.split(" | ")
        assert profiler == "memory_profiler: allocated 4,000 (672 kB) · retained 4,000 (672 kB)"
        assert sampler.startswith("stackprof: allocated 4,001")
        first, second = (await editor.hover_text(LEAK, LEAK_LINE)).split("\n\n---\n\n")
        assert TEXT.name in first
        assert "stackprof.json" in second
        # AND the lists of hot lines know its metrics
        answer = await editor.command(
            "hotLines", str(REPORTS / "stackprof.json"), "none", None, "calleesObjects", "", 0, 9
        )
        assert answer["metrics"] == ["allocatedObjects", "calleesObjects"]
        assert answer["lines"][0]["title"].endswith(" with callees")


async def test_a_report_without_lines_says_so() -> None:
    # GIVEN a report that knows no lines of code
    async with editing(TRANSLATE) as editor:
        # WHEN it is loaded
        told = await editor.load(REPORTS / "gc-stat-pp.txt")
        # THEN it is loaded, and the user told what it lacks
        assert (told["format"], told["sites"]) == ("counters", 0)
        assert any("no lines of code" in said for said in editor.said)
