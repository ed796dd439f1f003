"""`heapline report --only … --ignore …`: the lines of some files."""

from __future__ import annotations

import json

import pytest
from running import heapline

from sample_files import SAMPLES

TRANSLATE = SAMPLES / "translate"
TEXT = TRANSLATE / "reports/memory_profiler.txt"
RECORDED = "/srv/heapline/translate"


def printed(*options: str) -> set[str]:
    """The recorded paths of the sites that are printed."""
    done = heapline("report", TEXT, "--workspace", TRANSLATE, "--json", *options)
    assert (done.returncode, done.stderr) == (0, "")
    return {site["path"] for site in json.loads(done.stdout)["sites"]}


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        (["--only", "builder"], lambda path: "builder" in path),
        (["--only", "lib/*.rb"], lambda path: "/translate/lib/" in path),
        (["--only", "lib"], lambda path: "lib" in path),
        (["--only", "builder", "--only", "record"], lambda path: "builder" in path or "record" in path),
        (["--ignore", "builder"], lambda path: "builder" not in path),
        (["--ignore", "**/translation_*.rb"], lambda path: "translation_" not in path),
        (["--only", "/srv/heapline/"], lambda path: path.startswith(RECORDED)),
        (["--only", "lib", "--ignore", "builder"], lambda path: "lib" in path and "builder" not in path),
        (["--only", "nothing like it"], lambda _: False),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_lines_of_the_files_that_are_asked_for_are_printed(options: list[str], kept: object) -> None:
    # GIVEN a report of several files
    everything = printed()
    # WHEN some are asked for, by text or glob, as recorded or as they are in the checkout
    # THEN just their lines are printed
    assert callable(kept)
    assert printed(*options) == {path for path in everything if kept(path)}


def test_the_text_says_how_much_is_left_out() -> None:
    # GIVEN a filter
    count = len(json.loads(heapline("report", TEXT, "--json").stdout)["sites"])
    only = heapline("report", TEXT, "--workspace", TRANSLATE, "--only", "translation_cache", "--all")
    kept = [line for line in only.stdout.splitlines() if "translation_cache.rb:" in line]
    # THEN the totals are those of the whole report, and a note says how many lines are not printed
    assert "57,704" in only.stdout
    assert f"{count - len(kept)} lines of files that are not asked for" in only.stdout
