"""What each setting does in the editor, and what becomes of bad ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lsprotocol import types as t

from lsp.editor import NEOVIM, Editor, editing
from lsp.oracle import DUMP, LEAK, LEAK_LINE, TEXT, TRANSLATE, profiled
from lsp.programs import program

if TYPE_CHECKING:
    from pathlib import Path

BUILDER = TRANSLATE / "lib/builder.rb"
ALLOCATED = 4_098_535
SIZES = profiled()["allocated_memory"]


async def lenses(editor: Editor) -> dict[tuple[Path, int], list[str]]:
    """All lenses of the program."""
    files = sorted(TRANSLATE.rglob("*.rb"))
    return {(file, line): titles for file in files for line, titles in (await editor.lenses(file)).items()}


async def test_lenses_can_be_turned_off() -> None:
    # GIVEN an editor without lenses
    async with editing(TRANSLATE, options={"codeLens": {"enabled": False}}) as editor:
        # WHEN a dump is loaded
        await editor.load(DUMP)
        # THEN there are none, but all else
        assert await lenses(editor) == {}
        assert await editor.hover(LEAK, LEAK_LINE)
        assert editor.marked


async def test_hovers_can_be_turned_off() -> None:
    # GIVEN an editor without hovers
    async with editing(TRANSLATE, options={"hover": {"enabled": False}}) as editor:
        # WHEN a dump is loaded
        await editor.load(DUMP)
        # THEN there are none, but all else
        assert await editor.hover(LEAK, LEAK_LINE) is None
        assert await lenses(editor)
        assert editor.marked


async def test_diagnostics_can_be_turned_off() -> None:
    # GIVEN an editor without diagnostics
    async with editing(TRANSLATE, options={"diagnostics": {"severity": "off"}}) as editor:
        # WHEN a dump is loaded
        await editor.load(DUMP)
        # THEN there are none, but all else
        assert editor.marked == {}
        assert await lenses(editor)


@pytest.mark.parametrize("severity", ["hint", "information", "warning"])
async def test_diagnostics_have_the_severity_that_is_set(severity: str) -> None:
    # GIVEN a severity
    async with editing(TRANSLATE, options={"diagnostics": {"severity": severity}}) as editor:
        # WHEN a dump is loaded
        await editor.load(DUMP)
        # THEN all diagnostics have it
        found = {d.severity for marks in editor.diagnostics.values() for d in marks}
        assert found == {t.DiagnosticSeverity[severity.capitalize()]}


@pytest.mark.parametrize("share", [0.5, 10.0, 100.0])
async def test_diagnostics_begin_at_the_share_that_is_set(share: float) -> None:
    # GIVEN the lines that allocated this share and reach the threshold, as memory_profiler counted
    least = max(10_000, share / 100 * ALLOCATED)
    large = sorted((file.as_uri(), line) for (file, line), size in SIZES.items() if size >= least)
    async with editing(TRANSLATE, options={"diagnostics": {"share": share}}) as editor:
        # WHEN the report is loaded
        await editor.load(TEXT)
        # THEN these lines are marked
        assert sorted((uri, line) for uri, lines in editor.marked.items() for line in lines) == large


async def test_the_threshold_decides_which_lines_have_a_lens() -> None:
    # GIVEN a threshold of bytes and one of objects
    options = {"threshold": {"bytes": 300_000, "objects": 4_000}}
    counts = profiled()["allocated_objects"]
    hot = {at for at in SIZES if SIZES[at] >= 300_000 or counts[at] >= 4_000}
    async with editing(TRANSLATE, options=options) as editor:
        # WHEN the report is loaded
        await editor.load(TEXT)
        # THEN the lines that reach one of them have a lens
        assert set(await lenses(editor)) == hot


async def test_of_too_many_lenses_and_diagnostics_the_largest_are_kept() -> None:
    # GIVEN limits, and the largest lines of a file and of all files
    options = {"codeLens": {"maxPerFile": 2}, "diagnostics": {"share": 0, "maxPerFile": 1, "maxTotal": 3}}
    by_size = sorted(SIZES, key=lambda at: -SIZES[at])
    largest_of_builder = {line for file, line in [at for at in by_size if at[0] == BUILDER][:2]}
    largest_by_file = dict(reversed(by_size))
    expected = sorted(largest_by_file.items(), key=lambda at: -SIZES[at])[:3]
    async with editing(TRANSLATE, options=options) as editor:
        # WHEN the report is loaded
        await editor.load(TEXT)
        # THEN only these are shown
        assert set(await editor.lenses(BUILDER)) == largest_of_builder
        assert editor.marked == {file.as_uri(): [line] for file, line in expected}


async def test_bad_settings_are_named_once_and_the_defaults_hold(tmp_path: Path) -> None:
    # GIVEN bad values from the editor and from the settings file
    folder = program(tmp_path / "translate")
    (folder / ".heapline.toml").write_text("treshold.bytes = 1\ncodeLens.maxPerFile = 0\n")
    options = {"hover": {"enabled": "yes"}, "diagnostics": {"severity": "error"}}
    async with editing(folder, options=options, client=NEOVIM) as editor:
        await editor.until(lambda: len(editor.said) == 4)

        # WHEN the settings are read again, and a report is loaded
        editor.workspace_did_change_configuration(t.DidChangeConfigurationParams(None))
        await editor.load(TEXT)

        # THEN each was named once, and what it was meant to change is at its default
        assert sorted(part for said in editor.said for part in NAMES if part in said) == sorted(NAMES)
        assert {message.type for message in editor.messages} == {t.MessageType.Warning}
        leak = folder / "lib/translation_cache.rb"
        assert await editor.hover(leak, LEAK_LINE)
        assert LEAK_LINE in await editor.lenses(leak)
        assert [d.severity for d in editor.diagnostics[leak.as_uri()]] == [t.DiagnosticSeverity.Information]


NAMES = [
    "treshold is not a setting (did you mean threshold?)",
    "codeLens.maxPerFile",
    "hover.enabled",
    "diagnostics.severity",
]


async def test_a_heap_of_bad_settings_is_not_a_heap_of_messages(tmp_path: Path) -> None:
    # GIVEN a settings file full of nonsense
    folder = program(tmp_path / "translate")
    (folder / ".heapline.toml").write_text("".join(f"nonsense{i} = 1\n" for i in range(50)))
    # WHEN the folder is opened
    async with editing(folder) as editor:
        await editor.until(lambda: len(editor.said) == 6)
        # THEN the user hears of the first, and of how many there are
        assert await editor.command("status") == {"reports": [], "loading": []}
        assert editor.said[-1] == "45 more settings are wrong; the log names them."


@pytest.mark.parametrize("options", [[], "off", 7, {"settings": "off"}, {"reports": "*.txt"}, {"hover": None}])
async def test_settings_of_any_shape_stop_nothing(options: object) -> None:
    # GIVEN initialization options of an unexpected shape
    async with editing(TRANSLATE, options=options, client=NEOVIM) as editor:
        # WHEN a report is loaded
        await editor.load(TEXT)
        # THEN it is shown
        assert LEAK_LINE in await editor.lenses(LEAK)


@pytest.mark.parametrize("content", [b"= broken", b"\xff\xfe", b"a = 1\n" * 5000, b"reports = [[[["])
async def test_a_broken_settings_file_is_named_and_stops_nothing(tmp_path: Path, content: bytes) -> None:
    # GIVEN a settings file that cannot be read
    folder = program(tmp_path / "translate")
    (folder / ".heapline.toml").write_bytes(content)
    async with editing(folder) as editor:
        # WHEN the folder is opened
        await editor.until(lambda: editor.said)
        # THEN the file is named, and reports load
        assert [str(folder / ".heapline.toml") in said for said in editor.said] == [True]
        await editor.load(TEXT)
        assert editor.marked
