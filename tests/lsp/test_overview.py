"""`heapline.overview`: a report's pictures for an editor, whose lines lead to the code as it is now."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from lsp.editor import editing, typed
from lsp.oracle import DUMP, LEAK, TEXT, TRANSLATE

if TYPE_CHECKING:
    from pathlib import Path


CACHE = "lib/translation_cache.rb:9"


async def test_a_dump_has_its_pictures_and_each_line_of_them_a_place() -> None:
    # GIVEN a dump of a program that leaks
    async with editing(TRANSLATE) as editor:
        await editor.load(DUMP)

        # WHEN its overview is asked for
        found = await editor.command("overview", str(DUMP))

        # THEN it has the objects by generation, what holds them, and the leak first among the suspects
        assert found["timeline"]["periods"][0] == [0, 0]
        assert found["holders"]["held"] > 5_000_000
        [suspect] = found["suspects"]["found"]
        leak = found["sites"][str(suspect["site"])]
        assert (leak["at"], leak["placed"], leak["own"]) == (CACHE, True, True)
        # AND the server, not the page, knows where that is
        assert leak["link"] is None
        place = await editor.command("placeOf", str(DUMP), suspect["site"])
        assert place == {"uri": LEAK.as_uri(), "line": 9, "stale": None}


async def test_older_dumps_of_the_process_that_are_loaded_show_its_growth() -> None:
    # GIVEN three dumps of one process and a report of another kind, all loaded
    dumps = [DUMP.with_name(f"heap-{number}.json.gz") for number in (1, 2, 3)]
    async with editing(TRANSLATE) as editor:
        for report in (*reversed(dumps), TEXT):
            await editor.load(report)

        # WHEN the overview of each is asked for
        growth = {report.name: (await editor.command("overview", str(report)))["growth"] for report in (*dumps, TEXT)}

        # THEN a dump shows what grew until it was taken, and the first one and the other report nothing
        names = [dump.name for dump in dumps]
        assert growth[names[2]]["names"] == names
        assert growth[names[1]]["names"] == names[:2]
        assert growth[names[0]] is None
        assert growth[TEXT.name] is None


async def test_a_line_of_the_overview_leads_to_where_it_is_after_an_edit(tmp_path: Path) -> None:
    # GIVEN an overview, and two lines typed above one of its lines since
    folder = shutil.copytree(TRANSLATE, tmp_path / "translate")
    dump, leak = folder / "reports" / DUMP.name, folder / "lib" / LEAK.name
    async with editing(folder) as editor:
        await editor.load(dump)
        found = await editor.command("overview", str(dump))
        site = next(int(site) for site, known in found["sites"].items() if known["at"] == CACHE)
        editor.open(leak.as_uri(), leak.read_text())
        editor.change(leak, typed(1, 0, "# one\n# two\n"))

        # WHEN somebody goes there
        await editor.lenses(leak)
        place = await editor.command("placeOf", str(dump), site)

        # THEN it is two lines further down
        assert (place["uri"], place["line"]) == (leak.as_uri(), 11)


async def test_what_is_not_loaded_has_no_overview_and_a_line_that_is_none_no_place() -> None:
    # GIVEN a report that is loaded
    async with editing(TRANSLATE) as editor:
        await editor.load(TEXT)
        # WHEN another's overview, and lines that no report has, are asked for
        # THEN there is nothing
        assert await editor.command("overview", str(DUMP)) is None
        assert await editor.command("placeOf", str(DUMP), 0) is None
        for site in (-1, 10**9):
            assert await editor.command("placeOf", str(TEXT), site) is None
