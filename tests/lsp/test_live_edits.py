"""Numbers go with their lines while the user types, and say so when the line is no longer what it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lsprotocol import types as t

from lsp.editor import CLIENTS, Editor, editing, typed
from lsp.oracle import DUMP, LEAK_LINE, TEXT
from lsp.programs import LEAK_BELOW, program

if TYPE_CHECKING:
    from pathlib import Path

EDITED = "edited since the report"


def checkout(target: Path) -> tuple[Path, Path, str]:
    """A copy of the program, its leaking file, and that file's text."""
    leak = program(target) / LEAK_BELOW
    return target, leak, leak.read_text()


async def numbers(editor: Editor, leak: Path) -> tuple[list[str], list[int]]:
    """Every lens of the file as `LINE: TITLE`, and its marked lines."""
    lenses = await editor.lenses(leak)
    return [f"{line}: {title}" for line, titles in sorted(lenses.items()) for title in titles], editor.marked.get(
        leak.as_uri(), []
    )


async def tinted(editor: Editor, leak: Path) -> dict[int, str | None]:
    """Why the heat of the file's lines is in doubt, if it is."""
    return {found["line"]: found["stale"] for found in await editor.command("heat", leak.as_uri())}


@pytest.mark.parametrize("client", CLIENTS)
async def test_lens_hover_and_mark_go_with_their_line(tmp_path: Path, client: str) -> None:
    # GIVEN a hot line in an open file
    folder, leak, text = checkout(tmp_path / "translate")
    async with editing(folder, client=client) as editor:
        editor.open(leak.as_uri(), text)
        await editor.load(TEXT)
        (lens,) = (await editor.lenses(leak))[LEAK_LINE]

        # WHEN two lines are typed above it
        editor.change(leak, typed(1, 0, "# frozen_string_literal: true\n\n"))
        await editor.until(lambda: editor.marked.get(leak.as_uri()) == [LEAK_LINE + 2])

        # THEN all that was shown on it is two lines below, and nothing is where it was
        assert await editor.lenses(leak) == {LEAK_LINE + 2: [lens]}
        assert "672 kB" in await editor.hover_text(leak, LEAK_LINE + 2)
        assert await editor.hover(leak, LEAK_LINE) is None

        # WHEN one is deleted again
        editor.change(leak, typed(1, 0, "", until=(2, 0)))
        # THEN it goes up
        await editor.until(lambda: editor.marked.get(leak.as_uri()) == [LEAK_LINE + 1])
        assert await editor.lenses(leak) == {LEAK_LINE + 1: [lens]}


async def test_a_line_that_is_edited_keeps_its_number_as_stale_until_the_edit_is_undone(tmp_path: Path) -> None:
    # GIVEN a hot line in an open file
    folder, leak, text = checkout(tmp_path / "translate")
    async with editing(folder) as editor:
        editor.open(leak.as_uri(), text)
        await editor.load(DUMP)
        before = await numbers(editor, leak)
        (fresh,) = (await editor.lenses(leak))[LEAK_LINE]
        assert set((await tinted(editor, leak)).values()) == {None}

        # WHEN it is changed
        width = len(text.splitlines()[LEAK_LINE - 1])
        editor.change(leak, typed(LEAK_LINE, width, ".freeze"))
        await editor.until(lambda: LEAK_LINE not in editor.marked.get(leak.as_uri(), []))

        # THEN its lens, its heat and its hover say that it was, and it is marked no more
        assert (await editor.lenses(leak))[LEAK_LINE] == [f"~ {fresh}"]
        tints = await tinted(editor, leak)
        assert {line for line, stale in tints.items() if stale} == {LEAK_LINE}
        assert tints[LEAK_LINE] == "changed"
        assert EDITED in await editor.hover_text(leak, LEAK_LINE)

        # WHEN that is undone
        editor.change(leak, typed(LEAK_LINE, width, "", until=(LEAK_LINE, width + len(".freeze"))))
        await editor.until(lambda: LEAK_LINE in editor.marked.get(leak.as_uri(), []))

        # THEN all is as it was
        assert await numbers(editor, leak) == before
        assert set((await tinted(editor, leak)).values()) == {None}
        assert EDITED not in await editor.hover_text(leak, LEAK_LINE)


async def test_a_deleted_line_has_no_number(tmp_path: Path) -> None:
    # GIVEN a hot line in an open file
    folder, leak, text = checkout(tmp_path / "translate")
    async with editing(folder) as editor:
        editor.open(leak.as_uri(), text)
        await editor.load(TEXT)
        # WHEN it is deleted
        editor.change(leak, typed(LEAK_LINE, 0, "", until=(LEAK_LINE + 1, 0)))
        # THEN nothing is left of it: what stands there now has its own number
        await editor.until(lambda: editor.marked.get(leak.as_uri()) is None)
        assert await editor.lenses(leak) == {}
        assert "672 kB" not in await editor.hover_text(leak, LEAK_LINE)


async def test_a_formatter_changes_no_number(tmp_path: Path) -> None:
    # GIVEN an open file with a hot line
    folder, leak, text = checkout(tmp_path / "translate")
    async with editing(folder) as editor:
        editor.open(leak.as_uri(), text)
        await editor.load(TEXT)
        (lens,) = (await editor.lenses(leak))[LEAK_LINE]
        # WHEN a formatter sends the whole file anew, indented otherwise, with a blank line after each
        formatted = "\n\n".join(f"\t{line.strip()}" for line in text.splitlines())
        editor.change(leak, t.TextDocumentContentChangeWholeDocument(formatted))
        # THEN the number is on its line
        await editor.until(lambda: editor.marked.get(leak.as_uri()) == [2 * LEAK_LINE - 1])
        assert await editor.lenses(leak) == {2 * LEAK_LINE - 1: [lens]}


async def test_a_file_opened_with_unsaved_edits_has_its_numbers_on_the_right_lines(tmp_path: Path) -> None:
    # GIVEN a loaded report
    folder, leak, text = checkout(tmp_path / "translate")
    async with editing(folder) as editor:
        await editor.load(TEXT)
        # WHEN the editor brings a file back as it was left, with lines that were never saved
        editor.open(leak.as_uri(), "# unsaved\n" + text)
        # THEN the numbers are on their lines at once
        assert list(await editor.lenses(leak)) == [LEAK_LINE + 1]
        await editor.until(lambda: editor.marked.get(leak.as_uri()) == [LEAK_LINE + 1])

        # WHEN it is closed without saving
        editor.close(leak)
        # THEN the disk counts again
        await editor.until(lambda: editor.marked.get(leak.as_uri()) == [LEAK_LINE])
        assert list(await editor.lenses(leak)) == [LEAK_LINE]


async def test_saved_edits_stay_known_after_the_file_is_closed(tmp_path: Path) -> None:
    # GIVEN a file that was edited, saved and closed
    folder, leak, text = checkout(tmp_path / "translate")
    async with editing(folder) as editor:
        editor.open(leak.as_uri(), text)
        await editor.load(TEXT)
        editor.change(leak, typed(1, 0, "# saved\n"))
        await editor.until(lambda: editor.marked.get(leak.as_uri()) == [LEAK_LINE + 1])
        leak.write_text("# saved\n" + text)
        editor.save(leak)
        editor.close(leak)
        # WHEN its numbers are asked for
        # THEN they are where the edits left them, closed or open
        assert list(await editor.lenses(leak)) == [LEAK_LINE + 1]
        editor.open(leak.as_uri(), leak.read_text())
        assert list(await editor.lenses(leak)) == [LEAK_LINE + 1]
        assert editor.marked[leak.as_uri()] == [LEAK_LINE + 1]


async def test_form_feeds_and_other_separators_end_no_line(tmp_path: Path) -> None:
    # GIVEN an open file whose first line has characters that other software takes for the end of a line
    folder, leak, text = checkout(tmp_path / "translate")
    odd = "# one\ftwo\u2028three\u0085four\n"
    async with editing(folder) as editor:
        editor.open(leak.as_uri(), odd + text)
        await editor.load(TEXT)
        # WHEN a line is typed below it
        editor.change(leak, typed(2, 0, "# five\n"))
        # THEN the numbers are where the editor has them
        await editor.until(lambda: editor.marked.get(leak.as_uri()) == [LEAK_LINE + 2])
        assert list(await editor.lenses(leak)) == [LEAK_LINE + 2]
