"""The package itself: all that it refers to is inside, and nothing that a market place refuses."""

from __future__ import annotations

import json
import re
import struct
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def package(vsix: Path) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(vsix) as opened:
        yield opened


def manifest(package: zipfile.ZipFile) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(package.read("extension/package.json"))
    return found


def test_the_package_is_small_and_carries_the_server_and_the_sample(package: zipfile.ZipFile, vsix: Path) -> None:
    # GIVEN the package
    names = package.namelist()
    version = manifest(package)["version"]

    # THEN a wheel of its own version is inside, a program with a dump, and nothing that was not meant to be
    wheels = [name for name in names if name.endswith(".whl")]
    assert [name.split("/")[-1].split("-")[1] for name in wheels] == [version]
    assert "extension/sample/.heapline.toml" in names
    assert [name for name in names if re.search(r"node_modules|\.ts$|\.map$|\.py$", name)] == []
    assert vsix.stat().st_size < 3_000_000


def test_every_picture_and_page_that_it_names_is_inside(package: zipfile.ZipFile) -> None:
    # GIVEN what the walkthrough, the activity bar and the README name
    contributes = manifest(package)["contributes"]
    media = [step["media"] for walkthrough in contributes["walkthroughs"] for step in walkthrough["steps"]]
    named = [found.get("image") or found["markdown"] for found in media]
    named += [container["icon"] for container in contributes["viewsContainers"]["activitybar"]]
    named += re.findall(r"!\[[^]]*\]\(([^)]+)\)", package.read("extension/readme.md").decode())

    # THEN each is there
    assert named
    assert [name for name in named if f"extension/{name}" not in package.namelist()] == []


def test_the_icon_is_a_png_of_256_pixels_and_no_vector_graphic_is_in_the_readme(package: zipfile.ZipFile) -> None:
    # GIVEN the icon that the market places show
    icon = package.read(f"extension/{manifest(package)['icon']}")

    # THEN it is what they ask for
    assert icon.startswith(b"\x89PNG")
    assert struct.unpack(">II", icon[16:24]) == (256, 256)
    assert ".svg" not in package.read("extension/readme.md").decode()


def test_every_command_that_a_text_links_to_exists(package: zipfile.ZipFile) -> None:
    # GIVEN the links in the walkthrough and in the welcome texts of the views
    contributes = manifest(package)["contributes"]
    texts = [step["description"] for walkthrough in contributes["walkthroughs"] for step in walkthrough["steps"]]
    texts += [welcome["contents"] for welcome in contributes["viewsWelcome"]]
    linked = {command for text in texts for command in re.findall(r"\(command:(heapline\.\w+)", text)}

    # THEN each leads to a command of the extension
    assert linked
    assert linked <= {command["command"] for command in contributes["commands"]}
