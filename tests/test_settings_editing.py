"""One value of `.heapline.toml` changed by the editor: that value, and nothing else."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heapline.settings.editing import values, with_value
from heapline.settings.matching import literal, matches

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@pytest.mark.parametrize(
    ("before", "name", "value", "after"),
    [
        ("", "threshold.bytes", 5, "[threshold]\nbytes = 5\n"),
        ("[threshold]\nbytes = 1\n", "threshold.bytes", 5, "[threshold]\nbytes = 5\n"),
        ("[threshold]\nbytes = 1 # why\n", "threshold.bytes", 5, "[threshold]\nbytes = 5 # why\n"),
        ("threshold.bytes = 1\n", "threshold.bytes", 5, "threshold.bytes = 5\n"),
        ("threshold.objects = 1\n", "threshold.bytes", 5, "threshold.bytes = 5\nthreshold.objects = 1\n"),
        ("# mine\n[threshold] # x\nobjects = 1", "threshold.bytes", 5, None),
        ("[hover]\nenabled = true\n", "exclude", ["a"], 'exclude = ["a"]\n[hover]\nenabled = true\n'),
        ('exclude = [\n  "a", # first\n  "b",\n]\nreports = []\n', "exclude", ["c"], 'exclude = ["c"]\nreports = []\n'),
        ("[other]\nbytes = 1\n[threshold]\nbytes = 2\n", "threshold.bytes", 5, None),
        ('text = """\nbytes = 1\n"""\n[threshold]\nbytes = 2\n', "threshold.bytes", 5, None),
    ],
)
def test_a_value_is_set_where_it_is_or_where_it_belongs(
    before: str, name: str, value: int | list[str], after: str | None
) -> None:
    # GIVEN a settings file
    # WHEN a value of it is set
    found = with_value(before, name, value)
    # THEN it has the value, and all else as it was
    assert found is not None
    wanted = tomllib.loads(before)
    group, _, key = name.rpartition(".")
    (wanted.setdefault(group, {}) if group else wanted)[key] = value
    assert tomllib.loads(found) == wanted
    assert [line for line in before.splitlines() if line.startswith("#") and line not in found] == []
    if after is not None:
        assert found == after


@pytest.mark.parametrize("before", ["= broken", "threshold = 1\n", "[[threshold]]\n", "threshold = { bytes = 1 }\n"])
def test_a_file_that_cannot_be_changed_so_is_left_alone(before: str) -> None:
    # GIVEN a file that is no TOML, or that has something else in the setting's place
    # THEN there is no way to set the value, or one that sets just that
    found = with_value(before, "threshold.bytes", 5)
    assert found is None or tomllib.loads(found) == {"threshold": {"bytes": 5}}


keys = st.sampled_from(["bytes", "objects", "exclude", "reports", "x"])
plain = st.one_of(st.integers(0, 99), st.lists(st.text("ab#\"'[]\n é", max_size=4), max_size=3), st.booleans())
tables = st.dictionaries(keys, plain, max_size=3)


def written(tree: dict[str, Any], dotted: bool) -> str:
    lines = [f"{key} = {json.dumps(value)}" for key, value in tree.items() if not isinstance(value, dict)]
    for group, table in ((group, table) for group, table in tree.items() if isinstance(table, dict)):
        rows = [f"{key} = {json.dumps(value)} # {group}" for key, value in table.items()]
        lines = [*(f"{group}.{row}" for row in rows), *lines] if dotted else [*lines, f"[{group}]", *rows]
    return "\n".join(lines)


@given(tables, tables, tables, st.booleans(), st.integers(0, 9), st.lists(st.text(max_size=3), max_size=3))
def test_any_file_is_changed_in_one_value_or_not_at_all(
    top: dict[str, Any], first: dict[str, Any], second: dict[str, Any], dotted: bool, number: int, globs: list[str]
) -> None:
    # GIVEN a settings file of any content
    text = written({**top, "threshold": first, "hover": second}, dotted)
    for name, value in (("threshold.bytes", number), ("exclude", globs)):
        # WHEN a value is set
        found = with_value(text, name, value)
        # THEN it is set, and nothing else is changed
        wanted = tomllib.loads(text)
        group, _, key = name.rpartition(".")
        (wanted.setdefault(group, {}) if group else wanted)[key] = value
        assert found is not None
        assert tomllib.loads(found) == wanted
    known = top.get("exclude")
    assert values(text, "exclude") == (known if isinstance(known, list) else [])


@pytest.mark.parametrize(
    ("glob", "named", "not_named"),
    [
        ("vendor", ["vendor/a.rb", "vendor/b/c.rb"], ["lib/vendor/a.rb", "vendored.rb"]),
        ("vendor/", ["vendor/a.rb"], ["vendored/a.rb"]),
        ("**/*_pb.rb", ["a_pb.rb", "lib/x/a_pb.rb"], ["lib/a_pb.rbx", "pb.rb"]),
        ("lib/*.rb", ["lib/a.rb"], ["lib/a/b.rb", "a.rb"]),
        ("lib/**", ["lib/a.rb", "lib/a/b.rb"], ["a.rb"]),
        ("lib/**/models", ["lib/models/a.rb", "lib/x/y/models/a.rb"], ["lib/model/a.rb"]),
        ("a?.rb", ["ab.rb"], ["a/.rb", "a.rb"]),
        ("lib\\a.rb", ["lib/a.rb"], ["liba.rb"]),
        ("a.rb", ["a.rb"], ["aXrb", "b/a.rb"]),
        ("", [], ["a.rb", ""]),
        ("/", [], ["a.rb"]),
    ],
)
def test_a_glob_names_files_and_folders(glob: str, named: list[str], not_named: list[str]) -> None:
    # GIVEN a glob
    # THEN it names these files, and no others
    assert [path for path in named if not matches((glob,), path)] == []
    assert [path for path in not_named if matches((glob,), path)] == []


@given(st.text("ab*?[]/.", min_size=1, max_size=8).filter(lambda path: path.strip("/.") and "//" not in path))
def test_the_glob_of_a_path_names_it(path: str) -> None:
    # GIVEN a file of any name
    path = "/".join(part for part in path.split("/") if part not in ("", "."))
    # THEN the glob made for it names it
    assert matches((literal(path),), path)
