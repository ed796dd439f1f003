"""Several folders in one window: each keeps its own numbers, and what could belong to two gets none."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from lsprotocol import types as t
from pytest_lsp import client_capabilities

from lsp.editor import EMACS, editing, folder_of, typed
from lsp.oracle import DUMP, LEAK, LEAK_LINE, TEXT, TRANSLATE
from lsp.programs import program, program_with_reports
from sample_files import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WEAKMAP = SAMPLES / "weakmap"


def changed(*, added: list[Path] = (), removed: list[Path] = ()) -> t.DidChangeWorkspaceFoldersParams:  # type: ignore[assignment]
    event = t.WorkspaceFoldersChangeEvent([folder_of(path) for path in added], [folder_of(path) for path in removed])
    return t.DidChangeWorkspaceFoldersParams(event)


async def test_two_folders_each_get_the_numbers_of_their_own_report() -> None:
    # GIVEN two programs open in one window
    async with editing(TRANSLATE, WEAKMAP) as editor:
        # WHEN a report of each is loaded
        first = await editor.load(TEXT)
        second = await editor.load(WEAKMAP / "reports/memory_profiler.txt")

        # THEN each one's lines lie in its own folder, all but the one in Ruby's own weakref.rb
        assert (first["placedSites"], second["placedSites"]) == (first["sites"], second["sites"] - 1)
        assert (await editor.lenses(LEAK))[LEAK_LINE] == ["allocated 4,000 (672 kB) · retained 4,000 (672 kB)"]
        assert {uri.startswith((TRANSLATE.as_uri() + "/", WEAKMAP.as_uri() + "/")) for uri in editor.marked} == {True}


async def test_two_checkouts_with_the_same_files_get_nothing_rather_than_the_other_ones_numbers(tmp_path: Path) -> None:
    # GIVEN two checkouts of one program, of the same name, in one window
    checkouts = [program(tmp_path / side / "translate") for side in ("old", "new")]
    async with editing(*checkouts) as editor:
        # WHEN a report is loaded that could be of either
        loaded = await editor.load(DUMP)

        # THEN neither shows a number, and the user is told so
        assert loaded["placedSites"] == 0
        assert [await editor.lenses(checkout / "lib/translation_cache.rb") for checkout in checkouts] == [{}, {}]
        assert editor.marked == {}
        assert ["None of its 92 lines lies in this workspace" in said for said in editor.said] == [True]


@pytest.mark.parametrize("spell", [str.upper, str.lower], ids=["%C3%B6", "%c3%b6"])
async def test_a_folder_whose_name_has_to_be_encoded_is_known_however_the_client_encodes_it(
    tmp_path: Path, spell: Callable[[str], str]
) -> None:
    # GIVEN a program in a folder with signs that mean something in a URI
    folder = program(tmp_path / "my shöp (1) #2 100% +x?")
    leak = folder / "lib/translation_cache.rb"
    uri = "file://" + re.sub("%..", lambda found: spell(found[0]), quote(str(leak)))
    async with editing(folder) as editor:
        # WHEN its report is loaded, and the file opened and edited under the client's own spelling
        await editor.load(TEXT)
        editor.open(uri, leak.read_text())
        editor.change(uri, typed(1, 0, "# above\n"))
        # THEN all numbers are on its lines
        assert LEAK_LINE + 1 in await editor.lenses(uri)
        assert await editor.hover(uri, LEAK_LINE + 1)
        await editor.until(lambda: editor.marked.get(uri) == [LEAK_LINE + 1])


async def test_numbers_appear_when_the_program_is_added_and_go_when_it_is_removed(tmp_path: Path) -> None:
    # GIVEN a report, loaded where its program is not open
    (tmp_path / "elsewhere").mkdir()
    checkout = program(tmp_path / "translate")
    leak = checkout / "lib/translation_cache.rb"
    async with editing(tmp_path / "elsewhere") as editor:
        await editor.load(TEXT)
        assert editor.marked == {}

        # WHEN the program's folder is added
        editor.workspace_did_change_workspace_folders(changed(added=[checkout]))
        # THEN its lines are marked
        await editor.until(lambda: editor.marked.get(leak.as_uri()) == [LEAK_LINE])
        assert LEAK_LINE in await editor.lenses(leak)

        # WHEN it is removed again
        editor.workspace_did_change_workspace_folders(changed(removed=[checkout]))
        # THEN nothing is marked any more
        await editor.until(lambda: editor.marked == {})
        assert await editor.lenses(leak) == {}


async def test_a_folder_that_is_added_brings_its_settings_and_reports(tmp_path: Path) -> None:
    # GIVEN a folder whose settings name a report
    (tmp_path / "elsewhere").mkdir()
    checkout = program_with_reports(tmp_path / "translate")
    (checkout / ".heapline.toml").write_text('reports = ["*.txt"]\n[diagnostics]\nseverity = "warning"\n')
    leak = (checkout / "lib/translation_cache.rb").as_uri()
    async with editing(tmp_path / "elsewhere") as editor:
        # WHEN it is added to the window
        editor.workspace_did_change_workspace_folders(changed(added=[checkout]))

        # THEN its report is loaded and shown as it says
        await editor.until(lambda: editor.marked.get(leak) == [LEAK_LINE])
        assert [d.severity for d in editor.diagnostics[leak]] == [t.DiagnosticSeverity.Warning]


async def test_each_folder_follows_its_own_settings(tmp_path: Path) -> None:
    # GIVEN two programs, one of which wants no lenses and no diagnostics
    first, second = program(tmp_path / "translate"), tmp_path / "weakmap"
    shutil.copytree(WEAKMAP, second)
    for folder in (first, second):
        (folder / "main.rb").unlink()  # both have one
    (second / ".heapline.toml").write_text('codeLens.enabled = false\ndiagnostics.severity = "off"\n')
    async with editing(first, second) as editor:
        # WHEN a report of each is loaded
        await editor.load(TEXT)
        loaded = await editor.load(second / "reports/memory_profiler.txt")

        # THEN only the other one shows them
        assert loaded["placedSites"] > 0
        assert await editor.lenses(first / "lib/translation_cache.rb")
        assert [await editor.lenses(file) for file in second.rglob("*.rb") if await editor.lenses(file)] == []
        assert {uri.startswith(first.as_uri() + "/") for uri in editor.marked} == {True}


async def test_a_client_that_names_only_a_root_has_it_as_its_folder() -> None:
    # GIVEN an editor that knows no workspace folders, only a root
    capabilities = client_capabilities(EMACS)
    assert capabilities.workspace
    capabilities.workspace.workspace_folders = None
    async with editing(capabilities=capabilities, root_uri=TRANSLATE.as_uri()) as editor:
        # WHEN a report is loaded
        await editor.load(TEXT)
        # THEN its lines lie in that root
        assert LEAK_LINE in await editor.lenses(LEAK)


async def test_without_any_folder_a_report_loads_and_the_user_is_told_why_nothing_shows() -> None:
    # GIVEN an editor with a single file open
    async with editing() as editor:
        # WHEN a report is loaded
        loaded = await editor.load(TEXT)
        # THEN it is there, and a message says what to do
        assert loaded["placedSites"] == 0
        assert ["Open the folder of the program" in said for said in editor.said] == [True]
