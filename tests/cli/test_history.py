"""The terminal's lines are those of the checkout as it is now, the same in each verb, with a sign if in doubt."""

from __future__ import annotations

import os
import re
import shutil
from typing import TYPE_CHECKING

import pytest
from running import heapline

from git import Git
from sample_files import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

TRANSLATE = SAMPLES / "translate"
RECORDED = "/srv/heapline/translate/lib/builder.rb:28"
BUILDER, LINE, METHOD = "lib/builder.rb", 28, 27
ABOVE = 12

VERBS = {
    "report": ["report", "dump", "--all"],
    "strings": ["strings", "dump"],
    "generations": ["generations", "dump", "0-99999"],
    "suspects": ["suspects", "dump"],
    "diff": ["diff", "first", "dump", "--top", "100"],
}


@pytest.fixture
def program(tmp_path: Path) -> Git:
    """A copy of the program in a repository, and two dumps of it, `first` and `dump`, that were taken later."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    git = Git(tmp_path / "translate")
    for file in TRANSLATE.rglob("*.rb"):
        git.write(str(file.relative_to(TRANSLATE)), file.read_text())
    git.commit()
    git.later()
    for name, dump in (("first", "heap-1.json.gz"), ("dump", "heap-3.json.gz")):
        shutil.copy(TRANSLATE / "reports" / dump, tmp_path / name)
        os.utime(tmp_path / name, (git.now, git.now))
    git.later()
    git.write(BUILDER, "# new\n" * ABOVE + (git.folder / BUILDER).read_text())
    return git


def printed(git: Git, verb: str) -> str:
    """What a verb prints of the dumps in the repository."""
    here = [str(git.folder.parent / word) if word in ("first", "dump") else word for word in VERBS[verb]]
    done = heapline(*here, "--workspace", git.folder)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def spots(told: str) -> set[tuple[str, int]]:
    """The lines of the file in a text, each with the sign before it or before its numbers."""
    found = re.findall(rf"(~ )?[\w./-]*{BUILDER}:(\d+)(?::( ~)?| )", told)
    return {("~" if before or after else "", int(line)) for before, line, after in found}


@pytest.mark.parametrize("verb", VERBS)
def test_a_line_that_moved_since_the_dump_is_printed_where_it_is_now(program: Git, verb: str) -> None:
    # GIVEN a dump of a commit, and lines put above the hot one since WHEN it is printed
    # THEN the line is where it moved, in no doubt
    found = spots(printed(program, verb))
    assert ("", LINE + ABOVE) in found
    assert {sign for sign, _ in found} == {""}


@pytest.mark.parametrize("verb", VERBS)
def test_a_line_of_another_method_than_was_recorded_gives_way_to_the_method_in_each_verb(
    program: Git, verb: str
) -> None:
    # GIVEN the same, and no repository any more that could tell how the file was
    shutil.rmtree(program.folder / ".git")
    # WHEN it is printed
    # THEN the number is at the method that was recorded, with the sign of doubt, and so are all of the file
    found = spots(printed(program, verb))
    assert ("~", METHOD + ABOVE) in found
    assert {sign for sign, _ in found} == {"~"}


def test_in_a_tree_the_sign_stands_before_the_line(program: Git) -> None:
    # GIVEN the same without a repository
    shutil.rmtree(program.folder / ".git")
    # WHEN trees are printed
    tree = heapline("tree", program.folder.parent / "dump", "--workspace", program.folder).stdout
    # THEN lines of the file that changed are in doubt, and no others
    assert re.search(rf"Record \(~ \S*{BUILDER}:17\)", tree)
    assert not re.search(r"~ \S*translation_cache", tree)


def test_a_line_is_asked_for_where_it_is_now_and_if_several_are_there_they_are_named(program: Git) -> None:
    # GIVEN the same without a repository: of several lines of one method nobody knows where they are now
    shutil.rmtree(program.folder / ".git")
    dump, asked = program.folder.parent / "dump", f"{program.folder / BUILDER}:{METHOD + ABOVE}"
    # WHEN one is asked for that stands alone at its method THEN it is that
    assert heapline("holders", dump, asked, "--workspace", program.folder).stdout.startswith(f"{RECORDED}: ")
    # WHEN one is asked for where several stand
    several = heapline("holders", dump, f"{program.folder / BUILDER}:22", "--workspace", program.folder)
    # THEN each can be told from the others
    assert several.returncode == 1
    recorded = re.findall(r"translate/lib/builder\.rb:(\d+)[,.]", several.stderr)
    assert len(set(recorded)) == len(recorded) > 1
    again = heapline("holders", dump, f"/srv/heapline/translate/{BUILDER}:{recorded[0]}", "--workspace", program.folder)
    assert again.returncode == 0
