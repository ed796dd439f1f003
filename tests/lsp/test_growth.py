"""Growth in the editor: the timeline in the hover, the trend in the lens."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
from typing import TYPE_CHECKING

import pytest

from lsp.editor import editing
from lsp.oracle import LEAK, LEAK_LINE, RECORDED, TRANSLATE
from sample_files import ORACLES, SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.asyncio(loop_scope="module")

DUMPS = [TRANSLATE / f"reports/heap-{number}.json.gz" for number in (1, 2, 3)]


def objects(dump: Path, line: int) -> dict[int, int]:
    """What Ruby counted on a line of the file with the leak, by generation."""
    sites = json.loads(gzip.decompress(ORACLES[dump].read_bytes()))["dump_lines"]["sites"]
    recorded = RECORDED + str(LEAK.relative_to(TRANSLATE))
    [found] = [site["generations"] for site in sites if (site["path"], site["line"]) == (recorded, line)]
    return {int(generation): count for generation, (count, _) in found.items()}


async def test_a_lens_tells_how_many_objects_more_there_are_with_each_dump_of_the_process(tmp_path: Path) -> None:
    # GIVEN three dumps of a process, copied here in any order: the file of the last one is the oldest
    dumps = []
    for number, dump in enumerate(DUMPS):
        dumps.append(tmp_path / dump.name)
        shutil.copy(dump, dumps[-1])
        os.utime(dumps[-1], (1_700_000_000 - number, 1_700_000_000 - number))
    counts = [sum(objects(dump, LEAK_LINE).values()) for dump in DUMPS]
    async with editing(TRANSLATE) as editor:
        # WHEN they are loaded, in any order
        for dump in (dumps[2], dumps[0], dumps[1]):
            await editor.load(dump)
        # THEN the last one speaks, and the lens of the leak has the trend over all of them
        [title] = (await editor.lenses(LEAK))[LEAK_LINE]
        assert f"{counts[2]:,} live · " in title
        assert title.endswith(f" · ↑ {(counts[2] - counts[0]) // 2:,} per snapshot")
        # AND with one dump there is none
        await editor.command("unload", str(dumps[0]), str(dumps[1]))
        [title] = (await editor.lenses(LEAK))[LEAK_LINE]
        assert "per snapshot" not in title


async def test_a_hover_draws_the_generations_of_the_line() -> None:
    # GIVEN a dump, and in which generations Ruby saw the line's objects
    counts = objects(DUMPS[2], LEAK_LINE)
    async with editing(TRANSLATE) as editor:
        await editor.load(DUMPS[2])
        # WHEN the pointer rests on the line
        text = await editor.hover_text(LEAK, LEAK_LINE)
    # THEN there is a bar for each generation of the dump, and a dot for those without
    found = re.search(r"From generation (\d+) to (\d+) \(the program was starting until 0\): `(.+)`", text)
    assert found
    first, last, bars = int(found[1]), int(found[2]), found[3]
    assert [bar != "·" for bar in bars] == [generation in counts for generation in range(first, last + 1)]
    assert first + bars.index("█") == max(counts, key=lambda generation: counts[generation])


async def test_a_hover_says_where_what_a_line_holds_was_allocated() -> None:
    # GIVEN a dump of an application whose cache holds objects that were allocated in gems
    blog = SAMPLES / "blog"
    async with editing(blog) as editor:
        await editor.load(blog / "reports/heap-3.json.gz")
        # WHEN the pointer rests on the line of the cache
        text = await editor.hover_text(blog / "lib/post_summary_cache.rb", 11)
    # THEN the numbers stand there, with the lines of the gems
    assert "Leak suspect" in text
    found = re.search(r"Most of what it holds was allocated at (.+)\.\n", text)
    assert found
    sites = re.findall(r"`([^`]+):(\d+)` \(([\d,]+)\)", found[1])
    assert len(sites) == 3
    assert all("/gems/" in path or "/vendor_ruby/" in path for path, _, _ in sites)
    # AND no more of each than Ruby counted there
    oracle = json.loads(gzip.decompress(ORACLES[blog / "reports/heap-3.json.gz"].read_bytes()))["dump_lines"]["sites"]
    counted = {(site["path"], site["line"]): sum(n for n, _ in site["generations"].values()) for site in oracle}
    assert all(0 < int(count.replace(",", "")) <= counted[path, int(line)] for path, line, count in sites)


async def test_a_hover_tells_how_many_strings_of_the_line_are_equal_and_not_what_they_say() -> None:
    # GIVEN a dump, and what plain Python finds on a line whose strings are equal to one another
    dump = SAMPLES / "weakmap/reports/heap-3.json.gz"
    strings = [
        item
        for line in gzip.decompress(dump.read_bytes()).splitlines()
        if (item := json.loads(line))["type"] == "STRING"
        and "value" in item
        and (item.get("file", "").endswith("weakmap/lib/image.rb"), item.get("line")) == (True, 11)
    ]
    different = {item["value"] for item in strings}
    async with editing(SAMPLES / "weakmap") as editor:
        await editor.load(dump)
        # WHEN the pointer rests on the line
        text = await editor.hover_text(SAMPLES / "weakmap/lib/image.rb", 11)
    # THEN it says how many there are and how many differ, and shows none
    assert f"{len(strings)} strings, of which only {len(different)} differ: " in text
    assert not any(value in text for value in different)
