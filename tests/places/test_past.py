"""Files as they were when a report was taken: by commit, reflog or time; and nothing that a repository names is run."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from git import START, Git
from heapline.places.history import Repository
from heapline.places.past import FolderPast

if TYPE_CHECKING:
    from pathlib import Path

    from heapline.places.versions import Version

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

CODE = "class Cache\n  def initialize\n    @entries = {}\n  end\nend\n"
HOT = 3
SECOND = 10**9


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """A repository with one commit of one file."""
    repository = Git(tmp_path / "shop")
    repository.write("lib/cache.rb", CODE)
    repository.commit()
    return repository


def version(
    git: Git, taken: int, *, commit: str = "", trusted: bool = True, file: str = "lib/cache.rb", folder: str = ""
) -> Version:
    """The file as a report saw it that was taken at this time."""
    path = git.folder / file
    return FolderPast(git.folder / folder, taken * SECOND, commit, trusted).versions([path])[0]


def test_a_file_that_was_not_written_since_is_as_it_was(git: Git) -> None:
    # GIVEN a report that is newer than the file
    found = version(git, git.now + 1)
    # THEN each line is where it was, and nothing needs to be remembered
    assert found.line(HOT) == (HOT, False)
    assert (found.newer, found.texts, found.tracker) == (False, None, None)


@pytest.mark.parametrize("committed", [True, False])
def test_lines_move_with_edits_that_came_after_the_report(git: Git, committed: bool) -> None:
    # GIVEN a report, and lines put above the hot one after it was taken
    git.later()
    taken = git.now
    git.later()
    git.write("lib/cache.rb", "# one\n# two\n" + CODE)
    if committed:
        git.commit()
    # WHEN the report's line is looked for
    # THEN it is where it moved, whether the edit was committed or not
    assert version(git, taken).line(HOT) == (HOT + 2, False)


def test_a_line_that_was_changed_since_is_told(git: Git) -> None:
    # GIVEN a report, and a commit after it that changes the hot line
    taken = git.now + 1
    git.later()
    git.write("lib/cache.rb", CODE.replace("{}", "{ kept: true }"))
    git.commit()
    # THEN the line is the same, and changed
    assert version(git, taken).line(HOT) == (HOT, True)


def test_the_commit_that_the_user_names_is_what_ran(git: Git) -> None:
    # GIVEN three versions of a file, and a report that is newer than all of them: production is behind
    deployed = git.run("rev-parse", "HEAD")
    for number in (1, 2):
        git.later()
        git.write("lib/cache.rb", "# new\n" * number + CODE)
        git.commit()
    git.run("tag", "deployed", deployed)
    git.later()
    # THEN by time alone the lines would be those of now, but by the commit's name they are not
    assert version(git, git.now).line(HOT) == (HOT, False)
    assert version(git, git.now, commit="deployed").line(HOT) == (HOT + 2, False)
    assert version(git, git.now, commit=deployed[:12]).line(HOT) == (HOT + 2, False)


def test_a_commit_that_git_does_not_know_changes_nothing(git: Git) -> None:
    # GIVEN a report, lines put above the hot one after it, and a name that is no commit
    git.later()
    taken = git.now
    git.later()
    git.write("lib/cache.rb", "# one\n# two\n" + CODE)
    git.commit()
    found = version(git, taken, commit="v9.9")
    # THEN the line is where it is without that name
    assert (found.line(HOT), found.newer) == ((HOT + 2, False), False)


def test_a_file_is_followed_through_renames(git: Git) -> None:
    # GIVEN a report, and after it a file that is renamed in one commit, and edited in the next
    taken = git.now + 1
    git.later()
    git.run("mv", "lib/cache.rb", "lib/store.rb")
    git.commit()
    git.later()
    git.write("lib/store.rb", "# moved here\n" + CODE)
    git.commit()
    # THEN the lines of the old file are found in the new one, and it is known by its old name
    past = FolderPast(git.folder, taken * SECOND, "", trusted=True)
    new = git.folder / "lib/store.rb"
    assert past.former == {new: git.folder / "lib/cache.rb"}
    assert past.versions([new])[0].line(HOT) == (HOT + 1, False)


def test_a_rename_that_is_not_yet_committed_is_followed_too(git: Git) -> None:
    # GIVEN a file that was renamed in the index
    taken = git.now + 1
    git.later()
    git.run("mv", "lib/cache.rb", "lib/store.rb")
    # THEN it is known by its old name
    past = FolderPast(git.folder, taken * SECOND, "", trusted=True)
    assert past.former == {git.folder / "lib/store.rb": git.folder / "lib/cache.rb"}


def test_what_ran_is_known_after_a_rebase(git: Git) -> None:
    # GIVEN a branch with a commit that a report was taken of, which is then rebased onto other work on the same file
    git.run("switch", "--quiet", "--create", "topic")
    git.later()
    git.write("lib/cache.rb", CODE.replace("end\nend", "end\n\n  def fetch = @entries\nend"))
    git.commit()
    git.later()
    taken = git.now
    git.later()
    git.run("switch", "--quiet", "main")
    git.write("lib/cache.rb", "# on main\n" + CODE)
    git.commit()
    git.later()
    git.run("switch", "--quiet", "topic")
    git.run("rebase", "--quiet", "main")
    os.utime(git.folder / "lib/cache.rb", (git.now, git.now))
    # THEN the lines of both are found where the rebase put them
    found = version(git, taken)
    assert (found.line(HOT), found.line(6)) == ((HOT + 1, False), (7, False))


def test_in_a_fresh_clone_the_last_commit_before_the_report_ran(git: Git, tmp_path: Path) -> None:
    # GIVEN a commit, a report, another commit, and a clone made after all that
    git.later()
    taken = git.now
    git.later()
    git.write("lib/cache.rb", "# later\n" + CODE)
    git.commit()
    git.later()
    clone = Git(tmp_path / "clone")
    clone.now = git.now
    clone.run("pull", "--quiet", str(git.folder), "main")
    # THEN the log of what was checked out does not reach back to the report, but the commits' times do
    assert version(clone, taken).line(HOT) == (HOT + 1, False)


def test_a_folder_inside_a_repository_has_the_repository_s_history(git: Git) -> None:
    # GIVEN a workspace that is a folder of a larger repository
    taken = git.now + 1
    git.later()
    git.write("lib/cache.rb", "# one\n" + CODE)
    # THEN its files are known
    assert version(git, taken, folder="lib").line(HOT) == (HOT + 1, False)


@pytest.mark.parametrize("reason", ["untrusted", "untracked", "no repository", "before the repository"])
def test_a_newer_file_of_which_nobody_knows_how_it_was_is_told(git: Git, reason: str) -> None:
    # GIVEN a file that was written after the report, and no way to know how it was before
    taken = START - 1 if reason == "before the repository" else git.now + 1
    git.later()
    git.write("lib/cache.rb", "# one\n" + CODE)
    file = "lib/new.rb" if reason == "untracked" else "lib/cache.rb"
    git.write("lib/new.rb", CODE)
    if reason == "no repository":
        shutil.rmtree(git.folder / ".git")
    # THEN its lines stay where they are, in doubt
    found = version(git, taken, trusted=reason != "untrusted", file=file)
    assert (found.newer, found.line(HOT)) == (True, (HOT, False))


def test_a_file_that_came_with_the_report_is_not_newer(tmp_path: Path) -> None:
    # GIVEN a folder without a repository, in which code and report were written at once: a checkout of both
    file = tmp_path / "cache.rb"
    file.write_text(CODE)
    taken = file.stat().st_mtime_ns - SECOND
    # THEN the code is as it was
    assert not FolderPast(tmp_path, taken, "", trusted=True).versions([file])[0].newer


def test_nothing_that_a_repository_names_is_run(git: Git, tmp_path: Path) -> None:
    # GIVEN a repository that names a program wherever git would run one
    trap = tmp_path / "trap"
    ran = tmp_path / "ran"
    trap.write_text(f"#!/bin/sh\necho \"$0 $*\" >> '{ran}'\ncat\n")
    trap.chmod(0o755)
    taken = git.now + 1
    git.later()
    git.write("lib/cache.rb", "# one\n" + CODE)
    git.run("mv", "lib/cache.rb", "lib/store.rb")
    git.write(".gitattributes", "*.rb filter=trap diff=trap merge=trap\n")
    git.commit()
    for name in (
        *("core.fsmonitor", "core.pager", "core.editor", "core.askPass", "core.sshCommand", "core.gitProxy"),
        *("core.alternateRefsCommand", "diff.external", "diff.trap.command", "diff.trap.textconv", "gpg.program"),
        *("filter.trap.clean", "filter.trap.smudge", "filter.trap.process", "merge.trap.driver", "credential.helper"),
        *("pager.log", "pager.rev-parse", "sequence.editor", "alias.log", "alias.diff-index", "alias.cat-file"),
    ):
        git.run("config", name, str(trap))
    git.run("config", "log.showSignature", "true")
    hooks = git.folder / ".git/hooks"
    for hook in ("post-index-change", "post-checkout", "pre-commit", "reference-transaction", "fsmonitor-watchman"):
        shutil.copy(trap, hooks / hook)
    (git.folder / "git").write_text(trap.read_text())
    (git.folder / "git").chmod(0o755)
    # WHEN everything is asked that is ever asked
    past = FolderPast(git.folder, taken * SECOND, "", trusted=True)
    new = git.folder / "lib/store.rb"
    found = past.versions([new])[0]
    # THEN the answers are right, and none of them was run
    assert found.line(HOT) == (HOT + 1, False)
    assert not ran.exists(), ran.read_text()


def test_a_git_in_the_workspace_is_not_run(git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a PATH that leads into the workspace
    (git.folder / "git").write_text("#!/bin/sh\nexit 0\n")
    (git.folder / "git").chmod(0o755)
    for path in (str(git.folder), ".", ""):
        monkeypatch.setenv("PATH", path)
        monkeypatch.chdir(git.folder)
        # THEN there is no history
        assert Repository.of(git.folder) is None


def test_names_of_commits_are_never_options(git: Git) -> None:
    # GIVEN names that are no commits
    repository = Repository.of(git.folder)
    assert repository
    for name in ("--help", "-x", "--output=/tmp/x", "nowhere", "HEAD:lib", ""):
        # THEN there is none
        assert repository.commit_of(name) is None


def test_odd_names_of_files_are_found(git: Git) -> None:
    # GIVEN files whose names mean something to a shell, to git or to a terminal
    names = [
        "lib/with blank.rb",
        "lib/:(glob)*.rb",
        "lib/größe.rb",
        "lib/-x.rb",
        "lib/a\tb.rb",
        "lib/missing.rb missing",
    ]
    for name in names:
        git.write(name, CODE)
    commit = git.commit()
    repository = Repository.of(git.folder)
    assert repository
    # THEN each is found, and those that are not there are left out
    assert repository.texts(commit, [*names, "lib/nowhere.rb", "lib", "a\nb.rb"]) == dict.fromkeys(names, CODE)
