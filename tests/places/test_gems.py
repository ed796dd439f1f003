"""Gems and Ruby's library: the same file of the same version where it is installed, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from heapline.places.mapping import File, Places, infer_places
from heapline.places.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

LOCK = """\
GIT
  remote: https://example.org/tax.git
  revision: 0123abcdef0123abcdef0123abcdef0123abcdef
  specs:
    tax (0.3.0)

PATH
  remote: engines/pay
  specs:
    pay (2.0.0)
      models (~> 1.2)

GEM
  remote: https://rubygems.org/
  specs:
    models (1.9.9)

PLATFORMS
  ruby
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for gems, the only one beside the system's."""
    for name in ("GEM_PATH", "BUNDLE_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GEM_HOME", str(tmp_path / "gems"))
    return tmp_path / "gems"


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A program's folder with a look-alike of the gem's file."""
    write(tmp_path / "app/lib/heapline_models/user.rb")
    return tmp_path / "app"


def write(file: Path, text: str = "# one\n# two\n") -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def placed(path: str, folder: Path) -> File | None:
    return places(path, folder).files.get(path)


def places(path: str, folder: Path) -> Places:
    return infer_places([path], Workspace([folder]))


@pytest.mark.parametrize(
    "recorded",
    [
        "/usr/local/bundle/gems/heapline_models-1.2.3/lib/heapline_models/user.rb",
        "C:\\Ruby33\\lib\\ruby\\gems\\3.3.0\\gems\\heapline_models-1.2.3\\lib\\heapline_models\\user.rb",
        "gem:heapline_models-1.2.3:lib/heapline_models/user.rb",
        "heapline_models-1.2.3/lib/heapline_models/user.rb",
    ],
)
def test_a_gem_is_found_where_it_is_installed_in_that_version(home: Path, app: Path, recorded: str) -> None:
    # GIVEN a gem that is installed here
    file = write(home / "gems/heapline_models-1.2.3/lib/heapline_models/user.rb")
    # WHEN a path of it is placed, from wherever it was installed there
    found = placed(recorded, app)
    # THEN it is that file, and that is certain
    assert found is not None
    assert (found.path, found.rule.kind, found.rule.sure) == (file, "gem", "certain")
    assert (found.origin.kind, found.origin.name, found.origin.version) == ("gem", "heapline_models", "1.2.3")


def test_a_gem_in_another_version_is_named_and_not_placed(home: Path, app: Path) -> None:
    # GIVEN a gem that is installed here in another version
    write(home / "gems/heapline_models-1.2.4/lib/heapline_models/user.rb")
    # WHEN a path of it is placed
    recorded = "/bundle/gems/heapline_models-1.2.3/lib/heapline_models/user.rb"
    why = places(recorded, app).unplaced(recorded)
    # THEN it has no place, and the version that is here is known
    assert why is not None
    assert (why.reason, why.versions) == ("other version", ("1.2.4",))


def test_a_gem_that_is_not_here_is_told_from_one_that_the_lock_file_knows(home: Path, app: Path) -> None:
    # GIVEN a program whose lock file names a gem that is not installed
    write(app / "Gemfile.lock", LOCK)
    assert not home.exists()
    # WHEN paths of it and of an unknown gem are placed
    paths = [f"/bundle/gems/{name}/lib/x.rb" for name in ("models-1.2.3", "heapline_unknown-1.0")]
    found = infer_places(paths, Workspace([app]))
    reasons = [why and (why.reason, why.versions) for why in map(found.unplaced, paths)]
    # THEN the version of the lock file is named
    assert reasons == [("other version", ("1.9.9",)), ("no such gem", ())]


def test_a_gem_of_another_platform_is_the_same_code_but_less_sure(home: Path, app: Path) -> None:
    # GIVEN a gem that is installed here for another platform
    file = write(home / "gems/heapline_native-1.0.0-arm64-darwin/lib/native.rb")
    # WHEN a path of it is placed
    found = placed("/bundle/gems/heapline_native-1.0.0-x86_64-linux/lib/native.rb", app)
    # THEN it is that file, likely
    assert found is not None
    assert (found.path, found.rule.sure) == (file, "likely")


def test_a_checkout_of_a_repository_is_found_by_its_revision(home: Path, app: Path) -> None:
    # GIVEN a gem that Bundler checked out from a repository
    file = write(home / "bundler/gems/tax-0123abcdef01/lib/tax.rb")
    # WHEN paths of this revision and of another are placed
    same = placed("/usr/local/bundle/bundler/gems/tax-0123abcdef01/lib/tax.rb", app)
    other = placed("/usr/local/bundle/bundler/gems/tax-fedcba987654/lib/tax.rb", app)
    # THEN the same revision alone is found
    assert same is not None
    assert (same.path, other) == (file, None)


@pytest.mark.parametrize(
    ("recorded", "below"),
    [
        ("tax-0123abcdef01/lib/tax.rb", "lib/tax.rb"),
        ("tax-0123abcdef01/tax/lib/tax.rb", "tax/lib/tax.rb"),
        ("gem:tax-0.3.0:lib/tax.rb", "lib/tax.rb"),
        ("gem:tax-0.3.0:lib/tax.rb", "tax/lib/tax.rb"),
    ],
)
def test_a_checkout_is_found_by_what_memory_profiler_and_vernier_shorten_its_path_to(
    home: Path, app: Path, recorded: str, below: str
) -> None:
    # GIVEN a program whose lock file names a repository, which has one gem, or several by name, checked out here
    write(app / "Gemfile.lock", LOCK)
    write(app / "lib/tax.rb")
    file = write(home / "bundler/gems/tax-0123abcdef01" / below)
    # WHEN a path of it is placed as it is shortened: to the folder's name, or to the gem's version
    found = placed(recorded, app)
    # THEN it is the file of the checkout, and not the one of the program that is called alike
    assert found is not None
    assert (found.path, found.rule.kind, found.rule.sure) == (file, "gem", "certain")


def test_a_gem_that_the_lock_file_wants_and_that_is_not_here_is_not_here_in_another_version(
    home: Path, app: Path
) -> None:
    # GIVEN a program whose lock file names a gem in the version that was recorded, and that gem is not installed
    write(app / "Gemfile.lock", LOCK)
    assert not home.exists()
    # WHEN a path of it is placed
    recorded = "/bundle/gems/models-1.9.9/lib/x.rb"
    why = places(recorded, app).unplaced(recorded)
    # THEN it is not installed
    assert why is not None
    assert why.reason == "no such gem"


def test_a_gem_that_lies_in_the_workspace_is_found_by_the_lock_file(home: Path, app: Path) -> None:
    # GIVEN a gem that the program has in a folder of its own, and production installs
    write(app / "Gemfile.lock", LOCK)
    file = write(app / "engines/pay/lib/pay.rb")
    # WHEN a path of it is placed
    found = placed("/usr/local/bundle/gems/pay-2.0.0/lib/pay.rb", app)
    # THEN it is the file in the workspace
    assert found is not None
    assert found.path == file
    assert not home.exists()


def test_a_vendored_gem_is_found(home: Path, app: Path) -> None:
    # GIVEN gems that were installed into the program's folder
    file = write(app / "vendor/bundle/ruby/3.3.0/gems/heapline_models-1.2.3/lib/heapline_models/user.rb")
    # WHEN a path of a container is placed
    found = placed("/usr/local/bundle/gems/heapline_models-1.2.3/lib/heapline_models/user.rb", app)
    # THEN it is the vendored one
    assert found is not None
    assert found.path == file
    assert not home.exists()


def test_rubys_library_is_found_in_the_same_version_alone(home: Path, app: Path, tmp_path: Path) -> None:
    # GIVEN a Ruby that a version manager installed
    library = tmp_path / "home/.rbenv/versions/9.8.7/lib/ruby/9.8.0"
    file = write(library / "heapline_set.rb")
    # WHEN paths of this version and of another are placed
    found = [placed(f"/usr/local/lib/ruby/{version}/heapline_set.rb", app) for version in ("9.8.0", "9.7.0")]
    # THEN this one is found, the other is not
    assert [each and (each.path, each.rule.kind, each.rule.sure) for each in found] == [(file, "ruby", "likely"), None]
    assert not home.exists()


def test_rubys_library_of_two_rubies_of_one_version_is_found_by_its_own_path_alone(
    home: Path, app: Path, tmp_path: Path
) -> None:
    # GIVEN two Rubies whose libraries have the same version
    versions = tmp_path / "home/.rbenv/versions"
    files = [write(versions / patch / "lib/ruby/9.8.0/heapline_set.rb") for patch in ("9.8.6", "9.8.7")]
    # WHEN a path of neither, and the path of one are placed
    found = [placed(path, app) for path in ("/usr/lib/ruby/9.8.0/heapline_set.rb", str(files[1]))]
    # THEN the first could be either and is left alone
    assert [each and each.path for each in found] == [None, files[1]]
    assert not home.exists()


@pytest.mark.parametrize("rest", ["../../../secret.rb", "/etc/hostname", "..\\..\\..\\secret.rb", "C:/secret.rb"])
def test_a_hostile_path_of_a_gem_leads_nowhere(home: Path, app: Path, rest: str) -> None:
    # GIVEN a gem that is installed, and a file beside its folder
    write(home / "gems/heapline_models-1.2.3/lib/heapline_models.rb")
    write(home.parent / "secret.rb")
    # THEN a path that climbs out of it has no place
    assert placed(f"gem:heapline_models-1.2.3:{rest}", app) is None


def test_a_lock_file_cannot_lead_out_of_the_workspace(home: Path, app: Path, tmp_path: Path) -> None:
    # GIVEN a lock file that names a folder beside the workspace
    write(app / "Gemfile.lock", LOCK.replace("engines/pay", "../pay"))
    write(tmp_path / "pay/lib/pay.rb")
    # THEN nothing is found there
    assert placed("/usr/local/bundle/gems/pay-2.0.0/lib/pay.rb", app) is None
    assert not home.exists()
