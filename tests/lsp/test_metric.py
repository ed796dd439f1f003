"""What the user chose to see: one measure of all, hints and heat beside lenses, nothing at all, nothing in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lsprotocol import types as t

from lsp.editor import NEOVIM, Editor, document, editing
from lsp.oracle import DUMP, LEAK, LEAK_LINE, TEXT, TRANSLATE, bytes_to_share, live, profiled, shown_bytes

if TYPE_CHECKING:
    from pathlib import Path

HERE = live()[LEAK, LEAK_LINE]
WHOLE_FILE = t.Range(t.Position(0, 0), t.Position(10_000, 0))


async def hints(editor: Editor, file: Path, within: t.Range = WHOLE_FILE) -> dict[int, t.InlayHint]:
    """The inlay hints of a file by line (1-based)."""
    found = await editor.text_document_inlay_hint_async(t.InlayHintParams(document(file), within))
    return {hint.position.line + 1: hint for hint in found or ()}


async def heat(editor: Editor, file: Path) -> dict[int, Any]:
    """How hot the lines (1-based) of a file are."""
    return {found["line"]: found["heat"] for found in await editor.command("heat", file.as_uri())}


async def test_the_metric_decides_what_a_lens_says() -> None:
    # GIVEN each metric that a dump knows, and what Ruby counted on the line that leaks
    said = {}
    for metric in ("liveObjects", "liveBytes", "retainedSize"):
        async with editing(TRANSLATE, options={"metric": metric}) as editor:
            # WHEN the dump is loaded
            await editor.load(DUMP)
            [said[metric]] = (await editor.lenses(LEAK))[LEAK_LINE]
    # THEN its lens says that and nothing else
    assert said["liveObjects"] == f"{HERE.objects:,} live"
    assert shown_bytes(said["liveBytes"].removesuffix(" live")) == pytest.approx(HERE.bytes, rel=0.05)
    assert said["retainedSize"].startswith("retains ≥ ")


async def test_a_report_that_does_not_know_the_metric_shows_nothing() -> None:
    # GIVEN a metric that only memory_profiler knows
    async with editing(TRANSLATE, options={"metric": "survivedObjects"}) as editor:
        # WHEN a dump is loaded
        await editor.load(DUMP)
        # THEN there is no lens, and no zero
        assert await editor.lenses(LEAK) == {}
        # WHEN a memory_profiler report is loaded beside it
        await editor.load(TEXT)
        # THEN each lens is one of its own
        survived = profiled()["retained_objects"]
        lenses = await editor.lenses(LEAK)
        assert lenses
        assert lenses == {line: [f"retained {survived[LEAK, line]:,}"] for line in lenses}


async def test_the_metric_decides_which_lines_have_a_lens_where_there_are_too_many() -> None:
    # GIVEN the line of each file that has most objects, and room for one lens
    most = {
        file: max((line for at, line in live() if at == file), key=lambda line: live()[file, line].objects)
        for file in {file for file, _ in live()}
    }
    options = {"metric": "liveObjects", "codeLens": {"maxPerFile": 1}, "threshold": {"bytes": 0, "objects": 0}}
    async with editing(TRANSLATE, options=options) as editor:
        # WHEN the dump is loaded
        await editor.load(DUMP)
        for file, line in most.items():
            # THEN the lens is on a line with as many
            [shown] = await editor.lenses(file)
            assert live()[file, shown].objects == live()[file, line].objects


async def test_hints_are_off_until_they_are_switched_on() -> None:
    # GIVEN an editor with the settings as they are
    async with editing(TRANSLATE, client=NEOVIM) as editor:
        # WHEN a dump is loaded
        await editor.load(DUMP)
        # THEN there are no hints
        assert await hints(editor, LEAK) == {}
        # AND the editor was asked to look again
        assert editor.hint_refreshes


async def test_a_hint_says_at_the_end_of_the_line_what_weighs_most() -> None:
    # GIVEN an editor that wants hints
    async with editing(TRANSLATE, options={"inlayHint": {"enabled": True}}) as editor:
        await editor.load(DUMP)
        # WHEN the hints are asked for
        found = await hints(editor, LEAK)
        # THEN they stand on the lines that have a lens, behind the text, and are short enough for VS Code
        lenses = await editor.lenses(LEAK)
        texts = LEAK.read_text().splitlines()
        assert found.keys() == lenses.keys()
        for line, hint in found.items():
            assert hint.position.character == len(texts[line - 1].rstrip())
            assert isinstance(hint.label, str)
            assert 0 < len(hint.label) <= 43
            assert [hint.tooltip] == lenses[line]
        # AND that of the leak says what it retains, which is more than its own bytes
        assert str(found[LEAK_LINE].label).startswith("retains ≥ ")


async def test_hints_outside_of_the_visible_lines_are_left_out() -> None:
    # GIVEN an editor that wants hints
    async with editing(TRANSLATE, options={"inlayHint": {"enabled": True}}) as editor:
        await editor.load(DUMP)
        # WHEN it asks for those of one line
        one = t.Range(t.Position(LEAK_LINE - 1, 0), t.Position(LEAK_LINE - 1, 80))
        # THEN only that comes
        assert (await hints(editor, LEAK, one)).keys() == {LEAK_LINE}


async def test_heat_grows_with_the_share_of_a_line() -> None:
    # GIVEN the share of each line's own bytes, as Ruby counted
    async with editing(TRANSLATE, options={"metric": "liveBytes", "threshold": {"bytes": 0, "objects": 0}}) as editor:
        await editor.load(DUMP)
        for file in sorted(TRANSLATE.rglob("*.rb")):
            # WHEN a file's heat is asked for
            found = await heat(editor, file)
            # THEN each line has the step that its share reaches, and none below a hundredth
            steps = {
                line: sum(counted.bytes >= least * bytes_to_share() for least in (0.01, 0.05, 0.2, 0.5))
                for (at, line), counted in live().items()
                if at == file
            }
            assert found == {line: step for line, step in steps.items() if step}


async def test_heat_can_be_turned_off() -> None:
    # GIVEN an editor that wants none
    async with editing(TRANSLATE, options={"heat": {"enabled": False}}) as editor:
        # WHEN a dump is loaded
        await editor.load(DUMP)
        # THEN no line is hot, and all else is there
        assert await heat(editor, LEAK) == {}
        assert await editor.lenses(LEAK)


async def test_everything_can_be_turned_off_at_once() -> None:
    # GIVEN an editor in which Heapline is off
    options = {"enabled": False, "inlayHint": {"enabled": True}}
    async with editing(TRANSLATE, options=options) as editor:
        # WHEN a dump is loaded
        await editor.load(DUMP)
        # THEN it is loaded, and nothing of it is to be seen
        assert len((await editor.command("status"))["reports"]) == 1
        assert await everything(editor, LEAK) == []
        assert editor.marked == {}


async def test_a_file_can_be_hidden_and_shown_again() -> None:
    # GIVEN a loaded dump
    async with editing(TRANSLATE, options={"inlayHint": {"enabled": True}}) as editor:
        await editor.load(DUMP)
        shown = await everything(editor, LEAK)
        marked = editor.marked
        assert all(shown)
        assert LEAK.as_uri() in marked
        # WHEN the file is hidden
        await editor.command("hideFile", LEAK.as_uri(), True)
        # THEN there is nothing in it any more, and in other files all is as before
        assert await everything(editor, LEAK) == []
        assert editor.marked == {uri: lines for uri, lines in marked.items() if uri != LEAK.as_uri()}
        # WHEN it is shown again
        await editor.command("hideFile", LEAK.as_uri(), False)
        # THEN all is back
        assert await everything(editor, LEAK) == shown
        assert editor.marked == marked


async def everything(editor: Editor, file: Path) -> list[object]:
    """Lenses, hints, heat and hover of a file, those that are there."""
    found = [
        await editor.lenses(file),
        await hints(editor, file),
        await heat(editor, file),
        await editor.hover(file, LEAK_LINE),
    ]
    return [each for each in found if each]
