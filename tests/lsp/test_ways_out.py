"""Four ways to hear no more of a line, each offered on the line: a comment, a glob, a mark, a threshold."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from lsprotocol import types as t

from heap_dumps import CLASS, item, named, root, write
from lsp.editor import CLIENTS, NEOVIM, Editor, document, editing, typed
from lsp.oracle import LEAK_LINE, TEXT
from lsp.programs import LEAK_BELOW, program
from sample_files import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

COMMENT, EXCLUDE, FIXED, THRESHOLD = "with a comment", "show nothing in", "mark as fixed", "show only lines of more"


def checkout(target: Path) -> tuple[Path, Path]:
    """A copy of the program and its leaking file."""
    return target, program(target) / LEAK_BELOW


async def action(editor: Editor, file: Path, title: str, line: int = LEAK_LINE) -> t.CodeAction | None:
    """The code action of the line that is called so."""
    here = t.Range(t.Position(line - 1, 0), t.Position(line - 1, 0))
    context = t.CodeActionContext(
        [d for d in editor.diagnostics.get(file.as_uri(), ()) if d.range.start.line == line - 1]
    )
    found = await editor.text_document_code_action_async(t.CodeActionParams(document(file), here, context)) or ()
    actions = [each for each in found if isinstance(each, t.CodeAction) and title in each.title]
    assert len(actions) <= 1
    return actions[0] if actions else None


def edit_of(chosen: t.CodeAction | None) -> tuple[str, t.TextEdit]:
    """The file that an action edits, and how; the same in both forms that clients understand."""
    assert chosen
    assert chosen.edit
    if chosen.edit.changes:
        [(uri, [only])] = chosen.edit.changes.items()
        return uri, only
    assert chosen.edit.document_changes
    edited = chosen.edit.document_changes[-1]
    assert isinstance(edited, t.TextDocumentEdit)
    [change] = edited.edits
    assert isinstance(change, t.TextEdit)
    return edited.text_document.uri, change


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_comment_silences_its_line(tmp_path: Path, client: str) -> None:
    # GIVEN a marked line in an open file
    folder, leak = checkout(tmp_path / "translate")
    async with editing(folder, client=client) as editor:
        editor.open(leak.as_uri(), leak.read_text())
        await editor.load(TEXT)
        assert LEAK_LINE in await editor.lenses(leak)

        # WHEN the user chooses to ignore it
        chosen = await action(editor, leak, COMMENT)
        uri, change = edit_of(chosen)
        assert chosen
        assert (uri, chosen.kind) == (leak.as_uri(), t.CodeActionKind.QuickFix)
        editor.change(leak, t.TextDocumentContentChangePartial(range=change.range, text=change.new_text))

        # THEN it has no mark and no lens; the hover says why, and does not call the line changed
        await editor.until(lambda: leak.as_uri() not in editor.marked)
        assert await editor.lenses(leak) == {}
        said = await editor.hover_text(leak, LEAK_LINE)
        assert "Ignored by a comment: " in said
        assert "TODO: say why" in said
        assert "edited since" not in said
        assert await action(editor, leak, COMMENT) is None


@pytest.mark.parametrize(
    ("name", "code", "comment"),
    [
        ("leaky.c", "char *text = malloc(9);", "// heapline:ignore TODO: say why"),
        ("index.html.erb", "<% Thing.new %>", "<%# heapline:ignore TODO: say why %>"),
    ],
)
async def test_the_comment_is_one_of_the_file_s_own_language(
    tmp_path: Path, name: str, code: str, comment: str
) -> None:
    # GIVEN a line of a file that is not Ruby's, open in the editor
    file = tmp_path / name
    file.write_text(f"\n{code}\n")
    objects = [item(8 * number, at=f"{file}:2", size=1000) for number in range(9, 99)]
    dump = write(tmp_path / "heap.json", [root("vm", CLASS), named(CLASS, "Thing"), *objects])
    async with editing(tmp_path) as editor:
        editor.open(file.as_uri(), file.read_text())
        await editor.load(dump)
        assert 2 in await editor.lenses(file)
        # WHEN the user chooses to ignore it
        _, change = edit_of(await action(editor, file, COMMENT, line=2))
        assert change.new_text.strip() == comment
        editor.change(file, t.TextDocumentContentChangePartial(range=change.range, text=change.new_text))
        # THEN it is silent, for that reason alone
        assert await editor.lenses(file) == {}
        assert "Ignored by a comment: `TODO: say why`." in await editor.hover_text(file, 2)


async def test_a_line_of_a_template_in_which_a_comment_would_be_text_gets_none(tmp_path: Path) -> None:
    # GIVEN a line of a template whose language has comments on lines of their own alone
    file = tmp_path / "index.haml"
    file.write_text("%p\n  = Thing.new\n")
    objects = [item(8 * number, at=f"{file}:2", size=1000) for number in range(9, 99)]
    dump = write(tmp_path / "heap.json", [root("vm", CLASS), named(CLASS, "Thing"), *objects])
    async with editing(tmp_path) as editor:
        editor.open(file.as_uri(), file.read_text())
        await editor.load(dump)
        # THEN none is offered behind it, but the other ways are
        assert await action(editor, file, COMMENT, line=2) is None
        assert await action(editor, file, FIXED, line=2)
        # AND one on the line above, as the user writes it, silences the line
        editor.change(file, typed(2, 0, "  -# heapline:ignore it is cached\n"))
        assert await editor.lenses(file) == {}
        assert "Ignored by a comment: `it is cached`." in await editor.hover_text(file, 3)


async def test_a_surely_lost_block_has_no_threshold_to_raise(tmp_path: Path) -> None:
    # GIVEN an extension's line with a definite loss, which is shown however small it is
    source = shutil.copytree(SAMPLES / "native", tmp_path / "native") / "leaky.c"
    async with editing(tmp_path) as editor:
        await editor.load(SAMPLES / "tools/reports/valgrind.xml.gz")
        [line, *_] = editor.marked[source.as_uri()]
        # THEN no threshold is offered, which would not silence it, but the other ways are
        assert await action(editor, source, THRESHOLD, line) is None
        assert await action(editor, source, EXCLUDE, line)


async def test_a_comment_on_the_line_above_silences_too_and_needs_no_reason(tmp_path: Path) -> None:
    # GIVEN a file with the comment on a line of its own, on the disk
    folder, leak = checkout(tmp_path / "translate")
    lines = leak.read_text().splitlines()
    lines.insert(LEAK_LINE - 1, "    # heapline:ignore")
    async with editing(folder) as editor:
        await editor.load(TEXT)
        editor.open(leak.as_uri(), "\n".join(lines))
        # THEN the line below it is silent
        await editor.until(lambda: leak.as_uri() not in editor.marked)
        assert await editor.lenses(leak) == {}
        assert "Ignored by a comment." in await editor.hover_text(leak, LEAK_LINE + 1)


@pytest.mark.parametrize("client", CLIENTS)
async def test_an_excluded_file_shows_nothing(tmp_path: Path, client: str) -> None:
    # GIVEN a marked line, and no settings file
    folder, leak = checkout(tmp_path / "translate")
    toml = folder / ".heapline.toml"
    async with editing(folder, client=client) as editor:
        await editor.load(TEXT)
        others = {uri for uri in editor.marked if uri != leak.as_uri()}

        # WHEN the user chooses to see nothing in the file, and saves what that writes
        uri, change = edit_of(await action(editor, leak, EXCLUDE))
        assert uri == toml.as_uri()
        assert not toml.exists()
        toml.write_text(change.new_text)
        editor.saw_change_of(toml)
        editor.save(toml)

        # THEN it shows nothing, and other files do
        await editor.until(lambda: leak.as_uri() not in editor.marked)
        assert await editor.lenses(leak) == {}
        assert await editor.hover(leak, LEAK_LINE) is None
        assert set(editor.marked) == others
        assert toml.read_text() == f'exclude = ["{LEAK_BELOW.as_posix()}"]\n'


async def test_raised_thresholds_silence_the_line_and_all_smaller_ones(tmp_path: Path) -> None:
    # GIVEN a settings file with a comment, open in the editor with edits that are not saved
    folder, leak = checkout(tmp_path / "translate")
    toml = folder / ".heapline.toml"
    async with editing(folder, client=NEOVIM) as editor:
        await editor.load(TEXT)
        editor.open(toml.as_uri(), "# ours\n[hover]\nenabled = true # yes\n")

        # WHEN the user raises the thresholds above the line
        uri, change = edit_of(await action(editor, leak, THRESHOLD))
        assert (uri, change.range) == (toml.as_uri(), t.Range(t.Position(0, 0), t.Position(3, 0)))
        toml.write_text(change.new_text)
        editor.save(toml)

        # THEN it is gone with all that are no larger, and the file's own words are still there
        await editor.until(lambda: leak.as_uri() not in editor.marked)
        assert await editor.lenses(leak) == {}
        assert toml.read_text().startswith("# ours\n[hover]\nenabled = true # yes\n")
        assert "bytes = 672001\nobjects = 4001" in toml.read_text() or "objects = 4001\nbytes = " in toml.read_text()


@pytest.mark.parametrize("content", [b"= broken", b"\xff\xfe", b"# " + b"x" * 20_000])
async def test_a_settings_file_that_cannot_be_read_is_not_written(tmp_path: Path, content: bytes) -> None:
    # GIVEN a settings file that is broken, not UTF-8, or too large
    folder, leak = checkout(tmp_path / "translate")
    (folder / ".heapline.toml").write_bytes(content)
    async with editing(folder) as editor:
        await editor.load(TEXT)
        # THEN no action offers to change it, and the others are there
        assert await action(editor, leak, EXCLUDE) is None
        assert await action(editor, leak, THRESHOLD) is None
        assert await action(editor, leak, FIXED)


async def test_a_line_marked_as_fixed_is_silent_until_a_newer_report(tmp_path: Path) -> None:
    # GIVEN a report, and a cache directory of this test
    folder, leak = checkout(tmp_path / "translate")
    report = tmp_path / "profile.txt"
    shutil.copy(TEXT, report)
    cache = {"HEAPLINE_CACHE_DIR": str(tmp_path / "cache")}
    before = sorted(folder.rglob("*"))
    async with editing(folder, environment=cache) as editor:
        await editor.load(report)
        # WHEN the user marks the line as fixed
        chosen = await action(editor, leak, FIXED)
        assert chosen
        assert chosen.command
        params = t.ExecuteCommandParams(chosen.command.command, chosen.command.arguments)
        assert await editor.workspace_execute_command_async(params) == 1
        # THEN it is silent
        assert leak.as_uri() not in editor.marked
        assert await editor.lenses(leak) == {}
        assert "Marked as fixed" in await editor.hover_text(leak, LEAK_LINE)

    # AND after a restart, with nothing written to the workspace
    assert sorted(folder.rglob("*")) == before
    async with editing(folder, environment=cache) as editor:
        await editor.load(report)
        assert leak.as_uri() not in editor.marked

        # WHEN a newer report is loaded that still has it
        newer = report.stat().st_mtime + 1
        os.utime(report, (newer, newer))
        await editor.load(report)
        # THEN it is back
        assert editor.marked[leak.as_uri()] == [LEAK_LINE]

        # WHEN it is marked again, and that is taken back
        await editor.command("markFixed", leak.as_uri(), LEAK_LINE, True)
        assert leak.as_uri() not in editor.marked
        assert await action(editor, leak, FIXED) is None
        chosen = await action(editor, leak, "not fixed")
        assert chosen
        assert chosen.command
        await editor.workspace_execute_command_async(
            t.ExecuteCommandParams(chosen.command.command, chosen.command.arguments)
        )
        # THEN it is back too
        assert editor.marked[leak.as_uri()] == [LEAK_LINE]


async def test_a_line_without_numbers_offers_nothing(tmp_path: Path) -> None:
    # GIVEN a loaded report
    folder, leak = checkout(tmp_path / "translate")
    async with editing(folder) as editor:
        await editor.load(TEXT)
        # THEN a line of no number has no action
        for title in (COMMENT, EXCLUDE, FIXED, THRESHOLD, "Show what holds this"):
            assert await action(editor, leak, title, line=1) is None


async def test_a_line_that_goes_on_below_gets_no_comment(tmp_path: Path) -> None:
    # GIVEN a line whose end is escaped, so that a comment behind it would change the program
    folder, leak = checkout(tmp_path / "translate")
    async with editing(folder) as editor:
        editor.open(leak.as_uri(), leak.read_text())
        await editor.load(TEXT)
        editor.change(leak, typed(LEAK_LINE, len(leak.read_text().splitlines()[LEAK_LINE - 1]), " \\"))
        # THEN no comment is offered
        assert await action(editor, leak, COMMENT) is None
        assert await action(editor, leak, FIXED)
