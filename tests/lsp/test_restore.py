"""What was loaded last time is loaded again, as far as it is there and can be read; nobody is told of the rest."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from lsp.editor import editing
from lsp.oracle import DUMP, TEXT, TRANSLATE

if TYPE_CHECKING:
    from pathlib import Path


async def test_what_is_still_there_is_loaded_again_and_what_is_gone_is_left_out(tmp_path: Path) -> None:
    # GIVEN a dump and a text that were loaded last time, and a report that has been deleted since
    gone = tmp_path / "gone.json"
    async with editing(TRANSLATE) as editor:
        # WHEN they are to be restored
        restored = await editor.command("restore", str(DUMP), str(gone), str(TEXT))

        # THEN those that are there are loaded, and nothing is said of the other
        assert [report["path"] for report in restored] == [str(DUMP), str(TEXT)]
        assert {report["path"] for report in (await editor.command("status"))["reports"]} == {str(DUMP), str(TEXT)}
        assert editor.said == []


async def test_what_failed_as_it_is_now_is_not_tried_again_until_it_changes(tmp_path: Path) -> None:
    # GIVEN a file that is no report, and has been refused
    file = tmp_path / "report.txt"
    file.write_text("nothing of interest\n")
    async with editing(TRANSLATE) as editor:
        assert await editor.load(file) is None
        assert len(editor.said) == 1

        # WHEN it is to be restored
        # THEN it is not, and nothing more is said
        assert await editor.command("restore", str(file)) == []
        assert len(editor.said) == 1

        # WHEN a report has taken its place
        shutil.copyfile(TEXT, file)
        # THEN it is loaded
        (report,) = await editor.command("restore", str(file))
        assert report["path"] == str(file)
