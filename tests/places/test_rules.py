"""The order of the rules, path by path: the path itself, the user's rules, inferred ones, the longest end."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heapline.places.mapping import infer_places
from heapline.places.rules import UserRule, told
from heapline.places.workspace import Workspace

if TYPE_CHECKING:
    from heapline.places.mapping import Places

NAMES = st.sampled_from(["app", "lib", "shop", "old", "user.rb", "order.rb", "Lib"])
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
RECORDED = st.builds(lambda root, path: root + path, st.sampled_from(["/app/", "/srv/shop/", "", "C:\\src\\"]), PATHS)


def checkout(folder: Path, *files: str) -> Path:
    """A folder with files of one line."""
    for file in files:
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("# one\n")
    return folder


def mapped(folder: Path, path: str, *rules: tuple[str, str]) -> str | None:
    """Where a path is placed below a folder by these rules; None if nowhere."""
    known = [UserRule.below(folder, recorded, target) for recorded, target in rules]
    place = infer_places([path], Workspace([folder], known)).place(path, 1)
    return place.file.relative_to(folder).as_posix() if place and place.rule.kind == "mapping" else None


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ("/srv/shop", "/srv/shop/lib/user.rb"),
        ("/srv/shop/", "/srv/shop/lib/user.rb"),
        ("/var/www/*/current", "/var/www/x/current/lib/user.rb"),
        ("/var/www/x/releases/2026*", "/var/www/x/releases/20261120/lib/user.rb"),
        ("/var/**/current", "/var/www/a/b/current/lib/user.rb"),
        ("**/shop", "/any/where/shop/lib/user.rb"),
        ("C:\\src\\shop", "C:\\src\\shop\\lib\\user.rb"),
        ("C:\\src\\shop", "c:/SRC/shop/lib/user.rb"),
        ("C:/src/shop", "/mnt/c/src/shop/lib/user.rb"),
        ("/home/me/shop", "\\\\wsl$\\Ubuntu\\home\\me\\shop\\lib\\user.rb"),
        ("/srv/my shop", "file:///srv/my%20shop/lib/user.rb"),
        ("gems/models-1.2.3", "gems/models-1.2.3/lib/user.rb"),
        ("/bundle/gems/models-1.2.3", "/bundle/gems/models-1.2.3/lib/user.rb"),
    ],
)
def test_a_users_rule_leads_from_the_beginning_of_a_path_to_a_folder(tmp_path: Path, rule: str, path: str) -> None:
    # GIVEN a folder with two programs
    folder = checkout(tmp_path, "one/lib/user.rb", "two/lib/user.rb")
    # WHEN a rule says where such paths lie
    # THEN the path is placed there
    assert mapped(folder, path, (rule, "two")) == "two/lib/user.rb"


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ("/srv/shop", "/srv/shop2/lib/user.rb"),
        ("/srv/*", "/srv/a/b/lib/user.rb"),
        ("/srv/shop", "/SRV/shop/lib/user.rb"),
        ("/srv/shop", "/srv/shop/../../two/lib/user.rb"),
        ("/srv.shop", "/srv/shop/lib/user.rb"),
    ],
)
def test_a_users_rule_speaks_of_whole_folders_and_of_nothing_else(tmp_path: Path, rule: str, path: str) -> None:
    # GIVEN a rule for other paths than this
    folder = checkout(tmp_path, "one/lib/user.rb", "two/lib/user.rb")
    # THEN it places nothing
    assert mapped(folder, path, (rule, "two")) is None


def test_the_first_rule_that_leads_to_a_file_counts(tmp_path: Path) -> None:
    # GIVEN rules of which the first leads to no file, and two lead to one
    folder = checkout(tmp_path, "one/lib/user.rb", "two/lib/user.rb")
    rules = (("/srv", "three"), ("/srv", "two"), ("/srv", "one"))
    # THEN the second decides
    assert mapped(folder, "/srv/lib/user.rb", *rules) == "two/lib/user.rb"


def test_a_rule_decides_before_what_the_report_tells(tmp_path: Path) -> None:
    # GIVEN a report whose files speak for one folder, and a rule for another
    folder = checkout(tmp_path, "lib/user.rb", "lib/order.rb", "old/lib/user.rb")
    rule = UserRule.below(folder, "/app", "old")
    # WHEN its paths are placed
    places = infer_places(["/app/lib/user.rb", "/app/lib/order.rb"], Workspace([folder], [rule]))
    # THEN the rule has its file, and the report the other
    found = [places.place(f"/app/lib/{name}.rb", 1) for name in ("user", "order")]
    assert [place and place.file for place in found] == [folder / "old/lib/user.rb", folder / "lib/order.rb"]


def test_an_engine_elsewhere_is_found_by_the_end_of_its_paths(tmp_path: Path) -> None:
    # GIVEN a program and an engine of it, which lay apart in the container
    folder = checkout(tmp_path, "lib/user.rb", "lib/order.rb", "engines/pay/lib/pay/card.rb")
    paths = ["/app/lib/user.rb", "/app/lib/order.rb", "/opt/pay/lib/pay/card.rb"]
    # WHEN the report's paths are placed
    place = infer_places(paths, Workspace([folder])).place(paths[2], 1)
    # THEN the engine's file is found, and it is said that this is no more than possible
    assert place is not None
    assert (place.file, place.rule.kind, place.rule.sure) == (
        folder / "engines/pay/lib/pay/card.rb",
        "suffix",
        "possible",
    )


def test_the_share_of_the_files_that_are_there_says_how_sure_a_rule_is(tmp_path: Path) -> None:
    # GIVEN a report of ten files, of which half are in the folder
    folder = checkout(tmp_path, *(f"lib/part_{number}.rb" for number in range(5)))
    paths = [f"/app/lib/part_{number}.rb" for number in range(10)]
    # WHEN its paths are placed
    place = infer_places(paths, Workspace([folder])).place(paths[0], 1)
    # THEN the rule says so
    assert place is not None
    assert (place.rule.sure, place.rule.matched, place.rule.of) == ("possible", 5, 10)
    assert told(place.rule, str) == f"/app is {folder}, since 5 of the report's 10 such files are there"


@pytest.mark.parametrize(
    ("recorded", "file"),
    [
        ("/app/lib/User.rb", "lib/user.rb"),
        ("/app/lib/caf\u00e9.rb", "lib/cafe\u0301.rb"),
        ("/app/lib/cafe\u0301.rb", "lib/caf\u00e9.rb"),
        ("/app/lib/./more/../user.rb", "lib/user.rb"),
        ("file:///app/lib/my%20user.rb", "lib/my user.rb"),
    ],
)
def test_cases_accents_and_spellings_make_no_difference(tmp_path: Path, recorded: str, file: str) -> None:
    # GIVEN a file, and a path that spells it as another system does
    folder = checkout(tmp_path, file)
    # THEN it is found
    place = infer_places([recorded], Workspace([folder])).place(recorded, 1)
    assert place is not None
    assert place.file == folder / file


def test_two_files_that_differ_in_cases_alone_are_told_apart(tmp_path: Path) -> None:
    # GIVEN two files whose names differ in cases alone
    folder = checkout(tmp_path, "lib/user.rb", "lib/User.rb")
    if len(list((folder / "lib").iterdir())) == 1:
        pytest.skip("this file system takes them for one")
    # WHEN paths are placed
    paths = [f"{folder}/lib/{name}.rb" for name in ("user", "User", "USER")]
    places = infer_places(paths, Workspace([folder]))
    # THEN each is itself, and a third spelling is neither
    assert [place and place.file.name for place in (places.place(p, 1) for p in paths)] == ["user.rb", "User.rb", None]


def test_two_folders_of_the_same_name_are_told_apart(tmp_path: Path) -> None:
    # GIVEN two folders of one name, with a file each that the other lacks
    folders = [checkout(tmp_path / "a/shop", "lib/user.rb"), checkout(tmp_path / "b/shop", "lib/order.rb")]
    # WHEN their files are placed by their own paths
    paths = [f"{folders[0]}/lib/user.rb", f"{folders[1]}/lib/order.rb", f"{folders[0]}/lib/order.rb"]
    places = infer_places(paths, Workspace(folders))
    # THEN each is in its own folder, and what is gone from one is not looked for in the other
    files = [place and place.file for place in (places.place(path, 1) for path in paths)]
    assert files == [Path(paths[0]), Path(paths[1]), None]


def test_a_folder_inside_another_is_no_second_candidate(tmp_path: Path) -> None:
    # GIVEN a folder that is open, and one inside of it that is open too
    checkout(tmp_path, "shop/lib/user.rb", "shop/lib/order.rb")
    # WHEN paths of a container are placed
    places = infer_places(["/app/lib/user.rb", "/app/lib/order.rb"], Workspace([tmp_path, tmp_path / "shop"]))
    # THEN the one file that they can be is found
    place = places.place("/app/lib/user.rb", 1)
    assert place is not None
    assert place.file == tmp_path / "shop/lib/user.rb"


@pytest.mark.parametrize("folder", ["log", "tmp", "coverage"])
def test_a_folder_of_code_may_be_called_log_but_beside_a_gemfile_it_is_none(tmp_path: Path, folder: str) -> None:
    # GIVEN a program with a folder of that name beside its Gemfile, and one in its code
    program = checkout(tmp_path, "Gemfile", f"lib/{folder}/user.rb", f"{folder}/other.rb")
    paths = [f"/app/lib/{folder}/user.rb", f"/app/{folder}/other.rb"]
    # WHEN paths are placed
    places = infer_places(paths, Workspace([program]))
    # THEN the code is found, and what the program wrote is not
    assert [places.place(path, 1) is not None for path in paths] == [True, False]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.sets(PATHS, max_size=8), recorded=st.lists(RECORDED, max_size=8), rule=st.tuples(RECORDED, PATHS))
def test_mapping_is_a_function_and_a_rule_makes_no_exact_match_worse(
    tmp_path_factory: pytest.TempPathFactory, files: set[str], recorded: list[str], rule: tuple[str, str]
) -> None:
    # GIVEN any files, any paths, those of the files among them, and any rule
    folder = tmp_path_factory.mktemp("any")
    for file in files:
        if file.endswith(".rb"):
            with suppress(FileExistsError, IsADirectoryError, NotADirectoryError):  # a name that is a folder, too
                checkout(folder, file)
    exact = [str(file) for file in folder.rglob("*.rb") if file.is_file()]
    paths = [*recorded, *exact]

    def files_of(places: Places) -> dict[str, tuple[Path, str] | None]:
        return {path: (found.path, found.rule.kind) if (found := places.files.get(path)) else None for path in paths}

    # WHEN they are placed, in any order, with and without the rule
    without = files_of(infer_places(paths, Workspace([folder])))
    again = files_of(infer_places(reversed(paths), Workspace([folder])))
    with_rule = files_of(infer_places(paths, Workspace([folder], [UserRule.below(folder, *rule)])))
    # THEN the order makes no difference, each file is one that is there, and what is exact stays so
    assert without == again
    assert all(found is None or found[0].is_file() for found in (*without.values(), *with_rule.values()))
    assert all(with_rule[path] == without[path] == (Path(path), "exact") for path in exact)
