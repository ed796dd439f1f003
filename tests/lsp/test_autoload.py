"""Reports that load by themselves: named in `.heapline.toml` or by the editor, and again when they change."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import pytest
from lsprotocol import types as t
from pytest_lsp import client_capabilities

from lsp.editor import EMACS, NEOVIM, VSCODE, Editor, editing
from lsp.oracle import LEAK_LINE, TEXT
from lsp.programs import LEAK_BELOW, program, program_with_reports

EMPTY_BLOCK = TEXT.with_name("memory_profiler-empty.txt")


async def shows(editor: Editor, folder: Path) -> None:
    """Wait until the leaking line is marked."""
    uri = (folder / LEAK_BELOW).as_uri()
    await editor.until(lambda: LEAK_LINE in editor.marked.get(uri, ()))


async def grow(file: Path) -> None:
    """Write to the file for ever."""
    with file.open("w") as out:
        while True:
            out.write("more\n")
            out.flush()
            await asyncio.sleep(0)


async def loaded(editor: Editor) -> list[str]:
    return [report["path"] for report in (await editor.command("status"))["reports"]]


@pytest.mark.parametrize("client", [VSCODE, NEOVIM, EMACS])
async def test_the_settings_file_of_the_folder_names_reports(tmp_path: Path, client: str) -> None:
    # GIVEN a folder whose settings file names a dump and a text
    folder = program_with_reports(tmp_path / "translate")
    (folder / ".heapline.toml").write_text('reports = ["profile.txt", "heap*.gz"]\n')
    # WHEN it is opened
    async with editing(folder, client=client) as editor:
        # THEN both load by themselves
        uri = (folder / LEAK_BELOW).as_uri()
        await editor.until(lambda: editor.marked.get(uri) == [LEAK_LINE, LEAK_LINE])
        assert sorted(await loaded(editor)) == [str(folder / "heap.json.gz"), str(folder / "profile.txt")]


@pytest.mark.parametrize("wrapped", [lambda s: s, lambda s: {"settings": s}, lambda s: {"heapline": s}])
async def test_initialization_options_name_reports(tmp_path: Path, wrapped: object) -> None:
    # GIVEN an editor that sends its settings at the start, and answers nothing when asked
    assert callable(wrapped)
    folder = program_with_reports(tmp_path / "translate")
    # WHEN the folder is opened
    async with editing(folder, options=wrapped({"reports": ["*.txt"]}), client=NEOVIM) as editor:
        # THEN the report loads by itself
        await shows(editor, folder)
        assert await loaded(editor) == [str(folder / "profile.txt")]


async def test_the_client_s_configuration_names_reports_of_each_folder(tmp_path: Path) -> None:
    # GIVEN two folders, one of which has reports in the editor's settings
    first, second = program_with_reports(tmp_path / "translate"), tmp_path / "empty"
    second.mkdir()
    # WHEN they are opened
    async with editing(second, first, configuration={first: {"reports": ["*.txt"]}}) as editor:
        # THEN that folder's report loads by itself
        await shows(editor, first)
        assert await loaded(editor) == [str(first / "profile.txt")]


@pytest.mark.parametrize("client", [VSCODE, NEOVIM])
async def test_a_changed_settings_file_is_read_again(tmp_path: Path, client: str) -> None:
    # GIVEN an open folder without settings, in an editor that watches files, or does not
    folder = program_with_reports(tmp_path / "translate")
    async with editing(folder, client=client) as editor:
        assert await loaded(editor) == []

        # WHEN the settings file is written
        settings = folder / ".heapline.toml"
        settings.write_text('reports = ["*.txt"]\n')
        editor.saw_change_of(settings) if client == VSCODE else editor.save(settings)
        # THEN the report that it names loads
        await shows(editor, folder)

        # WHEN it is changed so that nothing is shown
        settings.write_text('reports = ["*.txt"]\ndiagnostics.severity = "off"\n')
        editor.saw_change_of(settings) if client == VSCODE else editor.save(settings)
        # THEN nothing is
        await editor.until(lambda: editor.marked == {})


async def test_changed_settings_of_the_editor_take_effect(tmp_path: Path) -> None:
    # GIVEN an editor with a loaded report
    folder = program_with_reports(tmp_path / "translate")
    async with editing(folder) as editor:
        await editor.load("profile.txt")
        assert editor.marked

        # WHEN its user turns the diagnostics off, and it says that something changed
        settings = {"reports": ["*.gz"], "diagnostics": {"severity": "off"}}
        editor.set_configuration(settings, section="heapline")
        editor.workspace_did_change_configuration(t.DidChangeConfigurationParams(None))

        # THEN they go, and the report that is named now is loaded as well
        await editor.until(lambda: editor.marked == {})
        await editor.until(lambda: any(str(folder / "heap.json.gz") == name for name in editor.watched()))
        assert sorted(await loaded(editor)) == [str(folder / "heap.json.gz"), str(folder / "profile.txt")]


async def test_settings_that_are_pushed_by_a_client_that_cannot_be_asked_take_effect(tmp_path: Path) -> None:
    # GIVEN an editor that only ever sends its settings
    folder = program_with_reports(tmp_path / "translate")
    async with editing(folder, capabilities=t.ClientCapabilities()) as editor:
        await editor.load("profile.txt")
        assert editor.marked
        # WHEN it sends others
        editor.workspace_did_change_configuration(
            t.DidChangeConfigurationParams({"heapline": {"diagnostics": {"severity": "off"}}})
        )
        # THEN they hold
        await editor.until(lambda: editor.marked == {})


@pytest.mark.parametrize("client", [VSCODE, NEOVIM])
async def test_a_report_that_changed_is_loaded_again(tmp_path: Path, client: str) -> None:
    # GIVEN a loaded report
    folder = program_with_reports(tmp_path / "translate")
    async with editing(folder, client=client) as editor:
        report = folder / "profile.txt"
        await editor.load(report)
        assert editor.marked

        # WHEN the program is profiled again and allocates nothing
        shutil.copy(EMPTY_BLOCK, report)
        editor.saw_change_of(report) if client == VSCODE else editor.save(folder / LEAK_BELOW)

        # THEN the new report is shown
        await editor.until(lambda: editor.marked == {})
        (report_now,) = (await editor.command("status"))["reports"]
        assert report_now["bytes"] == 0


@pytest.mark.parametrize("client", [VSCODE, NEOVIM])
async def test_a_report_that_appears_is_loaded(tmp_path: Path, client: str) -> None:
    # GIVEN a folder whose settings name a report that is not there yet
    folder = program(tmp_path / "translate")
    (folder / ".heapline.toml").write_text('reports = ["tmp/*.txt"]\n')
    async with editing(folder, client=client) as editor:
        assert await loaded(editor) == []

        # WHEN it is written
        (folder / "tmp").mkdir()
        shutil.copy(TEXT, folder / "tmp/profile.txt")
        editor.saw_change_of(folder / "tmp/profile.txt") if client == VSCODE else editor.save(folder / LEAK_BELOW)

        # THEN it is shown
        await shows(editor, folder)


async def test_a_report_that_is_deleted_stays_until_it_is_unloaded(tmp_path: Path) -> None:
    # GIVEN a loaded report whose file is gone
    folder = program_with_reports(tmp_path / "translate")
    async with editing(folder) as editor:
        await editor.load("profile.txt")
        (folder / "profile.txt").unlink()

        # WHEN the editor says so, and reloads
        editor.saw_change_of(folder / "profile.txt")
        (kept,) = await editor.command("reload")

        # THEN its numbers are still there, and can be unloaded
        assert kept["path"] == str(folder / "profile.txt")
        assert editor.marked
        assert await editor.command("unload", "profile.txt") == 1
        assert editor.marked == {}


@pytest.mark.parametrize("relative", [True, False])
async def test_the_client_watches_what_the_settings_name_and_what_is_loaded(tmp_path: Path, relative: bool) -> None:
    # GIVEN an editor that knows folders in globs, or does not, and a folder of an odd name with globs in its settings
    folder = program_with_reports(tmp_path / "[translate]")
    (folder / ".heapline.toml").write_text('reports = ["./tmp/*.json"]\n')
    capabilities = client_capabilities(VSCODE)
    assert capabilities.workspace is not None
    assert capabilities.workspace.did_change_watched_files is not None
    capabilities.workspace.did_change_watched_files.relative_pattern_support = relative

    def watched_below(parent: Path, pattern: str) -> object:
        wild = parent.as_posix().replace("[", "?").replace("]", "?")
        return {"baseUri": parent.as_uri(), "pattern": pattern} if relative else f"{wild}/{pattern}"

    elsewhere = tmp_path / "at {home}"
    elsewhere.mkdir()
    report = Path(shutil.copy(TEXT, elsewhere / "profile[1].txt"))
    async with editing(folder, capabilities=capabilities) as editor:
        await editor.until(lambda: watched_below(folder, "tmp/*.json") in editor.watched())
        # WHEN a report from elsewhere is loaded
        await editor.load(report)
        # THEN settings file, glob, report and code are watched, signs that mean something to globs as any character
        await editor.until(lambda: len(editor.watched()) == 4)
        home = watched_below(elsewhere, "profile?1?.txt")
        wild = home.replace("{home}", "?home?") if isinstance(home, str) else home
        assert {"**/.heapline.toml", "**/*.rb"} <= {glob for glob in editor.watched() if isinstance(glob, str)}
        assert watched_below(folder, "tmp/*.json") in editor.watched()
        assert wild in editor.watched()


@pytest.mark.parametrize("relative", [True, False])
async def test_a_glob_that_is_absolute_is_watched_from_its_folder_on(tmp_path: Path, relative: bool) -> None:
    # GIVEN an editor whose own settings name reports outside of the folder
    folder = program(tmp_path / "translate")
    capabilities = client_capabilities(VSCODE)
    assert capabilities.workspace is not None
    assert capabilities.workspace.did_change_watched_files is not None
    capabilities.workspace.did_change_watched_files.relative_pattern_support = relative
    dumps = (tmp_path / "dumps").as_posix()
    configuration = {folder: {"reports": [f"{dumps}/*/heap.json"]}}
    # WHEN the folder is opened
    async with editing(folder, capabilities=capabilities, configuration=configuration) as editor:
        # THEN the glob is watched, below the folder that it names
        await editor.until(lambda: len(editor.watched()) == 2)
        below = {"baseUri": (tmp_path / "dumps").as_uri(), "pattern": "*/heap.json"}
        assert (below if relative else f"{dumps}/*/heap.json") in editor.watched()


async def test_a_report_that_keeps_growing_holds_back_no_other(tmp_path: Path) -> None:
    # GIVEN a folder whose settings name two reports, one of which is being written
    folder = program(tmp_path / "translate")
    (folder / ".heapline.toml").write_text('reports = ["*.txt"]\n')
    async with editing(folder, client=NEOVIM) as editor:
        assert await loaded(editor) == []
        growing = asyncio.create_task(grow(folder / "growing.txt"))
        await asyncio.sleep(0)  # it writes its first line
        try:
            shutil.copy(TEXT, folder / "profile.txt")
            # WHEN the user saves
            editor.save(folder / LEAK_BELOW)
            # THEN the one that is whole is shown
            await shows(editor, folder)
            assert await loaded(editor) == [str(folder / "profile.txt")]
        finally:
            growing.cancel()


async def test_a_report_that_failed_is_told_of_once_and_tried_again_only_when_it_changed(tmp_path: Path) -> None:
    # GIVEN a folder whose settings name a file that is no report
    folder = program(tmp_path / "translate")
    (folder / ".heapline.toml").write_text('reports = ["*.txt"]\n')
    report = folder / "profile.txt"
    report.write_text("This is no report.\n")
    async with editing(folder) as editor:
        await editor.until(lambda: editor.said)

        # WHEN the editor reports changes of other files, and reloads
        editor.saw_change_of(folder / ".heapline.toml")
        editor.saw_change_of(folder / "main.rb")
        assert await editor.command("reload") == []
        # THEN nobody hears of it again
        assert ["is no report that Heapline knows" in said for said in editor.said] == [True]

        # WHEN a report is put in its place
        shutil.copy(TEXT, report)
        editor.saw_change_of(report)
        # THEN it is loaded
        await shows(editor, folder)


async def test_a_report_outside_of_the_folder_is_not_loaded_for_its_settings_file(tmp_path: Path) -> None:
    # GIVEN a settings file that names files outside of the folder, directly and through a link
    folder = program(tmp_path / "translate")
    shutil.copy(TEXT, tmp_path / "profile.txt")
    os.symlink(tmp_path, folder / "out")  # noqa: PTH211 -- reads better in this order
    (folder / ".heapline.toml").write_text(f'reports = ["../*.txt", "{tmp_path}/*.txt", "out/*.txt"]\n')
    # WHEN the folder is opened
    async with editing(folder) as editor:
        await editor.until(lambda: len(editor.said) == 2)
        # THEN none is loaded, and the two globs are named
        assert await editor.command("reload") == []
        assert ["must stay inside the folder" in said for said in editor.said] == [True, True]


async def test_reload_loads_what_changed_and_what_is_named(tmp_path: Path) -> None:
    # GIVEN a loaded report that changed, and one that is named and appeared, unseen by the editor
    folder = program_with_reports(tmp_path / "translate")
    (folder / ".heapline.toml").write_text('reports = ["late/*.txt"]\n')
    async with editing(folder) as editor:
        await editor.load("profile.txt")
        shutil.copy(EMPTY_BLOCK, folder / "profile.txt")
        (folder / "late").mkdir()
        shutil.copy(TEXT, folder / "late/profile.txt")

        # WHEN the user reloads
        reports = await editor.command("reload")

        # THEN both are as they are now
        assert {report["path"]: report["bytes"] for report in reports} == {
            str(folder / "profile.txt"): 0,
            str(folder / "late/profile.txt"): 4_098_535,
        }
