"""Deployments with a link `current` to a release: where Ruby recorded both, and what looks like it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heapline.places.mapping import infer_places
from heapline.places.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

RELEASE = "/srv/shop/releases/42"
PARTS = [f"lib/part_{number}.rb" for number in range(5)]


def checkout(folder: Path, *files: str) -> Path:
    """A folder with Ruby files of one line."""
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text("# one\n")
    return folder


def placed(paths: list[str], *folders: Path) -> dict[str, Path]:
    """Each path that has a file."""
    places = infer_places(paths, Workspace(list(folders)))
    found = {path: places.files.get(path) for path in paths}
    return {path: file.path for path, file in found.items() if file}


def test_what_was_loaded_through_the_link_is_where_the_release_is(tmp_path: Path) -> None:
    # GIVEN a program that was started through the link, and required the rest from there
    app = checkout(tmp_path / "app", "main.rb", "bin/work.rb", *PARTS)
    recorded = ["/srv/shop/current/main.rb", *(f"{RELEASE}/{part}" for part in PARTS)]
    # THEN the link's file is that of the checkout, by the rule of the release
    places = infer_places(recorded, Workspace([app]))
    file = places.files.get("/srv/shop/current/main.rb")
    assert file
    assert (file.path, file.rule.recorded, file.rule.target) == (app / "main.rb", RELEASE, str(app))
    # BUT not if there is no such file, or if the link lies beside other releases
    for other in ("/srv/shop/current/gone.rb", "/srv/other/current/main.rb", "/srv/shop/currently/main.rb"):
        assert other not in placed([*recorded, other], app)


def test_a_program_in_a_folder_of_the_release_is_found_through_the_link(tmp_path: Path) -> None:
    # GIVEN a release that has the program in a folder of it, of which there is a checkout
    app = checkout(tmp_path / "pay", "main.rb", *PARTS)
    recorded = ["/srv/shop/current/engines/pay/main.rb", *(f"{RELEASE}/engines/pay/{part}" for part in PARTS)]
    # THEN what was loaded through the link is there, too
    assert placed(recorded, app)[recorded[0]] == app / "main.rb"


def test_a_link_that_may_have_led_to_two_programs_leads_to_none(tmp_path: Path) -> None:
    # GIVEN two programs in a workspace, and a report that has each as another release of the same place
    shop = checkout(tmp_path / "shop", "main.rb", *PARTS)
    blog = checkout(tmp_path / "blog", "main.rb", "lib/post.rb", "lib/page.rb")
    theirs = {f"/srv/shop/releases/1/{part}": shop / part for part in PARTS}
    theirs |= {f"/srv/shop/releases/2/{part}": blog / part for part in ("lib/post.rb", "lib/page.rb")}
    # WHEN their paths are placed
    found = placed(["/srv/shop/current/main.rb", *theirs], shop, blog)
    # THEN each release is in its folder, and what was loaded through the link in neither
    assert found == theirs


def test_folders_of_the_workspace_with_these_names_are_themselves(tmp_path: Path) -> None:
    # GIVEN a program with folders `current` and `releases` of its own, where files have one name
    app = checkout(tmp_path / "app", "api/current/user.rb", "api/releases/1/user.rb", "api/releases/1/order.rb", *PARTS)
    below = ["api/current/user.rb", "api/releases/1/user.rb", "api/releases/1/order.rb", *PARTS]
    # THEN each path is its own file, and one that is gone is not taken for that of a release
    recorded = [f"/srv/shop/{path}" for path in below]
    assert placed([*recorded, "/srv/shop/api/current/order.rb"], app) == {
        f"/srv/shop/{path}": app / path for path in below
    }
