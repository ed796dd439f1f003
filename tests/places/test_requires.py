"""What was required by name is on the line that names it now, whatever became of the file since the report."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from git import Git
from heapline.places.explain import explain
from heapline.places.past import FolderPast
from heapline.places.placing import Placement, place_report
from heapline.places.requires import is_name
from heapline.report import open_report
from sample_files import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    from heapline.profile import Site

BLOG = SAMPLES / "blog"
REPORT = SAMPLES / "tools/reports/derailed-bundle-mem.txt"
ACTIVE_RECORD = "gemfile:active_record"
SECOND = 10**9


@pytest.fixture
def sites() -> tuple[Site, ...]:
    """What derailed_benchmarks said of the application's requires."""
    report = open_report(REPORT)
    report.close()
    return report.profile.sites


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """A repository with the application's Gemfile, and the file that requires the gem."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    repository = Git(tmp_path / "blog")
    for name in ("Gemfile", "config/environment.rb"):
        repository.write(name, (BLOG / name).read_text())
    repository.commit()
    repository.later()
    return repository


def placed(git: Git, taken: int, sites: tuple[Site, ...], *, trusted: bool = True) -> Placement:
    """Where the sites of a report are that was taken at this time."""
    past = FolderPast(git.folder, taken * SECOND, "", trusted)
    return place_report([site.path for site in sites], [past])


@pytest.mark.parametrize("trusted", [True, False], ids=["with git", "without"])
@pytest.mark.parametrize("edit", ["above", "on the line"])
def test_a_gem_is_on_the_line_of_now_that_names_it(git: Git, sites: tuple[Site, ...], edit: str, trusted: bool) -> None:
    # GIVEN a report, and an edit of the Gemfile after it
    taken = git.now
    git.later()
    text = (git.folder / "Gemfile").read_text()
    line = 'gem "activerecord", require: "active_record"'
    edited = f"# one\n# two\n{text}" if edit == "above" else text.replace(line, f"{line}, group: :db")
    git.write("Gemfile", edited)
    # WHEN the report is placed
    place = placed(git, taken, sites, trusted=trusted).place(ACTIVE_RECORD, 0)
    # THEN the gem is on the line that names it, which is in no doubt: it was found by what it says now
    assert place is not None
    [expected] = [number for number, each in enumerate(edited.splitlines(), 1) if each.startswith(line)]
    assert (place.file, place.line, place.doubt) == (git.folder / "Gemfile", expected, None)


def test_names_that_no_line_has_or_several_have_are_explained_as_such(git: Git, sites: tuple[Site, ...]) -> None:
    # GIVEN an application with two files that require a gem
    git.write("script.rb", 'require "active_record"\n')
    # WHEN the report's paths are explained
    found = explain([site for site in sites if is_name(site.path)], placed(git, git.now, sites), [git.folder], [])
    # THEN the names are told apart by the reason, and no rule for paths is proposed, for none would help
    named = {(lost.reason, lost.beginning): lost for lost in found.lost}
    assert set(named) == {("not named", "gemfile:…"), ("not named", "require:…"), ("named often", "require:…")}
    assert [lost.mapping for lost in found.lost] == [None, None, None]
    assert named["named often", "require:…"].example.at == "require:active_record"
    # AND nothing is added up that counts the same memory twice
    assert not found.adds_up
