"""Recorded paths onto workspace files: found where they are sure, left alone where they are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from heapline.places.mapping import Place, Places, infer_places
from heapline.places.rules import EXACT
from heapline.places.workspace import Workspace

RUBY = "# one\n# two\n# three\n"


def checkout(folder: Path, *files: str) -> Path:
    """A folder with Ruby files of three lines."""
    for file in files:
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(RUBY)
    return folder


def places_of(paths: list[str], *folders: Path) -> Places:
    return infer_places(paths, Workspace(list(folders)))


def placed(paths: list[str], *folders: Path) -> dict[str, tuple[Path, str]]:
    """Each path that has a place at line 2: its file and the rule."""
    places = places_of(paths, *folders)
    found = {path: places.place(path, 2) for path in paths}
    return {path: (place.file, place.rule.kind) for path, place in found.items() if place}


def test_a_path_inside_the_workspace_is_that_file(tmp_path: Path) -> None:
    # GIVEN a report recorded in the checkout itself
    app = checkout(tmp_path / "app", "lib/user.rb")
    recorded = str(app / "lib/user.rb")
    # WHEN its path is placed
    place = places_of([recorded], app).place(recorded, 2)
    # THEN it is that file
    assert place == Place(app / "lib/user.rb", 2, EXACT)


def test_a_file_that_is_gone_has_no_place(tmp_path: Path) -> None:
    # GIVEN a path inside the workspace where no file is any more
    app = checkout(tmp_path / "app", "lib/user.rb")
    # THEN it has no place
    assert placed([str(app / "lib/order.rb")], app) == {}


def test_a_relative_path_is_looked_up_from_the_folder(tmp_path: Path) -> None:
    # GIVEN a program that was started as `ruby main.rb`
    app = checkout(tmp_path / "app", "main.rb", "lib/user.rb")
    # THEN its paths are found from the folder
    assert placed(["main.rb", "lib/user.rb"], app) == {
        "main.rb": (app / "main.rb", "relative"),
        "lib/user.rb": (app / "lib/user.rb", "relative"),
    }


def test_a_relative_path_that_two_folders_have_is_left_alone(tmp_path: Path) -> None:
    # GIVEN two folders with a file of that name
    shop, blog = checkout(tmp_path / "shop", "lib/user.rb"), checkout(tmp_path / "blog", "lib/user.rb")
    # THEN neither gets the number
    assert placed(["lib/user.rb"], shop, blog) == {}


def test_a_relative_path_does_not_leave_the_workspace(tmp_path: Path) -> None:
    # GIVEN a file beside the workspace
    app = checkout(tmp_path / "app", "lib/user.rb")
    checkout(tmp_path / "other", "user.rb")
    # THEN a path that climbs out to it has no place
    assert placed(["../other/user.rb", "lib/../../other/user.rb"], app) == {}


def test_paths_of_a_container_are_found_by_what_they_have_in_common(tmp_path: Path) -> None:
    # GIVEN a report from a container, and the checkout elsewhere
    app = checkout(tmp_path / "src/shop", "lib/user.rb", "app/models/order.rb", "spec/lib/user.rb")
    # WHEN its paths are placed
    found = placed(["/app/lib/user.rb", "/app/app/models/order.rb", "/app/lib/gone.rb"], app)
    # THEN each is the file at the same path below the folder, and what is gone stays out
    assert found == {
        "/app/lib/user.rb": (app / "lib/user.rb", "inferred"),
        "/app/app/models/order.rb": (app / "app/models/order.rb", "inferred"),
    }


def test_a_program_in_a_subfolder_of_the_workspace_is_found(tmp_path: Path) -> None:
    # GIVEN a workspace that holds the program in a folder of its own
    workspace = checkout(tmp_path / "all", "services/shop/lib/user.rb", "services/shop/lib/order.rb")
    # WHEN paths from a container are placed
    found = placed(["/app/lib/user.rb", "/app/lib/order.rb"], workspace)
    # THEN they are found below it
    assert {path: file for path, (file, _) in found.items()} == {
        "/app/lib/user.rb": workspace / "services/shop/lib/user.rb",
        "/app/lib/order.rb": workspace / "services/shop/lib/order.rb",
    }


def test_paths_recorded_on_windows_are_found(tmp_path: Path) -> None:
    # GIVEN a report that was recorded on Windows
    app = checkout(tmp_path / "shop", "lib/user.rb", "lib/order.rb")
    paths = ["C:\\work\\shop\\lib\\user.rb", "C:/work/shop/lib/order.rb"]
    # THEN its files are found
    assert {file for file, _ in placed(paths, app).values()} == {app / "lib/user.rb", app / "lib/order.rb"}


def test_two_files_that_fit_alike_are_left_alone(tmp_path: Path) -> None:
    # GIVEN two programs in one workspace with the same files
    workspace = checkout(tmp_path / "all", "shop/lib/user.rb", "blog/lib/user.rb")
    # WHEN a path fits both
    # THEN neither gets the number
    assert placed(["/app/lib/user.rb"], workspace) == {}


def test_two_folders_that_fit_alike_are_left_alone(tmp_path: Path) -> None:
    # GIVEN two folders with the same files
    shop, blog = checkout(tmp_path / "shop", "lib/user.rb"), checkout(tmp_path / "blog", "lib/user.rb")
    # THEN neither gets the number
    assert placed(["/app/lib/user.rb"], shop, blog) == {}


def test_each_of_two_folders_gets_what_is_its_own(tmp_path: Path) -> None:
    # GIVEN two folders, each with files of its own, and reports of both
    shop = checkout(tmp_path / "shop", "lib/order.rb", "lib/cart.rb")
    blog = checkout(tmp_path / "blog", "lib/post.rb", "lib/page.rb")
    paths = ["/srv/shop/lib/order.rb", "/srv/shop/lib/cart.rb", "/srv/blog/lib/post.rb", "/srv/blog/lib/page.rb"]
    # WHEN the paths are placed
    found = placed(paths, shop, blog)
    # THEN no folder gets a number of the other's
    assert {path: file for path, (file, _) in found.items()} == {
        path: tmp_path / path.removeprefix("/srv/") for path in paths
    }


def test_a_file_of_the_same_name_elsewhere_does_not_pass_for_it(tmp_path: Path) -> None:
    # GIVEN a workspace where only the name fits, deep in another folder
    app = checkout(tmp_path / "app", "vendor/other/user.rb", "lib/order.rb")
    # WHEN paths of another program are placed
    # THEN the look-alike gets nothing
    assert placed(["/srv/shop/lib/user.rb"], app) == {}


@pytest.mark.parametrize(
    "path",
    [
        "/usr/local/bundle/gems/models-1.2.3/lib/user.rb",
        "/home/me/.rbenv/versions/3.3.0/lib/ruby/gems/3.3.0/gems/models-1.2.3/lib/user.rb",
        "/usr/lib/ruby/3.1.0/lib/user.rb",
        "/usr/lib/ruby/vendor_ruby/lib/user.rb",
        "/usr/share/rubygems-integration/all/gems/models-1.2.3/lib/user.rb",
        "models-1.2.3/lib/user.rb",
    ],
)
def test_a_gem_is_never_taken_for_a_file_of_the_workspace_that_looks_like_it(tmp_path: Path, path: str) -> None:
    # GIVEN a workspace with a file whose path ends like that of a gem
    app = checkout(tmp_path / "app", "lib/user.rb")
    # THEN it does not get the gem's numbers
    assert placed([path], app) == {}


def test_a_gem_inside_the_workspace_is_its_own_file(tmp_path: Path) -> None:
    # GIVEN gems that were installed into the checkout
    app = checkout(tmp_path / "app", "lib/user.rb", "vendor/bundle/ruby/3.3.0/gems/models-1.2.3/lib/user.rb")
    gem = app / "vendor/bundle/ruby/3.3.0/gems/models-1.2.3/lib/user.rb"
    # THEN a path to one is exactly that file
    assert placed([str(gem)], app) == {str(gem): (gem, "exact")}


@pytest.mark.parametrize(
    "path", ["(eval)", "(eval at /app/lib/user.rb:3)", "<internal:array>", "(erb)", "-e", "", "(irb)"]
)
def test_what_is_no_file_has_no_place(tmp_path: Path, path: str) -> None:
    # GIVEN code that never was in a file
    app = checkout(tmp_path / "app", "lib/user.rb", "(eval)", "-e", "(erb)")
    # THEN it has no place, whatever files there are
    assert placed([path], app) == {}


@pytest.mark.parametrize("line", [0, -1, 4, 2**31, 2**63])
def test_a_line_that_the_file_does_not_have_has_no_place(tmp_path: Path, line: int) -> None:
    # GIVEN a file of three lines
    app = checkout(tmp_path / "app", "lib/user.rb")
    places = places_of(["lib/user.rb"], app)
    # THEN its first and last line have a place, and others have none
    assert [place and place.line for place in (places.place("lib/user.rb", n) for n in (1, 3, line))] == [1, 3, None]


def test_a_last_line_without_an_end_is_a_line(tmp_path: Path) -> None:
    # GIVEN a file whose last line is not ended
    app = checkout(tmp_path / "app", "lib/user.rb")
    (app / "lib/user.rb").write_text("# one\n# two")
    places = places_of(["lib/user.rb"], app)
    # THEN it has a place, and the one after it has none
    assert [places.place("lib/user.rb", line) is not None for line in (2, 3)] == [True, False]


def test_a_path_that_was_not_in_the_report_has_no_place(tmp_path: Path) -> None:
    # GIVEN the places of one report
    app = checkout(tmp_path / "app", "lib/user.rb", "lib/order.rb")
    # THEN nothing is said of other paths
    assert places_of(["lib/user.rb"], app).place("lib/order.rb", 1) is None


def test_a_workspace_behind_a_link_is_the_same_workspace(tmp_path: Path) -> None:
    # GIVEN a checkout that is also reached by a link
    app = checkout(tmp_path / "releases/42", "lib/user.rb", "lib/order.rb")
    link = tmp_path / "current"
    link.symlink_to(app)
    # WHEN the report recorded one way, and the workspace is opened the other way
    through_link = [str(link / "lib/user.rb"), str(link / "lib/order.rb")]
    direct = [str(app / "lib/user.rb"), str(app / "lib/order.rb")]
    # THEN the files are found both ways
    assert {file.resolve() for file, _ in placed(through_link, app).values()} == {*map(Path, direct)}
    assert {file.resolve() for file, _ in placed(direct, link).values()} == {*map(Path, direct)}


def test_a_folder_behind_a_link_belongs_to_the_program_that_was_recorded_elsewhere(tmp_path: Path) -> None:
    # GIVEN a program one of whose folders is a link to one outside of it, in which another has a file of that name
    folder = checkout(tmp_path / "shop", "lib/user.rb", "lib/order.rb", "lib/other/pay/card.rb")
    checkout(tmp_path / "shared", "pay/card.rb")
    (folder / "engines").symlink_to(tmp_path / "shared", target_is_directory=True)
    # WHEN paths of a container are placed
    paths = ["/app/lib/user.rb", "/app/lib/order.rb", "/app/engines/pay/card.rb"]
    places = infer_places(paths, Workspace([folder]))
    # THEN the file behind the link is found by the rule of the others, and not the other one
    assert [place and place.file for place in (places.place(path, 1) for path in paths)] == [
        folder / "lib/user.rb",
        folder / "lib/order.rb",
        folder / "engines/pay/card.rb",
    ]


def test_hidden_folders_and_packages_of_node_are_not_searched(tmp_path: Path) -> None:
    # GIVEN look-alikes in folders that hold no code of the workspace
    app = checkout(tmp_path / "app", ".git/lib/user.rb", "node_modules/lib/user.rb", "lib/user.rb")
    # THEN they do not make the real one ambiguous
    assert placed(["/srv/lib/user.rb"], app) == {"/srv/lib/user.rb": (app / "lib/user.rb", "inferred")}


def test_an_empty_workspace_and_an_empty_report_are_no_error(tmp_path: Path) -> None:
    # GIVEN nothing
    # THEN nothing has a place
    assert placed(["/app/lib/user.rb"]) == {}
    assert placed(["/app/lib/user.rb"], tmp_path) == {}
    assert placed([], tmp_path) == {}


def test_a_file_name_that_every_program_has_makes_no_rule(tmp_path: Path) -> None:
    # GIVEN a workspace with a main.rb, and the report of another program that has one too, among many other files
    (tmp_path / "main.rb").write_text("puts 1\n")
    recorded = ["/srv/other/main.rb", *(f"/srv/other/lib/part_{number}.rb" for number in range(5))]
    # WHEN the report is placed
    places = infer_places(recorded, Workspace([tmp_path]))
    # THEN the workspace's file gets nothing of it
    assert places.place("/srv/other/main.rb", 1) is None


def test_a_file_name_that_every_program_has_is_placed_by_the_checkout_s_own_name(tmp_path: Path) -> None:
    # GIVEN a checkout named as it was where the report was taken, which was printed with normalize_paths
    shop = checkout(tmp_path / "shop", "main.rb", "lib/order.rb", "lib/user.rb")
    recorded = ["shop/lib/order.rb", "shop/lib/user.rb", "/srv/shop/main.rb", "/srv/other/main.rb"]
    # THEN the main.rb below that name is the checkout's, and the other one is not
    assert placed(recorded, shop) == {
        "shop/lib/order.rb": (shop / "lib/order.rb", "inferred"),
        "shop/lib/user.rb": (shop / "lib/user.rb", "inferred"),
        "/srv/shop/main.rb": (shop / "main.rb", "suffix"),
    }
    # BUT of two checkouts of that name neither gets it
    assert "/srv/shop/main.rb" not in placed(recorded, shop, checkout(tmp_path / "copy/shop", "main.rb"))


def test_the_checkout_s_own_name_weighs_no_more_than_a_folder_in_it(tmp_path: Path) -> None:
    # GIVEN a checkout with a part of the same name, and a path that could be of either
    shop = checkout(tmp_path / "shop", "main.rb", "engines/shop/main.rb", "lib/user.rb")
    # THEN it has no place
    assert placed(["shop/lib/user.rb", "/srv/shop/main.rb"], shop).keys() == {"shop/lib/user.rb"}
