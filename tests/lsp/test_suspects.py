"""Leak suspects in the editor: of one dump, and of several of one process, which tell more."""

from __future__ import annotations

import asyncio
import gzip
import os
import re
import shutil
import signal
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from lsp import planted
from lsp.asking import marks
from lsp.editor import CLIENTS, VSCODE, editing
from lsp.oracle import DUMP, TEXT, TRANSLATE
from lsp.processes import end_of
from lsp.test_graph_stage import halt
from lsp.test_progress import press_cancel
from sample_files import SAMPLES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from lsp.editor import Editor

WEAKMAP = SAMPLES / "weakmap"
HOLDER = (TRANSLATE / "lib/translation_cache.rb").as_uri(), 9
OTHER_HOLDER = (WEAKMAP / "lib/image_registry.rb").as_uri(), 13
COMPARING = "Looking for what grows in 3 dumps"


def dumps_of(folder: Path) -> list[Path]:
    return [folder / f"reports/heap-{number}.json.gz" for number in (1, 2, 3)]


def suspected(editor: Editor) -> dict[tuple[str, int], str]:
    """What is said of the suspects, by URI and line."""
    return {at: diagnostic.message for at, diagnostic in marks(editor, "leak-suspect").items()}


def grew(message: str) -> list[int]:
    """What a message says of how many objects were held from dump to dump; nothing if it says nothing."""
    found = re.search(r"grew from dump to dump: ([\d,]+(?: → [\d,]+)+) objects", message)
    return [int(count.replace(",", "")) for count in found[1].split(" → ")] if found else []


async def speak_together(editor: Editor, at: tuple[str, int]) -> str:
    """The message of a suspect as soon as it tells of several dumps."""
    await editor.until(lambda: grew(suspected(editor).get(at, "")))
    return suspected(editor)[at]


def comparisons(editor: Editor) -> int:
    """How often progress was shown for comparing the three dumps."""
    begun = (reports[0] for reports in editor.progress_reports.values() if reports)
    return [getattr(first, "title", "") for first in begun].count(COMPARING)


class Process(NamedTuple):
    """A program of one file that keeps ever more, three dumps of it, and an editor that has compared nothing yet."""

    editor: Editor
    dumps: list[Path]
    file: Path
    cache: Path

    @property
    def at(self) -> tuple[str, int]:
        return self.file.as_uri(), planted.KEEPER

    async def load(self) -> None:
        await asyncio.gather(*(self.editor.load(dump) for dump in self.dumps))

    async def suspects(self) -> Any:
        return await self.editor.command("suspects", str(self.dumps[-1]), 0, 10)

    async def compared(self) -> Any:
        """What is answered as soon as nothing is being compared."""
        while True:
            self.editor.refreshes = 0
            found = await self.suspects()
            if "being compared" not in (found["message"] or ""):
                return found
            await self.editor.until(lambda: self.editor.refreshes)

    async def comparing(self) -> int:
        """Load the dumps, and halt the child that compares them; a child that was quicker has to do it again."""
        while True:
            self.editor.progress_reports.clear()
            await self.load()
            await self.editor.until(lambda: comparisons(self.editor))
            child = halt(self.editor.server.pid)
            if child is not None:
                return child
            await speak_together(self.editor, self.at)
            await self.editor.command("unload")
            shutil.rmtree(self.cache)


@asynccontextmanager
async def process(folder: Path, client: str = VSCODE, **planting: Any) -> AsyncIterator[Process]:
    file = planted.program(folder / "app")
    dumps = planted.series_of(folder / "dumps", file, **planting)
    cache = folder / "cache"
    async with editing(file.parent, client=client, environment={"HEAPLINE_CACHE_DIR": str(cache)}) as editor:
        yield Process(editor, dumps, file, cache)


async def test_the_dumps_of_each_process_speak_together_in_whatever_order_they_are_loaded() -> None:
    # GIVEN two programs in one window, and three dumps of each
    async with editing(TRANSLATE, WEAKMAP) as editor:
        # WHEN they are loaded, in any order
        first, second = dumps_of(TRANSLATE), dumps_of(WEAKMAP)
        for dump in (second[1], first[2], first[0], second[2], second[0], first[1]):
            await editor.load(dump)
        # THEN each program has its suspect, which says what was held in each of its dumps, ever more
        for at in (HOLDER, OTHER_HOLDER):
            counts = grew(await speak_together(editor, at))
            assert len(counts) == 3
            assert counts == sorted(set(counts))
        assert suspected(editor).keys() == {HOLDER, OTHER_HOLDER}


@pytest.mark.parametrize("client", CLIENTS)
async def test_message_and_hover_say_what_was_held_in_each_dump(tmp_path: Path, client: str) -> None:
    # GIVEN three dumps of a process in which an object holds more with each
    async with process(tmp_path, client) as program:
        # WHEN they are loaded
        await program.load()
        # THEN the message says how much it held
        counts = grew(await speak_together(program.editor, program.at))
        assert [more - less for less, more in pairwise(counts)] == [b - a for a, b in pairwise(planted.GROWTH)]
        # AND so does the hover, once, with the points of each piece of evidence, and the dumps
        text = await program.editor.hover_text(*program.at)
        assert text.count("Leak suspect") == 1
        score = sum(int(points) for points in re.findall(r"^- .* \(\+(\d+)\)$", text, re.MULTILINE))
        assert f"score {score} of 100" in text
        assert re.search("Seen in .?heap-1.json.?, .?heap-2.json.?, .?heap-3.json", text)


async def test_without_one_of_the_dumps_those_left_say_no_more_than_they_know(tmp_path: Path) -> None:
    # GIVEN three dumps that speak together
    async with process(tmp_path) as program:
        await program.load()
        await speak_together(program.editor, program.at)
        # WHEN one is unloaded: two dumps of a single generation cannot tell
        await program.editor.command("unload", str(program.dumps[0]))
        # THEN nothing is suspected, and the answer says why
        assert suspected(program.editor) == {}
        assert "Too few generations" in (await program.compared())["message"]
        # AND WHEN it is loaded again THEN the three speak together
        await program.editor.load(program.dumps[0])
        await speak_together(program.editor, program.at)


async def test_what_was_found_in_dumps_is_kept(tmp_path: Path) -> None:
    # GIVEN dumps that were compared once
    async with process(tmp_path) as program:
        await program.load()
        message = await speak_together(program.editor, program.at)
        # WHEN they are unloaded, and loaded again
        await program.editor.command("unload")
        await program.load()
        # THEN they say the same, and nobody compared them again
        assert await speak_together(program.editor, program.at) == message
        assert comparisons(program.editor) == 1


async def test_the_server_answers_while_dumps_are_compared_and_one_speaks_until_then(tmp_path: Path) -> None:
    # GIVEN three dumps that are being compared
    async with process(tmp_path) as program:
        child = await program.comparing()
        # WHEN the editor asks for what there is
        found = await program.suspects()
        # THEN it is told what the last dump says by itself, and that more will come
        assert found["dumps"] == [str(program.dumps[-1])]
        assert "being compared" in found["message"]
        assert "live objects" in await program.editor.hover_text(program.file, planted.KEPT)
        # WHEN the child goes on THEN the three speak together
        os.kill(child, signal.SIGCONT)
        await speak_together(program.editor, program.at)
        found = await program.suspects()
        assert (found["dumps"], found["message"]) == ([str(dump) for dump in program.dumps], None)


async def test_the_cancel_button_stops_a_comparison_and_leaves_each_dump_to_itself(tmp_path: Path) -> None:
    # GIVEN three dumps that are being compared
    async with process(tmp_path) as program:
        ended = end_of(await program.comparing())
        # WHEN the user presses cancel
        press_cancel(program.editor, list(program.editor.progress_reports)[-1])
        await ended()
        # THEN the last dump speaks for itself, also when something else was loaded
        await program.editor.load(TEXT)
        found = await program.suspects()
        assert found["dumps"] == [str(program.dumps[-1])]
        assert "being compared" not in found["message"]
        assert comparisons(program.editor) == 1


async def test_a_comparison_gives_way_to_a_load_and_begins_again_after_it(tmp_path: Path) -> None:
    # GIVEN three dumps that are being compared
    async with process(tmp_path) as program:
        ended = end_of(await program.comparing())
        # WHEN another report is loaded
        await program.editor.load(TEXT)
        # THEN the child that compared them has ended, and another one compares them
        await ended()
        await speak_together(program.editor, program.at)


async def test_a_comparison_of_dumps_that_are_unloaded_is_stopped(tmp_path: Path) -> None:
    # GIVEN three dumps that are being compared
    async with process(tmp_path) as program:
        ended = end_of(await program.comparing())
        # WHEN they are unloaded
        await program.editor.command("unload")
        # THEN the child ends, and nothing is shown
        await ended()
        assert program.editor.marked == {}


async def test_a_comparison_that_crashes_is_told_and_leaves_each_dump_to_itself(tmp_path: Path) -> None:
    # GIVEN three dumps that are being compared
    async with process(tmp_path) as program:
        child = await program.comparing()
        # WHEN the process that compares them is killed
        os.kill(child, signal.SIGKILL)
        # THEN the user hears of it once, and the last dump speaks for itself
        names = ", ".join(dump.name for dump in program.dumps)
        await program.editor.until(lambda: any("could not be compared" in said for said in program.editor.said))
        await program.editor.load(TEXT)
        [said] = [said for said in program.editor.said if said.startswith(f"{names}: could not be compared")]
        assert "killed" in said
        assert (await program.suspects())["dumps"] == [str(program.dumps[-1])]
        assert comparisons(program.editor) == 1


async def test_a_client_gets_the_suspects_page_by_page_with_evidence_holders_and_places() -> None:
    # GIVEN a loaded dump
    async with editing(TRANSLATE) as editor:
        await editor.load(DUMP)
        # WHEN its suspects are asked for
        found = await editor.command("suspects", str(DUMP), 0, 10)
        # THEN the one that there is has its place, its evidence, what it holds, and who holds it, up to a root
        assert found["total"] == 1
        [suspect] = found["suspects"]
        assert (suspect["name"], suspect["line"]) == ("Hash", HOLDER[1])
        assert suspect["place"] == {"uri": HOLDER[0], "line": HOLDER[1], "stale": None}
        assert suspect["score"] == sum(reason["points"] for reason in suspect["evidence"])
        assert [holder["name"] for holder in suspect["holders"]][:2] == ["TranslationCache", "Translator"]
        assert suspect["holders"][-1]["name"] == "root vm"
        assert suspect["held"]
        # AND the other dumps of the process are named
        assert found["beside"] == [str(dump) for dump in dumps_of(TRANSLATE)[:2]]
        # AND a page that begins after it is empty
        rest = await editor.command("suspects", str(DUMP), 1, 10)
        assert (rest["total"], rest["suspects"]) == (1, [])


async def test_where_there_are_no_suspects_the_answer_says_why() -> None:
    # GIVEN reports that cannot tell
    reasons = {
        TEXT: "This memory_profiler report does not say who holds what grows.",
        SAMPLES / "rubies/3.4/untraced.json.gz": "One dump without tracing cannot tell. Take three dumps",
        SAMPLES / "rubies/3.4/since.json.gz": "It names no roots",
    }
    async with editing(TRANSLATE) as editor:
        for report, why in reasons.items():
            # WHEN one is loaded, and its suspects are asked for
            await editor.load(report)
            found = await editor.command("suspects", str(report), 0, 10)
            # THEN there are none, and the message says why
            assert (found["total"], found["suspects"]) == (0, [])
            assert found["message"].startswith(why)
        # AND a report that is not loaded has no answer
        assert await editor.command("suspects", str(DUMP), 0, 10) is None


async def test_dumps_of_the_process_that_lie_beside_are_named_until_they_are_loaded(tmp_path: Path) -> None:
    # GIVEN a folder with three dumps of a process, one of them packed, one of another, and a text
    async with process(tmp_path) as program:
        first, second, third = program.dumps
        packed = second.with_suffix(".json.gz")
        packed.write_bytes(gzip.compress(second.read_bytes()))
        second.unlink()
        other = planted.series_of(tmp_path / "other", program.file, process=0x6F0000000000)[0]
        shutil.copy(other, first.with_name("other.json"))
        shutil.copy(TEXT, first.parent)
        # WHEN one is loaded
        await program.editor.load(third)
        found = await program.suspects()
        # THEN the others of its process are named, and nothing else
        assert found["beside"] == [str(first), str(packed)]
        # AND none any more as soon as they are loaded
        for name in found["beside"]:
            await program.editor.load(name)
        assert (await program.suspects())["beside"] == []


@pytest.mark.parametrize("severity", ["hint", "warning"])
async def test_the_severity_of_a_suspect_is_what_the_settings_say(tmp_path: Path, severity: str) -> None:
    # GIVEN a severity in the settings of the folder
    (tmp_path / "app").mkdir()
    (tmp_path / "app/.heapline.toml").write_text(f'diagnostics.severity = "{severity}"\n')
    async with process(tmp_path) as program:
        # WHEN dumps with a suspect are loaded
        await program.load()
        await speak_together(program.editor, program.at)
        # THEN it has that severity
        [found] = marks(program.editor, "leak-suspect").values()
        assert found.severity is not None
        assert found.severity.name == severity.capitalize()


async def test_a_suspect_of_a_library_stands_on_the_line_that_keeps_it_and_says_so(tmp_path: Path) -> None:
    # GIVEN dumps in which what grows is made in a library, and kept by an object of the program
    async with process(tmp_path, in_library=True) as program:
        # WHEN they are loaded
        await program.load()
        message = await speak_together(program.editor, program.at)
        # THEN the message names the library's line, and does not say that the object was allocated here
        assert f"A Cache ({planted.LIBRARY}:7) that an object allocated here keeps alive holds" in message
        assert f"`Cache` of `{planted.LIBRARY}:7` holds" in await program.editor.hover_text(*program.at)
        # AND the list goes to the line that keeps it
        [suspect] = (await program.suspects())["suspects"]
        assert (suspect["path"], suspect["line"]) == (planted.LIBRARY, 7)
        assert suspect["place"]["line"] == planted.KEEPER


async def test_hostile_names_are_text(tmp_path: Path) -> None:
    # GIVEN dumps whose growing object is of a class with a hostile name
    async with process(tmp_path, holder="**b** [x](command:y) \x1b[31m\u202e<img>\n# h") as program:
        # WHEN they speak together
        await program.load()
        message = await speak_together(program.editor, program.at)
        hover = await program.editor.hover_text(*program.at)
        [suspect] = (await program.suspects())["suspects"]
        # THEN no name controls anything, and in Markdown each is code
        for text in (message, suspect["name"], suspect["title"], *(holder["name"] for holder in suspect["holders"])):
            assert not re.search("[\x00-\x1f\u202e]", text)
        assert "`**b** [x](command:y) �[31m�<img>�# h`" in hover
