"""Lines in the editor after the code went on: by commits where the workspace is trusted, by method, or in doubt."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from git import HOUR, Git
from heap_dumps import item, named, root, write
from lsp.editor import EMACS, NEOVIM, VSCODE, editing, typed
from lsp.oracle import LEAK_LINE, TEXT, TRANSLATE
from lsp.programs import LEAK_BELOW

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

NEWER = "newer than the report"
METHOD = "not of the recorded method"


def edited_since(folder: Path) -> tuple[Git, Path]:
    """The program in a repository with a report, `profile.txt`, and a commit after it: two lines above the leak."""
    git = Git(folder)
    shutil.copytree(TRANSLATE, folder, ignore=shutil.ignore_patterns("reports"), dirs_exist_ok=True)
    for file in folder.rglob("*.rb"):
        os.utime(file, (git.now, git.now))
    git.commit()
    git.later()
    report = folder.parent / "profile.txt"
    shutil.copy(TEXT, report)
    os.utime(report, (git.now, git.now))
    git.later()
    git.write(str(LEAK_BELOW), "# one\n# two\n" + (folder / LEAK_BELOW).read_text())
    git.commit()
    return git, report


@pytest.mark.parametrize("client", [VSCODE, NEOVIM, EMACS])
async def test_in_a_trusted_workspace_numbers_are_where_the_commits_moved_their_lines(
    tmp_path: Path, client: str
) -> None:
    # GIVEN a report, and a commit after it that moved the hot line
    git, report = edited_since(tmp_path / "translate")
    leak = git.folder / LEAK_BELOW
    async with editing(git.folder, client=client, options={"trusted": True}) as editor:
        # WHEN the report is loaded
        await editor.load(report)
        # THEN the number is where the line is now, without doubt, closed and open
        assert editor.marked[leak.as_uri()] == [LEAK_LINE + 2]
        (lens,) = (await editor.lenses(leak))[LEAK_LINE + 2]
        assert not lens.startswith("~")
        editor.open(leak.as_uri(), leak.read_text())
        assert (await editor.lenses(leak)) == {LEAK_LINE + 2: [lens]}

        # WHEN the user goes on typing
        editor.change(leak, typed(1, 0, "# three\n"))
        # THEN it goes on from there
        await editor.until(lambda: editor.marked.get(leak.as_uri()) == [LEAK_LINE + 3])
        assert (await editor.lenses(leak)) == {LEAK_LINE + 3: [lens]}


async def test_git_is_not_asked_in_a_workspace_that_nobody_trusts(tmp_path: Path) -> None:
    # GIVEN the same, and a client that does not say that the workspace is trusted; nor may a file of the workspace
    git, report = edited_since(tmp_path / "translate")
    leak = git.folder / LEAK_BELOW
    (git.folder / ".heapline.toml").write_text("trusted = true\n")
    async with editing(git.folder) as editor:
        await editor.until(lambda: editor.said)
        # WHEN the report is loaded
        await editor.load(report)
        # THEN the number is on the recorded line, and in doubt
        assert editor.marked[leak.as_uri()] == [LEAK_LINE]
        assert (await editor.lenses(leak))[LEAK_LINE][0].startswith("~ allocated 4,000")
        assert NEWER in await editor.hover_text(leak, LEAK_LINE)
        assert NEWER in editor.diagnostics[leak.as_uri()][0].message

        # WHEN the user trusts the workspace
        await editor.command("trust")
        # THEN it is where the line is now
        assert editor.marked[leak.as_uri()] == [LEAK_LINE + 2]
        assert NEWER not in await editor.hover_text(leak, LEAK_LINE + 2)
        assert ["trusted is not a setting" in said for said in editor.said] == [True]


async def test_numbers_of_a_file_that_was_renamed_are_in_its_new_name(tmp_path: Path) -> None:
    # GIVEN a file that was renamed after the report was taken
    git, report = edited_since(tmp_path / "translate")
    git.later()
    git.run("mv", str(LEAK_BELOW), "lib/renamed.rb")
    git.commit()
    async with editing(git.folder, options={"trusted": True}) as editor:
        # WHEN the report is loaded
        await editor.load(report)
        # THEN its numbers are in the new file
        assert editor.marked[(git.folder / "lib/renamed.rb").as_uri()] == [LEAK_LINE + 2]


async def test_a_checkout_of_another_branch_moves_the_numbers_of_closed_files(tmp_path: Path) -> None:
    # GIVEN a report that was taken of what is checked out
    git, report = edited_since(tmp_path / "translate")
    leak = git.folder / LEAK_BELOW
    git.run("switch", "--quiet", "--detach", "HEAD~1")
    os.utime(leak, (git.now - 2 * HOUR, git.now - 2 * HOUR))
    async with editing(git.folder, options={"trusted": True}) as editor:
        await editor.load(report)
        assert editor.marked[leak.as_uri()] == [LEAK_LINE]
        # WHEN another branch is checked out, and the client saw it
        git.run("switch", "--quiet", "main")
        os.utime(leak, (git.now, git.now))
        editor.saw_change_of(leak)
        # THEN the number of the closed file is where its line is there
        await editor.until(lambda: editor.marked[leak.as_uri()] == [LEAK_LINE + 2])

        # WHEN the first is checked out again, unseen, and the file opened
        git.run("switch", "--quiet", "--detach", "HEAD~1")
        editor.open(leak.as_uri(), leak.read_text())
        # THEN it is where it was
        await editor.until(lambda: editor.marked[leak.as_uri()] == [LEAK_LINE])
        assert list(await editor.lenses(leak)) == [LEAK_LINE]


async def test_a_commit_that_git_does_not_know_is_told_once(tmp_path: Path) -> None:
    # GIVEN a setting that names no commit
    git, report = edited_since(tmp_path / "translate")
    options = {"trusted": True, "commit": "v9"}
    async with editing(git.folder, options=options, client=NEOVIM) as editor:
        # WHEN the report is loaded, twice
        await editor.load(report)
        await editor.load(report)
        # THEN the user was told
        assert ["v9, which git does not know here" in said for said in editor.said] == [True]


async def test_a_line_of_another_method_than_was_recorded_gives_way_to_the_method(tmp_path: Path) -> None:
    # GIVEN a dump of an older version of a file, of which nothing is known but the methods that were recorded
    file = tmp_path / "app" / "cache.rb"
    file.parent.mkdir()
    file.write_text("class Cache\n  def other\n    {}\n  end\n\n  def fetch\n    @entries = {}\n  end\nend\n")
    lines = [root("vm", *range(0x1000, 0x1000 + 200 * 0x100, 0x100)), named(0xC000, "Hash")]
    for number, address in enumerate(range(0x1000, 0x1000 + 200 * 0x100, 0x100)):
        at = f"{file}:{3 if number % 2 else 7}"
        lines.append(item(address, cls=0xC000, at=at, size=200) | {"method": "fetch"})
    dump = write(tmp_path / "heap.json", lines)
    async with editing(file.parent) as editor:
        # WHEN it is loaded
        await editor.load(dump)
        # THEN the line that is of the method stays, and the other's number is at the method's beginning, in doubt
        lenses = await editor.lenses(file)
        assert sorted(lenses) == [6, 7]
        assert (lenses[6][0][:5], lenses[7][0][:5]) == ("~ 100", "100 l")
        assert METHOD in await editor.hover_text(file, 6)
        assert METHOD not in await editor.hover_text(file, 7)
