"""Where a report's lines are: rules in the settings, and the page that explains the paths."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from lsprotocol import types as t

from lsp.editor import editing
from lsp.oracle import DUMP, LEAK_LINE, TEXT
from lsp.programs import LEAK_BELOW, program

if TYPE_CHECKING:
    from pathlib import Path


async def test_a_report_of_another_program_is_told_at_once_with_a_button_that_explains(tmp_path: Path) -> None:
    # GIVEN a folder without the program, and a user who presses the button
    (tmp_path / "elsewhere").mkdir()
    async with editing(tmp_path / "elsewhere") as editor:
        editor.presses = "Explain paths"

        # WHEN its report is loaded
        await editor.load(DUMP)

        # THEN the user is told, with the button, and the page that it opens names what was not placed
        assert ["None of its 92 lines lies in this workspace" in said for said in editor.said] == [True]
        assert editor.offered == ["Explain paths"]
        await editor.until(lambda: editor.shown_documents)
        page = await editor.command("explainPaths", str(DUMP))
        assert [document.uri for document in editor.shown_documents] == [page["uri"]] * 2
        assert "## Not placed" in page["text"]
        assert "/srv/heapline/translate" in page["text"]


async def test_a_tie_between_two_checkouts_is_named_and_a_rule_settles_it(tmp_path: Path) -> None:
    # GIVEN two checkouts of one program in a folder
    for side in ("old", "new"):
        program(tmp_path / side)
    async with editing(tmp_path) as editor:
        # WHEN a report is loaded that could be of either
        await editor.load(TEXT)
        # THEN the user is told of both
        assert [str(tmp_path / "new") in said and str(tmp_path / "old") in said for said in editor.said] == [True]

        # WHEN a rule says which
        (tmp_path / ".heapline.toml").write_text('pathMappings = [{ from = "/srv/heapline/translate", to = "new" }]\n')
        editor.save(tmp_path / ".heapline.toml")
        # THEN that one gets the numbers, without loading anew
        leak = (tmp_path / "new/lib/translation_cache.rb").as_uri()
        await editor.until(lambda: editor.marked.get(leak) == [LEAK_LINE])
        assert all(uri.startswith((tmp_path / "new").as_uri()) for uri in editor.marked)
        hover = await editor.hover(leak, LEAK_LINE)
        assert hover is not None
        assert "by pathMappings" in str(hover.contents)


@pytest.mark.parametrize("where", ["file", "settings"])
async def test_what_the_page_proposes_works_as_it_stands_in_two_folders_of_the_same_name(
    tmp_path: Path, where: str
) -> None:
    # GIVEN two checkouts of one program, of the same name, in one window; neither shows a report that could be of both
    folders = [program(tmp_path / side / "translate") for side in ("old", "new")]
    async with editing(*folders, configuration={folder: {} for folder in folders}) as editor:
        await editor.load(TEXT)
        assert editor.marked == {}

        # WHEN the page's rules are put where it says, into the file of the folder or into the editor's settings
        text = (await editor.command("explainPaths"))["text"]
        file, settings = ("\n".join(re.findall(r"^    (.*)", part, re.MULTILINE)) for part in text.split("## ")[-2:])
        right = next(folder for folder in folders if f"beginning of `{folder / '.heapline.toml'}`" in text)
        if where == "file":
            (right / ".heapline.toml").write_text(file)
            editor.save(right / ".heapline.toml")
        else:
            rules = json.loads(f"{{{settings}}}")["heapline.pathMappings"]
            for folder in folders:
                editor.set_configuration({"pathMappings": rules}, section="heapline", scope_uri=folder.as_uri())
            editor.workspace_did_change_configuration(t.DidChangeConfigurationParams({}))

        # THEN that folder has the numbers, without loading anew
        await editor.until(lambda: editor.marked.get((right / LEAK_BELOW).as_uri()) == [LEAK_LINE])
        assert all(uri.startswith(right.as_uri()) for uri in editor.marked)


async def test_nothing_is_explained_of_what_is_not_loaded(tmp_path: Path) -> None:
    # GIVEN an editor without reports
    async with editing(tmp_path) as editor:
        # WHEN the paths are to be explained
        # THEN the user is told that there are none
        assert await editor.command("explainPaths") is None
        assert len(editor.said) == 1
