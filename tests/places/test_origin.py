"""Whose code a recorded path is: told from the path alone, whatever system it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heapline.places.mapping import infer_places
from heapline.places.origin import NO_FILE, OWN, TEST, Origin, origin_of
from heapline.places.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path


def gem(name: str, version: str, rest: str = "lib/user.rb") -> Origin:
    return Origin("gem", name, version, rest)


def ruby(version: str, rest: str) -> Origin:
    return Origin("ruby", version=version, rest=rest)


@pytest.mark.parametrize(
    ("path", "origin"),
    [
        ("/usr/local/bundle/gems/models-1.2.3/lib/user.rb", gem("models", "1.2.3")),
        ("/rbenv/versions/3.3.0/lib/ruby/gems/3.3.0/gems/models-1.2.3/lib/user.rb", gem("models", "1.2.3")),
        ("/usr/share/rubygems-integration/all/gems/models-1.2.3/lib/user.rb", gem("models", "1.2.3")),
        ("C:\\Ruby33\\lib\\ruby\\gems\\3.3.0\\gems\\models-1.2.3\\lib\\user.rb", gem("models", "1.2.3")),
        ("/bundle/gems/net-http2-0.18.5/lib/user.rb", gem("net-http2", "0.18.5")),
        ("/bundle/gems/rails-7.1.0.rc2/lib/user.rb", gem("rails", "7.1.0.rc2")),
        ("/bundle/gems/pg-2-1.0/lib/user.rb", gem("pg-2", "1.0")),
        ("/bundle/gems/nokogiri-1.15.0-x86_64-linux/lib/user.rb", gem("nokogiri", "1.15.0-x86_64-linux")),
        ("/bundle/gems/site-1.0/lib/gems/data/user.rb", gem("site", "1.0", "lib/gems/data/user.rb")),
        ("/bundle/bundler/gems/rails-0123abcdef01/lib/user.rb", gem("rails", "0123abcdef01")),
        ("gem:models-1.2.3:lib/user.rb", gem("models", "1.2.3")),
        ("models-1.2.3/lib/user.rb", gem("models", "1.2.3")),
    ],
)
def test_a_gem_is_known_by_name_and_version_wherever_it_was_installed(path: str, origin: Origin) -> None:
    # GIVEN a path as a gem's code is recorded
    # THEN its gem, its version and the path inside of it are known
    assert origin_of(path) == origin


@pytest.mark.parametrize(
    ("path", "origin"),
    [
        ("/usr/lib/ruby/3.1.0/set.rb", ruby("3.1.0", "set.rb")),
        ("/usr/local/lib/ruby/3.3.0/json/common.rb", ruby("3.3.0", "json/common.rb")),
        ("/usr/lib/x86_64-linux-gnu/ruby/3.1.0/etc.so", ruby("3.1.0", "etc.so")),
        ("/usr/lib/ruby/vendor_ruby/sqlite3.rb", ruby("vendor_ruby", "sqlite3.rb")),
        ("usr/lib/ruby/vendor_ruby/sqlite3.rb", ruby("vendor_ruby", "sqlite3.rb")),
        ("C:/Ruby33/lib/ruby/3.3.0/set.rb", ruby("3.3.0", "set.rb")),
        ("rubylib:3.3.0:set.rb", ruby("3.3.0", "set.rb")),
        ("ruby/lib/set.rb", ruby("", "set.rb")),
        ("<internal:array>", ruby("", "")),
        ("<internal:/usr/lib/ruby/vendor_ruby/rubygems.rb>", ruby("", "")),
    ],
)
def test_rubys_own_library_is_known_with_its_version(path: str, origin: Origin) -> None:
    # GIVEN a path as Ruby's own code is recorded
    # THEN it is Ruby's, of the version that the path tells
    assert origin_of(path) == origin


@pytest.mark.parametrize(
    "path",
    [
        "/srv/shop-1.2/lib/user.rb",
        "/var/www/shop/releases/20260101120000/lib/user.rb",
        "/app/gems/lib/user.rb",
        "/srv/ruby/3.1.0/user.rb",
        "shop-1.2/user.rb",
        "lib/latest_test.rb.rb",
        "C:\\src\\shop\\lib\\user.rb",
    ],
)
def test_a_folder_with_a_version_in_its_name_makes_no_gem(path: str) -> None:
    # GIVEN a path of the program's own, in a folder that looks a little like a gem's or like Ruby's
    # THEN it is the program's own
    assert origin_of(path) == OWN


@pytest.mark.parametrize("path", ["(eval)", "(eval at /app/lib/user.rb:3)", "(erb)", "(irb)", "-e", "", "(no name)"])
def test_what_is_no_file_is_nobodys(path: str) -> None:
    # GIVEN a name that stands for no file
    # THEN it has no origin
    assert origin_of(path) == NO_FILE


@pytest.mark.parametrize("path", ["/app/spec/user_spec.rb", "test/models/user_test.rb", "/app/test/test_helper.rb"])
def test_a_test_is_told_by_the_name_of_its_file(path: str) -> None:
    # GIVEN the file of a test, or a helper of one
    # THEN it is told from the program's own code
    assert origin_of(path) == TEST


def test_a_file_of_the_workspace_is_judged_by_its_path_below_the_folder(tmp_path: Path) -> None:
    # GIVEN a checkout below a folder called test, with support code for its tests and a vendored gem
    app = tmp_path / "test/gems/shop-1.2"
    files = ["lib/user.rb", "spec/support/factory.rb", "vendor/bundle/ruby/3.3.0/gems/models-1.2.3/lib/user.rb"]
    for file in files:
        (app / file).parent.mkdir(parents=True, exist_ok=True)
        (app / file).write_text("# one\n")
    # WHEN a report names its files
    places = infer_places([str(app / file) for file in files], Workspace([app]))
    # THEN only what is below the checkout counts
    origins = [places.origin(str(app / file)) for file in files]
    assert origins == [OWN, TEST, gem("models", "1.2.3")]


@given(st.text())
def test_any_text_has_an_origin(path: str) -> None:
    # GIVEN any text for a path
    # THEN it has an origin
    assert origin_of(path).kind in {"own", "gem", "ruby", "test", "none"}
